"""A running average of the weights, used to validate and to generate."""

from __future__ import annotations

from typing import Any

import lightning as L
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
        # Buffers are copied: an average of label statistics or of a power iteration means nothing.
        super().__init__(use_buffers=False)
        self.decay = decay
        self._weights: list[list[Tensor]] = []
        self._buffers: list[list[Tensor]] = []

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """List the tensors once: to walk through the modules takes longer than to average."""
        assert self._average_model is not None
        # Lightning copied the module before it went to its device.
        pair = self._average_model.module.to(pl_module.device), pl_module
        self._weights = [[*module.parameters()] for module in pair]
        self._buffers = [[*module.buffers()] for module in pair]

    @torch.no_grad()
    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Take the weights into the average, if an optimizer has changed them."""
        if trainer.global_step <= self._latest_update_step:
            return
        assert self._average_model is not None
        averages, current = self._weights
        steps = int(self._average_model.n_averaged)
        # The first weights are the first average.
        share = min(self.decay, (1 + steps) / (10 + steps)) if steps else 0.0
        torch._foreach_lerp_(averages, current, 1 - share)
        for own, new in zip(*self._buffers, strict=True):
            own.copy_(new)
        self._average_model.n_averaged += 1
        self._latest_update_step = trainer.global_step
