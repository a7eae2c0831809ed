"""What following the main face of a video yields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FaceTrack:
    """The main face of a video of T frames, in pixels of the video.

    Attributes:
        bounds: (T, 4) left, top, right, bottom of the face's landmarks; rows without a face hold
            the nearest seen frame's values.
        face: (T,) whether the face was seen.
    """

    bounds: NDArray[np.float32]
    face: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.face)


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
