"""The landmark sets in use, and how MediaPipe's 478 points stand for the 68 points of iBUG."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POINTS = {"ibug68": 68, "mediapipe478": 478}

# Ranges within iBUG-68. Left and right are the person's own, so RIGHT_EYE lies left in the picture.
JAW = range(0, 17)
RIGHT_BROW = range(17, 22)
LEFT_BROW = range(22, 27)
NOSE = range(27, 36)
RIGHT_EYE = range(36, 42)
LEFT_EYE = range(42, 48)
OUTER_MOUTH = range(48, 60)
INNER_MOUTH = range(60, 68)
MOUTH = range(48, 68)

# Temples, nose and corners of the eyes: they go with the head, whatever the face does.
RIGID = (*range(0, 4), *range(13, 17), *NOSE, 36, 39, 42, 45)

# Where each point of iBUG-68 goes in a mirrored picture.
MIRRORED_IBUG68 = (
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31,
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
)  # fmt: skip

_JAW = (127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356)
_BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
_NOSE = (168, 197, 5, 1, 98, 97, 2, 326, 327)
_EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
_OUTER_MOUTH = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)
_INNER_MOUTH = (78, 82, 13, 312, 308, 317, 14, 87)
MEDIAPIPE_OF_IBUG68 = _JAW + _BROWS + _NOSE + _EYES + _OUTER_MOUTH + _INNER_MOUTH


def to_ibug68(landmarks: NDArray[np.floating], landmark_set: str) -> NDArray[np.floating]:
    """Return the 68 iBUG points of a landmark track.

    The jaw of MediaPipe's mesh follows the visible outline less closely than iBUG's annotators
    do, and lies a little inside it; eyes, brows, nose and mouth agree to a few pixels in 256.

    Args:
        landmarks: (..., L, 2) or (..., L, 3) points.
        landmark_set: "ibug68" (returned as they are) or "mediapipe478".

    Returns:
        (..., 68, 2) or (..., 68, 3) points.

    Raises:
        ValueError: an unknown set, or a number of points that is not the set's.
    """
    if landmark_set not in POINTS:
        raise ValueError(f"unknown landmark set {landmark_set!r}; known: {sorted(POINTS)}")
    if landmarks.shape[-2] != POINTS[landmark_set]:
        raise ValueError(
            f"{landmark_set} has {POINTS[landmark_set]} points, got shape {landmarks.shape}"
        )
    if landmark_set == "ibug68":
        return landmarks
    return landmarks[..., list(MEDIAPIPE_OF_IBUG68), :]
