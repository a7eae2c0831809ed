"""Deciding on what one video shows, and writing what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import MediaError
from talkingface.faces.crop import Box, kept_inside
from talkingface.faces.crop_path import FASTEST_STEP, Roaming, clip_boxes
from talkingface.faces.framings import FRAMINGS
from talkingface.faces.nearest_seen import nearest_seen
from talkingface.faces.people import Gap, People
from talkingface.faces.person_track import PersonTrack
from talkingface.manifest import Clip, Measures, track_path
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.filters import decide
from talkingface.prepare.looks import looks_of, thumbnail_near_middle
from talkingface.prepare.measures import measures_of
from talkingface.prepare.piece import Piece
from talkingface.prepare.source import Source
from talkingface.prepare.writing import Cutting, cut_clips, write_labels
from talkingface.reasons import Reason
from talkingface.video.probe import VideoInfo

# The crop's speed limit is stated for this rate.
_LIMIT_RATE = 25


class PieceMaker:
    """Turns tracks into pieces; those that are kept wait to be cut, their labels written."""

    def __init__(
        self,
        source: Source,
        prefix: str,
        root: Path,
        info: VideoInfo,
        settings: ClipSettings,
        limits: FilterLimits,
    ) -> None:
        self.rate = settings.rate or info.rate
        self._source = source
        self._prefix = prefix
        self._root = root
        self._info = info
        self._settings = settings
        self._limits = limits
        self._shape = FRAMINGS[settings.framing]
        self._pieces: list[Piece] = []
        self._cuttings: dict[int, Cutting] = {}

    def people(self, model: Path) -> People:
        """Return a follower that ends tracks as the settings ask."""
        settings = self._settings
        is_fixed = settings.crop_mode == "fixed"
        return People(
            model,
            self.rate,
            everybody=settings.people == "all",
            longest=max(1, int(settings.clip_seconds * self.rate)),
            roaming=(lambda: Roaming(settings.crop_scale, self._shape)) if is_fixed else None,
        )

    def add(self, ended: list[PersonTrack | Gap]) -> None:
        """Decide on tracks and gaps that have ended."""
        for item in ended:
            if isinstance(item, Gap):
                self._add_gap(item)
            else:
                self._add_track(item)

    def forget(self) -> None:
        """Remove the labels written: the file turned out to be no video."""
        for cutting in self._cuttings.values():
            track_path(self._root, cutting.clip.clip).unlink(missing_ok=True)

    def cut(self, frames: Iterator[tuple[Fraction, NDArray[np.uint8]]]) -> list[Piece]:
        """Cut the kept pieces out of the video's frames and return all pieces."""
        if self._cuttings:
            sound = self._source.sound or self._source.path
            cuttings = list(self._cuttings.values())
            done = cut_clips(self._root, cuttings, frames, sound, self._settings.size)
            for number, cutting in self._cuttings.items():
                result, piece = done[cutting.clip.clip], self._pieces[number]
                if isinstance(result, MediaError):
                    detail = str(result).removeprefix(f"{self._source.path}: ")
                    piece = replace(piece, reason=result.reason, detail=detail)
                else:
                    piece = replace(piece, clip=result)
                self._pieces[number] = piece
        return self._pieces

    def _add_gap(self, gap: Gap) -> None:
        seconds = float(gap.length / self.rate)
        measures = Measures(face_share=0.0)
        reason, detail = decide(measures, seconds, self._limits)
        start = float(gap.start / self.rate)
        self._pieces.append(
            Piece(start, seconds, reason, detail, measures, None, (), gap.thumbnail)
        )

    def _add_track(self, track: PersonTrack) -> None:
        seconds = float(track.length / self.rate)
        boxes = self._boxes(track)
        measures = measures_of(track, boxes, (self._info.width, self._info.height))
        reason, detail = decide(measures, seconds, self._limits)
        number = len(self._pieces)
        if reason == Reason.KEPT:
            clip = self._row(f"{self._prefix}-{number:03d}", track, boxes, measures)
            write_labels(self._root, clip.clip, track, boxes)
            self._cuttings[number] = Cutting(clip, track.start, boxes)
        self._pieces.append(
            Piece(
                float(track.start / self.rate),
                seconds,
                reason,
                detail,
                measures,
                looks=looks_of(track),
                thumbnail=thumbnail_near_middle(track),
            )
        )

    def _boxes(self, track: PersonTrack) -> list[Box]:
        if not len(track.number):
            return []
        seen = np.zeros(track.length, bool)
        seen[track.number] = True
        boxes = clip_boxes(
            track.bounds[nearest_seen(track.number, track.length)],
            seen,
            self._settings.crop_mode,
            self._settings.crop_scale,
            self._settings.crop_smoothing * float(self.rate),
            self._shape,
            FASTEST_STEP * _LIMIT_RATE / float(self.rate),
        )
        width, height = self._info.width, self._info.height
        if self._settings.crop_mode == "fixed":
            return [kept_inside(boxes[0], width, height, self._shape)] * track.length
        return [kept_inside(box, width, height, self._shape) for box in boxes]

    def _row(self, name: str, track: PersonTrack, boxes: list[Box], measures: Measures) -> Clip:
        return Clip(
            clip=name,
            identity=self._source.identity,
            source=self._source.name,
            frames=track.length,
            rate_num=self.rate.numerator,
            rate_den=self.rate.denominator,
            crop_x=boxes[0].x,
            crop_y=boxes[0].y,
            crop_side=boxes[0].side,
            has_audio=False,
            recording=self._source.recording,
            split=self._source.split,
            start=float(track.start / self.rate),
            measures=measures,
        )
