"""One person who is followed: where, and what was noted of whom."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box
from talkingface.faces.crop_path import Roaming
from talkingface.faces.landmarker import Face
from talkingface.faces.moment import moment_of
from talkingface.faces.person_track import PersonRecord, PersonTrack
from talkingface.faces.region import RegionTracker, in_picture
from talkingface.faces.search import Bounds
from talkingface.faces.shots import is_another_shot

_MOMENTS_A_SECOND = 5
_THUMBNAIL_SECONDS = 2


@dataclass
class Person:
    """A face that is followed, and the track that grows; see `People` for where it ends.

    Attributes:
        tracker: follows the face.
        record: what was noted since the last track ended.
        roaming: judges how wide a fixed crop becomes; None lets the face wander.
        rate: frames a second.
        longest: frames of the longest track.
    """

    tracker: RegionTracker
    record: PersonRecord
    roaming: Roaming | None
    rate: Fraction
    longest: int

    def add(
        self, number: int, seen: tuple[Box, Face], bounds: Bounds, picture: NDArray[np.uint8]
    ) -> list[PersonTrack]:
        """Note the face in frame `number`, and return the tracks that ended before it.

        Args:
            number: of the frame in the video.
            seen: as `RegionTracker.follow` returns it.
            bounds: (4,) left, top, right, bottom of the face in the picture.
            picture: (H, W, 3) uint8 RGB.
        """
        record, ended = self.record, []
        if record.last >= record.start:
            last, now = (record.last_bounds, record.last_matrix), (bounds, seen[1].matrix)
            height, width = picture.shape[:2]
            if is_another_shot(last, now, number - record.last, self.rate):
                ended = self.close(record.last + 1, number)
            elif self.roaming and self.roaming.would_leave(bounds, width, height):
                ended = self.close(number, number)
        record.add(number, *seen)
        if self.roaming:
            self.roaming.add(bounds)
        self._look_closely(number, seen, bounds, picture)
        if number + 1 - record.start >= 2 * self.longest:
            ended.append(record.take(record.start + self.longest))
        return ended

    def close(self, end: int, restart: int) -> list[PersonTrack]:
        """End the track before frame `end` and begin another one at frame `restart`.

        Returns:
            The track, divided into equal parts if it is long; none if no frame was noted.
        """
        start = self.record.start
        parts = -(-(end - start) // self.longest)
        ended = [
            self.record.take(start + (end - start) * part // parts) for part in range(1, parts + 1)
        ]
        self.record.start = restart
        if self.roaming:
            self.roaming.restart()
        return ended

    def _look_closely(
        self, number: int, seen: tuple[Box, Face], bounds: Bounds, picture: NDArray[np.uint8]
    ) -> None:
        """Note now and then what costs more to note."""
        if number >= self.record.last_moment + self.rate / _MOMENTS_A_SECOND:
            self.record.add_moment(moment_of(picture, in_picture(*seen), bounds))
        if number >= self.record.last_thumbnail + min(
            _THUMBNAIL_SECONDS * self.rate, Fraction(self.longest, 2)
        ):
            self.record.add_thumbnail(picture)
