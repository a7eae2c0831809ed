"""What a video scores that does not follow its driver: the floors that a model has to leave behind.

A portrait held still, and the mean of the true frames, which a model paints that ignores its codes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def mean_frame(pieces: Iterable[NDArray[np.uint8]]) -> Tensor:
    """Return the mean (3, H, W) in [0, 1] of frames that come in pieces (T, H, W, 3) uint8.

    Raises:
        ValueError: no frame.
    """
    summed, count = None, 0
    for piece in pieces:
        part = piece.sum(axis=0, dtype=np.int64)
        summed = part if summed is None else summed + part
        count += len(piece)
    if summed is None:
        raise ValueError("the mean of no frames")
    return torch.from_numpy((summed / (255 * count)).astype(np.float32)).movedim(-1, 0)


def unit(piece_THWC: NDArray[np.uint8]) -> Tensor:
    """Return uint8 RGB frames (T, H, W, 3) as (T, 3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(piece_THWC, -1, -3))).float() / 255
