"""Frames a second, the share of time spent waiting for data, and peak memory."""

from __future__ import annotations

import resource
import time
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback

from data_modules.loader import ClipLoader


class Throughput(Callback):
    """Log speed over the last `every` steps; validation and checkpoints are not counted.

    Logs "speed/frames_per_second" (driving frames of all ranks), "speed/waiting_for_data" (share
    of the time of loading and training in which a batch was asked for and not yet there),
    "speed/loader_processes" (of this rank) and "speed/peak_memory_gb" (of the process, or of the
    GPU where one is used).

    Args:
        every: steps between two figures.
    """

    def __init__(self, every: int):
        self.every = every
        self._reset(0.0)

    def _reset(self, waited: float) -> None:
        self.worked, self.frames = 0.0, 0
        self.waited_before = waited
        self.mark: float | None = None

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Begin a count that holds nothing of an earlier one."""
        self._reset(0.0)
        self.first = True

    def on_train_batch_start(
        self, trainer: L.Trainer, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Leave the first batch out: waiting for it is waiting for the loader to start."""
        if self.first:
            self._reset(_waited(trainer))
            self.first = False
        self.mark = time.perf_counter()

    def on_train_batch_end(
        self, trainer: L.Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the step's time as work, and log now and then."""
        if self.mark is not None:
            self.worked += time.perf_counter() - self.mark
        clips, length = batch["driving"].shape[:2]
        self.frames += clips * length * trainer.world_size
        if pl_module.step % self.every == 0 and self.worked:
            waited = _waited(trainer)
            spent = waited - self.waited_before + self.worked
            pl_module.log_now(
                {
                    "speed/frames_per_second": self.frames / spent,
                    "speed/waiting_for_data": (waited - self.waited_before) / spent,
                    "speed/loader_processes": _loader(trainer).num_workers,
                    "speed/peak_memory_gb": _peak_memory_gb(pl_module.device),
                }
            )
            self._reset(waited)


def _loader(trainer: L.Trainer) -> ClipLoader:
    loader: Any = trainer.train_dataloader
    return loader


def _waited(trainer: L.Trainer) -> float:
    return _loader(trainer).waited


def _peak_memory_gb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
