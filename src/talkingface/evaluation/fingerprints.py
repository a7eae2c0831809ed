"""What a file or a video is, wherever it lies: hashes of content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from talkingface.video.footage import Frames


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
