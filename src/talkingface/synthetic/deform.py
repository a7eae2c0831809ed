"""From pose and expression to points in front of the camera: one compiled pass over vertices."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from talkingface.synthetic.mesh import Rig

Float32 = NDArray[np.float32]

EXPRESSION_NAMES = (
    "jaw_open",
    "lip_width",
    "lip_protrusion",
    "smile",
    "brow_raise",
    "blink_left",
    "blink_right",
    "gaze_x",
    "gaze_y",
)
#: Half the crop's side in model units at the head's centre, and the camera's distance from it.
HALF_CROP, CAMERA = 1.62, 11.0
#: The head turns about this point, which pose (x, y) = (0, 0) puts into the picture's middle.
PIVOT = np.array([0.0, -0.14, 0.0])
_NECK_BASE = np.array([0.0, -1.45, -0.15])
#: How far the neck stays behind at a pitch of one degree; grows with its square.
_NECK_BACK = 0.0006
_JAW_Y, _JAW_Z = -0.25, 0.05
_JAW_TURN = math.radians(25.0)
_GAZE_X, _GAZE_Y = math.radians(27.0), math.radians(19.0)
#: Height of the closed line at the middle of an average eye.
_LID_SPAN = -0.0468
_BODY_YAW, _BODY_ROLL = 0.12, 0.06


@dataclass(frozen=True)
class Skeleton:
    """What the kernel needs about a set of vertices; a subset of a Model's arrays.

    Attributes:
        rest: (V, 3) vertices at rest. rig: their rig.
        eyes: (2, 4) centre of both eyeballs and the radius of the sphere the lids slide on.
    """

    rest: Float32
    rig: Rig
    eyes: Float32

    def pick(self, vertices: NDArray[np.int64]) -> Skeleton:
        """Return the skeleton of some of the vertices."""
        fields = {
            name: np.ascontiguousarray(
                getattr(self.rig, name)[:, vertices]
                if name == "basis"
                else getattr(self.rig, name)[vertices]
            )
            for name in Rig.__dataclass_fields__
        }
        return Skeleton(self.rest[vertices], Rig(**fields), self.eyes)

    def points(self, pose: Float32, expression: Float32) -> Float32:
        """Return (V, 3) points of one frame in camera space, in units of half the crop.

        Args:
            pose: (6,) as in `talkingface.manifest.Track.pose`.
            expression: (9,) as in EXPRESSION_NAMES.
        """
        rig = self.rig
        local = _deform(
            self.rest, rig.basis, rig.jaw, rig.eye, rig.ball, rig.lid, rig.lid_open, rig.lid_closed,
            rig.upper, self.eyes, expression.astype(np.float64),
        )  # fmt: skip
        yaw, pitch, roll, x, y, log_scale = (float(value) for value in pose)
        head = rotation(yaw, pitch, roll)
        body = rotation(_BODY_YAW * yaw, 0.0, _BODY_ROLL * roll)
        scale = math.exp(log_scale) / HALF_CROP
        # A head that bends down moves forward of its neck.
        base = _NECK_BASE - np.array((0.0, 0.0, _NECK_BACK * max(pitch, 0.0) ** 2))
        return _place(local, rig.body, head, body, PIVOT, _NECK_BASE, base, scale, x, y)


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the (3, 3) head rotation Ry(yaw) Rx(pitch) Rz(roll) of angles in degrees.

    Signs as in `Track.pose`: to the picture's right, down, clockwise in the picture.
    """
    cy, sy = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    cp, sp = math.cos(math.radians(pitch)), math.sin(math.radians(pitch))
    cr, sr = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return turn @ nod @ tilt


def project(points: Float32) -> Float32:
    """Return where camera-space points (..., 3) are seen: (..., 2) in [0, 1] from the top left."""
    distance = CAMERA / HALF_CROP
    factor = 0.5 * distance / (distance - points[..., 2])
    return np.stack([0.5 + points[..., 0] * factor, 0.5 - points[..., 1] * factor], -1)


@njit(cache=True, nogil=True)
def _deform(rest, basis, jaw, eye, ball, lid, lid_open, lid_closed, upper, eyes, e):  # type: ignore[no-untyped-def]
    out = np.empty(rest.shape, np.float64)
    # The picture's left eye is the subject's right one.
    blinks = (0.0, e[6], e[5])
    droop = 0.030 * max(e[8], 0.0) + 0.022 * min(e[8], 0.0)
    negative = (1.0, 0.3, 0.6, 0.6)
    squint = 0.020 * max(e[3], 0.0)
    cgx, sgx = math.cos(_GAZE_X * e[7]), math.sin(_GAZE_X * e[7])
    cgy, sgy = math.cos(_GAZE_Y * e[8]), math.sin(_GAZE_Y * e[8])
    for k in range(rest.shape[0]):
        x, y, z = float(rest[k, 0]), float(rest[k, 1]), float(rest[k, 2])
        for b in range(4):
            value = e[1 + b]
            # Lips can be pushed further forward than drawn in, corners further up than down.
            if value < 0.0:
                value *= negative[b]
            x += value * basis[b, k, 0]
            y += value * basis[b, k, 1]
            z += value * basis[b, k, 2]
        n = eye[k]
        if ball[k]:
            dx, dy, dz = x - eyes[n - 1, 0], y - eyes[n - 1, 1], z - eyes[n - 1, 2]
            dy, dz = dy * cgy - dz * sgy, dy * sgy + dz * cgy
            dx, dz = dx * cgx + dz * sgx, dz * cgx - dx * sgx
            x, y, z = eyes[n - 1, 0] + dx, eyes[n - 1, 1] + dy, eyes[n - 1, 2] + dz
        elif n > 0:
            shut = min(max(blinks[n], 0.0), 1.0)
            rim = lid_open[k]
            arch = lid_closed[k] / _LID_SPAN
            rim += -droop * arch if upper[k] else (0.6 * squint - 0.4 * droop) * arch
            y += lid[k] * (rim + (lid_closed[k] - rim) * shut)
            dx, dy = x - eyes[n - 1, 0], y - eyes[n - 1, 1]
            inside = eyes[n - 1, 3] ** 2 - dx * dx - dy * dy
            if inside > 0.0:
                on_ball = eyes[n - 1, 2] + math.sqrt(inside)
                # A smooth maximum keeps the lid's bulge free of creases.
                gap = on_ball - z
                z = 0.5 * (z + on_ball + math.sqrt(gap * gap + 0.0006))
        if jaw[k] != 0.0:
            turn = jaw[k] * _JAW_TURN * e[0]
            c, s = math.cos(turn), math.sin(turn)
            dy, dz = y - _JAW_Y, z - _JAW_Z
            y, z = _JAW_Y + dy * c - dz * s, _JAW_Z + dy * s + dz * c
        out[k, 0], out[k, 1], out[k, 2] = x, y, z
    return out


@njit(cache=True, nogil=True)
def _place(local, body_share, head, body, pivot, neck, base, scale, x, y):  # type: ignore[no-untyped-def]
    out = np.empty(local.shape, np.float32)
    for k in range(local.shape[0]):
        w = body_share[k]
        for a in range(3):
            on_head = 0.0
            on_body = base[a] - pivot[a]
            for b in range(3):
                on_head += head[a, b] * (local[k, b] - pivot[b])
                on_body += body[a, b] * (local[k, b] - neck[b])
            value = scale * (on_head + w * (on_body - on_head))
            if a == 0:
                value += x
            elif a == 1:
                value -= y
            out[k, a] = value
    return out
