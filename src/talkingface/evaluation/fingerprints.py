"""What a file or a video is, wherever it lies: hashes of content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from talkingface.errors import UserError
from talkingface.video.footage import Frames


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error}). Give a file that exists.") from error


def frames_digest(pieces: Iterable[Frames]) -> tuple[str, int]:
    """Return the SHA-256 of decoded frames and how many there are; pieces of any length.

    Args:
        pieces: (T, H, W, 3) uint8, such as `read_footage` yields.
    """
    digest, count = hashlib.sha256(), 0
    for piece in pieces:
        if not count:
            digest.update(repr(piece.shape[1:]).encode())
        digest.update(np.ascontiguousarray(piece).data)
        count += len(piece)
    return digest.hexdigest(), count
