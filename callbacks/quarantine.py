"""Says which clips could not be read while training, each once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback

from data_modules.quarantine import read_ledgers


class QuarantineReport(Callback):
    """Give the loader a place for its record of bad clips, and tell what stands there.

    The first rank prints one line a clip and logs "data/replaced": the samples of all ranks that
    were made from another clip, those that the loader has ready for later steps included.

    Args:
        folder: where the record lies, one file a loader process.
        every: steps between two looks at it.
    """

    def __init__(self, folder: str, every: int):
        self.folder, self.every = Path(folder), every
        self._told: set[str] = set()
        self._size = 0

    def setup(self, trainer: L.Trainer, pl_module: Any, stage: str) -> None:
        """Tell the data module where records go, before it makes its loaders."""
        data: Any = trainer.datamodule  # type: ignore[attr-defined]
        data.ledgers = self.folder
        self._told = {failure.clip for failure in read_ledgers(self.folder)}

    def on_train_batch_end(
        self, trainer: L.Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Look at the record now and then."""
        if pl_module.step % self.every == 0:
            self._report(trainer, pl_module)

    def on_validation_end(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Look at it after the clips of a validation."""
        self._report(trainer, pl_module)

    def on_train_end(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Look at it once more."""
        self._report(trainer, pl_module)

    def on_exception(self, trainer: L.Trainer, pl_module: Any, exception: BaseException) -> None:
        """Tell it too when the training ends early."""
        self._report(trainer, pl_module)

    def _report(self, trainer: L.Trainer, pl_module: Any) -> None:
        if not trainer.is_global_zero:
            return
        size = sum(path.stat().st_size for path in self.folder.glob("rank*.jsonl"))
        if size == self._size:
            return
        self._size = size
        failures = list(read_ledgers(self.folder))
        for failure in failures:
            if failure.clip not in self._told:
                self._told.add(failure.clip)
                print(
                    f"warning: clip {failure.clip} is replaced by others: {failure.reason}",
                    file=sys.stderr,
                )
        pl_module.log_now({"data/replaced": len({(f.split, f.epoch, f.index) for f in failures})})
