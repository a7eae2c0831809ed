"""A command that is told to stop cleans up behind itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stop:
    """Whether the command was told to stop."""

    def __init__(self) -> None:
        self._number = 0

    def check(self) -> None:
        """Do nothing until a signal has come.

        Raises:
            KeyboardInterrupt: after SIGINT.
            SystemExit: after another one, with status 128 and its number, as the shell has it.
        """
        if self._number == signal.SIGINT:
            raise KeyboardInterrupt
        if self._number:
            print(f"stopped by {signal.Signals(self._number).name}", file=sys.stderr)
            raise SystemExit(128 + self._number)

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Take note of a signal. Ctrl-C given twice ends Python where it stands."""
        self._number = self._number or number
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Turn SIGINT, SIGTERM and SIGHUP into an exception where the work asks for it, and at its end.

    By themselves the last two end Python where it stands, and unfinished files stay. An exception
    raised wherever the signal comes may come while a thread's lock changes hands, and end in
    another one. Main thread only.
    """
    stop = Stop()
    # What runs under nohup has SIGHUP ignored, and keeps it so.
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    heard = [number for number in _SIGNALS if before[number] != signal.SIG_IGN]
    try:
        for number in heard:
            signal.signal(number, stop.hear)
        yield stop
    finally:
        for number in heard:
            signal.signal(number, before[number] or signal.SIG_DFL)
    stop.check()
