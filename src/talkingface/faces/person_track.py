"""What following one person through a shot yields, gathered frame by frame in little memory."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, bounds_of, frame_face
from talkingface.faces.landmark_sets import POINTS, to_ibug68
from talkingface.faces.landmarker import EXPRESSION, Face
from talkingface.faces.moment import SKIN_POINTS, Moment, thumbnail_of
from talkingface.faces.pose import head_angles, head_place
from talkingface.faces.region import in_picture

# Angles, centre, size, bounds, expression, landmarks.
_WIDTHS = (3, 2, 1, 4, len(EXPRESSION), 2 * POINTS["ibug68"])
_COLUMNS = np.cumsum(_WIDTHS)
_MOMENT_WIDTH = 1 + 3 * len(SKIN_POINTS)


@dataclass(frozen=True)
class PersonTrack:
    """One person in consecutive frames; N of the `length` frames show the face.

    Lengths are in pixels of the source. Frame numbers count from `start`.

    Attributes:
        start: number of the first frame in the video.
        length: number of frames.
        number: (N,) the frames that show the face, rising.
        angles: (N, 3) yaw, pitch, roll in degrees.
        centre, size: (N, 2) and (N,) of the head, see `pose.head_place`.
        bounds: (N, 4) left, top, right, bottom of the face.
        expression: (N, 51), see `landmarker.EXPRESSION`.
        landmarks: (N, 68, 2).
        moments: (M,) the frames looked at closely, rising; some of `number`.
        sharpness, skin, looks: (M,), (M, 28, 3) and (M,), see `moment.Moment`.
        glances: the frames in which other faces were looked for, with (K, 4) bounds of those
            found.
        thumbnails: JPEGs of the face, with their frames, in order.
    """

    start: int
    length: int
    number: NDArray[np.int64]
    angles: NDArray[np.float32]
    centre: NDArray[np.float32]
    size: NDArray[np.float32]
    bounds: NDArray[np.float32]
    expression: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    moments: NDArray[np.int64]
    sharpness: NDArray[np.float32]
    skin: NDArray[np.float32]
    looks: tuple[int, ...]
    glances: tuple[tuple[int, NDArray[np.float64]], ...]
    thumbnails: tuple[tuple[int, bytes], ...]


class PersonRecord:
    """Gathers a PersonTrack: 0.8 kB a frame, in a few growing arrays.

    Small arrays kept from every frame would lie scattered between what MediaPipe allocates, and
    hold 0.1 MB a frame back from being used again.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.last_bounds: NDArray[np.float64] = np.zeros(4)
        self.last_matrix: NDArray[np.float32] = np.eye(4, dtype=np.float32)
        self._numbers = array("q")
        self._values = array("f")
        self._moments = array("q")
        self._moment_values = array("f")
        self._looks = array("Q")
        self._glances: list[tuple[int, NDArray[np.float64]]] = []
        self._thumbnails: list[tuple[int, bytes]] = []

    @property
    def last(self) -> int:
        """Number in the video of the last frame that showed the face; start - 1 before any."""
        return self._numbers[-1] if self._numbers else self.start - 1

    @property
    def last_moment(self) -> float:
        """Number of the last frame looked at closely; minus infinity before any."""
        return self._moments[-1] if self._moments else -math.inf

    @property
    def last_thumbnail(self) -> float:
        """Number of the last frame with a thumbnail; minus infinity before any."""
        return self._thumbnails[-1][0] if self._thumbnails else -math.inf

    def add(self, number: int, region: Box, face: Face) -> None:
        """Note the face seen in a square region of frame `number` of the video."""
        landmarks = in_picture(region, face)
        depth = face.depth * region.side
        centre, size = head_place(landmarks[None], depth[None])
        self.last_bounds, self.last_matrix = bounds_of(landmarks), face.matrix
        values = (
            head_angles(face.matrix),
            centre[0],
            size,
            self.last_bounds,
            face.expression,
            to_ibug68(landmarks, "mediapipe478").ravel(),
        )
        self._numbers.append(number)
        self._values.frombytes(np.concatenate(values, dtype=np.float32).tobytes())

    def add_moment(self, moment: Moment) -> None:
        """Note a closer look at the frame added last."""
        self._moments.append(self.last)
        row = np.concatenate([[moment.sharpness], moment.skin.ravel()], dtype=np.float32)
        self._moment_values.frombytes(row.tobytes())
        self._looks.append(moment.look)

    def add_thumbnail(self, picture: NDArray[np.uint8]) -> None:
        """Keep a small picture of the face added last."""
        box = frame_face(self.last_bounds)
        self._thumbnails.append((self.last, thumbnail_of(picture, box)))

    def add_glance(self, others: list[NDArray[np.float64]]) -> None:
        """Note which other faces the frame added last shows, (4,) bounds each."""
        self._glances.append((self.last, np.array(others, float).reshape(-1, 4)))

    def take(self, end: int) -> PersonTrack:
        """Return the track up to frame `end` of the video, not included, and keep the rest."""
        seen = int(np.searchsorted(np.array(self._numbers), end))
        looked = int(np.searchsorted(np.array(self._moments), end))
        rows = _taken(self._values, seen, int(_COLUMNS[-1]))
        moments = _taken(self._moment_values, looked, _MOMENT_WIDTH)
        angles, centre, size, bounds, expression, points = np.split(rows, _COLUMNS[:-1], axis=1)
        track = PersonTrack(
            start=self.start,
            length=end - self.start,
            number=np.array(self._numbers[:seen], np.int64) - self.start,
            angles=angles,
            centre=centre,
            size=size[:, 0],
            bounds=bounds,
            expression=expression,
            landmarks=points.reshape(seen, -1, 2),
            moments=np.array(self._moments[:looked], np.int64) - self.start,
            sharpness=moments[:, 0],
            skin=moments[:, 1:].reshape(looked, -1, 3),
            looks=tuple(self._looks[:looked]),
            glances=tuple((n - self.start, faces) for n, faces in self._glances if n < end),
            thumbnails=tuple((n - self.start, data) for n, data in self._thumbnails if n < end),
        )
        del self._numbers[:seen], self._moments[:looked], self._looks[:looked]
        self._glances = [item for item in self._glances if item[0] >= end]
        self._thumbnails = [item for item in self._thumbnails if item[0] >= end]
        self.start = end
        return track


def _taken(values: array[float], rows: int, width: int) -> NDArray[np.float32]:
    """Remove the first rows of a growing array and return them, (rows, width)."""
    taken = np.array(values[: rows * width], np.float32).reshape(rows, width)
    del values[: rows * width]
    return taken
