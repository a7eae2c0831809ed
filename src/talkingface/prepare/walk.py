"""The files below a folder, as they are found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Found:
    """One regular file.

    Attributes:
        path: the file.
        name: its path below the input folder with "/" between folders, printable and unique;
            bytes that are not UTF-8 and control characters are escaped.
        size: bytes.
        mtime_ns: when it was last changed.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int
