"""Decoded clips kept in memory, so that a small data set is decoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.manifest import Clip, ClipTable, Track, checksum, clip_path, read_track
from talkingface.video.clips import Backend, read_clip_frames

# Labels of a frame: 68 points, pose and some fifty expressions in float32.
_LABEL_BYTES = 800


@dataclass(frozen=True)
class _Kept:
    frames: NDArray[np.uint8]
    track: Track


class ClipMemory:
    """Reads frames and labels of clips; a split that fits into memory is kept, clip by clip.

    A split that does not fit is decoded anew, only the wanted frames: each clip comes once an
    epoch, so keeping a part would cost more than it saves. The samples are the same either way.
    Each loader process keeps its own.

    Args:
        root: data set folder.
        clips: all clips that will be asked for.
        size: side of the frames handed out, pixels.
        backend: what decodes the clips.
        megabytes: most memory to use.
    """

    def __init__(self, root: Path, clips: ClipTable, size: int, backend: Backend, megabytes: float):
        self.root, self.size, self.backend = root, size, backend
        frames = int(clips.numbers("frames").sum(dtype=np.int64))
        self.keeps = frames * (size**2 * 3 + _LABEL_BYTES) <= megabytes * 2**20
        self.kept: dict[str, _Kept] = {}

    def read(self, clip: Clip, chosen: Sequence[int]) -> tuple[NDArray[np.uint8], Track]:
        """Return frames (T, S, S, 3) at `chosen` places and their labels.

        Raises:
            UserError: the clip or its labels are missing, unreadable, or not what the manifest
                says; what decodes them never meets such a file.
            OSError: they cannot be read.
        """
        found = self.kept.get(clip.clip)
        if found is None:
            self._check(clip)
            wanted = range(clip.frames) if self.keeps else chosen
            track = read_track(self.root, clip.clip, wanted, clip.track_crc32)
            path = clip_path(self.root, clip.clip)
            found = _Kept(read_clip_frames(path, wanted, self.size, self.backend), track)
            if not self.keeps:
                return found.frames, found.track
            self.kept[clip.clip] = found
        rows = list(chosen)
        return found.frames[rows], Track(**{n: v[rows] for n, v in vars(found.track).items()})

    def _check(self, clip: Clip) -> None:
        """Compare the file with the manifest: a decoder may hang on a damaged one."""
        if not clip.crc32:
            return
        path = clip_path(self.root, clip.clip)
        content = path.read_bytes()
        if len(content) != clip.bytes:
            raise UserError(f"{path}: has {len(content)} bytes, the manifest says {clip.bytes}.")
        if checksum(content) != clip.crc32:
            raise UserError(f"{path}: its checksum differs from the manifest's.")
