"""The mouth's inside: the lips' inner side, the dark hollow, teeth and tongue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import Chart, smoothstep
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Part, Rig, ball, grid_faces, grid_uv

Floats = NDArray[np.float64]


def mouth_inside(chart: Chart, head: Floats, head_rig: Rig) -> Part:
    """Return the lips' inner side and the dark hollow behind them, tied to both rims.

    Args:
        chart: the head's chart.
        head, head_rig: the head's vertices at rest and their rig.
    """
    upper, lower = chart.mouth_rims
    loop = np.concatenate([upper, lower[-2:0:-1]])
    loop = np.append(loop, loop[0])
    is_upper = np.append(np.arange(len(loop) - 1) < len(upper), True)
    rim = head[loop]
    middle = rim.mean(0)
    away = np.where(is_upper, 1.0, -1.0)
    rings = []
    for back, spread, shrink in (
        (0.0, 0.0, 1.0),
        (0.045, 0.008, 1.0),
        (0.11, 0.05, 1.0),
        (0.30, 0.03, 0.7),
    ):
        ring = rim.copy()
        ring[:, 0] *= shrink
        ring[:, 1] += spread * away
        ring[:, 2] -= back
        rings.append(ring)
    centre = np.tile(middle - (0.0, 0.03, 0.44), (len(loop), 1))
    rig = Rig.still(5 * len(loop))
    rig.basis = np.concatenate(
        [head_rig.basis[:, loop]] * 3 + [0.3 * head_rig.basis[:, loop]] * 2, 1
    )
    jaw = head_rig.jaw[loop]
    rig.jaw = np.concatenate([jaw, jaw, jaw, 0.75 * jaw, np.full(len(loop), 0.35)])
    depth = np.linspace(0, 1, 64)[:, None, None]
    flesh = np.array((0.30, 0.075, 0.075)) * (1 - smoothstep(0.0, 0.5, depth)) ** 1.5
    return Part(
        vertices=np.concatenate([*rings, centre]),
        faces=grid_faces(5, len(loop)),
        uv=grid_uv(5, len(loop)),
        texture=np.tile(flesh + 0.004, (1, 2, 1)),
        rig=rig,
        gloss=0.0,
        wrap=0.8,
    )


def teeth(identity: Identity, mouth: Floats, upper: bool) -> Part:
    """Return a row of teeth behind the lips; `mouth` is the (3,) middle of the closed lips."""
    columns, rows = 17, 4
    v, x = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(0, 1, rows), np.linspace(-0.24, 0.24, columns), indexing="ij"
        )
    )
    if upper:
        y = 0.10 - 0.132 * v + 0.008 * np.cos(x * 50.0) * (v > 0.9)
        z = -0.085 - 0.02 * v * (1 - v)
    else:
        y, z = -0.012 - 0.12 * v, np.full_like(v, -0.105)
    rng = np.random.default_rng([identity.seed, 0x7E])
    texture = np.empty((32, 192, 3))
    texture[:] = np.array((0.86, 0.83, 0.74)) * rng.uniform(0.85, 1.05)
    across = np.linspace(-6.0 if upper else -7.0, 6.0 if upper else 7.0, 192)
    gaps = np.exp(-(((across - np.round(across)) / 0.10) ** 2))
    texture *= (1.0 - 0.45 * gaps)[None, :, None]
    texture *= (1.0 - 0.55 * np.abs(np.linspace(-1, 1, 192)) ** 3)[None, :, None]
    edge = np.linspace(0, 1, 32) if upper else np.linspace(1, 0, 32)
    texture *= (0.75 + 0.25 * smoothstep(0.1, 0.5, edge))[:, None, None]
    vertices = np.stack([x, y, z - 1.35 * x**2], 1) + mouth
    rig = Rig.still(len(x), jaw=0.0 if upper else 1.0)
    return Part(
        vertices, grid_faces(rows, columns), grid_uv(rows, columns), texture, rig, 0.25, 5, 0.7
    )


def tongue(mouth: Floats) -> Part:
    """Return the tongue, resting behind the lower teeth."""
    vertices = ball(8, 14) * (0.15, 0.055, 0.17) + mouth + (0.0, -0.075, -0.31)
    return Part(
        vertices, grid_faces(8, 14), grid_uv(8, 14), np.full((1, 1, 3), (0.42, 0.13, 0.13)),
        Rig.still(len(vertices), jaw=0.85), 0.15, 4, 0.6,
    )  # fmt: skip
