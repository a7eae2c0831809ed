"""Where a video's main face goes, found by looking at some of its frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.choice import FaceChoice, choose_face
from talkingface.faces.crop import Box, bounds_of
from talkingface.faces.landmarker import Face, Landmarker
from talkingface.faces.pose import head_angles
from talkingface.faces.region import RegionTracker, in_picture
from talkingface.faces.search import Bounds, all_faces, find_faces
from talkingface.faces.shots import is_jump

_LOOKS_A_SECOND = 6
_LARGEST_STEP = 5
# Of the face's size: what it may move from one look to the next one a whole step later.
_STEADY = 0.1
# Of the way between two looks: how much further a face may have been in between.
_BEYOND = 0.25
_LONGEST_PAUSE_FRAMES = 24
_MOST_FACES = 8


class Picture(Protocol):
    """A frame that costs something to look at."""

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB."""


@dataclass(frozen=True)
class Gone:
    """Where a face went.

    Attributes:
        bounds: (4,) left, top, right, bottom, pixels: the landmarks of all frames lie within.
        frontal: the looked-at frame that faces most to the front.
        looks: how many frames were looked at.
    """

    bounds: Bounds
    frontal: int
    looks: int


def step_at(rate: Fraction) -> int:
    """Return every how many frames a face is looked at that keeps still, 1 to 5."""
    return min(max(1, round(rate / _LOOKS_A_SECOND)), _LARGEST_STEP)


def follow_sparsely(
    frames: Iterable[tuple[Fraction, Picture]],
    model: Path,
    step: int,
    which: FaceChoice = "largest",
    name: Path = Path("video"),
) -> Gone | None:
    """Follow one face through a video; None if no frame shows a face.

    While the face is followed and moves slowly, only every `step`-th frame is looked at; else
    every frame. Memory does not grow with the number of frames.

    Args:
        frames: (time in seconds, frame) in order.
        model: path of `face_landmarker.task`.
        step: see `step_at`.
        which: the face, of those on the first frame that shows any.
        name: the video's file, for messages.

    Raises:
        UserError: there is no such face on that frame.
    """
    with _Follower(model, step, which, name) as follower:
        for number, (time, frame) in enumerate(frames):
            if follower.wants(number):
                follower.look(number, time, frame.pixels)
        return follower.gone()


class _Follower:
    """Searches the whole picture until a face is found, then follows it in a square region."""

    def __init__(self, model: Path, step: int, which: FaceChoice, name: Path) -> None:
        self._searcher = Landmarker(model, max_faces=_MOST_FACES, expressions=False)
        self._tracker = RegionTracker(model, expressions=False)
        self._which = which
        self._name = name
        self._path = _Path(step)
        self._next_look = 0
        self._pause = 1
        self._looks = 0

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

    def wants(self, number: int) -> bool:
        return number >= self._next_look

    def look(self, number: int, time: Fraction, picture: NDArray[np.uint8]) -> None:
        self._looks += 1
        self._next_look = number + 1
        if not self._follow(number, time, picture):
            self._search(number, time, picture)

    def gone(self) -> Gone | None:
        if self._path.last is None:
            return None
        return Gone(self._path.union, self._path.frontal, self._looks)

    def _follow(self, number: int, time: Fraction, picture: NDArray[np.uint8]) -> bool:
        seen = self._tracker.follow(time, picture)
        if seen is None:
            return False
        self._next_look = number + self._path.add(number, *seen)
        return True

    def _search(self, number: int, time: Fraction, picture: NDArray[np.uint8]) -> None:
        """Look for the face in the whole picture; after failing, ever more rarely."""
        self._path.interrupt()
        found = find_faces(self._searcher, picture)
        if found and self._which != "largest":
            found = all_faces(self._searcher, picture, found)
        chosen = self._likeliest(found)
        if chosen is not None:
            self._pause = 1
            self._tracker.aim(chosen)
            self._follow(number, time, picture)
            return
        self._next_look = number + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_FRAMES)

    def _likeliest(self, found: list[Bounds]) -> Bounds | None:
        """Return the face that was followed last if it is still there, else the chosen one."""
        last = self._path.last
        if not found:
            return None
        if last is None:
            return choose_face(found, self._which, self._name)
        near = [bounds for bounds in found if not is_jump(last, bounds)]
        if near:
            return near[0]
        # After a cut, a number may mean another person.
        return found[0] if self._which == "largest" else None


class _Path:
    """What is remembered of where the face went: an amount that does not grow."""

    def __init__(self, step: int) -> None:
        self.union: Bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.frontal = 0
        self.last: Bounds | None = None
        self._step = step
        self._number = 0
        self._turned = np.inf
        self._way = np.zeros(4)
        self._followed = False

    def add(self, number: int, region: Box, face: Face) -> int:
        """Note the face of a frame, and return after how many frames to look again."""
        bounds = bounds_of(in_picture(region, face))
        turned = float(np.abs(head_angles(face.matrix)[:2]).sum())
        if turned < self._turned:
            self._turned, self.frontal = turned, number
        before, self.last = self.last, bounds
        between, self._number = number - self._number, number
        self._join(bounds, np.zeros(4))
        if before is None or not self._followed:
            self._followed, self._way = True, np.zeros(4)
            return 1
        way = np.abs(bounds - before)
        if between > 1:
            # The turning point may lie before a look or after it.
            beyond = _BEYOND * np.maximum(way, self._way)
            self._join(bounds, beyond)
            self._join(before, beyond)
        self._way = way
        steady = way.max() / between * self._step <= _STEADY * float(max(bounds[2:] - bounds[:2]))
        return self._step if steady else 1

    def interrupt(self) -> None:
        """Forget how fast the face was: it is lost."""
        self._followed = False

    def _join(self, bounds: Bounds, beyond: NDArray[np.floating]) -> None:
        self.union = np.concatenate(
            [
                np.minimum(self.union[:2], (bounds - beyond)[:2]),
                np.maximum(self.union[2:], (bounds + beyond)[2:]),
            ]
        )
