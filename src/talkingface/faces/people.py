"""Following the people of a video, shot by shot, as it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import bounds_of
from talkingface.faces.crop_path import Roaming
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.moment import thumbnail_of
from talkingface.faces.person import Person
from talkingface.faces.person_track import PersonRecord, PersonTrack
from talkingface.faces.region import RegionTracker, in_picture
from talkingface.faces.search import Bounds, find_faces, find_faces_of_size, overlap
from talkingface.faces.shots import is_jump

# Of the picture's longer side: the smallest height of faces that are looked for beside others.
_LEAST_SHARE = 1 / 40
_MOST_FACES = 4
# A face away for longer has left.
_PATIENCE_SECONDS = Fraction(1, 2)
_SAME_FACE = 0.3
# Whose face is so much higher than the one followed is the main person from now on.
_LARGER = 1.25


@dataclass(frozen=True)
class Gap:
    """Frames of the video that show no face, and a JPEG of the first."""

    start: int
    length: int
    thumbnail: bytes


class People:
    """Turns frames into tracks of people; a context manager.

    A track ends at a cut, when the face jumps or is away for more than half a second, and when a
    fixed crop would become too wide; it is divided where it grows too long. Follows the largest
    face, or up to four.

    Args:
        model: path of `face_landmarker.task`.
        rate: frames a second.
        everybody: whether to follow everybody instead of the largest face.
        longest: frames of the longest track. Memory grows with it, not with the video.
        roaming: makes the judge of how wide a fixed crop becomes; None lets people wander.
    """

    def __init__(
        self,
        model: Path,
        rate: Fraction,
        *,
        everybody: bool,
        longest: int,
        roaming: Callable[[], Roaming] | None,
    ) -> None:
        self._model = model
        self._rate = rate
        self._everybody = everybody
        self._longest = longest
        self._roaming = roaming
        self._patience = max(1, round(_PATIENCE_SECONDS * rate))
        self._second = max(1, round(rate))
        self._searcher = Landmarker(model, max_faces=_MOST_FACES, expressions=False)
        self._persons: list[Person] = []
        self._ended: list[PersonTrack | Gap] = []
        self._number = -1
        self._last_seen = -1
        self._gap_thumbnail = b""
        self._next_search = 0
        self._pause = 1

    def __enter__(self) -> People:
        """Return the follower."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the landmarkers."""
        for person in self._persons:
            person.tracker.drop()
        self._searcher.__exit__(kind, error, trace)

    def step(self, time: Fraction, picture: NDArray[np.uint8], is_cut: bool) -> None:
        """Look at the next frame.

        Args:
            time: seconds.
            picture: (H, W, 3) uint8 RGB.
            is_cut: whether another shot begins with it.
        """
        self._number += 1
        if is_cut:
            self._end_everybody()
            self._next_search, self._pause = self._number, 1
        for person in list(self._persons):
            self._follow(person, time, picture)
        if not any(self._is_seen(person) for person in self._persons):
            if self._number >= self._next_search:
                self._search(time, picture)
        elif self._number % self._second == 0:
            self._glance(time, picture)
        if not any(self._is_seen(person) for person in self._persons):
            if self._number == self._last_seen + 1:
                self._gap_thumbnail = thumbnail_of(picture)
        else:
            self._close_gap(self._number)
            self._last_seen = self._number

    def ended(self) -> list[PersonTrack | Gap]:
        """Return the tracks and gaps that have ended since the last call, in that order."""
        ended, self._ended = self._ended, []
        return ended

    def finish(self) -> list[PersonTrack | Gap]:
        """End all tracks and return what has not been returned."""
        self._end_everybody()
        self._close_gap(self._number + 1)
        return self.ended()

    def _is_seen(self, person: Person) -> bool:
        return person.record.last == self._number

    def _close_gap(self, end: int) -> None:
        length = end - self._last_seen - 1
        if length > self._patience or length == end > 0:
            self._ended.append(Gap(self._last_seen + 1, length, self._gap_thumbnail))

    def _search(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        """Look for faces in the whole picture; after failing, ever more rarely."""
        found = find_faces(self._searcher, picture)
        self._next_search = self._number + self._pause
        if not found:
            self._pause = min(2 * self._pause, self._second)
            return
        self._pause = 1
        if not self._everybody:
            lost = [person.record.last_bounds for person in self._persons]
            near = [bounds for bounds in found if lost and not is_jump(lost[0], bounds)]
            found = (near or found)[:1]
        for bounds in found:
            self._meet(bounds, time, picture)

    def _meet(self, bounds: Bounds, time: Fraction, picture: NDArray[np.uint8]) -> None:
        """Follow a face that is not followed: somebody lost a moment ago, or somebody new."""
        person = next(
            (
                person
                for person in self._persons
                if not person.tracker.follows and not is_jump(person.record.last_bounds, bounds)
            ),
            None,
        )
        if person is None:
            if not self._everybody:
                self._end_everybody()
            if len(self._persons) == _MOST_FACES:
                return
            person = self._new_person()
        person.tracker.aim(bounds)
        self._follow(person, time, picture)

    def _new_person(self) -> Person:
        person = Person(
            RegionTracker(self._model),
            PersonRecord(self._number),
            self._roaming() if self._roaming else None,
            self._rate,
            self._longest,
        )
        self._persons.append(person)
        return person

    def _glance(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        """Look for other faces, note them, and follow those that are to be followed."""
        seen = [person for person in self._persons if self._is_seen(person)]
        heights = [_height(person.record.last_bounds) for person in seen]
        # The smaller the faces looked for, the more places to look at: thousands for tiny ones.
        least = max(min(heights) / 2, max(picture.shape[:2]) * _LEAST_SHARE)
        found = find_faces_of_size(self._searcher, picture, least)
        for person, height in zip(seen, heights, strict=True):
            others = [
                bounds
                for bounds in found
                if _height(bounds) > height / 2
                and overlap(bounds, person.record.last_bounds) < _SAME_FACE
            ]
            person.record.add_glance(others)
        new = [
            bounds
            for bounds in found
            if all(overlap(bounds, person.record.last_bounds) < _SAME_FACE for person in seen)
        ]
        if not self._everybody:
            new = [bounds for bounds in new[:1] if _height(bounds) > _LARGER * heights[0]]
        for bounds in new:
            self._meet(bounds, time, picture)

    def _follow(self, person: Person, time: Fraction, picture: NDArray[np.uint8]) -> None:
        seen = person.tracker.follow(time, picture)
        if seen is None:
            if self._number - person.record.last > self._patience:
                self._end(person)
            return
        others = [other for other in self._persons if other is not person and self._is_seen(other)]
        bounds = bounds_of(in_picture(*seen))
        if any(overlap(bounds, other.record.last_bounds) > 1 - _SAME_FACE for other in others):
            self._end(person)
            return
        self._ended += person.add(self._number, seen, bounds, picture)

    def _end_everybody(self) -> None:
        for person in list(self._persons):
            self._end(person)

    def _end(self, person: Person) -> None:
        person.tracker.drop()
        self._persons.remove(person)
        self._ended += person.close(person.record.last + 1, self._number)


def _height(bounds: Bounds) -> float:
    return float(bounds[3] - bounds[1])
