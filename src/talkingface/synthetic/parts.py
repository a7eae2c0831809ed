"""Everything but skin and hair: eyeballs, the mouth's inside, ears, neck, shoulders, glasses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import Chart, smoothstep
from talkingface.synthetic.headshape import BALL_RADIUS, eye_centre, skull
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import Part, Rig, grid_faces, grid_uv, linear
from talkingface.synthetic.noise import fractal_noise, value_noise

Floats = NDArray[np.float64]

_BALL_TURN = np.radians(100.0)


def eyeball(identity: Identity, side: int) -> Part:
    """Return one eyeball; side -1 is the picture's left, 1 its right."""
    rings, spokes = 13, 28
    polar, around = np.meshgrid(
        np.linspace(0, _BALL_TURN, rings), np.linspace(0, 2 * np.pi, spokes), indexing="ij"
    )
    polar, around = polar.ravel(), around.ravel()
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
        shininess=140.0,
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
        sheets.append(np.column_stack([corners, tilt]) + centre + (0.0, 0.0, 0.02))
    faces = np.array([(0, 2, 1), (1, 2, 3), (4, 6, 5), (5, 6, 7)], np.int32)
    colour = 0.5 * linear(identity.skin) * (1.0, 0.55, 0.5)
    return Part(
        np.concatenate(sheets), faces, np.full((8, 2), 0.5), colour.reshape(1, 1, 3), Rig.still(8)
    )


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
    for back, spread, shrink in ((0.0, 0.0, 1.0), (0.045, 0.008, 1.0), (0.11, 0.05, 1.0), (0.42, 0.05, 0.7)):
        ring = rim.copy()
        ring[:, 0] *= shrink
        ring[:, 1] += spread * away
        ring[:, 2] -= back
        rings.append(ring)
    centre = np.tile(middle - (0.0, 0.03, 0.6), (len(loop), 1))
    rig = Rig.still(5 * len(loop))
    rig.basis = np.concatenate([head_rig.basis[:, loop]] * 3 + [0.3 * head_rig.basis[:, loop]] * 2, 1)
    jaw = head_rig.jaw[loop]
    rig.jaw = np.concatenate([jaw, jaw, jaw, jaw, np.full(len(loop), 0.5)])
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
    v, x = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-0.24, 0.24, columns), indexing="ij")
    v, x = v.ravel(), x.ravel()
    if upper:
        y = 0.10 - 0.145 * v + 0.008 * np.cos(x * 50.0) * (v > 0.9)
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
        vertices, grid_faces(rows, columns), grid_uv(rows, columns), texture, rig, 0.25, 40.0, 0.7
    )


def _ball(rings: int, spokes: int) -> Floats:
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, spokes), indexing="ij"
    )
    return np.stack(
        [np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], -1
    ).reshape(-1, 3)


def tongue(mouth: Floats) -> Part:
    """Return the tongue, resting behind the lower teeth."""
    vertices = _ball(8, 14) * (0.15, 0.055, 0.17) + mouth + (0.0, -0.075, -0.31)
    return Part(
        vertices, grid_faces(8, 14), grid_uv(8, 14), np.full((1, 1, 3), (0.42, 0.13, 0.13)),
        Rig.still(len(vertices), jaw=0.85), 0.15, 20.0, 0.6,
    )  # fmt: skip


def ear(identity: Identity, side: int) -> Part:
    """Return one ear; side -1 is the picture's left, 1 its right."""
    size = 1.0 + 0.08 * identity.shape["ear_size"]
    vertices = _ball(12, 20) * (0.06, 0.27 * size, 0.16 * size)
    up = vertices[:, 1] / (0.27 * size)
    vertices[:, 2] *= 0.75 + 0.25 * up
    flare = np.radians(28.0) * side
    x, z = vertices[:, 0].copy(), vertices[:, 2].copy()
    vertices[:, 0] = x * np.cos(flare) - z * np.sin(flare)
    vertices[:, 2] = x * np.sin(flare) + z * np.cos(flare)
    vertices[:, 2] += -0.22 * vertices[:, 1] - 0.03
    root = skull(identity, np.array([side * np.pi / 2]), np.array([-0.05]))[0]
    vertices += root + (side * 0.035, -0.05, -0.06)
    v, u = np.mgrid[0:48, 0:80]
    v, u = v / 47.0, u / 79.0 * 2 * np.pi
    shape = np.exp(-(((v - 0.45) / 0.22) ** 2)) * np.clip(np.sin(u) * side, 0, 1)
    inner = shape * np.exp(-((np.cos(u) / 0.55) ** 2))
    colour = linear(identity.skin) * (0.96, 0.80, 0.78)
    texture = colour * (1.0 - 0.62 * inner)[..., None]
    return Part(
        vertices, grid_faces(12, 20), grid_uv(12, 20), texture, Rig.still(len(vertices)), 0.05, 12.0
    )


def neck(identity: Identity) -> Part:
    """Return the neck, bending from the head's turn to the shoulders'."""
    rows, columns = 14, 40
    v, theta = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-np.pi, np.pi, columns), indexing="ij")
    v, theta = v.ravel(), theta.ravel()
    girth = 0.47 + 0.045 * identity.shape["neck_width"] + 0.05 * (identity.beard != "none")
    radius = girth * (1.0 + 0.30 * smoothstep(0.55, 1.0, v))
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
    y, wide, deep = (np.interp(s, np.arange(len(outline)), outline[:, k])[:, None] for k in range(3))
    theta = np.linspace(-np.pi, np.pi, columns)[None]
    sway = wide * (1.0 + 0.05 * identity.shape["face_width"])
    x = sway * np.sign(np.sin(theta)) * np.abs(np.sin(theta)) ** 0.85
    dip = 0.10 * np.clip(np.cos(theta), 0, 1) * (wide < 0.9)
    vertices = np.stack([x, y - dip + 0 * theta, -0.15 + deep * np.cos(theta)], -1).reshape(-1, 3)
    return Part(
        vertices, grid_faces(rows, columns), grid_uv(rows, columns), _clothes(identity),
        Rig.still(len(vertices), body=1.0), 0.02, 8.0,
    )  # fmt: skip


def _clothes(identity: Identity) -> Floats:
    height, width = 160, 384
    v, theta = np.mgrid[0:height, 0:width]
    v, theta = v / (height - 1), np.abs(theta / (width - 1) * 2 - 1) * np.pi
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


def glasses(identity: Identity) -> Part:
    """Return a frame of two rings, a bridge and two temples."""
    bars = []
    for side in (-1, 1):
        centre = eye_centre(identity, side) + (side * 0.01, -0.02, 0.30)
        turn = np.linspace(0, 2 * np.pi, 29)
        square = np.abs(np.cos(turn)) ** 4 + np.abs(np.sin(turn)) ** 4
        rim = np.stack([0.235 * np.cos(turn), 0.175 * np.sin(turn), 0 * turn], 1) / square[:, None] ** 0.15
        rim[:, 2] -= 0.10 * side * rim[:, 0] + 0.6 * rim[:, 0] ** 2
        bars.append(rim + centre)
        outer = centre + (side * 0.245, 0.06, -0.06)
        ear_place = skull(identity, np.array([side * np.pi / 2]), np.array([0.05]))[0]
        bars.append(np.linspace(outer, ear_place + (side * 0.05, 0.03, 0.0), 8))
    left, right = (eye_centre(identity, s) + (-s * 0.215, 0.03, 0.295) for s in (-1, 1))
    bars.append(np.linspace(left, right, 5) + np.array([(0, 0.02, 0.03)]) * [[0], [1], [1.4], [1], [0]])
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
        colour.reshape(1, 1, 3), Rig.still(count), 0.5, 30.0,
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
