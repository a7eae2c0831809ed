"""A callback for tests of sweeps: fails where it is told to, and says which run each rank is in."""

import os
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback


class Witness(Callback):
    """Write `<folder>/<name>.rank-<r>`, holding the seed, when training starts.

    Stands in the place of the sample videos, whose fields it takes.

    Args:
        folder: where the files go.
        clips: the run's seed.
        frames: the seed of the run in which the first rank fails before training.
    """

    def __init__(self, folder: str, clips: int, frames: int):
        if clips == frames and os.environ.get("LOCAL_RANK", "0") == "0":
            raise RuntimeError("failing as told")
        self.folder, self.seed = Path(folder), clips

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Say who is here."""
        name = f"{os.environ['TALKINGFACE_WITNESS']}.rank-{trainer.global_rank}"
        (self.folder / name).write_text(f"{self.seed} of {trainer.world_size}")
