"""SIGTERM, SIGUSR1 and SIGUSR2 end a training after the step it is at, with its checkpoint."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Callback

from callbacks.checkpoints import Checkpoints
from talkingface.runs.arm import PREEMPTED_STATUS, record_arm
from talkingface.runs.preemptible import ANNOUNCED
from talkingface.runs.slurm import requeue


class Preemption(Callback):
    """Exit with status 75 when a signal asks for it; the same command continues there.

    A signal to any rank ends all ranks at the same step. One that comes before the first step is
    heeded after it. Under SLURM, a job that was warned by SIGUSR1 or SIGUSR2 goes back into the
    queue, and continues in its folder when its turn comes.
    """

    def __init__(self) -> None:
        self._received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def setup(self, trainer: L.Trainer, pl_module: Any, stage: str) -> None:
        """Take over the signals as early as possible."""
        self._take_over()

    def on_train_start(self, trainer: L.Trainer, pl_module: Any) -> None:
        """Take SIGTERM over from Lightning, which stops without a checkpoint."""
        self._take_over()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Save and exit, if a signal came before the step's end."""
        strategy, came = trainer.strategy, self._received is not None
        if trainer.world_size > 1:
            came = strategy.reduce_boolean_decision(came, all=False)
        if not came:
            return
        for callback in trainer.callbacks:  # type: ignore[attr-defined]
            if isinstance(callback, Checkpoints):
                callback.save(trainer, pl_module.step)
        announced = self._received in ANNOUNCED
        if trainer.world_size > 1:
            announced = strategy.reduce_boolean_decision(announced, all=False)
        stopped = f"stopped after step {pl_module.step}"
        record_arm(state="preempted", error=stopped)
        if trainer.is_global_zero:
            where = (
                "back in the queue"
                if announced and requeue()
                else "the same command continues there"
            )
            print(f"{stopped}; {where}.", flush=True)
        raise SystemExit(0 if _started_by_first_rank(trainer) else PREEMPTED_STATUS)

    def teardown(self, trainer: L.Trainer, pl_module: Any, stage: str) -> None:
        """Give the signals back."""
        while self._before:
            signal.signal(*self._before.popitem())

    def _take_over(self) -> None:
        for number in (signal.SIGTERM, *ANNOUNCED):
            before = signal.signal(number, self._receive)
            self._before.setdefault(number, before)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = signal.Signals(number)


def _started_by_first_rank(trainer: L.Trainer) -> bool:
    """Whether rank 0 watches this process, and would be killed if this one ended before it."""
    environment = getattr(trainer.strategy, "cluster_environment", None)
    return not (trainer.is_global_zero or environment is None) and (
        not environment.creates_processes_externally
    )
