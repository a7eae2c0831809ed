"""The page's one temporary folder: what it may show, what it works in, and how both end."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from talkingface.errors import UserError

PREFIX = "talkingface-page-"
_LOCK = "lock"


class Folders:
    """Where uploads, examples, results and unfinished work lie; readable for this user alone.

    Attributes:
        root: the folder of this page.
        shown: uploads, examples and results: the only files that a browser can get.
        examples: the examples among them, which do not age.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = root / "shown"
        self.examples = self.shown / "examples"
        self._jobs = root / "jobs"
        for folder in (self.shown, self.examples, self._jobs):
            folder.mkdir()

    @contextmanager
    def job(self) -> Iterator[Path]:
        """Give a folder for one piece of work, which is removed at its end."""
        folder = Path(tempfile.mkdtemp(dir=self._jobs))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def uploaded(self, name: object) -> Path:
        """Return an uploaded file or an example by the path that a browser names.

        Raises:
            UserError: it lies elsewhere, or is not there any more.
        """
        path = self.shown_file(str(name))
        if path is None:
            raise UserError("This file is not here any more. Upload it again.")
        return path

    def shown_file(self, name: str) -> Path | None:
        """Return the file that a browser may get under this path; None if it may not."""
        try:
            path = Path(name).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            return None
        inside = path.is_relative_to(self.shown.resolve())
        return path if inside and path.is_file() else None

    def take(self, name: object, folder: Path) -> Path:
        """Give an uploaded file a second name in `folder`, so that it stays while it is used.

        Raises:
            UserError: see `uploaded`.
        """
        upload = self.uploaded(name)
        folder.mkdir()
        own = folder / upload.name
        try:
            own.hardlink_to(upload)
        except FileNotFoundError:
            raise UserError("This file is not here any more. Upload it again.") from None
        except OSError:
            # Some file systems have no second names.
            shutil.copyfile(upload, own)
        return own

    def show(self, path: Path) -> Path:
        """Move a result to where a browser can get it, under a name that nobody can guess."""
        folder = self.shown / "results" / secrets.token_hex(16)
        folder.mkdir(parents=True)
        return path.rename(folder / path.name)

    def forget(self, seconds: float, now: float | None = None) -> int:
        """Remove uploads and results that nobody has used for `seconds`; return how many."""
        before = (time.time() if now is None else now) - seconds
        removed = 0
        for folder, _, names in os.walk(self.shown, topdown=False):
            here = Path(folder)
            if here.is_relative_to(self.examples):
                continue
            for name in names:
                removed += _remove_if_older(here / name, before)
            if here != self.shown:
                _remove_if_empty(here, before)
        return removed


@contextmanager
def page_folders(inside: Path | None = None) -> Iterator[Folders]:
    """Make the page's folder; it is removed with all it holds when the block ends.

    Folders of pages that ended without that, as killed ones do, are removed too.

    Args:
        inside: where to make it; None is the system's folder for temporary files.

    Raises:
        UserError: nothing can be written there.
    """
    base = Path(tempfile.gettempdir()) if inside is None else inside
    remove_left_over(base)
    try:
        root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)).resolve()
        lock = (root / _LOCK).open("w")
    except OSError as error:
        raise UserError(
            f"{base}: cannot be written ({error}). Set TMPDIR to a folder for temporary files."
        ) from error
    try:
        with lock:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Folders(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def remove_left_over(base: Path) -> None:
    """Remove the folders of this user's pages whose process does not live any more."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            status = folder.lstat()
            own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
            if own and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            # Somebody else has removed it.
            continue


def _is_left(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        # It may have been made this moment.
        return time.time() - folder.lstat().st_mtime > 60
    except OSError:
        return False
    return True


def _remove_if_older(path: Path, before: float) -> int:
    try:
        status = path.lstat()
        # Being used gives a file a second name for a while, which changes the latter.
        if max(status.st_mtime, status.st_ctime) >= before:
            return 0
        path.unlink()
    except FileNotFoundError:
        return 0
    return 1


def _remove_if_empty(folder: Path, before: float) -> None:
    # A young folder may be about to get its file.
    with suppress(OSError):
        if folder.stat().st_mtime < before:
            folder.rmdir()
