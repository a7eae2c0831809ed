"""What a protocol says of the videos that are asked for: their content, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from talkingface.errors import UserError
from talkingface.evaluation.fingerprints import frames_digest
from talkingface.evaluation.item import Item
from talkingface.evaluation.protocol import ProtocolCase
from talkingface.evaluation.results import Failure
from talkingface.video.footage import read_footage


def protocol_cases(
    items: Sequence[Item], size: int
) -> tuple[list[Item], list[ProtocolCase], list[Failure]]:
    """Return the items whose footage can be read, what the protocol says of them, and the others.

    Args:
        items: what is asked for.
        size: side of the frames that are compared, pixels.
    """
    usable, cases, failed = [], [], []
    for item in items:
        try:
            cases.append(_case(item, size))
            usable.append(item)
        except UserError as error:
            failed.append(Failure(item.name, str(error)))
    return usable, cases, failed


def _case(item: Item, size: int) -> ProtocolCase:
    portrait, _ = frames_digest([next(read_footage(item.source, size, chunk=1))])
    target = _digest(item.target, size) if item.target else None
    scored = item.frames if item.scored is None else int(item.scored.sum())
    seen = [item.donors.head, item.driving] if item.donors else [item.driving]
    return ProtocolCase(
        item.name,
        item.source_name,
        item.driving_name,
        scored,
        target,
        # With a target, what drives the video is the system's own affair.
        portrait if target else " ".join([portrait, *(_digest(path, size) for path in seen)]),
    )


def _digest(path: Path, size: int) -> str:
    written = path.stat().st_mtime_ns if path.exists() else 0
    return _digest_of(path, written, size)


@lru_cache(maxsize=100_000)
def _digest_of(path: Path, written: int, size: int) -> str:
    """Read a video once, although several suites and models are compared with it."""
    digest, _ = frames_digest(read_footage(path, size))
    return digest
