"""What a worker process does: one task after another, with signs of life in between."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from talkingface.errors import UserError
from talkingface.faces.worker_process import end_with_parent
from talkingface.prepare.piece import Beat

# The output has no room, or takes no writing at all: other videos would fare no better. A source
# that cannot be read never gets here, it is a MediaError.
FULL = frozenset(
    (
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS),
        *(errno.EACCES, errno.EPERM, errno.ENOTDIR),
    )
)
_BEAT_SECONDS = 0.5


@dataclass(frozen=True)
class Alive:
    """A sign of life; `seconds` of the task's video are done."""

    seconds: float


@dataclass(frozen=True)
class Done:
    """What a task gave."""

    answer: Any


@dataclass(frozen=True)
class Raised:
    """An exception that ended a task.

    Attributes:
        text: what it says.
        full: errno of an exception for an output that takes no writing, else 0.
        memory: whether Python had no memory left.
    """

    text: str
    full: int
    memory: bool


Message = Alive | Done | Raised


def serve(connection: Connection, work: Callable[[Any, Beat], Any]) -> None:
    """Do the tasks that come through a pipe until the parent is gone."""
    end_with_parent()
    while True:
        (task,) = connection.recv()
        connection.send(Alive(0))
        connection.send(_answer(work, task, _beat(connection)))


def _answer(work: Callable[[Any, Beat], Any], task: Any, beat: Beat) -> Message:
    try:
        return Done(work(task, beat))
    except Exception as error:  # noqa: BLE001 - the parent decides what becomes of the others
        text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        full = next((code for code in map(_code, _causes(error)) if code in FULL), 0)
        return Raised(text, full, isinstance(error, MemoryError))


def _beat(connection: Connection) -> Beat:
    """Return a beat that tells the parent, though not more often than the parent wants to know."""
    told = 0.0

    def beat(seconds: float) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _BEAT_SECONDS:
            told = now
            connection.send(Alive(float(seconds)))

    return beat


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that led to it: libraries wrap a full disk in their own."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _code(error: BaseException) -> int:
    return (error.errno or 0) if isinstance(error, OSError) else 0
