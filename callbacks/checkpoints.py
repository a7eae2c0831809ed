"""Checkpoints on the run's own step count: the newest few, and the best by a named metric."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback


class Checkpoints(Callback):
    """Write `step-<n>.ckpt` every so many steps and `best.ckpt` when the metric improves.

    Args:
        folder: where checkpoints go.
        every: steps between checkpoints.
        keep: how many of the newest stay.
        monitor: logged metric that names the best; smaller is better.
    """

    def __init__(self, folder: str, every: int, keep: int, monitor: str):
        self.folder, self.every, self.keep, self.monitor = Path(folder), every, keep, monitor
        self.best = float("inf")

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Save when the step count says so."""
        if pl_module.step % self.every == 0:
            self.save(trainer, pl_module.step)

    def on_train_end(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Save the last step too."""
        if pl_module.step % self.every:
            self.save(trainer, pl_module.step)

    def on_validation_end(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Keep the best weights, and say beside them which step and value they have."""
        value = trainer.callback_metrics.get(self.monitor)
        if trainer.sanity_checking or value is None or float(value) >= self.best:
            return
        self.best = float(value)
        trainer.save_checkpoint(self.folder / "best.ckpt", weights_only=False)
        if trainer.is_global_zero:
            record = {"step": pl_module.step, self.monitor: self.best}
            (self.folder / "best.json").write_text(json.dumps(record) + "\n")

    def state_dict(self) -> dict[str, Any]:
        """Remember the best value."""
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the best value back."""
        self.best = state_dict["best"]

    def save(self, trainer: L.Trainer, step: int) -> None:
        """Write the checkpoint of a step, on all ranks together, and remove the oldest."""
        trainer.save_checkpoint(self.folder / f"step-{step:08d}.ckpt", weights_only=False)
        if trainer.is_global_zero:
            for old in sorted(self.folder.glob("step-*.ckpt"))[: -self.keep]:
                old.unlink()
