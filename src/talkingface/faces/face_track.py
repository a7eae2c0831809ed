"""What following a face through a video yields, and gathering it frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, bounds_of
from talkingface.faces.landmarker import Face
from talkingface.faces.shots import shot_changes


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
        cuts: times in seconds at which another shot begins, see `shots.shot_changes`.
    """

    landmarks: NDArray[np.float32]
    depth: NDArray[np.float32]
    expression: NDArray[np.float32]
    matrix: NDArray[np.float32]
    face: NDArray[np.bool_]
    crowded: float
    cuts: tuple[Fraction, ...]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.face)


@dataclass
class FaceRecord:
    """What was measured in the frames with a face; lists of equal length, frame numbers rising."""

    number: list[int] = field(default_factory=list)
    landmarks: list[NDArray[np.float32]] = field(default_factory=list)
    depth: list[NDArray[np.float32]] = field(default_factory=list)
    expression: list[NDArray[np.float32]] = field(default_factory=list)
    matrix: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, number: int, region: Box, face: Face) -> None:
        """Note the face seen in a square region of frame `number`."""
        self.number.append(number)
        self.landmarks.append(
            (face.landmarks * region.side + (region.x, region.y)).astype(np.float32)
        )
        self.depth.append((face.depth * region.side).astype(np.float32))
        self.expression.append(face.expression)
        self.matrix.append(face.matrix)

    def track(self, length: int, crowded: float, rate: Fraction) -> FaceTrack | None:
        """Return the track of a video of `length` frames; None if no frame showed a face."""
        if not self.number:
            return None
        numbers = np.array(self.number)
        nearest = nearest_seen(numbers, length)
        landmarks, matrix = np.stack(self.landmarks), np.stack(self.matrix)
        return FaceTrack(
            landmarks=landmarks[nearest],
            depth=np.stack(self.depth)[nearest],
            expression=np.stack(self.expression)[nearest],
            matrix=matrix[nearest],
            face=numbers[nearest] == np.arange(length),
            crowded=crowded,
            cuts=shot_changes(numbers, bounds_of(landmarks), matrix, rate),
        )


def nearest_seen(numbers: NDArray[np.integer], length: int) -> NDArray[np.intp]:
    """Return (length,) which of the seen frames is nearest to each frame, the earlier of two.

    Args:
        numbers: (N,) the frames that show a face, rising, at least one.
        length: number of frames of the video.
    """
    every = np.arange(length)
    after = np.clip(np.searchsorted(numbers, every), 0, len(numbers) - 1)
    before = np.clip(after - 1, 0, None)
    is_before = np.abs(numbers[before] - every) <= np.abs(numbers[after] - every)
    return np.where(is_before, before, after)
