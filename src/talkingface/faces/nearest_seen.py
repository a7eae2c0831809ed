"""Filling the frames of a video that do not show the face that is followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def nearest_seen(numbers: NDArray[np.integer], length: int) -> NDArray[np.intp]:
    """Return (length,) which of the seen frames is nearest to each frame, the earlier of two.

    Args:
        numbers: (N,) the frames that show a face, rising, at least one.
        length: number of frames of the video.
    """
    every = np.arange(length)
    after = np.clip(np.searchsorted(numbers, every), 0, len(numbers) - 1)
    before = np.clip(after - 1, 0, None)
    is_before = np.abs(numbers[before] - every) <= np.abs(numbers[after] - every)
    return np.where(is_before, before, after)
