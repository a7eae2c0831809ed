"""SIGTERM and SIGUSR1 end a training after the step it is at, with a checkpoint of that step."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback

from callbacks.checkpoints import Checkpoints
from talkingface.runs.arm import PREEMPTED_STATUS, record_arm


class Preemption(Callback):
    """Exit with status 75 when a signal asks for it; the same command continues there.

    A signal to any rank ends all ranks at the same step. Before the first step and after the last
    one, signals do what they did before.
    """

    def __init__(self) -> None:
        self._received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Take the signals over from Lightning, which stops without a checkpoint."""
        for number in (signal.SIGTERM, signal.SIGUSR1):
            self._before[number] = signal.signal(number, self._receive)

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Save and exit, if a signal came during the step."""
        asked = self._received is not None
        if trainer.world_size > 1:
            asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        if asked:
            for callback in trainer.callbacks:  # type: ignore[attr-defined]
                if isinstance(callback, Checkpoints):
                    callback.save(trainer, pl_module.step)
            record_arm(state="preempted", error=f"stopped after step {pl_module.step}")
            if trainer.is_global_zero:
                print(f"stopped after step {pl_module.step}; the same command continues there.")
            raise SystemExit(0 if _started_by_first_rank(trainer) else PREEMPTED_STATUS)

    def teardown(self, trainer: L.Trainer, pl_module: Any, stage: str) -> None:
        """Give the signals back."""
        while self._before:
            signal.signal(*self._before.popitem())

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = signal.Signals(number)


def _started_by_first_rank(trainer: L.Trainer) -> bool:
    """Whether rank 0 watches this process, and would be killed if this one ended before it."""
    environment = getattr(trainer.strategy, "cluster_environment", None)
    return not (trainer.is_global_zero or environment is None) and (
        not environment.creates_processes_externally
    )
