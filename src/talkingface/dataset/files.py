"""Where the files of a clip lie, and what proves that they are whole."""

from __future__ import annotations

import zlib
from pathlib import Path

#: What a clip may be called: its name is part of file names on any system.
CLIP_NAME = "[A-Za-z0-9._-]{1,120}"


def clip_path(root: Path, clip: str) -> Path:
    """Return the video file of a clip."""
    return root / "clips" / _folder(clip) / f"{clip}.mp4"


def track_path(root: Path, clip: str) -> Path:
    """Return the per-frame label file of a clip."""
    return root / "tracks" / _folder(clip) / f"{clip}.npy"


def checksum(content: bytes) -> int:
    """Return the CRC-32 of a file's content; 0 never, since that means unknown."""
    return zlib.crc32(content) or 1


def size_and_checksum(path: Path) -> tuple[int, int]:
    """Return the number of bytes of a file and their checksum, for `Clip`.

    Raises:
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    return len(content), checksum(content)


def _folder(clip: str) -> str:
    """Return one of 256 folders: a folder of a million files is slow to list on many disks."""
    return f"{zlib.crc32(clip.encode()) & 0xFF:02x}"
