"""Telling cuts between shots by what no head can do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

# A face that is elsewhere after no more frames than this did not walk there.
_CUT_FRAMES = 3
# The fastest heads in talking videos reach 270 degrees a second.
_FASTEST_TURN = 500.0


def is_jump(last: NDArray[np.floating], bounds: NDArray[np.floating]) -> bool:
    """Whether two faces are a face's size apart, or of quite another size.

    Args:
        last, bounds: (4,) left, top, right, bottom.
    """
    distance = float(np.linalg.norm((bounds[:2] + bounds[2:] - last[:2] - last[2:]) / 2))
    extents = [float(max(face[2:] - face[:2])) for face in (last, bounds)]
    return distance > min(extents) or min(extents) < 0.6 * max(extents)


def is_another_shot(
    last: tuple[NDArray[np.floating], NDArray[np.floating]],
    now: tuple[NDArray[np.floating], NDArray[np.floating]],
    frames: int,
    rate: Fraction,
) -> bool:
    """Whether a face is elsewhere, or turned otherwise, than one head can be after so few frames.

    Args:
        last, now: (4,) bounds of the face and its (4, 4) facial transformation matrix.
        frames: from the one to the other; after more than three, a head may be anywhere.
        rate: frames a second.
    """
    if frames > _CUT_FRAMES:
        return False
    return is_jump(last[0], now[0]) or _turn(last[1], now[1]) * rate / frames > _FASTEST_TURN


def _turn(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the angle in degrees between the rotations of two transformation matrices."""
    rotations = [matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0) for matrix in (one, other)]
    cosine = (float(np.sum(rotations[0] * rotations[1])) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
