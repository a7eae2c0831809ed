"""Seconds and megabytes of a checkpoint, beside the steps between two of them."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

import lightning as L
from hydra import compose, initialize_config_module
from lightning.pytorch.callbacks import Callback

from callbacks.checkpoints import Checkpoints
from overheads.command import Command, spread

SIZES = {"tiny": 64, "small": 128, "large": 256}


class Stopwatch(Callback):
    """After each step, saves a checkpoint as the run's own callback would, and notes both times.

    Args:
        output: file for the seconds of steps and checkpoints and for a checkpoint's bytes.
    """

    def __init__(self, output: str):
        self.output = Path(output)
        self.steps: list[float] = []
        self.saves: list[float] = []

    def on_train_batch_start(self, trainer: L.Trainer, *args: Any) -> None:
        """Start the step's clock."""
        self.start = time.perf_counter()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Stop it, and measure a checkpoint."""
        middle = time.perf_counter()
        own = next(c for c in trainer.callbacks if isinstance(c, Checkpoints))
        own.save(trainer, pl_module.step)
        self.steps.append(middle - self.start)
        self.saves.append(time.perf_counter() - middle)
        newest = max(own.folder.glob("step-*.ckpt"))
        found = {"steps": self.steps, "saves": self.saves, "bytes": newest.stat().st_size}
        self.output.write_text(json.dumps(found))


def report(command: Command, steps: int) -> None:
    """Measure and print."""
    with initialize_config_module("conf", version_base="1.3"):
        every = compose("train").callbacks.checkpoints.every
    output = command.folder / "checkpoint.json"
    for width, size in SIZES.items():
        command.train_here(
            {"_target_": "overheads.checkpoint.Stopwatch", "output": str(output)},
            f"steps={steps}",
            f"model.network.width={width}",
            f"data.size={size}",
            "callbacks.checkpoints.every=100000",
        )
        found = json.loads(output.read_text())
        # The first step also allocates.
        step, saves = statistics.median(found["steps"][1:]), found["saves"]
        share = statistics.median(saves) / (every * step)
        print(
            f"checkpoint, {width} at {size} px: {found['bytes'] / 1e6:.0f} MB, {spread(saves)} s, "
            f"{share:.2%} of {every} steps of {step:.2f} s; {len(saves)} checkpoints",
            flush=True,
        )
