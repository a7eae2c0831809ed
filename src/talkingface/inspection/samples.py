"""Clips drawn by chance, whole, to be played in a page."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkingface.manifest import Clip, ClipTable, checksum, clip_path
from talkingface.report.videos import MEGABYTE

# So many are looked at for each one wanted before a page goes without the rest.
_TRIES = 3


@dataclass(frozen=True)
class Sample:
    """A clip, or why it cannot be shown.

    Attributes:
        clip: its row of the manifest.
        url: the whole video as a data: address, "" where it is left out.
        fault: what is wrong with its file, "" where it is merely too large.
    """

    clip: Clip
    url: str
    fault: str


def draw_samples(
    root: Path, table: ClipTable, count: int, seed: int, megabytes: float
) -> list[Sample]:
    """Return clips drawn by chance; the same seed gives the same ones.

    Args:
        root: folder of the data set.
        table: its clips.
        count: clips wanted.
        seed: of the draw.
        megabytes: that the page may grow by them.
    """
    room = megabytes * MEGABYTE
    shown: list[Sample] = []
    faulty: list[Sample] = []
    for clip in _drawn(table, count * _TRIES, seed):
        if len(shown) == count:
            break
        sample = _sample(root, clip, room)
        if sample.fault:
            faulty.append(sample)
        elif sample.url:
            shown.append(sample)
            room -= len(sample.url)
    return shown + faulty


def _drawn(table: ClipTable, most: int, seed: int) -> Iterator[Clip]:
    places = np.random.default_rng(seed).choice(len(table), min(most, len(table)), replace=False)
    return (table[int(place)] for place in places)


def _sample(root: Path, clip: Clip, room: float) -> Sample:
    path = clip_path(root, clip.clip)
    try:
        # As text, four bytes of the page hold three of the video.
        if path.stat().st_size * 4 / 3 > room:
            return Sample(clip, "", "")
        content = path.read_bytes()
    except OSError as error:
        return Sample(clip, "", f"{path}: not readable ({error.strerror}).")
    if not content or (clip.crc32 and checksum(content) != clip.crc32):
        return Sample(clip, "", f"{path}: not the file that the manifest describes.")
    text = base64.b64encode(content).decode("ascii")
    return Sample(clip, f"data:video/mp4;base64,{text}", "")
