"""The head's surface at rest: a smooth skull, a face on it, bent to an identity's shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import (
    EYE_X,
    MOUTH_HALF,
    MOUTH_V,
    canonical_x,
    curve,
    profile,
    smoothstep,
)
from talkingface.synthetic.identity import Identity

Floats = NDArray[np.float64]

BALL_RADIUS = 0.198
_LID_THICKNESS = 0.012


def bump(x: Floats, v: Floats, cx: float, cv: float, sx: float, sv: float) -> Floats:
    """Return a Gaussian bump of height 1 at (cx, cv) with deviations (sx, sv)."""
    return np.exp(-0.5 * (((x - cx) / sx) ** 2 + ((v - cv) / sv) ** 2))


def skull(identity: Identity, theta: Floats, v: Floats) -> Floats:
    """Return (N, 3) points of the head without facial features."""
    s = identity.shape
    width, front, back, height = profile(v)
    width = width * (1.0 + 0.035 * s["face_width"])
    width = width * (1.0 + 0.05 * s["jaw_width"] * smoothstep(-0.25, -0.95, v))
    sine, cosine = np.sin(theta), np.cos(theta)
    flat = np.maximum(1.0 - np.abs(sine) ** 2.35, 0.0) ** (1.0 / 2.35)
    z = np.where(cosine > 0, front * flat, -back * np.abs(cosine))
    lift = 0.40 * smoothstep(-0.40, -1.12, v) * np.clip(1.0 - cosine, 0.0, 1.15) ** 1.3
    y = height + lift
    y = np.where(y < 0, y * (1.0 + 0.035 * s["face_length"]), y)
    y = y - 0.045 * s["chin_length"] * smoothstep(-0.75, -1.1, v)
    y = y + 0.05 * s["forehead"] * smoothstep(0.2, 0.9, v)
    return np.stack([width * sine, y, z], -1)


def nose_height(identity: Identity, x: Floats, v: Floats) -> Floats:
    """Return how far the nose stands out at canonical (x, v)."""
    s = identity.shape
    knots = (0.22, 0.06, -0.10, -0.25, -0.36, -0.415, -0.46, -0.505, -0.54, -0.60)
    tip = 0.335 + 0.045 * s["nose_out"]
    hook = 0.02 * s["nose_hook"]
    heights = (
        *(0.0, 0.075, 0.15 + hook, 0.235 + hook),
        *(0.95 * tip, tip, 0.86 * tip, 0.36 * tip, 0.06, 0.0),
    )
    widths = (0.12, 0.075, 0.075, 0.085, 0.105, 0.115, 0.11, 0.10, 0.09, 0.09)
    rising = np.array(knots)[::-1]
    ridge = curve(v, rising, np.array(heights)[::-1])
    spread = curve(v, rising, np.array(widths)[::-1]) * (1.0 + 0.10 * s["nose_width"])
    wing_x = 0.118 * (1.0 + 0.10 * s["nose_width"])
    wings = bump(np.abs(x), v, wing_x, -0.445, 0.052, 0.052)
    return ridge * np.exp(-(np.abs(x / (1.4 * spread)) ** 2.0)) + 0.085 * wings


def _features(identity: Identity, x: Floats, v: Floats) -> Floats:
    """Return the face's relief along z at canonical (x, v), without the nose."""
    s = identity.shape
    ax = np.abs(x)
    relief = -(0.105 + 0.02 * s["socket"]) * bump(ax, v, EYE_X, 0.0, 0.17, 0.105)
    relief += -0.05 * bump(ax, v, 0.14, 0.02, 0.06, 0.10)
    relief += 0.045 * bump(ax, v, 0.30, 0.22, 0.22, 0.06)
    relief += (0.045 + 0.025 * s["cheeks"]) * bump(ax, v, 0.44, -0.30, 0.16, 0.13)
    relief += (-0.03 + 0.03 * s["cheeks"]) * bump(ax, v, 0.42, -0.68, 0.14, 0.18)
    relief += 0.06 * bump(x, v, 0.0, MOUTH_V, 0.24, 0.16)
    upper, lower = 1.0 + 0.25 * s["upper_lip"], 1.0 + 0.25 * s["lower_lip"]
    across = np.clip(1.0 - (ax / (1.08 * MOUTH_HALF)) ** 2, 0.0, 1.0) ** 0.5
    above, below = v - MOUTH_V, MOUTH_V - v
    roll_up = np.exp(-0.5 * ((above - 0.035) / 0.032) ** 2) * (v >= MOUTH_V)
    roll_up += np.exp(-0.5 * ((above - 0.035) / 0.045) ** 2) * (v < MOUTH_V)
    roll_low = np.exp(-0.5 * ((below - 0.05) / 0.04) ** 2)
    relief += across * (0.045 * upper * roll_up + 0.052 * lower * roll_low)
    relief += -0.025 * across * np.exp(-0.5 * (above / 0.016) ** 2)
    relief += -0.04 * bump(x, v, 0.0, -0.885, 0.20, 0.04)
    relief += (0.075 + 0.04 * s["chin_out"]) * bump(x, v, 0.0, -1.03, 0.17, 0.10)
    relief += -0.016 * bump(x, v, 0.0, -0.60, 0.03, 0.05)
    return relief


def _bend(identity: Identity, x0: Floats, v: Floats, points: Floats) -> None:
    """Move features sideways and up to their places in this identity, in place."""
    s = identity.shape
    side, ax = np.sign(x0), np.abs(x0)
    eye = bump(ax, v, EYE_X, 0.0, 0.22, 0.20)
    at_eye = bump(ax, v, EYE_X, 0.0, 0.20, 0.13)
    points[:, 0] += side * 0.018 * s["eye_spacing"] * eye
    points[:, 0] += side * (ax - EYE_X) * 0.05 * s["eye_size"] * at_eye
    points[:, 1] += (0.015 * s["eye_height"] + 0.10 * (ax - EYE_X) * s["eye_tilt"]) * at_eye
    nose = bump(x0, v, 0.0, -0.44, 0.22, 0.12)
    points[:, 1] += (-0.03 * s["nose_length"] + 0.012 * s["nose_tip"]) * nose
    mouth = bump(x0, v, 0.0, MOUTH_V, 0.35, 0.12)
    points[:, 0] += x0 * 0.07 * s["mouth_width"] * mouth
    corners = np.clip((ax / MOUTH_HALF) ** 2, 0.0, 1.6)
    points[:, 1] += 0.02 * s["mouth_height"] * mouth
    points[:, 1] += (
        (0.018 + 0.014 * s["mouth_curve"]) * corners * bump(x0, v, 0.0, MOUTH_V, 0.30, 0.07)
    )
    front = np.clip(1.0 - (ax / MOUTH_HALF) ** 2, 0.0, 1.0)
    line = 0.012 * np.cos(x0 / MOUTH_HALF * 2.5 * np.pi) * front
    points[:, 1] += line * np.exp(-0.5 * ((v - MOUTH_V) / 0.07) ** 2)
    brow = bump(ax, v, 0.32, 0.23, 0.26, 0.075)
    rise = 0.022 * s["brow_height"] + 0.14 * (ax - 0.32) * s["brow_tilt"]
    rise = rise + 0.02 * s["brow_arch"] * np.exp(-0.5 * ((ax - 0.38) / 0.08) ** 2)
    points[:, 1] += rise * brow


def eye_centre(identity: Identity, side: int) -> Floats:
    """Return the (3,) centre of the eyeball; side -1 is the picture's left, 1 its right."""
    middle = surface(identity, *_eye_chart(side))[0]
    return np.array([middle[0], middle[1] + 0.006, middle[2] - BALL_RADIUS + 0.060])


def _eye_chart(side: int) -> tuple[Floats, Floats]:
    width = profile(np.zeros(1))[0][0]
    return np.array([side * np.arcsin(EYE_X / width)]), np.zeros(1)


def surface(identity: Identity, theta: Floats, v: Floats) -> Floats:
    """Return (N, 3) points of the face at chart places, eyes and mouth shut to a line."""
    points = skull(identity, theta, v)
    x0 = canonical_x(theta, v)
    front = smoothstep(-0.1, 0.35, np.cos(theta))
    points[:, 2] += front * (_features(identity, x0, v) + nose_height(identity, x0, v))
    underside = 0.05 * bump(x0, v, 0.0, -0.51, 0.14, 0.05)
    points[:, 1] += front * underside * (0.4 + 0.3 * identity.shape["nose_tip"])
    _bend(identity, np.where(np.cos(theta) > 0, x0, 9.0), v, points)
    return points


def lid_radius() -> float:
    """Return the radius of the sphere on which the lids slide."""
    return BALL_RADIUS + _LID_THICKNESS
