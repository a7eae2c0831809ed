"""Following the main face through a video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, bounds_of, shrunk_crop
from talkingface.faces.landmarker import EXPRESSION, Landmarker
from talkingface.faces.search import Bounds, find_faces, find_faces_of_size

_REGION_PIXELS = 320
# Side of the region of interest in face heights, and what the face may become in it.
_REGION_FACES = 2.2
_SMALLEST_SHARE, _LARGEST_SHARE = 0.3, 0.62
_FARTHEST_OFF_CENTRE = 0.2
_LONGEST_PAUSE_FRAMES = 24
_MOST_FACES = 4


@dataclass(frozen=True)
class FaceTrack:
    """The main face of a video of T frames, in pixels of the video.

    Attributes:
        landmarks: (T, 478, 2) float32; rows without a face hold the nearest seen frame's values,
            and so do the other arrays.
        depth: (T, 478) float32; nearer points are smaller.
        expression: (T, 51) float32, named by `landmarker.EXPRESSION`.
        matrix: (T, 4, 4) float32, see `landmarker.Face`; the camera looks at the face.
        face: (T,) whether the face was seen.
        crowded: share of the frames looked at as a whole that show a second face at least half
            as high as the main one.
        jumps: times at which the face was found elsewhere or in another size within three frames,
            in seconds, which only cuts between shots do.
    """

    landmarks: NDArray[np.float32]
    depth: NDArray[np.float32]
    expression: NDArray[np.float32]
    matrix: NDArray[np.float32]
    face: NDArray[np.bool_]
    crowded: float
    jumps: tuple[Fraction, ...]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.face)


def follow_face(
    frames: Iterable[tuple[Fraction, NDArray[np.uint8]]], model: Path, rate: Fraction
) -> FaceTrack | None:
    """Follow the largest face of a video; None if no frame shows a face.

    Args:
        frames: (time in seconds, (H, W, 3) uint8 RGB) in order.
        model: path of `face_landmarker.task`.
        rate: frames a second.
    """
    with _Follower(model, look_around_every=max(1, round(rate))) as follower:
        for time, picture in frames:
            follower.step(time, picture)
        return follower.track()


@dataclass
class _Seen:
    """What was measured in the frames with a face; lists of equal length."""

    number: list[int] = field(default_factory=list)
    landmarks: list[NDArray[np.float32]] = field(default_factory=list)
    depth: list[NDArray[np.float32]] = field(default_factory=list)
    expression: list[NDArray[np.float32]] = field(default_factory=list)
    matrix: list[NDArray[np.float32]] = field(default_factory=list)


class _Follower:
    """Searches the whole picture until a face is found, then follows it in a square region.

    The region stays where it is while the face is well inside, because the landmarker remembers
    where in its picture the face was.
    """

    def __init__(self, model: Path, look_around_every: int) -> None:
        self._model = model
        self._look_around_every = look_around_every
        self._searcher = Landmarker(model, max_faces=_MOST_FACES)
        self._tracker: Landmarker | None = None
        self._region = Box(0, 0, 0)
        self._count = 0
        self._next_search = 0
        self._pause = 1
        self._seen = _Seen()
        self._second_faces: list[bool] = []
        self._jumps: list[Fraction] = []

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
            self._second_faces.append(
                len(find_faces_of_size(self._searcher, picture, half)) > 1
            )
        self._count += 1

    def track(self) -> FaceTrack | None:
        if not self._seen.number:
            return None
        numbers = np.array(self._seen.number)
        every = np.arange(self._count)
        after = np.clip(np.searchsorted(numbers, every), 0, len(numbers) - 1)
        before = np.clip(after - 1, 0, None)
        is_before = np.abs(numbers[before] - every) <= np.abs(numbers[after] - every)
        nearest = np.where(is_before, before, after)
        return FaceTrack(
            landmarks=np.stack(self._seen.landmarks)[nearest],
            depth=np.stack(self._seen.depth)[nearest],
            expression=np.stack(self._seen.expression)[nearest],
            matrix=np.stack(self._seen.matrix)[nearest],
            face=numbers[nearest] == every,
            crowded=float(np.mean(self._second_faces)) if self._second_faces else 0.0,
            jumps=tuple(self._jumps),
        )

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
        if self._seen.landmarks:
            last = bounds_of(self._seen.landmarks[-1])
            for bounds in found:
                if not _is_jump(last, bounds):
                    return bounds
        return found[0]

    def _follow(self, time: Fraction, picture: NDArray[np.uint8]) -> Bounds | None:
        assert self._tracker is not None
        region = self._region
        faces = self._tracker.detect(shrunk_crop(picture, region, _REGION_PIXELS), time)
        if not faces:
            self._drop_region()
            return None
        (face,) = faces
        landmarks = (face.landmarks * region.side + (region.x, region.y)).astype(np.float32)
        bounds = bounds_of(landmarks)
        self._note_jump(time, bounds)
        self._seen.number.append(self._count)
        self._seen.landmarks.append(landmarks)
        self._seen.depth.append((face.depth * region.side).astype(np.float32))
        self._seen.expression.append(face.expression)
        self._seen.matrix.append(face.matrix)
        if _strays(bounds, region):
            self._set_region(bounds)
        return bounds

    def _note_jump(self, time: Fraction, bounds: Bounds) -> None:
        if self._seen.number and self._count - self._seen.number[-1] <= 3:
            last = bounds_of(self._seen.landmarks[-1])
            if _is_jump(last, bounds):
                self._jumps.append(time)

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


def _is_jump(last: Bounds, bounds: Bounds) -> bool:
    """Whether two neighbouring frames' faces are a face's size apart, or of another size."""
    distance = float(np.linalg.norm((bounds[:2] + bounds[2:] - last[:2] - last[2:]) / 2))
    ratio = _extent(bounds) / _extent(last)
    return distance > min(_extent(bounds), _extent(last)) or not 0.6 < ratio < 1 / 0.6


def _strays(bounds: Bounds, region: Box) -> bool:
    share = _extent(bounds) / region.side
    centre = (bounds[:2] + bounds[2:]) / 2
    off = np.abs(centre - np.array(region.centre)).max() / region.side
    return bool(off > _FARTHEST_OFF_CENTRE or not _SMALLEST_SHARE < share < _LARGEST_SHARE)
