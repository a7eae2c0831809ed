"""The head's texture: skin, lips, brows, lashes, nostrils, beard, painted on the chart."""

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
from talkingface.synthetic.mesh import linear
from talkingface.synthetic.noise import fractal_noise, value_noise

Floats = NDArray[np.float64]

_TEXELS_PER_CELL = 4


def paint_head(identity: Identity, chart: Chart) -> Floats:
    """Return the (H, W, 3) linear reflectance of the head, laid out on the chart's grid."""
    rows, columns = len(chart.rows), len(chart.columns)
    height, width = (rows - 1) * _TEXELS_PER_CELL + 1, (columns - 1) * _TEXELS_PER_CELL + 1
    v_line = np.interp(np.linspace(0, rows - 1, height), np.arange(rows), chart.rows)
    theta_line = np.interp(np.linspace(0, columns - 1, width), np.arange(columns), chart.columns)
    theta, v = np.meshgrid(theta_line, v_line)
    # Behind the ears no feature is near.
    x = np.where(np.cos(theta) > 0, canonical_x(theta, v), 9.0)
    colour = _complexion(identity, x, v)
    _scalp(identity, colour, theta, v)
    _beard(identity, colour, x, v, theta)
    _hollows(identity, colour, x, v)
    _eyes(identity, colour, x, v)
    _brows(identity, colour, x, v)
    _lips(identity, colour, x, v)
    return np.clip(colour, 0.002, 1.0)


def _over(colour: Floats, mask: Floats, paint: Floats) -> None:
    colour += mask[..., None] * (paint - colour)


def _complexion(identity: Identity, x: Floats, v: Floats) -> Floats:
    skin = linear(identity.skin)
    blotches = fractal_noise(identity.seed, x.shape, (10, 12))
    colour = skin * (1.0 + 0.035 * blotches)[..., None]
    ax = np.abs(x)
    red = 0.55 * bump(ax, v, 0.42, -0.33, 0.13, 0.12) + 0.5 * bump(x, v, 0, -0.42, 0.13, 0.08)
    red += 0.2 * bump(x, v, 0.0, -1.03, 0.14, 0.08)
    colour *= 1.0 - red[..., None] * np.array((0.02, 0.20, 0.18))
    spots = value_noise(identity.seed + 3, x.shape, (90, 100))
    where = bump(ax, v, 0.25, -0.25, 0.25, 0.14)
    freckles = identity.freckles * smoothstep(1.0, 1.6, spots) * where
    _over(colour, 0.5 * freckles, skin * (0.55, 0.38, 0.28))
    rng = np.random.default_rng([identity.seed, 0x30])
    for _ in range(int(rng.integers(0, 3))):
        mole = bump(x, v, rng.uniform(-0.5, 0.5), rng.uniform(-0.95, -0.2), 0.012, 0.012)
        _over(colour, 0.8 * mole, skin * 0.18)
    return colour


def _scalp(identity: Identity, colour: Floats, theta: Floats, v: Floats) -> None:
    """Shadow and roots under the hairline; a bald head keeps a trace of stubble."""
    strength = 0.25 if identity.hair_style == "bald" else 0.9
    line = 0.80 + 0.05 * identity.shape["forehead"] - 0.9 * smoothstep(0.85, 1.5, np.abs(theta))
    roots = smoothstep(-0.03, 0.10, v - line)
    _over(colour, strength * roots, linear(identity.hair) + 0.01)
    if identity.hair_style != "bald":
        colour *= (1.0 - 0.30 * np.exp(-(((v - line) / 0.09) ** 2)))[..., None]


def _beard(identity: Identity, colour: Floats, x: Floats, v: Floats, theta: Floats) -> None:
    if identity.beard == "none":
        return
    ax = np.abs(x)
    cheek_line = -0.56 + 0.55 * np.clip(ax - 0.28, 0, 1)
    jaw = smoothstep(0.04, -0.06, v - cheek_line) * smoothstep(1.55, 1.35, np.abs(theta))
    chin = smoothstep(0.30, 0.22, ax) * smoothstep(-0.80, -0.86, v)
    moustache = smoothstep(0.30, 0.24, ax) * smoothstep(-0.545, -0.575, v) * (v > MOUTH_V)
    sides = smoothstep(0.06, 0.03, np.abs(ax - 0.30)) * (v < -0.58)
    mask = {
        "stubble": 0.38 * jaw,
        "full": 0.96 * jaw,
        "goatee": 0.93 * np.maximum(np.maximum(chin, moustache), sides),
        "moustache": 0.95 * moustache,
    }[identity.beard]
    grain = value_noise(identity.seed + 5, x.shape, (110, 110))
    _over(colour, mask * np.clip(1.0 + 0.12 * grain, 0, 1), linear(identity.hair) * 1.1 + 0.008)


def _hollows(identity: Identity, colour: Floats, x: Floats, v: Floats) -> None:
    """Places where little light falls: sockets, nostrils, folds, beneath lip and chin."""
    ax = np.abs(x)
    dark = 0.20 * bump(ax, v, 0.19, 0.03, 0.06, 0.06)
    dark += 0.16 * bump(ax, v, EYE_X, 0.12, 0.14, 0.04)
    dark += 0.14 * bump(ax, v, EYE_X - 0.02, -0.12, 0.12, 0.03)
    dark += 0.14 * bump(x, v, 0.0, -0.555, 0.10, 0.035)
    fold = 0.24 + 0.42 * np.clip((-0.50 - v) / 0.25, 0.0, 1.0) * 0.32
    dark += 0.20 * np.exp(-(((ax - fold) / 0.018) ** 2)) * bump(x, v, 0, -0.58, 9, 0.08)
    dark += 0.16 * bump(ax, v, 0.185, -0.45, 0.018, 0.04)
    dark += 0.24 * bump(x, v, 0.0, -0.875, 0.16, 0.028)
    dark += 0.45 * smoothstep(-1.08, -1.2, v)
    colour *= np.clip(1.0 - dark, 0, 1)[..., None] ** np.array((0.8, 1.1, 1.1))
    nostril = bump(ax, v, 0.062, -0.498, 0.024, 0.014)
    _over(colour, np.clip(1.3 * nostril, 0, 0.92), linear(identity.skin) * 0.06)


def _eyes(identity: Identity, colour: Floats, x: Floats, v: Floats) -> None:
    """Lashes along the rims and a fold above."""
    across = np.clip((np.abs(x) - EYE_X) / EYE_HALF, -1.5, 1.5)
    inside = smoothstep(1.12, 0.98, np.abs(across))
    lash = linear(identity.hair) * 0.25 + 0.004
    upper = smoothstep(0.030, 0.012, v) * smoothstep(-0.002, 0.001, v)
    lower = smoothstep(-0.016, -0.005, v) * smoothstep(0.002, -0.001, v)
    _over(colour, 0.95 * upper * inside, lash)
    _over(colour, 0.50 * lower * inside, lash + 0.3 * linear(identity.skin) * (1.0, 0.6, 0.55))
    fold = np.exp(-(((v - 0.075) / 0.014) ** 2)) * smoothstep(1.2, 0.8, np.abs(across))
    _over(colour, 0.42 * fold, linear(identity.skin) * (0.42, 0.30, 0.26))


def brow_line(across: Floats) -> Floats:
    """Return the canonical height of the brow's middle at |x|."""
    return np.interp(across, (0.10, 0.20, 0.34, 0.44, 0.54), (0.215, 0.238, 0.255, 0.243, 0.195))


def _brows(identity: Identity, colour: Floats, x: Floats, v: Floats) -> None:
    ax = np.abs(x)
    fullness = 0.026 * (1.0 + 0.28 * identity.shape["brow_thickness"])
    thick = fullness * np.interp(ax, (0.08, 0.14, 0.36, 0.56), (0.75, 1.15, 1.0, 0.25))
    hairs = value_noise(identity.seed + 9, x.shape, (60, 170))
    off = np.abs(v - brow_line(ax)) / (thick * (1.0 + 0.10 * hairs))
    mask = smoothstep(1.35, 0.75, off) * smoothstep(0.09, 0.125, ax) * smoothstep(0.565, 0.52, ax)
    light_hair = np.mean(identity.hair) > 0.5
    _over(colour, (0.72 if light_hair else 0.92) * mask, linear(identity.hair) * 0.35 + 0.004)


def lip_borders(identity: Identity, x: Floats) -> tuple[Floats, Floats]:
    """Return the canonical heights of the upper and the lower border of the lips' red."""
    a2 = np.clip((x / MOUTH_HALF) ** 2, 0.0, 1.0)
    body = (1.0 - a2) ** 0.6
    bow = 1.0 - 0.24 * np.exp(-((x / 0.032) ** 2))
    upper = 0.070 * (1.0 + 0.20 * identity.shape["upper_lip"]) * body * bow
    lower = 0.092 * (1.0 + 0.18 * identity.shape["lower_lip"]) * body
    return MOUTH_V + upper, MOUTH_V - lower


def _lips(identity: Identity, colour: Floats, x: Floats, v: Floats) -> None:
    upper, lower = lip_borders(identity, x)
    inside = smoothstep(0.008, -0.006, v - upper) * smoothstep(0.008, -0.006, lower - v)
    inside = inside * smoothstep(1.04, 0.97, np.abs(x) / MOUTH_HALF)
    tone = (
        linear(identity.lips)
        * (1.0 + 0.04 * value_noise(identity.seed + 4, x.shape, (30, 120)))[..., None]
    )
    tone = np.where((v > MOUTH_V)[..., None], 0.78 * tone, tone)
    _over(colour, 0.92 * inside, tone)
    line = np.exp(-(((v - MOUTH_V) / 0.008) ** 2)) * smoothstep(1.14, 1.0, np.abs(x) / MOUTH_HALF)
    _over(colour, 0.75 * line, linear(identity.lips) * 0.16)
