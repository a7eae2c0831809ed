"""Runs the arms of a sweep on this machine, one after another or several at a time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from talkingface.cli.verbs import VERBS
from talkingface.errors import UserError
from talkingface.runs.arm import PREEMPTED_STATUS, run_arm
from talkingface.runs.forwarding import Forwarding, forwarding
from talkingface.runs.shares import share_of_machine
from talkingface.runs.sweep_record import Arm, SweepRecord


class ArmsLauncher(Launcher):
    """Start each job as `talkingface <verb> <its overrides>`, and wait.

    Args:
        at_once: arms that run at a time, each with its share of the GPUs or of the CPU cores.
    """

    def __init__(self, at_once: int = 1):
        if at_once < 1:
            raise UserError(f"hydra.launcher.at_once={at_once}: must be 1 or more.")
        self.at_once = at_once

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Take the sweep's configuration; the task function is for launchers within a process."""
        self.config = config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Run all arms; a failing one leaves the others alone.

        Raises:
            SystemExit: a signal came; it was passed on, and no further arm was begun.
        """
        record = SweepRecord(Path(self.config.runs) / self.config.name)
        record.plan(job_overrides, initial_job_idx)
        free: SimpleQueue[int] = SimpleQueue()
        for place in range(self.at_once):
            free.put(place)
        with forwarding() as signals, ThreadPoolExecutor(self.at_once) as pool:

            def run(overrides: Sequence[str]) -> Arm | None:
                place = free.get()
                try:
                    return (
                        None if signals.received else self._run(overrides, record, place, signals)
                    )
                finally:
                    free.put(place)

            arms = list(pool.map(run, job_overrides))
        if signals.received:
            preempted = any(arm and arm.state == "preempted" for arm in arms)
            raise SystemExit(PREEMPTED_STATUS if preempted else 128 + signals.received[-1])
        return [self._returned(arm) for arm in arms if arm]

    def _run(
        self, overrides: Sequence[str], record: SweepRecord, place: int, signals: Forwarding
    ) -> Arm:
        share = share_of_machine(place, self.at_once) if self.at_once > 1 else {}
        verb = VERBS[self.config.hydra.job.config_name].arms
        return run_arm(verb, overrides, record, signals, share)

    def _returned(self, arm: Arm) -> JobReturn:
        failed = arm.state == "failed"
        return JobReturn(
            overrides=arm.overrides,
            status=JobStatus.FAILED if failed else JobStatus.COMPLETED,
            _return_value=UserError(arm.error)
            if failed
            else arm.metrics.get(self.config.objective),
        )
