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


def shot_changes(
    numbers: NDArray[np.integer],
    bounds: NDArray[np.floating],
    matrix: NDArray[np.floating],
    rate: Fraction,
) -> tuple[Fraction, ...]:
    """Return the times in seconds at which another shot begins.

    Args:
        numbers: (N,) the frames that show a face, rising.
        bounds: (N, 4) left, top, right, bottom of the face.
        matrix: (N, 4, 4) facial transformation matrices.
        rate: frames a second.
    """
    rotation = matrix[:, :3, :3] / np.linalg.norm(matrix[:, :3, :3], axis=1, keepdims=True)
    gaps = np.diff(numbers)
    cosine = (np.einsum("nij,nij->n", rotation[:-1], rotation[1:]) - 1) / 2
    speed = np.degrees(np.arccos(np.clip(cosine, -1, 1))) * float(rate) / gaps
    return tuple(
        Fraction(int(numbers[k + 1])) / rate
        for k in np.flatnonzero(gaps <= _CUT_FRAMES)
        if speed[k] > _FASTEST_TURN or is_jump(bounds[k], bounds[k + 1])
    )
