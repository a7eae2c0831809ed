"""Head pose: angles from the facial transformation matrix, place and size from rigid landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# MediaPipe points that expression hardly moves: temples and ears, eye corners, bridge of the nose.
_SIDES = [127, 234, 356, 454]
_RIGID = [*_SIDES, 33, 133, 362, 263, 168, 6, 197, 9, 151]


def head_angles(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return yaw, pitch and roll in degrees of transformation matrices.

    Yaw is positive when the head turns to the right of the picture, pitch when it looks down,
    roll when it turns clockwise in the picture. The head rolls first, then pitches, then yaws.

    Args:
        matrix: (..., 4, 4), x to the right, y up, z towards the viewer; the face looks along z.

    Returns:
        (..., 3) float32.
    """
    rotation = np.asarray(matrix, np.float64)[..., :3, :3]
    rotation = rotation / np.linalg.norm(rotation, axis=-2, keepdims=True)
    yaw = np.arctan2(rotation[..., 0, 2], rotation[..., 2, 2])
    pitch = np.arcsin(np.clip(-rotation[..., 1, 2], -1.0, 1.0))
    roll = -np.arctan2(rotation[..., 1, 0], rotation[..., 1, 1])
    return np.degrees(np.stack([yaw, pitch, roll], axis=-1)).astype(np.float32)


def head_place(
    landmarks: NDArray[np.floating], depth: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the head is and how large, hardly moved by turning or by expression.

    The centre lies midway between the sides of the head, near the axis about which it turns. The
    size is the root mean square distance of rigid points from their mean, in three dimensions,
    so that turning does not shorten it.

    Args:
        landmarks: (..., 478, 2) in pixels.
        depth: (..., 478) in the same unit.

    Returns:
        centre (..., 2) and size (...,), both in that unit.
    """
    points = np.concatenate([landmarks, depth[..., None]], axis=-1).astype(np.float64)
    centre = points[..., _SIDES, :2].mean(axis=-2)
    rigid = points[..., _RIGID, :]
    spread = rigid - rigid.mean(axis=-2, keepdims=True)
    return centre, np.sqrt((spread**2).sum(axis=-1).mean(axis=-1))


def pose_in_crop(
    angles: NDArray[np.floating],
    centre: NDArray[np.floating],
    size: NDArray[np.floating],
    crop_centre: NDArray[np.floating],
    crop_side: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Return a track's pose, see `talkingface.manifest.Track.pose`.

    Args:
        angles: (T, 3) degrees.
        centre: (T, 2) centre of the head, source pixels.
        size: (T,) size of the head, source pixels.
        crop_centre: (T, 2) centre of the crop, source pixels.
        crop_side: (T,) side of the crop, source pixels.

    Returns:
        (T, 6) float32: yaw, pitch, roll; x, y, log_scale in units of half the crop's side.
    """
    half = np.asarray(crop_side, np.float64) / 2
    place = (centre - crop_centre) / half[:, None]
    return np.column_stack([angles, place, np.log(size / half)]).astype(np.float32)
