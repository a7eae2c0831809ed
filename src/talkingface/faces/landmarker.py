"""MediaPipe's face landmarker behind plain arrays."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.stderr import without_native_chatter

_SMALLEST_PICTURE = 8
EXPRESSION = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight",
    "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft",
    "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
    "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
    "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft",
    "noseSneerRight",
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """One face in one picture.

    Attributes:
        landmarks: (478, 2) float32: x, y in [0, 1] of the picture, from the top left corner.
        depth: (478,) float32 in units of the picture's width; nearer points are smaller.
        expression: (51,) float32 in [0, 1], named by EXPRESSION; left and right are the person's;
            (0,) from a landmarker without expressions.
        matrix: (4, 4) float32: from the canonical face to a camera that looks at the middle of
            the picture; x to the right, y up, z towards the viewer.
    """

    landmarks: NDArray[np.float32]
    depth: NDArray[np.float32]
    expression: NDArray[np.float32]
    matrix: NDArray[np.float32]

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the landmarks, in [0, 1] of the picture."""
        low, high = self.landmarks.min(axis=0), self.landmarks.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


class Landmarker:
    """Finds faces in single pictures, or follows one through a sequence. A context manager.

    The detector inside is short-range: it misses faces lower than about a seventh of the picture,
    so give it a part of the picture in which the face is large. Do not fork a process that has
    used one: start worker processes by "spawn".

    Args:
        model: path of `face_landmarker.task`, as `find_model` returns it.
        sequence: whether the pictures are consecutive frames; following is steadier and faster.
        max_faces: the most faces returned.
        expressions: whether expressions are measured too, which costs little.
    """

    def __init__(
        self,
        model: Path,
        *,
        sequence: bool = False,
        max_faces: int = 1,
        expressions: bool = True,
    ) -> None:
        # Importing MediaPipe takes over a second, which other verbs should not pay.
        import mediapipe  # noqa: PLC0415
        from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

        self._mediapipe = mediapipe
        self._sequence = sequence
        self._last_time = -1
        mode = vision.RunningMode.VIDEO if sequence else vision.RunningMode.IMAGE
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=mode,
            num_faces=max_faces,
            output_face_blendshapes=expressions,
            output_facial_transformation_matrixes=True,
        )
        with without_native_chatter(), _profiling_signal_blocked():
            self._task = vision.FaceLandmarker.create_from_options(options)

    def __enter__(self) -> Landmarker:
        """Return the landmarker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it; MediaPipe complains at exit about landmarkers left open."""
        self._task.close()

    def detect(self, picture: NDArray[np.uint8], time: Fraction = Fraction(0)) -> list[Face]:
        """Return the faces of a picture, best first.

        Args:
            picture: (H, W, 3) uint8 RGB.
            time: seconds, growing from call to call; used in a sequence only.
        """
        # MediaPipe fails on the smallest ones, and stays unusable.
        if min(picture.shape[:2]) < _SMALLEST_PICTURE:
            return []
        image = self._mediapipe.Image(
            image_format=self._mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
        )
        if self._last_time >= 0:
            return _faces(self._run(image, time))
        # The first picture loads the inner models, which report on it at length.
        with without_native_chatter():
            return _faces(self._run(image, time))

    def _run(self, image: Any, time: Fraction) -> Any:
        self._last_time = max(self._last_time + 1, round(time * 1000))
        if self._sequence:
            return self._task.detect_for_video(image, self._last_time)
        return self._task.detect(image)


@contextmanager
def _profiling_signal_blocked() -> Iterator[None]:
    """Keep SIGPROF from the threads that are started inside.

    MediaPipe starts a profiling timer in each of its threads and has the signal ignored, behind
    Python's back. Whoever saves and restores all handlers, as Lightning does around a training,
    takes that back, and the next tick ends the process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _faces(result: Any) -> list[Face]:
    faces = []
    # MediaPipe returns no list at all where expressions were not asked for.
    all_shapes = result.face_blendshapes or [()] * len(result.face_landmarks)
    for points, shapes, matrix in zip(
        result.face_landmarks,
        all_shapes,
        result.facial_transformation_matrixes,
        strict=True,
    ):
        xyz = np.array([(point.x, point.y, point.z) for point in points], np.float32)
        scores = {shape.category_name: shape.score for shape in shapes}
        expression = np.array([scores[name] for name in EXPRESSION if scores], np.float32)
        faces.append(
            Face(np.ascontiguousarray(xyz[:, :2]), xyz[:, 2], expression, np.asarray(matrix, "f4"))
        )
    return faces
