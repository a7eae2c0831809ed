"""Mirroring and cropping a sample: source, driving frames and labels together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from talkingface.faces.landmark_sets import MIRRORED_IBUG68
from talkingface.manifest import POSE_NAMES

_MIRRORED_SIGNS = np.array([-1 if n in ("yaw", "roll", "x") else 1 for n in POSE_NAMES], np.float32)
_X, _Y, _SCALE = (POSE_NAMES.index(name) for name in ("x", "y", "log_scale"))


@dataclass(frozen=True)
class Labels:
    """Labels of T frames: pose (T, 6), expression (T, E) and iBUG-68 landmarks (T, 68, 2)."""

    pose: NDArray[np.float32]
    expression: NDArray[np.float32]
    landmarks: NDArray[np.float32]


@dataclass(frozen=True)
class GeometricAugmentation:
    """How a whole sample may be mirrored and cropped, the same for all of its frames.

    Multiplies the people seen: a mirrored face is another face, and a face in another place or
    size keeps the motion encoder from learning where each person sits.

    Attributes:
        mirror: probability of mirroring.
        zoom: largest share of the side that a crop leaves out.
    """

    mirror: float = 0.5
    zoom: float = 0.15

    def apply(
        self,
        frames_THWC: NDArray[np.uint8],
        labels: Labels,
        expression_names: Sequence[str],
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.uint8], Labels]:
        """Return altered frames (T, S, S, 3) and the labels that are true of them."""
        if rng.uniform() < self.mirror:
            frames_THWC, labels = mirrored(frames_THWC, labels, expression_names)
        side = 1 - self.zoom * rng.uniform()
        left, top = (1 - side) * rng.uniform(size=2)
        return cropped(frames_THWC, labels, left, top, side)


def mirrored(
    frames_THWC: NDArray[np.uint8], labels: Labels, expression_names: Sequence[str]
) -> tuple[NDArray[np.uint8], Labels]:
    """Return frames and labels as in a mirror: left and right change places."""
    names = list(expression_names)
    order = [names.index(_other_side(name)) for name in names]
    signs = np.array([-1 if name == "gaze_x" else 1 for name in names], np.float32)
    landmarks = labels.landmarks[:, MIRRORED_IBUG68] * (-1, 1) + (1, 0)
    expression = labels.expression[:, order] * signs
    pose = labels.pose * _MIRRORED_SIGNS
    return frames_THWC[:, :, ::-1], Labels(pose, expression, landmarks.astype(np.float32))


def cropped(
    frames_THWC: NDArray[np.uint8], labels: Labels, left: float, top: float, side: float
) -> tuple[NDArray[np.uint8], Labels]:
    """Return a square part of the frames, scaled to their size, and its labels.

    Args:
        frames_THWC: (T, S, S, 3).
        labels: labels of the frames.
        left, top, side: the part, in units of S.
    """
    size = frames_THWC.shape[1]
    box = (left * size, top * size, (left + side) * size, (top + side) * size)
    frames = np.stack(
        [
            np.asarray(Image.fromarray(f).resize((size, size), Image.Resampling.BICUBIC, box=box))
            for f in frames_THWC
        ]
    )
    pose = labels.pose.copy()
    pose[:, _X] = (pose[:, _X] + 1 - 2 * left) / side - 1
    pose[:, _Y] = (pose[:, _Y] + 1 - 2 * top) / side - 1
    pose[:, _SCALE] -= np.log(side)
    landmarks = (labels.landmarks - (left, top)) / side
    return frames, Labels(pose, labels.expression, landmarks.astype(np.float32))


def _other_side(name: str) -> str:
    """Return the name of the same motion on the other side of the face."""
    for one, other in (("left", "right"), ("Left", "Right")):
        if one in name:
            return name.replace(one, other)
        if other in name:
            return name.replace(other, one)
    return name
