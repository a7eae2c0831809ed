"""From a command's start to the end of its first step: a new run, a resumed one, one late in it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import lightning as L
import torch

from callbacks.throughput import Throughput
from overheads.command import Command, spread

STEPS, LATE = 100_000, 99_990
_STATUS = 7


class FirstStep(Throughput):
    """Says when the first step of a process has ended, and ends the process, saving nothing."""

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Print the time and the step; leave."""
        print(f"first step: {time.time()} {pl_module.step}", flush=True)
        raise SystemExit(_STATUS)


class OneStep(Throughput):
    """Ends the process after the checkpoint of its first step."""

    def on_train_batch_start(
        self, trainer: L.Trainer, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Leave before the second step."""
        if batch_idx:
            raise SystemExit(_STATUS)


def until_first_step(command: Command, runs: str, expected: int) -> float:
    """Return the seconds from the command's start to the end of its first step.

    Raises:
        RuntimeError: it began with another step than expected.
    """
    start = time.time()
    first = ("callbacks.throughput._target_=overheads.resume.FirstStep", f"steps={STEPS}")
    command.seconds("train", *first, runs=runs, status=_STATUS)
    said = command.output.read_text().split("first step: ")[1].split()
    if int(said[1]) != expected:
        raise RuntimeError(f"the first step was {said[1]}, not {expected}")
    return float(said[0]) - start


def late_checkpoint(command: Command, runs: str) -> None:
    """Turn the checkpoint of a run's first step into one of a step that nobody waits for.

    Changes all counts that say where training goes on: the run's, the data order's, Lightning's.
    """
    path = first_checkpoint(command, runs)
    checkpoint = torch.load(path, weights_only=True)
    loop = checkpoint["loops"]["fit_loop"]
    steps = loop["epoch_loop.batch_progress"]
    optimizers = loop["epoch_loop.manual_optimization.optim_step_progress"]
    for kind in ("total", "current"):
        optimizers[kind] = dict.fromkeys(optimizers[kind], LATE)
        # Saved before Lightning calls the step completed.
        steps[kind] = dict.fromkeys(steps[kind], LATE) | {"completed": LATE - 1}
    loop["epoch_loop.state_dict"]["_batches_that_stepped"] = LATE - 1
    checkpoint["callbacks"]["RunningAverage"]["latest_update_step"] = LATE
    checkpoint["ClipDataModule"]["step"] = LATE
    checkpoint |= {"step": LATE, "global_step": LATE}
    torch.save(checkpoint, path.with_name(f"step-{LATE:08d}.ckpt"))


def first_checkpoint(command: Command, runs: str) -> Path:
    """Train one step of a run and return its checkpoint."""
    first = ("callbacks.throughput._target_=overheads.resume.OneStep", f"steps={STEPS}")
    command.seconds("train", *first, "callbacks.checkpoints.every=1", runs=runs, status=_STATUS)
    (path,) = (command.folder / runs).rglob("step-00000001.ckpt")
    return path


def report(command: Command, rounds: int) -> None:
    """Measure and print."""
    kinds: dict[str, list[float]] = {"new": [], "resumed at 1": [], f"resumed at {LATE}": []}
    first_checkpoint(command, "early")
    late_checkpoint(command, "late")
    for k in range(rounds):
        places = (f"new{k}", 1), ("early", 2), ("late", LATE + 1)
        for found, (runs, expected) in zip(kinds.values(), places, strict=True):
            found.append(until_first_step(command, runs, expected))
    for kind, found in kinds.items():
        print(f"to the end of the first step, {kind}: {spread(found)} s; {rounds} rounds")
