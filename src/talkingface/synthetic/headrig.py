"""How the skin of the head moves: weights of jaw, lips, smile, brows and eyelids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import (
    EYE_HALF,
    EYE_X,
    MOUTH_HALF,
    MOUTH_V,
    Chart,
    canonical_x,
    smoothstep,
)
from talkingface.synthetic.headshape import bump
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Rig

Floats = NDArray[np.float64]

_CORNER_JAW = 0.36


def head_rig(identity: Identity, chart: Chart) -> Rig:
    """Return the rig of the head's skin."""
    x, v = canonical_x(chart.theta, chart.v), chart.v
    front = smoothstep(-0.15, 0.4, np.cos(chart.theta))
    rig = Rig.still(len(v))
    rig.jaw = jaw_share(chart) * smoothstep(-0.35, 0.25, np.cos(chart.theta))
    rig.basis = (
        np.stack([_wide(x, v), _pout(chart, x, v), _smile(x, v), _brows(x, v)]) * front[:, None]
    )
    _lids(identity, chart, x, rig)
    return rig


def jaw_share(chart: Chart) -> Floats:
    """Return each vertex's share of the jaw's turn; it jumps across the mouth's slit."""
    x, v = canonical_x(chart.theta, chart.v), chart.v
    above = v - MOUTH_V
    base = np.where(
        above > 0,
        _CORNER_JAW * (1.0 - smoothstep(0.0, 0.26, above)),
        _CORNER_JAW + (1.0 - _CORNER_JAW) * smoothstep(0.0, -0.28, above),
    )
    opening = np.clip(1.0 - (x / MOUTH_HALF) ** 2, 0.0, 1.0) ** 0.55
    is_lower = chart.lower | (above < -1e-9)
    return np.where(
        is_lower, base + (1.0 - base) * opening, base * (1.0 - opening) - 0.045 * opening * base
    )


def _wide(x: Floats, v: Floats) -> Floats:
    """Corners outward: a wide mouth, lips a little thinner."""
    beyond = np.maximum(np.abs(x) / MOUTH_HALF - 1.0, 0.0)
    fall = np.exp(-((beyond / 0.75) ** 2)) * np.exp(-(((v - MOUTH_V) / 0.20) ** 2))
    reach = np.clip(x / MOUTH_HALF, -1.25, 1.25)
    rise = -0.12 * (v - MOUTH_V) * np.exp(-(((v - MOUTH_V) / 0.10) ** 2))
    return np.stack([0.078 * reach * fall, rise * fall, -0.02 * reach**2 * fall], -1)


def _pout(chart: Chart, x: Floats, v: Floats) -> Floats:
    """Lips forward, narrower and fuller."""
    reach = np.clip(x / MOUTH_HALF, -1.4, 1.4)
    fall = np.exp(-((np.maximum(np.abs(reach) - 0.6, 0.0) / 0.55) ** 2))
    above = v - MOUTH_V
    fall = fall * np.exp(-((np.maximum(np.abs(above) - 0.06, 0.0) / 0.085) ** 2))
    full = 0.30 * above * np.exp(-((above / 0.09) ** 2))
    return np.stack([-0.05 * reach * fall, full * fall, (0.12 - 0.03 * reach**2) * fall], -1)


def _smile(x: Floats, v: Floats) -> Floats:
    """Corners up, out and back; cheeks up and forward."""
    ax, side = np.abs(x), np.sign(x)
    reach = np.minimum(ax / MOUTH_HALF, 1.0) ** 1.6
    corner = reach * np.exp(-((np.maximum(ax / MOUTH_HALF - 1.0, 0.0) / 0.55) ** 2))
    corner = corner * np.exp(-(((v - MOUTH_V) / 0.15) ** 2))
    cheek = bump(ax, v, 0.40, -0.36, 0.14, 0.13)
    middle = bump(x, v, 0.0, MOUTH_V, 0.16, 0.09)
    return np.stack(
        [
            side * (0.075 * corner + 0.01 * cheek),
            0.10 * corner + 0.045 * cheek - 0.008 * middle,
            -0.045 * corner + 0.04 * cheek - 0.012 * middle,
        ],
        -1,
    )


def _brows(x: Floats, v: Floats) -> Floats:
    """Brows and forehead skin up."""
    ax = np.abs(x)
    rise = 0.115 * np.exp(-((np.maximum(ax - 0.42, 0.0) / 0.22) ** 2))
    rise = rise * smoothstep(0.06, 0.21, v) * smoothstep(0.62, 0.28, v)
    return np.stack([0 * x, rise, 0.1 * rise], -1)


def lid_heights(identity: Identity, across: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the height of the upper rim, the lower rim and the closed line above the eye line.

    Args:
        identity: whose eyes.
        across: place along the eye, -1 at the nose's side corner to 1 at the outer corner.
    """
    s = identity.shape
    size = 1.0 + 0.10 * s["eye_size"]
    arch = np.clip(1.0 - np.abs(across) ** 2.2, 0.0, 1.0)
    upper = (0.100 + 0.012 * s["lid"]) * size * arch * (1.0 - 0.10 * across)
    lower = -0.060 * size * arch * (1.0 + 0.15 * across)
    return upper, lower, 0.78 * lower


def _lids(identity: Identity, chart: Chart, x: Floats, rig: Rig) -> None:
    v = chart.v
    ax = np.abs(x)
    across = (ax - EYE_X) / EYE_HALF
    near = (np.abs(across) < 1.45) & (np.abs(v) < 0.24) & (np.cos(chart.theta) > 0)
    open_up, open_low, closed = lid_heights(identity, np.clip(across, -1.0, 1.0))
    is_lower = chart.lower | (v < -1e-9)
    above = smoothstep(0.20, 0.0, np.abs(v))
    below = smoothstep(0.19, 0.0, np.abs(v))
    rig.eye = np.where(near, np.where(x < 0, 1, 2), 0).astype(np.int8)
    rig.lid = np.where(near, np.where(is_lower, below, above), 0.0)
    rig.lid_open = np.where(is_lower, open_low, open_up)
    rig.lid_closed = closed
    rig.upper = ~is_lower
