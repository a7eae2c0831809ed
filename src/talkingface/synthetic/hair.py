"""Hair as a shell over the skull, from the crown to a hairline that depends on the style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import CROWN, smoothstep
from talkingface.synthetic.headshape import skull
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Part, Rig, ball, grid_faces, grid_uv, linear
from talkingface.synthetic.noise import fractal_noise, value_noise

Floats = NDArray[np.float64]

_ROWS, _COLUMNS = 40, 97


@dataclass(frozen=True)
class _Cut:
    """A hair style's outline.

    Attributes:
        front, side, back: canonical height of the lower edge at the forehead, ear and nape.
        top, sides: thickness on top and at the sides.
        temple: azimuth in degrees at which the edge drops from the forehead to the side.
        rough: depth of curls.
    """

    front: float
    side: float
    back: float
    top: float
    sides: float
    temple: float
    rough: float = 0.0


_CUTS = {
    "buzz": _Cut(0.72, 0.10, -0.45, 0.035, 0.03, 70),
    "short": _Cut(0.70, 0.06, -0.48, 0.13, 0.06, 70),
    "parted": _Cut(0.74, 0.08, -0.50, 0.17, 0.08, 68),
    "bangs": _Cut(0.36, -1.05, -1.10, 0.13, 0.14, 58),
    "bob": _Cut(0.74, -0.85, -0.90, 0.15, 0.17, 54),
    "long": _Cut(0.76, -1.75, -1.75, 0.14, 0.14, 57),
    "curly": _Cut(0.70, -0.32, -0.50, 0.29, 0.25, 68, 0.075),
    "bun": _Cut(0.74, 0.08, -0.48, 0.07, 0.055, 70),
}


def hair(identity: Identity) -> dict[str, Part]:
    """Return the hair's parts by name: none for a bald head."""
    if identity.hair_style == "bald":
        return {}
    parts = {"hair": _shell(identity, _CUTS[identity.hair_style])}
    if identity.hair_style == "bun":
        parts["bun"] = _bun(identity)
    return parts


def _edge(identity: Identity, cut: _Cut, theta: Floats) -> Floats:
    """Return the canonical height of the hair's lower edge at each azimuth."""
    angle = np.degrees(np.abs(theta))
    front = cut.front + 0.05 * identity.shape["forehead"]
    part = identity.part * (1.0 if identity.hair_style != "bangs" else 0.2)
    line = front + 0.06 * np.cos(np.radians(angle) * 2.6) + 0.05 * part * np.sin(theta * 2.0)
    if identity.hair_style in {"bob", "long", "parted"}:
        line += 0.08 * np.exp(-(((np.degrees(theta) - 22.0 * identity.part) / 13.0) ** 2))
    down = smoothstep(cut.temple - 9.0, cut.temple + 13.0, angle)
    back = smoothstep(95.0, 125.0, angle)
    edge = line * (1.0 - down) + cut.side * down
    # Short hair leaves the ears free.
    if cut.side > -0.3:
        edge += 0.14 * np.exp(-(((angle - 97.0) / 13.0) ** 2))
    edge = edge * (1.0 - back) + cut.back * back
    jagged = 0.045 if identity.hair_style in {"bangs", "short", "curly"} else 0.02
    return edge + jagged * value_noise(identity.seed, (1, len(theta)), (1, 34))[0]


def _shell(identity: Identity, cut: _Cut) -> Part:
    theta = np.linspace(-np.pi, np.pi, _COLUMNS)
    # Columns crowd at the temples, where the edge drops.
    theta = theta - 0.12 * np.sin(2.0 * theta)
    edge = _edge(identity, cut, theta)
    s = np.linspace(0, 1, _ROWS)[:, None]
    v = CROWN + (edge - CROWN) * s**0.9
    angle = np.tile(theta, (_ROWS, 1))
    points = skull(identity, angle.ravel(), np.maximum(v, -0.30).ravel()).reshape(
        _ROWS, _COLUMNS, 3
    )
    hanging = np.minimum(v + 0.30, 0.0)
    lowest = np.maximum(v, -0.30)
    points[..., 1] = np.where(v < -0.30, lowest + hanging * 1.02, points[..., 1])
    behind = np.clip(-np.cos(angle), 0, 1) * smoothstep(-0.30, -0.9, v)
    points[..., 2] += 0.25 * behind
    outward = points - np.array([0.0, 0.25, -0.05])
    outward[..., 1] = np.maximum(outward[..., 1], 0.0)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True) + 1e-9
    high = smoothstep(0.25, 0.95, points[..., 1])
    thick = cut.sides + (cut.top - cut.sides) * high
    thick *= 1.0 + 0.35 * identity.part * np.sin(angle) * high
    front_edge = (1.0 - smoothstep(45, 75, np.degrees(np.abs(angle)))) * (cut.front > 0.5)
    grow = 1.0 - 0.65 * front_edge * smoothstep(0.72, 1.0, s)
    thick *= grow * np.where(s > 0.985, 0.0, 1.0) + 0.004
    lumps = fractal_noise(identity.seed + 7, (_ROWS, _COLUMNS), (9, 22), 2)
    strands = value_noise(identity.seed + 8, (_ROWS, _COLUMNS), (3, 48))
    thick += (cut.rough * 0.55 * lumps + 0.010 * strands) * (s < 0.97) * smoothstep(0.0, 0.1, s)
    points += outward * thick[..., None] - outward * (s > 0.985)[..., None] * 0.03
    rig = Rig.still(_ROWS * _COLUMNS)
    rig.body = 0.85 * smoothstep(-0.75, -1.7, points[..., 1]).ravel()
    return Part(
        points.reshape(-1, 3), grid_faces(_ROWS, _COLUMNS), grid_uv(_ROWS, _COLUMNS),
        _strands(identity, cut), rig, gloss=0.10, shininess=4, wrap=0.2,
    )  # fmt: skip


def _strands(identity: Identity, cut: _Cut) -> Floats:
    shape = (128, 512)
    if cut.rough:
        streak = fractal_noise(identity.seed, shape, (22, 60), 2)
    else:
        streak = value_noise(identity.seed, shape, (3, 180)) + 0.7 * value_noise(
            identity.seed + 1, shape, (4, 60)
        )
    down = np.linspace(0, 1, shape[0])[:, None]
    shade = np.exp(0.26 * streak) * (0.72 + 0.28 * smoothstep(0.0, 0.25, down))
    shade = shade * (1.0 - 0.35 * smoothstep(0.80, 1.0, down))
    return np.clip(linear(identity.hair) * shade[..., None] * 1.1 + 0.004, 0.0, 1.0)


def _bun(identity: Identity) -> Part:
    rings, spokes = 12, 24
    vertices = ball(rings, spokes) * (0.30, 0.24, 0.30) + (0.0, 1.30, -0.38)
    return Part(
        vertices, grid_faces(rings, spokes), grid_uv(rings, spokes),
        _strands(identity, _CUTS["bun"]), Rig.still(len(vertices)), 0.10, 4, 0.2,
    )  # fmt: skip
