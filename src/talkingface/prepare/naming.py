"""What the clips of a video are called, and which machine makes them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_LONGEST_STEM = 60
_KEY_DIGITS = 8
_CLIP_FILE = re.compile(
    r"(?P<prefix>.+-(?P<key>[0-9a-f]{8})(?:[0-9a-f]{8})?)-\d{3,}\.(?:mp4|npy)"
    r"(?P<partial>\..*)?"
)


def prefixes(names: Iterable[str]) -> Mapping[str, str]:
    """Return what the names of each video's clips begin with; no two videos share it.

    Args:
        names: of the videos, as in `Source.name`, all different.
    """
    chosen = {name: _prefix(name, _KEY_DIGITS) for name in names}
    used = Counter(chosen.values())
    # Once in billions of pairs of files of the same name.
    longer = {name: _prefix(name, 16) for name, prefix in chosen.items() if used[prefix] > 1}
    return chosen | longer


def shard_of(name: str, shards: int) -> int:
    """Return which of so many machines prepares a video, from 0, by its name alone."""
    return _shard(_key(name, _KEY_DIGITS), shards)


def owner(file_name: str, shards: int) -> tuple[str, int, bool] | None:
    """Return whose a file of clips/ or tracks/ is: (prefix, shard, whether it is unfinished).

    None if no video's clip or track is called so.
    """
    match = _CLIP_FILE.fullmatch(file_name)
    if match is None:
        return None
    return match["prefix"], _shard(match["key"], shards), match["partial"] is not None


def spread(name: str, piece: int) -> bytes:
    """Return a sort key that picks pieces evenly from all videos, always the same ones."""
    return hashlib.sha256(f"{name}\n{piece}".encode()).digest()[:8]


def _prefix(name: str, digits: int) -> str:
    stem = name.rpartition("/")[2]
    stem = stem.rpartition(".")[0] or stem
    clean = re.sub(r"[^A-Za-z0-9._]+", "-", stem).strip("-.")[:_LONGEST_STEM]
    return f"{clean or 'video'}-{_key(name, digits)}"


def _key(name: str, digits: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


def _shard(key: str, shards: int) -> int:
    return int(key, 16) % shards
