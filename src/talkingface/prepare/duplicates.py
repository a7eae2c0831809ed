"""Clips of one recording that is there twice, under whatever name, size or compression."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import Clip
from talkingface.prepare.looks import LOOKS
from talkingface.prepare.motion_print import PRINT_BYTES, agreement

_MOST_BITS = 6  # Two hashes of 64 bits that differ in no more may be of one moment.
_LEAST_ALIKE = 6  # So many of the 8 moments must agree.
_LEAST_AGREEMENT = 0.8  # The mean correlation of how the head moves, see `motion_print`.
_DURATION = 0.02  # Two copies' lengths differ by no more than this share.
_NEIGHBOURS = 16
_CHUNK = 1 << 16


class Lookalikes:
    """Finds clips that show the same, among any number of them.

    Two clips are copies if their files are equal, byte for byte; or if they are of different
    recordings, equally long, look alike at 8 moments and move alike. Looks alone would not do:
    they hardly change from one take to the next of a person who sits before the same wall. Copies
    that begin at another moment are not found, nor mirrored ones, nor those in which nothing moves.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._recordings: dict[str, int] = {}
        self._recording = array("q")
        self._seconds = array("d")
        self._face = array("d")
        self._looks = array("Q")
        self._prints = bytearray()
        self._contents: dict[tuple[int, int, int], int] = {}
        self._equal: list[tuple[int, int]] = []

    def add(
        self, clip: Clip, recording: str, seconds: float, looks: Sequence[int], motion: bytes
    ) -> None:
        """Take a clip, with the hashes of its 8 moments (or none) and its `motion_print`."""
        number = len(self._names)
        self._names.append(clip.clip)
        self._recording.append(self._recordings.setdefault(recording, len(self._recordings)))
        # Clips without hashes match no length.
        self._seconds.append(seconds if len(looks) == LOOKS else float("nan"))
        self._face.append(clip.measures.face_px)
        self._looks.extend(looks if len(looks) == LOOKS else [0] * LOOKS)
        self._prints += motion
        if clip.bytes:
            first = self._contents.setdefault((clip.bytes, clip.crc32, clip.frames), number)
            if first != number:
                self._equal.append((first, number))

    def copies(self) -> Mapping[str, str]:
        """Return each copy's name with the clip's that is kept instead.

        The one with the larger face is kept; of equals, the one whose name comes first.
        """
        alike: dict[int, list[int]] = {}
        for a, b in [*self._equal, *self._near()]:
            alike.setdefault(a, []).append(b)
            alike.setdefault(b, []).append(a)
        found: dict[int, int] = {}
        best = sorted(alike, key=lambda k: (-np.nan_to_num(self._face[k]), self._names[k]))
        for keeper in best:
            if keeper not in found:
                for copy in alike[keeper]:
                    if copy not in found:
                        found[copy] = keeper
        return {self._names[copy]: self._names[keeper] for copy, keeper in found.items()}

    def _near(self) -> list[tuple[int, int]]:
        # Sorted by name, so that the answer does not depend on the order of adding.
        order = np.argsort(np.array(self._names), kind="stable")
        looks = np.frombuffer(self._looks, np.uint64).reshape(-1, LOOKS)[order]
        seconds = np.frombuffer(self._seconds)[order]
        recording = np.frombuffer(self._recording, np.int64)[order]
        prints = np.frombuffer(self._prints, np.int8).reshape(-1, PRINT_BYTES)[order]
        pairs: set[tuple[int, int]] = set()
        for left, right in _candidates(looks):
            foreign = recording[left] != recording[right]
            fit = np.flatnonzero(foreign & _as_long(seconds[left], seconds[right]))
            a, b = left[fit], right[fit]
            alike = _look_alike(looks[a], looks[b])
            alike &= agreement(prints[a], prints[b]) >= _LEAST_AGREEMENT
            pairs.update(zip(order[a[alike]].tolist(), order[b[alike]].tolist(), strict=True))
        return sorted((min(pair), max(pair)) for pair in pairs)


def _candidates(looks: NDArray[np.uint64]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield pairs of rows that agree in 16 bits of two neighbouring moments.

    Of many that agree in the same bits, each is compared with the next 16 only: the work stays
    proportional to the number of clips.
    """
    for moment in range(LOOKS):
        for shift in range(0, 64, 16):
            first = (looks[:, moment] >> np.uint64(shift)) & np.uint64(0xFFFF)
            second = (looks[:, (moment + 1) % LOOKS] >> np.uint64(shift)) & np.uint64(0xFFFF)
            key = (first << np.uint64(16)) | second
            order = np.argsort(key, kind="stable")
            key = key[order]
            for step in range(1, _NEIGHBOURS + 1):
                same = np.flatnonzero(key[step:] == key[:-step])
                if not len(same):
                    break
                for begin in range(0, len(same), _CHUNK):
                    part = same[begin : begin + _CHUNK]
                    yield order[part], order[part + step]


def _as_long(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.abs(a - b) <= _DURATION * np.maximum(a, b)


def _look_alike(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether rows of (N, 8) hashes differ little at most moments."""
    return (np.bitwise_count(a ^ b) <= _MOST_BITS).sum(axis=1) >= _LEAST_ALIKE
