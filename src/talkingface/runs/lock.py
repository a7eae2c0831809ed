"""One process at a time trains a run."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkingface.errors import UserError
from talkingface.runs.ranks import is_first_rank


@contextmanager
def locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a run's folder; the lock falls when the process ends, however it ends.

    The first rank holds it for all.

    Args:
        folder: of the run.
        wait: for another process that holds it, instead of giving up.

    Raises:
        UserError: another process holds it.
    """
    if not is_first_rank():
        yield
        return
    with (folder / ".lock").open("a") as file:
        try:
            # Unlike flock's, these locks are not inherited: loader processes outlive a killed run.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            if not wait:
                raise UserError(
                    f"{folder}: another process trains this run. Wait for it, or stop it first."
                ) from error
            print(f"{folder}: another process trains this run; waiting for it.", flush=True)
            fcntl.lockf(file, fcntl.LOCK_EX)
        yield
