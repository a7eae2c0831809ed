"""Pictures on their way into and out of the networks."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_signed(frames: Tensor) -> Tensor:
    """Turn uint8 pictures of any shape into float32 in [-1, 1]."""
    return frames.float() / 127.5 - 1


def to_tensor(frames_THWC: NDArray[np.uint8]) -> Tensor:
    """Turn uint8 RGB frames (T, H, W, 3) into a float32 tensor (T, 3, H, W) in [-1, 1]."""
    return to_signed(torch.from_numpy(np.ascontiguousarray(np.moveaxis(frames_THWC, -1, -3))))


def to_uint8(frames_TCHW: Tensor) -> NDArray[np.uint8]:
    """Turn frames (T, 3, H, W) in [-1, 1] into uint8 RGB (T, H, W, 3)."""
    scaled = (frames_TCHW.float().clamp(-1, 1) * 127.5 + 127.5).round().to(torch.uint8)
    return scaled.movedim(-3, -1).contiguous().cpu().numpy()
