"""Locks on a data set that is being filled; they fall when their process ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from talkingface.errors import UserError
from talkingface.prepare.order import Order

_DIVISION_FILE = "shards"


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock that one process can hold.

    Args:
        path: file of the lock.
        wait: whether to wait for another process that holds it.

    Raises:
        UserError: another process holds it, and is not waited for, or another user made the file.
    """
    with _lock_file(path) as file:
        if not _is_taken(file, wait=wait):
            raise UserError(
                f"{path.parent.parent.parent}: another process prepares this part of the data "
                "set. Wait for it, or stop it first."
            )
        yield


@contextmanager
def division_held(order: Order) -> Iterator[None]:
    """Keep off runs that divide the videos into another number of parts.

    What a run with another number is at would look left over to this one, and the other way round.

    Raises:
        UserError: such a run goes on, or another user made the lock.
    """
    with _lock_file(order.work / _DIVISION_FILE) as file:
        mine = str(order.shards)
        if _is_taken(file, wait=False):
            file.truncate(0)
            file.write(mine)
            file.flush()
        # Shared from here on. A process that is writing the number is waited for.
        fcntl.lockf(file, fcntl.LOCK_SH)
        file.seek(0)
        found = file.read()
        if found != mine:
            raise UserError(
                f"{order.root}: another process prepares it with shards={found}, this one has "
                f"shards={mine}. Give the same number, or wait for it."
            )
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[TextIO]:
    try:
        file = path.open("a+")
    except PermissionError as error:
        raise UserError(
            f"{path}: may not be written, so another user prepares this data set. Have them allow "
            "it, or choose another output."
        ) from error
    with file:
        yield file


def _is_taken(file: TextIO, *, wait: bool) -> bool:
    """Take a lock for this process alone; return whether that could be done."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return False
    return True
