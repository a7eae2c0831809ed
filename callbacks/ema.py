"""A running average of the weights, used to validate and to generate."""

from __future__ import annotations

from typing import Any

import torch
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor


class RunningAverage(WeightAveraging):
    """Exponential moving average whose memory grows with the run.

    Of n averaged steps it remembers about a tenth, `decay` at the most, so that the first weights
    are forgotten early instead of lingering for 1 / (1 - decay) steps.

    Args:
        decay: largest share of the average that stays at each step.
    """

    def __init__(self, decay: float):
        def average(
            averages: tuple[Tensor, ...] | list[Tensor],
            current: tuple[Tensor, ...] | list[Tensor],
            averaged: Tensor | int,
        ) -> None:
            steps = int(averaged)
            share = min(decay, (1 + steps) / (10 + steps))
            torch._foreach_lerp_(list(averages), list(current), 1 - share)

        # Buffers are copied: an average of label statistics or of a power iteration means nothing.
        options: dict[str, Any] = {"multi_avg_fn": torch.no_grad()(average)}
        super().__init__(use_buffers=False, **options)
