"""Signals that reach a sweep are passed on to the processes of its arms."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

# SIGUSR2 is what the SLURM launcher asks for shortly before a job's time is up.
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)


@dataclass
class Forwarding:
    """Who gets the signals, and which have come.

    Attributes:
        processes: those that run; add one before it can miss a signal, remove it when it has ended.
        received: the signals that came, oldest first.
    """

    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    received: list[signal.Signals] = field(default_factory=list)

    def forward(self, number: int, frame: FrameType | None) -> None:
        """Pass a signal on to all processes that still run."""
        self.received.append(signal.Signals(number))
        # A copy: other threads add and remove processes.
        for process in [*self.processes]:
            if process.poll() is None:
                process.send_signal(number)

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """Pass signals on to a process, also one that came while it was started."""
        self.processes.append(process)
        if self.received:
            process.send_signal(self.received[-1])


@contextmanager
def forwarding() -> Iterator[Forwarding]:
    """Take over the signals; only a process's main thread can."""
    signals = Forwarding()
    before = {number: signal.signal(number, signals.forward) for number in FORWARDED}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
