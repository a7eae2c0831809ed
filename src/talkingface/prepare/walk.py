"""Every file below a folder: those to open, those that cannot be opened, those of other kinds."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from talkingface.errors import UserError
from talkingface.reasons import Reason

# Files so named are opened, or named where they cannot be; so are all but OTHER_SUFFIXES.
VIDEO_SUFFIXES = frozenset(
    ".avi .flv .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ts .webm .wmv".split()  # noqa: SIM905
)
# What lies beside videos in every data set; nobody wants to read 100,000 times that it is none.
OTHER_SUFFIXES = frozenset(
    (  # noqa: SIM905
        ".aac .ac3 .align .ass .bmp .bz2 .csv .db .docx .flac .gz .heic .htm .html .ini .ipynb "
        ".jpeg .jpg .json .jsonl .lab .log .lst .m4a .mat .md .md5 .mp3 .npy .npz .ogg .opus .pdf "
        ".pickle .pkl .png .pt .py .rar .sh .srt .tar .tgz .tif .tiff .toml .tsv .txt .vtt .wav "
        ".webp .xlsx .xml .xz .yaml .yml .zip .7z"
    ).split()
)
_ESCAPED = frozenset(("Cc", "Cs", "Zl", "Zp"))
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Found:
    """A regular file that may be a video.

    Attributes:
        path: the file.
        name: its path below the input folder, see `printable_name`.
        size: bytes.
        mtime_ns: time of the last change, nanoseconds since 1970.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Unusable:
    """What looks like a file or folder of the input and cannot be opened."""

    name: str
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Ignored:
    """A file whose suffix says that it is no video."""

    name: str


def walk(root: Path, outside: Path) -> Iterator[Found | Unusable | Ignored]:
    """Look through a folder and all folders below it, links followed, each folder once.

    The order depends on the names alone. Folders that links lead to come after all others.

    Args:
        root: a folder, or one file.
        outside: a folder that is left out, with all below it.

    Raises:
        UserError: `root` does not exist or may not be read.
    """
    root = root.absolute()
    try:
        status = root.stat()
        if not stat.S_ISDIR(status.st_mode):
            yield _entry(root, printable_name(root.name), status, named=True)
            return
        os.scandir(root).close()
    except OSError as error:
        raise UserError(
            f"{root}: no such file or folder, or not readable ({error.strerror}). "
            "Set input= to videos."
        ) from error
    yield from _Walk(root, outside).entries(status)


def printable_name(relative: str) -> str:
    """Return a path as text for records and messages; other paths give other texts.

    Bytes that are not UTF-8, control characters and line ends are escaped as in Python's strings,
    and so is the backslash. Letters of any script stay.
    """
    return "".join(
        char.encode("unicode_escape").decode("ascii")
        if char == "\\" or unicodedata.category(char) in _ESCAPED
        else char
        for char in relative
    )


class _Walk:
    """One walk: which folders it has seen, and which links are still to follow."""

    def __init__(self, root: Path, outside: Path) -> None:
        self._root = root
        self._seen: set[tuple[int, int]] = set()
        self._linked: list[Path] = []
        try:
            status = outside.stat()
        except OSError:
            self._outside = None
        else:
            self._outside = (status.st_dev, status.st_ino)

    def entries(self, status: os.stat_result) -> Iterator[Found | Unusable | Ignored]:
        self._seen.add((status.st_dev, status.st_ino))
        yield from self._folder(self._root)
        while self._linked:
            path = self._linked.pop(0)
            place = _place(path)
            if place == self._outside:
                continue
            if place in self._seen:
                detail = "a link to a folder that is searched already"
                yield Unusable(self._name(path), Reason.NOT_A_FILE, detail)
            elif place is not None:
                self._seen.add(place)
                yield from self._folder(path)

    def _folder(self, folder: Path) -> Iterator[Found | Unusable | Ignored]:
        """Yield what is in a folder; a stack instead of recursion, for trees of any depth."""
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                with os.scandir(current) as entries:
                    paths = sorted((current / entry.name for entry in entries), key=os.fsencode)
            except OSError as error:
                detail = f"the folder cannot be read ({error.strerror})"
                yield Unusable(self._name(current), Reason.NO_PERMISSION, detail)
                continue
            inner: list[Path] = []
            for path in paths:
                answer = self._look_at(path, inner)
                if answer is not None:
                    yield answer
            waiting += reversed(inner)

    def _look_at(self, path: Path, inner: list[Path]) -> Found | Unusable | Ignored | None:
        """Return what a path is; a folder is put aside, for later or for `inner`."""
        name = self._name(path)
        try:
            status = path.stat()
        except OSError as error:
            return Unusable(name, *_why(path, error))
        if not stat.S_ISDIR(status.st_mode):
            return _entry(path, name, status, named=False)
        place = (status.st_dev, status.st_ino)
        if path.is_symlink():
            self._linked.append(path)
        elif place != self._outside and place not in self._seen:
            self._seen.add(place)
            inner.append(path)
        if path.suffix.lower() in VIDEO_SUFFIXES:
            return Unusable(name, Reason.NOT_A_FILE, "a folder; what is in it was looked at")
        return None

    def _name(self, path: Path) -> str:
        return printable_name(path.relative_to(self._root).as_posix())


def _entry(
    path: Path, name: str, status: os.stat_result, named: bool
) -> Found | Unusable | Ignored:
    """Return what a path is that is no folder; `named` by the user, it is opened in any case."""
    suffix = path.suffix.lower()
    hidden = path.name.startswith(".") and suffix not in VIDEO_SUFFIXES
    if not named and (suffix in OTHER_SUFFIXES or hidden):
        return Ignored(name)
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for test, kind in _KINDS if test(status.st_mode)), "no file")
        return Unusable(name, Reason.NOT_A_FILE, kind)
    return Found(path, name, status.st_size, status.st_mtime_ns)


def _place(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


def _why(path: Path, error: OSError) -> tuple[Reason, str]:
    if error.errno == errno.ELOOP:
        return Reason.NOT_A_FILE, "a link that leads back to itself"
    if error.errno == errno.ENOENT and path.is_symlink():
        return Reason.NOT_A_FILE, "a link to a file that does not exist"
    if error.errno in (errno.EACCES, errno.EPERM):
        return Reason.NO_PERMISSION, f"cannot be looked at ({error.strerror})"
    return Reason.NOT_A_FILE, f"cannot be looked at ({error.strerror})"
