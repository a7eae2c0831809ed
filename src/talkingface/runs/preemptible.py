"""Work beside training that a signal ends at once, as one that the same command continues."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from talkingface.runs.arm import PREEMPTED_STATUS, record_arm
from talkingface.runs.slurm import requeue

# By these SLURM announces that a job's time is up, not that it is cancelled.
ANNOUNCED = (signal.SIGUSR1, signal.SIGUSR2)


@contextmanager
def preemptible() -> Iterator[None]:
    """Exit with status 75 at SIGTERM, SIGUSR1 or SIGUSR2; what is written whole stays.

    Main thread only. Under SLURM, a job whose end was announced goes back into the queue.
    """
    before = {number: signal.signal(number, _end) for number in (signal.SIGTERM, *ANNOUNCED)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    record_arm(state="preempted", error="stopped while it was evaluated")
    where = "the same command continues there"
    if number in ANNOUNCED and requeue():
        where = "back in the queue"
    print(f"stopped while it was evaluated; {where}.", flush=True)
    raise SystemExit(PREEMPTED_STATUS)
