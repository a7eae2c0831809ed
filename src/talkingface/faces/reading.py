"""What MediaPipe says of every frame of a piece of footage; memory is flat in its length."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from talkingface.faces.landmark_sets import POINTS, to_ibug68
from talkingface.faces.landmarker import EXPRESSION, Face, Landmarker
from talkingface.faces.nearest_seen import nearest_seen
from talkingface.faces.pose import head_angles, head_place, pose_in_crop
from talkingface.manifest import POSE_NAMES, Track
from talkingface.video.footage import read_footage

# Below this the landmarker's points scatter.
_LEAST_PIXELS = 320
# A time stamp only smooths the landmarks, so one rate for all files treats all alike.
_RATE = Fraction(25)
# Changes whenever the same footage would be read differently; kept readings carry it.
READER_VERSION = 1
# Where the pose, the expression and the points of a frame end.
_COLUMNS = np.cumsum([len(POSE_NAMES), len(EXPRESSION), 2 * POINTS["ibug68"]])


@dataclass(frozen=True)
class FaceReading:
    """What was read and what it took.

    Attributes:
        track: per-frame values; landmarks are iBUG's 68 points.
        seconds: time that reading took, decoding included, when it was done.
        landmarker_seconds: the part of it spent in MediaPipe itself.
        kept: whether an earlier reading was found, so that none of this time was spent now.
    """

    track: Track
    seconds: float
    landmarker_seconds: float
    kept: bool = False


def read_faces(path: Path, model: Path, size: int) -> FaceReading:
    """Read the face in every frame of a video, or folder of pictures, with one landmarker.

    The whole square frame counts as the crop in `Track.pose`. Frames without a face hold the
    nearest seen frame's values; footage without any face has zeros, and `Track.face` is False
    throughout. The landmarker follows the face from frame to frame and smooths its points a
    little over time, so only readings of this function are comparable with each other.

    Args:
        path: see `video.footage.read_footage`.
        model: path of `face_landmarker.task`.
        size: side of the square at which made and true footage are compared, pixels; smaller
            frames are enlarged for the landmarker.

    Raises:
        UserError: the footage cannot be read.
    """
    start = time.perf_counter()
    record = _Record()
    with Landmarker(model, sequence=True) as landmarker:
        for count, picture in enumerate(_pictures(path, size)):
            before = time.perf_counter()
            faces = landmarker.detect(picture, count / _RATE)
            record.seconds += time.perf_counter() - before
            record.add(faces[0] if faces else None)
    track = record.track()
    return FaceReading(track, time.perf_counter() - start, record.seconds)


def _pictures(path: Path, size: int) -> Iterator[NDArray[np.uint8]]:
    side = max(size, _LEAST_PIXELS)
    for piece in read_footage(path, size):
        for frame in piece:
            if side == size:
                yield frame
            else:
                enlarged = Image.fromarray(frame).resize((side, side), Image.Resampling.BICUBIC)
                yield np.asarray(enlarged)


class _Record:
    """Pose, expression and the 68 points of the frames with a face: 0.8 kB a frame.

    The values go into one growing array: small arrays kept from every frame would lie scattered
    between what MediaPipe allocates, and hold 0.1 MB a frame back from being used again.
    """

    def __init__(self) -> None:
        self.length = 0
        self.seconds = 0.0
        self._numbers = array("q")
        self._values = array("f")

    def add(self, face: Face | None) -> None:
        """Note the next frame's face."""
        if face is not None:
            self._numbers.append(self.length)
            points = to_ibug68(face.landmarks, "mediapipe478")
            row = np.concatenate([_pose(face), face.expression, points.ravel()], dtype=np.float32)
            self._values.frombytes(row.tobytes())
        self.length += 1

    def track(self) -> Track:
        """Return the track of all frames."""
        numbers = np.array(self._numbers)
        rows = np.zeros((self.length, _COLUMNS[2]), np.float32)
        if len(numbers):
            values = np.frombuffer(self._values, np.float32).reshape(len(numbers), -1)
            rows = values[nearest_seen(numbers, self.length)]
        pose, expression, points = np.split(rows, _COLUMNS[:2], axis=1)
        return Track(
            pose=pose,
            expression=expression,
            landmarks=points.reshape(self.length, -1, 2),
            face=np.isin(np.arange(self.length), numbers),
        )


def _pose(face: Face) -> NDArray[np.float32]:
    """Return the (6,) pose of a face, the frame being the crop with side 1."""
    centre, size = head_place(face.landmarks[None], face.depth[None])
    angles = head_angles(face.matrix[None])
    return pose_in_crop(angles, centre, size, np.full((1, 2), 0.5), np.ones(1))[0]
