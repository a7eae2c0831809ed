"""One row of the manifest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Measures:
    """What `prepare` measured of a clip; NaN where nothing was (synthetic clips, old copies).

    Attributes:
        face_px: median height of the face, forehead to chin, in pixels of the source.
        sharpness: how much fine detail the face holds, 0 (flat) to 1; see prepare.measures.
        yaw_low, yaw_high, pitch_low, pitch_high: 5th and 95th percentile of the head's angles,
            degrees.
        mouth_mean, mouth_std: of the mouth's opening (jaw), 0 to 1.
        face_share: share of the frames in which the face was seen, 0 to 1.
        covered: share of the frames in which something hides part of the face, 0 to 1.
        crowded: share of the frames looked at in which another face reaches into the crop.
        movement: how much the face moves in itself, the head's movement taken out; mean over the
            landmarks of their standard deviation over time, in face heights.
        outside: largest share of the crop's area that lies outside the picture, 0 to 1.
    """

    face_px: float = math.nan
    sharpness: float = math.nan
    yaw_low: float = math.nan
    yaw_high: float = math.nan
    pitch_low: float = math.nan
    pitch_high: float = math.nan
    mouth_mean: float = math.nan
    mouth_std: float = math.nan
    face_share: float = math.nan
    covered: float = math.nan
    crowded: float = math.nan
    movement: float = math.nan
    outside: float = math.nan


@dataclass(frozen=True)
class Clip:
    """One row of the manifest.

    Attributes:
        clip: unique name, of [A-Za-z0-9._-] and at most 120 characters; the files are
            `clip_path` and `track_path`.
        identity: who is seen. Splits never share an identity.
        source: the file the clip was cut from, or the seed that made it.
        frames: number of frames in the file.
        rate_num, rate_den: exact frame rate, frames a second, as a fraction.
        crop_x, crop_y, crop_side: square crop in pixels of the source's first frame.
        has_audio: whether the clip carries sound.
        motion: names the motion; clips of several identities may share one (synthetic only).
        recording: names the recording; views and cuts of one moment share it. "" is unknown.
        split: "train", "val" or "test" where the published layout says so, else "".
        start: seconds from the source's first frame to the clip's.
        bytes, crc32: size and checksum of the video file; 0 is unknown.
        track_crc32: checksum of the file of labels; 0 is unknown.
        measures: what `prepare` measured.
    """

    clip: str
    identity: str
    source: str
    frames: int
    rate_num: int
    rate_den: int
    crop_x: float
    crop_y: float
    crop_side: float
    has_audio: bool
    motion: str = ""
    recording: str = ""
    split: str = ""
    start: float = 0.0
    bytes: int = 0
    crc32: int = 0
    track_crc32: int = 0
    measures: Measures = field(default_factory=Measures)

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.rate_num, self.rate_den)
