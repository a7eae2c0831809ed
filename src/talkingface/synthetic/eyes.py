"""Eyeballs, what lies around them, and glasses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import smoothstep
from talkingface.synthetic.headshape import BALL_RADIUS, eye_centre, skull
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Part, Rig, grid_faces, linear

Floats = NDArray[np.float64]

_BALL_TURN = np.radians(100.0)


def eyeball(identity: Identity, side: int) -> Part:
    """Return one eyeball; side -1 is the picture's left, 1 its right."""
    rings, spokes = 13, 28
    polar, around = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(0, _BALL_TURN, rings), np.linspace(0, 2 * np.pi, spokes), indexing="ij"
        )
    )
    local = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], 1
    )
    cornea = 0.012 * np.exp(-((polar / 0.42) ** 4))
    rig = Rig.still(len(local))
    rig.eye[:] = 1 if side < 0 else 2
    rig.ball[:] = True
    reach = 0.5 * polar / _BALL_TURN
    return Part(
        vertices=eye_centre(identity, side) + local * (BALL_RADIUS + cornea)[:, None],
        faces=grid_faces(rings, spokes),
        uv=np.stack([0.5 + reach * np.cos(around), 0.5 - reach * np.sin(around)], 1),
        texture=_iris(identity),
        rig=rig,
        gloss=1.6,
        shininess=7,
        wrap=0.6,
    )


def _iris(identity: Identity, side: int = 128) -> Floats:
    y, x = np.mgrid[0:side, 0:side] / (side - 1) * 2.0 - 1.0
    angle = np.hypot(x, y) * np.degrees(_BALL_TURN)
    spoke = np.arctan2(y, x)
    white = np.array((0.86, 0.85, 0.83)) * (1.0 - 0.22 * smoothstep(35, 75, angle))[..., None]
    streak = 0.8 + 0.25 * np.sin(17 * spoke + identity.seed) * np.sin(29 * spoke)
    ring = 1.25 * smoothstep(9, 22, angle) * (1.0 - 0.75 * smoothstep(23, 29, angle)) + 0.12
    iris = linear(identity.iris) * (streak * ring)[..., None] * 1.1
    eye = np.where((angle < 29.5)[..., None], iris, white)
    soft = smoothstep(28.0, 31.0, angle)[..., None]
    eye = np.where((np.abs(angle - 29.5) < 1.6)[..., None], iris * (1 - soft) + white * soft, eye)
    return eye * smoothstep(10.5, 12.5, angle)[..., None] + 0.006


def eye_backing(identity: Identity) -> Part:
    """Return the dark red tissue seen in the corners, behind both eyeballs."""
    corners = np.array([(-0.175, 0.07), (0.175, 0.07), (-0.175, -0.07), (0.175, -0.07)])
    sheets = []
    for side in (-1, 1):
        centre = eye_centre(identity, side)
        tilt = -0.35 * side * corners[:, 0]
        sheets.append(np.column_stack([corners, tilt]) + centre + np.array((0.0, 0.0, 0.02)))
    faces = np.array([(0, 2, 1), (1, 2, 3), (4, 6, 5), (5, 6, 7)], np.int32)
    colour = 0.5 * linear(identity.skin) * (1.0, 0.55, 0.5)
    return Part(
        np.concatenate(sheets), faces, np.full((8, 2), 0.5), colour.reshape(1, 1, 3), Rig.still(8)
    )


def glasses(identity: Identity) -> Part:
    """Return a frame of two rings, a bridge and two temples."""
    bars = []
    for side in (-1, 1):
        centre = eye_centre(identity, side) + np.array((side * 0.01, -0.02, 0.30))
        turn = np.linspace(0, 2 * np.pi, 29)
        square = np.abs(np.cos(turn)) ** 4 + np.abs(np.sin(turn)) ** 4
        rim = (
            np.stack([0.235 * np.cos(turn), 0.175 * np.sin(turn), 0 * turn], 1)
            / square[:, None] ** 0.15
        )
        rim[:, 2] -= 0.10 * side * rim[:, 0] + 0.6 * rim[:, 0] ** 2
        bars.append(rim + centre)
        outer = centre + np.array((side * 0.245, 0.06, -0.06))
        ear_place = skull(identity, np.array([side * np.pi / 2]), np.array([0.05]))[0]
        bars.append(np.linspace(outer, ear_place + np.array((side * 0.05, 0.03, 0.0)), 8))
    left, right = (eye_centre(identity, s) + np.array((-s * 0.215, 0.03, 0.295)) for s in (-1, 1))
    bars.append(
        np.linspace(left, right, 5) + np.array([(0, 0.02, 0.03)]) * [[0], [1], [1.4], [1], [0]]
    )
    vertices, faces, offset = [], [], 0
    for bar in bars:
        points, triangles = _tube(bar, 0.017)
        vertices.append(points)
        faces.append(triangles + offset)
        offset += len(points)
    count = offset
    colour = 0.25 * linear(identity.cloth_accent) + 0.01
    return Part(
        np.concatenate(vertices), np.concatenate(faces), np.full((count, 2), 0.5),
        colour.reshape(1, 1, 3), Rig.still(count), 0.5, 5,
    )  # fmt: skip


def _tube(path: Floats, radius: float) -> tuple[Floats, NDArray[np.int32]]:
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    first = np.cross(along, (0.31, 0.2, 0.93))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    turn = np.linspace(0, 2 * np.pi, 6)
    points = (
        path[:, None]
        + radius * np.cos(turn)[None, :, None] * first[:, None]
        + radius * np.sin(turn)[None, :, None] * second[:, None]
    )
    return points.reshape(-1, 3), grid_faces(len(path), len(turn))
