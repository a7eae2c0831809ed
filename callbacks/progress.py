"""The progress bar of training, in steps of the run."""

from __future__ import annotations

from typing import Any

import lightning as L
from lightning.pytorch.callbacks import TQDMProgressBar


class Progress(TQDMProgressBar):
    """Lightning's bar without the logger's version, and without a word about epochs."""

    def get_metrics(self, trainer: L.Trainer, pl_module: Any) -> dict[str, Any]:
        """Return what stands at the bar's end."""
        metrics = super().get_metrics(trainer, pl_module)
        metrics.pop("v_num", None)
        return metrics

    def on_train_epoch_start(self, trainer: L.Trainer, *args: Any) -> None:
        """Name the bar after what it counts."""
        super().on_train_epoch_start(trainer, *args)
        self.train_progress_bar.set_description("training")
        self.train_progress_bar.unit = "step"
