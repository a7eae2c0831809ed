"""Correcting a video's codes piece by piece, in the memory of one piece."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

# A causal corrector sees 16 frames back, and their change from the one before; one that looks both
# ways sees 8 ahead.
_HALO = 17
_WINDOW = 512


def correct_in_windows(
    correct: Callable[[Tensor, Tensor, Tensor], Tensor],
    code_TZ: Tensor,
    time_T: Tensor,
    fresh_T: Tensor,
    window: int = _WINDOW,
) -> Tensor:
    """Return corrected codes (T, Z) on the CPU, equal to those of the whole video at once.

    Args:
        correct: `networks.model.TalkingFace.correct`, or another runtime's.
        code_TZ: codes of consecutive frames.
        time_T: their times in seconds.
        fresh_T: False where a frame only repeats the one before.
        window: frames corrected at a time; their neighbours are looked at besides.
    """
    corrected_TZ = torch.empty_like(code_TZ, device="cpu")
    for first in range(0, len(code_TZ), window):
        seen = slice(max(0, first - _HALO), first + window + _HALO)
        # Single precision as in training, rounded before the cut: a window's steps are the whole's.
        inputs = (code_TZ[seen], time_T[seen].float(), fresh_T[seen])
        made_TZ = correct(*(x[None] for x in inputs))[0]
        wanted = slice(first - seen.start, first - seen.start + window)
        corrected_TZ[first : first + window] = made_TZ[wanted]
    return corrected_TZ
