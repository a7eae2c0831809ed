"""Codes at other times than their frames: any rate in, any rate out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Half a grey level: above what an encoder makes of a frame shown twice, below any real motion.
_SAME = 0.5 / 127.5


def resample_codes(
    code_TZ: Tensor, time_T: Tensor, wanted_U: Tensor, fresh_T: Tensor | None = None
) -> Tensor:
    """Interpolate codes linearly in time.

    Args:
        code_TZ: the codes of T frames.
        time_T: their times in seconds, rising, at any spacing (float64 for long videos).
        wanted_U: times in seconds at which codes are wanted; outside the frames the ends hold.
        fresh_T: False for frames that only repeat the one before, which are left out: a repeated
            frame says nothing of its own moment. The first frame always counts.

    Returns:
        (U, Z).

    Raises:
        ValueError: no frame, times and frames of different number, or times that do not rise.
    """
    if len(code_TZ) == 0 or len(code_TZ) != len(time_T):
        raise ValueError(f"{len(code_TZ)} codes at {len(time_T)} times: as many, and at least one")
    if fresh_T is not None:
        kept_T = fresh_T.clone()
        kept_T[0] = True
        code_TZ, time_T = code_TZ[kept_T], time_T[kept_T]
    if (time_T.diff() <= 0).any():
        raise ValueError("the times of the codes do not rise")
    last = len(time_T) - 1
    after_U = torch.searchsorted(time_T, wanted_U.to(time_T)).clamp(min(1, last), last)
    before_U = (after_U - 1).clamp_min(0)
    span_U = (time_T[after_U] - time_T[before_U]).clamp_min(1e-12)
    share_U = ((wanted_U.to(time_T) - time_T[before_U]) / span_U).clamp(0, 1)
    return torch.lerp(code_TZ[before_U], code_TZ[after_U], share_U.to(code_TZ)[:, None])


def fresh_frames(frames_T3SS: Tensor, before_3SS: Tensor | None = None) -> Tensor:
    """Return (T,) bool: False for frames that repeat the one before.

    Args:
        frames_T3SS: consecutive frames in [-1, 1].
        before_3SS: the frame before the first, when there is one.
    """
    first = frames_T3SS[:1] + 1 if before_3SS is None else before_3SS[None]
    change_T = (frames_T3SS - torch.cat([first, frames_T3SS[:-1]])).abs().mean(dim=(1, 2, 3))
    return change_T > _SAME


def fresh_pixels(
    frames_TSS3: NDArray[np.uint8], before_SS3: NDArray[np.uint8] | None = None
) -> Tensor:
    """Return what `fresh_frames` returns, for uint8 frames (T, S, S, 3)."""
    first = frames_TSS3[:1] ^ 128 if before_SS3 is None else before_SS3[None]
    shown = np.concatenate([first, frames_TSS3]).astype(np.int16)
    change_T = np.abs(np.diff(shown, axis=0)).mean(axis=(1, 2, 3))
    return torch.from_numpy(change_T > _SAME * 127.5)
