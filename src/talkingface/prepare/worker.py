"""One worker process as its supervisor sees it: what it does, for how long, in how much memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from talkingface.prepare.piece import Beat
from talkingface.prepare.serving import Alive, Done, Message, Raised, serve
from talkingface.reasons import Reason

Task = TypeVar("Task")

# A process first loads libraries, from a disk that may be slow.
_START_SECONDS = 60
# A killed process ends at once, unless it waits for a disk that does not answer.
_LAST_SECONDS = 10


@dataclass(frozen=True)
class Limits:
    """What a task may take before its process is killed.

    Attributes:
        stall_seconds: without a beat.
        file_seconds: in all; None allows 30 s and 30 times the seconds of video read.
        memory: megabytes that its process holds.
    """

    stall_seconds: float = 60
    file_seconds: float | None = None
    memory: float = 3000


@dataclass(frozen=True)
class Casualty:
    """Why a task has no answer, although it was tried twice."""

    reason: Reason
    detail: str


class Worker(Generic[Task]):
    """A process, its pipe and its task.

    Args:
        work: what it does with each task.
    """

    def __init__(self, work: Callable[[Task, Beat], Any]) -> None:
        # MediaPipe hangs in a forked process once its parent has used it.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, work), daemon=True)
        self._process.start()
        # Only the worker holds its end now, so that its death closes the pipe.
        theirs.close()
        self.task: Task | None = None
        self.tasks = 0
        self._began: float | None = None
        self._heard = 0.0
        self._seconds = 0.0
        self._verdict: Casualty | None = None

    def give(self, task: Task) -> None:
        """Let the process, which must be idle, do a task."""
        self.task, self.tasks = task, self.tasks + 1
        self._began, self._heard, self._seconds = None, time.monotonic(), 0.0
        # If it has died meanwhile, the closed pipe says so.
        with suppress(OSError):
            self.pipe.send((task,))

    def hear(self) -> Done | Raised | Casualty | None:
        """Return what the process says at the end of its task, or why it cannot say anything.

        None is a sign of life. To be called when `pipe` is ready.
        """
        try:
            message: Message = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join(_LAST_SECONDS)
            return self._verdict or _died(self._process.exitcode)
        if not isinstance(message, Alive):
            return message
        self._heard = time.monotonic()
        if self._began is None:
            self._began = self._heard
        self._seconds = max(self._seconds, message.seconds)
        return None

    def judge(self, limits: Limits, pause: float) -> None:
        """Kill the process if it exceeds a limit; the pipe closes then.

        Args:
            limits: what a task may take.
            pause: seconds for which the supervisor itself stood still, which do not count.
        """
        if self.task is None or self._verdict is not None:
            return
        self._heard += pause
        self._began = None if self._began is None else self._began + pause
        self._verdict = self._excess(limits)
        if self._verdict is not None:
            self._process.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join(_LAST_SECONDS)
        self.pipe.close()

    def _excess(self, limits: Limits) -> Casualty | None:
        held = _megabytes(self._process.pid)
        if held > limits.memory:
            detail = f"needed more than {limits.memory:g} MB of memory"
            return Casualty(Reason.OUT_OF_MEMORY, detail)
        now = time.monotonic()
        patience = limits.stall_seconds
        if self._began is None:
            patience = max(patience, _START_SECONDS)
        if now - self._heard > patience:
            return Casualty(Reason.TOO_SLOW, f"no progress for {limits.stall_seconds:g} s")
        most = limits.file_seconds
        most = 30 + 30 * self._seconds if most is None else most
        if self._began is not None and now - self._began > most:
            detail = f"not done after {most:.0f} s, only {self._seconds:.1f} s of video"
            return Casualty(Reason.TOO_SLOW, detail)
        return None


def _died(code: int | None) -> Casualty:
    if code is None or code >= 0:
        return Casualty(Reason.CRASHED, f"its process ended with status {code}")
    hint = ", perhaps for lack of memory" if -code == signal.SIGKILL else ""
    known = -code in {number.value for number in signal.Signals}
    name = signal.Signals(-code).name if known else f"signal {-code}"
    return Casualty(Reason.CRASHED, f"its process was ended by {name}{hint}")


def _megabytes(pid: int | None) -> float:
    """Return the memory that a process holds; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
