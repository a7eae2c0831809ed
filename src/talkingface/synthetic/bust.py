"""Ears, neck, and shoulders in clothes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import smoothstep
from talkingface.synthetic.headshape import skull
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Part, Rig, ball, grid_faces, grid_uv, linear
from talkingface.synthetic.noise import fractal_noise, value_noise

Floats = NDArray[np.float64]


def ear(identity: Identity, side: int) -> Part:
    """Return one ear; side -1 is the picture's left, 1 its right."""
    size = 1.0 + 0.08 * identity.shape["ear_size"]
    vertices = ball(12, 20) * (0.06, 0.27 * size, 0.16 * size)
    up = vertices[:, 1] / (0.27 * size)
    vertices[:, 2] *= 0.75 + 0.25 * up
    flare = np.radians(28.0) * side
    x, z = vertices[:, 0].copy(), vertices[:, 2].copy()
    vertices[:, 0] = x * np.cos(flare) - z * np.sin(flare)
    vertices[:, 2] = x * np.sin(flare) + z * np.cos(flare)
    vertices[:, 2] += -0.22 * vertices[:, 1] - 0.03
    root = skull(identity, np.array([side * np.pi / 2]), np.array([-0.05]))[0]
    vertices += root + np.array((side * 0.035, -0.05, -0.06))
    v, u = np.meshgrid(np.linspace(0, 1, 48), np.linspace(-np.pi, np.pi, 80), indexing="ij")
    shape = np.exp(-(((v - 0.45) / 0.22) ** 2)) * np.clip(np.sin(u) * side, 0, 1)
    inner = shape * np.exp(-((np.cos(u) / 0.55) ** 2))
    colour = linear(identity.skin) * (0.96, 0.80, 0.78)
    texture = colour * (1.0 - 0.62 * inner)[..., None]
    return Part(
        vertices, grid_faces(12, 20), grid_uv(12, 20), texture, Rig.still(len(vertices)), 0.05, 4
    )


def neck(identity: Identity) -> Part:
    """Return the neck, bending from the head's turn to the shoulders'."""
    rows, columns = 14, 40
    v, theta = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(0, 1, rows), np.linspace(-np.pi, np.pi, columns), indexing="ij"
        )
    )
    girth = 0.47 + 0.045 * identity.shape["neck_width"] + 0.05 * (identity.beard != "none")
    # Narrow at the top, so that the neck stays behind the open mouth.
    radius = (
        girth * (1.0 + 0.30 * smoothstep(0.55, 1.0, v)) * (0.6 + 0.4 * smoothstep(0.1, 0.45, v))
    )
    front = 1.0 + 0.06 * np.exp(-((theta / 0.35) ** 2)) * np.exp(-(((v - 0.45) / 0.12) ** 2))
    vertices = np.stack(
        [radius * np.sin(theta), -0.55 - 1.15 * v, -0.13 + 0.93 * radius * front * np.cos(theta)], 1
    )
    rig = Rig.still(len(v))
    rig.body = smoothstep(0.05, 0.85, v)
    shade = 0.42 + 0.58 * smoothstep(0.30, 0.85, np.linspace(0, 1, 64))
    texture = linear(identity.skin) * (0.94, 0.90, 0.88) * shade[:, None, None]
    texture = texture * (1.0 + 0.02 * value_noise(identity.seed, (64, 64), (12, 12)))[..., None]
    return Part(vertices, grid_faces(rows, columns), grid_uv(rows, columns), texture, rig)


def shoulders(identity: Identity) -> Part:
    """Return chest and shoulders in clothes, with skin above the neckline."""
    outline = np.array(
        [(-1.20, 0.44, 0.40), (-1.30, 0.55, 0.47), (-1.42, 0.78, 0.54), (-1.54, 1.12, 0.60),
         (-1.68, 1.42, 0.66), (-1.88, 1.62, 0.72), (-2.3, 1.75, 0.80), (-3.2, 1.8, 0.85)]
    )  # fmt: skip
    rows, columns = 24, 64
    s = np.linspace(0, len(outline) - 1, rows)
    y, wide, deep = (
        np.interp(s, np.arange(len(outline)), outline[:, k])[:, None] for k in range(3)
    )
    theta = np.linspace(-np.pi, np.pi, columns)[None]
    sway = wide * (1.0 + 0.05 * identity.shape["face_width"])
    x = sway * np.sign(np.sin(theta)) * np.abs(np.sin(theta)) ** 0.85
    dip = 0.10 * np.clip(np.cos(theta), 0, 1) * (wide < 0.9)
    vertices = np.stack([x, y - dip + 0 * theta, -0.15 + deep * np.cos(theta)], -1).reshape(-1, 3)
    return Part(
        vertices, grid_faces(rows, columns), grid_uv(rows, columns), _clothes(identity),
        Rig.still(len(vertices), body=1.0), 0.02, 3,
    )  # fmt: skip


def _clothes(identity: Identity) -> Floats:
    height, width = 160, 384
    v, theta = np.meshgrid(np.linspace(0, 1, height), np.linspace(-1, 1, width), indexing="ij")
    theta = np.abs(theta) * np.pi
    cloth, accent = linear(identity.cloth), linear(identity.cloth_accent)
    wave = {
        "stripes": np.sin(v * 75.0),
        "checks": np.sin(v * 50.0) * np.sin(theta * 20.0),
    }.get(identity.pattern, np.full(v.shape, -1.0))
    colour = cloth + (accent - cloth) * smoothstep(-0.15, 0.15, wave)[..., None]
    colour = colour * (1.0 + 0.08 * fractal_noise(identity.seed, v.shape, (6, 14)))[..., None]
    edge = {
        "crew": 0.16 + 0 * theta,
        "high": 0.02 + 0 * theta,
        "scoop": 0.20 + 0.16 * np.clip(np.cos(theta), 0, 1),
        "v": 0.13 + 0.34 * np.clip(1.0 - theta / 0.55, 0, 1),
        "shirt": 0.08 + 0.26 * np.clip(1.0 - theta / 0.32, 0, 1),
    }[identity.neckline]
    collar = accent if identity.neckline in {"shirt", "crew"} else 0.75 * cloth
    reach = 0.13 if identity.neckline == "shirt" else 0.035
    colour = np.where((v < edge + reach)[..., None], collar, colour)
    colour = colour * (1.0 - 0.5 * np.exp(-(((v - edge - reach) / 0.012) ** 2)))[..., None]
    skin = linear(identity.skin) * 0.92
    return np.where((v < edge)[..., None], skin, np.clip(colour, 0.0, 1.0))
