"""A training step of `talkingface train` against the same step in a bare loop of PyTorch."""

from __future__ import annotations

import copy
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import Callback

from lightning_modules.reenactment import ReenactmentModule
from overheads.command import Command, spread

Clocks = tuple[float, float]


class PlainModule(ReenactmentModule):
    """The same training step with plain optimizers; nothing is logged.

    Overrides all that the step asks of Lightning, and nothing else.
    """

    plain: list[torch.optim.Optimizer]

    def optimizers(self, *args: Any, **options: Any) -> Any:
        return self.plain

    def manual_backward(self, loss: torch.Tensor, *args: Any, **options: Any) -> None:
        loss.backward()

    def log(self, *args: Any, **options: Any) -> None:
        pass

    def log_dict(self, *args: Any, **options: Any) -> None:
        pass

    @property
    def trainer(self) -> Any:
        return SimpleNamespace(optimizers=self.plain, log_every_n_steps=0)


class BareLoop:
    """The loop that somebody without a framework would write.

    Args:
        trainer: of the training whose data it reads, through a loader of its own.
        module: whose copy it trains, from the same weights on.
    """

    def __init__(self, trainer: L.Trainer, module: ReenactmentModule):
        self.module = copy.deepcopy(module)
        self.module.__class__ = PlainModule
        self.module.plain = self.module.configure_optimizers()
        data: Any = copy.copy(trainer.datamodule)
        data.trainer = None
        self.batches: Iterator[Any] = iter(data.train_dataloader())

    def step(self) -> None:
        """Do the next step."""
        self.module.training_step(next(self.batches), 0)


class Alternation(Callback):
    """After each step of the framework's, the bare loop does the same step with its own clock.

    Args:
        output: file for the seconds by the clock and of the processor, of each step of each loop.
        block: steps from one comparison of the two loops' weights to the next.
        warmup: steps of each loop that are not counted.
    """

    def __init__(self, output: str, block: int, warmup: int):
        self.output, self.block, self.warmup = Path(output), block, warmup
        self.steps: list[tuple[Clocks, Clocks]] = []

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Start the other loop from the same weights."""
        self.bare = BareLoop(trainer, pl_module)
        self.mark = _clocks()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Let the other loop do what has been done here."""
        framework = _clocks()
        self.bare.step()
        bare = _clocks()
        self.steps.append((_between(self.mark, framework), _between(framework, bare)))
        if len(self.steps) % self.block == 0:
            _check_same(pl_module, self.bare.module)
        self.mark = _clocks()

    def on_train_end(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Write the figures."""
        self.output.write_text(json.dumps(self.steps[self.warmup :]))


def _check_same(ours: ReenactmentModule, theirs: ReenactmentModule) -> None:
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        if not torch.equal(one, other):
            raise RuntimeError("the framework and the bare loop no longer do the same steps")


def _clocks() -> Clocks:
    return time.perf_counter(), time.process_time()


def _between(start: Clocks, end: Clocks) -> Clocks:
    return end[0] - start[0], end[1] - start[1]


def measure(
    command: Command, workers: int, blocks: int, block: int, overrides: Sequence[str] = ()
) -> list[tuple[Clocks, Clocks]]:
    """Return the clocks of each pair of steps: the framework's and the bare loop's."""
    output, warmup = command.folder / "step.json", 5
    callback = {
        "_target_": "overheads.step.Alternation",
        "output": str(output),
        "block": block,
        "warmup": warmup,
    }
    command.train_here(
        callback,
        f"steps={warmup + blocks * block}",
        "trainer.val_every=100000",
        "callbacks.checkpoints.every=100000",
        f"trainer.log_every={block}",
        f"data.workers={workers}",
        *overrides,
    )
    return json.loads(output.read_text())


def report(command: Command, workers: Sequence[int], blocks: int, block: int, *more: str) -> None:
    """Measure and print."""
    for count in workers:
        steps = measure(command, count, blocks, block, more)
        print(f"step, {count} loader processes, {blocks} times {block} steps of each loop:")
        for place, kind in enumerate(("clock", "processor")):
            ours, bare = ([each[loop][place] for each in steps] for loop in (0, 1))
            firsts = range(0, len(steps), block)
            ratios = [sum(ours[k : k + block]) / sum(bare[k : k + block]) for k in firsts]
            more_ms = 1000 * statistics.median(a - b for a, b in zip(ours, bare, strict=True))
            bare_ms = 1000 * statistics.median(bare)
            print(
                f"  by the {kind}: framework / bare {spread(ratios, '.3f')} of the blocks; "
                f"median step {bare_ms:.0f} ms bare, {more_ms:+.1f} ms ({more_ms / bare_ms:+.1%})",
                flush=True,
            )
