"""Checkpoints on the run's own step count: the newest few, and the best by a named metric."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback

from talkingface.errors import UserError


class Checkpoints(Callback):
    """Write `step-<n>.ckpt` every so many steps and `best.ckpt` when the metric improves.

    Args:
        folder: where checkpoints go.
        every: steps between checkpoints.
        keep: how many of the newest stay.
        monitor: metric of the validation that names the best.
        mode: "min" where smaller is better, "max" where larger is.

    Raises:
        UserError: an unknown mode, or a metric that the first validation has not logged.
    """

    def __init__(self, folder: str, every: int, keep: int, monitor: str, mode: str):
        if mode not in ("min", "max"):
            raise UserError(f"callbacks.checkpoints.mode={mode}: must be min or max.")
        self.folder, self.every, self.keep, self.monitor = Path(folder), every, keep, monitor
        self.sign = 1 if mode == "min" else -1
        self.best: float | None = None

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
        if trainer.sanity_checking:
            return
        if self.monitor not in trainer.callback_metrics:
            known = sorted(name for name in trainer.callback_metrics if name.startswith("val/"))
            raise UserError(
                f"callbacks.checkpoints.monitor={self.monitor}: validation logs no such metric, "
                f"but {', '.join(known)}."
            )
        value = float(trainer.callback_metrics[self.monitor])
        worse = self.best is not None and self.sign * (value - self.best) >= 0
        # NaN compares as not worse with everything, and would be the best for ever.
        if worse or math.isnan(value):
            return
        self.best = value
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
