"""Frames a second, the share of time spent waiting for data, and peak memory."""

from __future__ import annotations

import resource
import time
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback


class Throughput(Callback):
    """Log speed over the last `every` steps; validation and checkpoints are not counted.

    Logs "speed/frames_per_second" (driving frames of all ranks), "speed/waiting_for_data" (share
    of the time between two steps in which the next batch was not there) and "speed/peak_memory_gb"
    (of the process, or of the GPU where one is used).

    Args:
        every: steps between two figures.
    """

    def __init__(self, every: int):
        self.every = every
        self._reset()

    def _reset(self) -> None:
        self.waited = self.worked = 0.0
        self.frames = 0
        self.mark: float | None = None

    def on_train_batch_start(
        self, trainer: L.Trainer, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the time since the last step's end as waiting."""
        now = time.perf_counter()
        if self.mark is not None:
            self.waited += now - self.mark
        self.mark = now

    def on_train_batch_end(
        self, trainer: L.Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the step's time as work, and log now and then."""
        now = time.perf_counter()
        if self.mark is not None:
            self.worked += now - self.mark
        self.mark = now
        clips, length = batch["driving"].shape[:2]
        self.frames += clips * length * trainer.world_size
        if pl_module.step % self.every == 0 and self.worked:
            spent = self.waited + self.worked
            pl_module.log_now(
                {
                    "speed/frames_per_second": self.frames / spent,
                    "speed/waiting_for_data": self.waited / spent,
                    "speed/peak_memory_gb": _peak_memory_gb(pl_module.device),
                }
            )
            self._reset()

    def on_validation_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Leave validation out of the count."""
        self.mark = None


def _peak_memory_gb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
