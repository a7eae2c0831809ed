"""Following the main face through a video."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import bounds_of
from talkingface.faces.face_track import FaceTrack, nearest_seen
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.region import RegionTracker, in_picture
from talkingface.faces.search import Bounds, find_faces
from talkingface.faces.shots import is_jump

_LONGEST_PAUSE_FRAMES = 24
_MOST_FACES = 4


def follow_face(
    frames: Iterable[tuple[Fraction, NDArray[np.uint8]]], model: Path
) -> FaceTrack | None:
    """Follow the largest face of a video; None if no frame shows a face.

    Args:
        frames: (time in seconds, (H, W, 3) uint8 RGB) in order.
        model: path of `face_landmarker.task`.
    """
    with _Follower(model) as follower:
        for time, picture in frames:
            follower.step(time, picture)
        return follower.track()


class _Follower:
    """Searches the whole picture until a face is found, then follows it in a square region."""

    def __init__(self, model: Path) -> None:
        self._searcher = Landmarker(model, max_faces=_MOST_FACES)
        self._tracker = RegionTracker(model)
        self._count = 0
        self._next_search = 0
        self._pause = 1
        self._numbers = array("q")
        self._bounds = array("f")

    def __enter__(self) -> _Follower:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tracker.drop()
        self._searcher.__exit__(kind, error, trace)

    def step(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        if not self._follow(time, picture) and self._count >= self._next_search:
            self._search(time, picture)
        self._count += 1

    def track(self) -> FaceTrack | None:
        if not self._numbers:
            return None
        numbers = np.array(self._numbers)
        nearest = nearest_seen(numbers, self._count)
        bounds = np.array(self._bounds, np.float32).reshape(-1, 4)
        return FaceTrack(bounds[nearest], numbers[nearest] == np.arange(self._count))

    def _search(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        """Look for a face in the whole picture; after failing, ever more rarely."""
        found = find_faces(self._searcher, picture)
        self._next_search = self._count + self._pause
        if not found:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_FRAMES)
            return
        self._pause = 1
        self._tracker.aim(self._likeliest(found))
        self._follow(time, picture)

    def _likeliest(self, found: list[Bounds]) -> Bounds:
        """Return the face that was followed last if it is still there, else the largest."""
        if not self._bounds:
            return found[0]
        last = np.array(self._bounds[-4:])
        near = [bounds for bounds in found if not is_jump(last, bounds)]
        return (near or found)[0]

    def _follow(self, time: Fraction, picture: NDArray[np.uint8]) -> bool:
        seen = self._tracker.follow(time, picture)
        if seen is None:
            return False
        self._numbers.append(self._count)
        self._bounds.frombytes(bounds_of(in_picture(*seen)).astype(np.float32).tobytes())
        return True
