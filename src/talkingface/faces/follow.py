"""Following the main face through a video."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, bounds_of, shrunk_crop
from talkingface.faces.face_track import FaceRecord, FaceTrack
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.search import Bounds, find_faces, find_faces_of_size
from talkingface.faces.shots import is_jump

_REGION_PIXELS = 320
# Side of the region of interest in face heights, and what the face may become in it.
_REGION_FACES = 2.2
_SMALLEST_SHARE, _LARGEST_SHARE = 0.3, 0.62
_FARTHEST_OFF_CENTRE = 0.2
_LONGEST_PAUSE_FRAMES = 24
_MOST_FACES = 4


def follow_face(
    frames: Iterable[tuple[Fraction, NDArray[np.uint8]]], model: Path, rate: Fraction
) -> FaceTrack | None:
    """Follow the largest face of a video; None if no frame shows a face.

    Args:
        frames: (time in seconds, (H, W, 3) uint8 RGB) in order.
        model: path of `face_landmarker.task`.
        rate: frames a second.
    """
    with _Follower(model, rate) as follower:
        for time, picture in frames:
            follower.step(time, picture)
        return follower.track()


class _Follower:
    """Searches the whole picture until a face is found, then follows it in a square region.

    The region stays where it is while the face is well inside, because the landmarker remembers
    where in its picture the face was.
    """

    def __init__(self, model: Path, rate: Fraction) -> None:
        self._model = model
        self._rate = rate
        self._look_around_every = max(1, round(rate))
        self._searcher = Landmarker(model, max_faces=_MOST_FACES)
        self._tracker: Landmarker | None = None
        self._region = Box(0, 0, 0)
        self._count = 0
        self._next_search = 0
        self._pause = 1
        self._record = FaceRecord()
        self._second_faces: list[bool] = []

    def __enter__(self) -> _Follower:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop_region()
        self._searcher.__exit__(kind, error, trace)

    def step(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        bounds = self._follow(time, picture) if self._tracker else None
        if bounds is None and self._count >= self._next_search:
            bounds = self._search(time, picture)
        if bounds is not None and self._count % self._look_around_every == 0:
            half = float(bounds[3] - bounds[1]) / 2
            self._second_faces.append(len(find_faces_of_size(self._searcher, picture, half)) > 1)
        self._count += 1

    def track(self) -> FaceTrack | None:
        crowded = float(np.mean(self._second_faces)) if self._second_faces else 0.0
        return self._record.track(self._count, crowded, self._rate)

    def _search(self, time: Fraction, picture: NDArray[np.uint8]) -> Bounds | None:
        """Look for a face in the whole picture; after failing, ever more rarely."""
        found = find_faces(self._searcher, picture)
        self._next_search = self._count + self._pause
        if not found:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_FRAMES)
            return None
        self._pause = 1
        self._set_region(self._likeliest(found))
        return self._follow(time, picture)

    def _likeliest(self, found: list[Bounds]) -> Bounds:
        """Return the face that was followed last if it is still there, else the largest."""
        if self._record.landmarks:
            last = bounds_of(self._record.landmarks[-1])
            near = [bounds for bounds in found if not is_jump(last, bounds)]
            return (near or found)[0]
        return found[0]

    def _follow(self, time: Fraction, picture: NDArray[np.uint8]) -> Bounds | None:
        assert self._tracker is not None
        region = self._region
        faces = self._tracker.detect(shrunk_crop(picture, region, _REGION_PIXELS), time)
        if not faces:
            self._drop_region()
            return None
        (face,) = faces
        self._record.add(self._count, region, face)
        bounds = bounds_of(self._record.landmarks[-1])
        if _strays(bounds, region):
            self._set_region(bounds)
        return bounds

    def _set_region(self, bounds: Bounds) -> None:
        self._drop_region()
        side = round(_REGION_FACES * _extent(bounds))
        x, y = (bounds[:2] + bounds[2:]) / 2 - side / 2
        self._region = Box(round(x), round(y), side)
        self._tracker = Landmarker(self._model, sequence=True)

    def _drop_region(self) -> None:
        if self._tracker is not None:
            self._tracker.__exit__(None, None, None)
            self._tracker = None


def _extent(bounds: Bounds) -> float:
    return float(max(bounds[2:] - bounds[:2]))


def _strays(bounds: Bounds, region: Box) -> bool:
    share = _extent(bounds) / region.side
    centre = (bounds[:2] + bounds[2:]) / 2
    off = np.abs(centre - np.array(region.centre)).max() / region.side
    return bool(off > _FARTHEST_OFF_CENTRE or not _SMALLEST_SHARE < share < _LARGEST_SHARE)
