"""Decoded clips kept in memory, so that a small data set is decoded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import Clip, Track, clip_path, read_track
from talkingface.video.clips import Backend, read_clip_frames


@dataclass(frozen=True)
class _Kept:
    frames: NDArray[np.uint8]
    track: Track

    @property
    def bytes(self) -> int:
        arrays = (self.frames, *vars(self.track).values())
        return sum(array.nbytes for array in arrays)


class ClipMemory:
    """Reads frames and labels of clips, keeping those read last; the result is the same without.

    Each loader process keeps its own.

    Args:
        root: data set folder.
        size: side of the frames handed out, pixels.
        backend: what decodes the clips.
        megabytes: most memory to use; with 0 only the wanted frames are decoded, each time.
    """

    def __init__(self, root: Path, size: int, backend: Backend, megabytes: float):
        self.root, self.size, self.backend = root, size, backend
        self.room = int(megabytes * 2**20)
        self.kept: OrderedDict[str, _Kept] = OrderedDict()
        self.used = 0

    def read(self, clip: Clip, chosen: Sequence[int]) -> tuple[NDArray[np.uint8], Track]:
        """Return frames (T, S, S, 3) at `chosen` places and the labels of the whole clip."""
        found = self.kept.get(clip.clip)
        if found is None and clip.frames * self.size**2 * 3 > self.room:
            return self._decode(clip, chosen), read_track(self.root, clip.clip)
        if found is None:
            found = _Kept(self._decode(clip, range(clip.frames)), read_track(self.root, clip.clip))
            self._keep(clip.clip, found)
        self.kept.move_to_end(clip.clip)
        return found.frames[list(chosen)], found.track

    def _keep(self, name: str, clip: _Kept) -> None:
        self.kept[name] = clip
        self.used += clip.bytes
        while self.used > self.room and len(self.kept) > 1:
            self.used -= self.kept.popitem(last=False)[1].bytes

    def _decode(self, clip: Clip, chosen: Sequence[int]) -> NDArray[np.uint8]:
        return read_clip_frames(clip_path(self.root, clip.clip), chosen, self.size, self.backend)
