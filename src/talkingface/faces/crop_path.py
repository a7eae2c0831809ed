"""Where the crop lies in every frame of a clip."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, frame_face, kept_inside
from talkingface.faces.framings import HEAD, FramingShape

CropMode = Literal["fixed", "tracked"]

_MEDIAN_FRAMES = 5
# The furthest that a tracked crop moves, and grows, in a frame, in sides.
FASTEST_STEP = 0.02
# How much wider than the face a crop is that has to run after it.
_ROOM = 1.05
# How much wider than the face alone needs a fixed crop may become.
_WIDEST = 1.6


class Roaming:
    """Judges, face by face, how wide a fixed crop around all of them would become.

    Args:
        scale, shape: see `frame_face`.
    """

    def __init__(self, scale: float, shape: FramingShape) -> None:
        self._scale = scale
        self._shape = shape
        self.restart()

    def restart(self) -> None:
        """Forget all faces."""
        self._union = np.array([math.inf, math.inf, -math.inf, -math.inf])
        self._log_sides, self._count = 0.0, 0

    def would_leave(self, bounds: NDArray[np.floating], width: int, height: int) -> bool:
        """Whether a face makes the crop more than 1.6 times wider than the faces on average need.

        Args:
            bounds: (4,) left, top, right, bottom of the next face.
            width, height: of the picture, pixels.
        """
        if not self._count:
            return False
        needed = math.exp(self._log_sides / self._count)
        box = frame_face(_joined(self._union, bounds), self._scale, self._shape)
        return kept_inside(box, width, height, self._shape).side > _WIDEST * needed

    def add(self, bounds: NDArray[np.floating]) -> None:
        """Remember a face."""
        self._union = _joined(self._union, bounds)
        self._log_sides += math.log(frame_face(bounds, self._scale, self._shape).side)
        self._count += 1


def clip_boxes(
    bounds: NDArray[np.floating],
    seen: NDArray[np.bool_],
    mode: CropMode,
    scale: float = 1.0,
    smoothing: float = 12.0,
    shape: FramingShape = HEAD,
    step: float = FASTEST_STEP,
) -> list[Box]:
    """Return the crop of every frame of a clip.

    Args:
        bounds: (T, 4) left, top, right, bottom of the face's landmarks in each frame, pixels.
        seen: (T,) whether the face was seen; other rows of `bounds` are ignored.
        mode: "fixed": one box around wherever the face goes; "tracked": a box that follows the
            face, its centre and size smoothed so that it never jumps, and widened where the face
            is faster.
        scale, shape: see `frame_face`.
        smoothing: "tracked" only: standard deviation of the Gaussian, frames.
        step: "tracked" only: the furthest that the box's centre moves along each axis in a frame,
            in units of the clip's smallest side, and the most by which the logarithm of its side
            changes.

    Raises:
        ValueError: no frame shows a face.
    """
    if not seen.any():
        raise ValueError("no frame shows a face")
    if mode == "fixed":
        low, high = bounds[seen, :2].min(axis=0), bounds[seen, 2:].max(axis=0)
        return [frame_face(np.concatenate([low, high]), scale, shape)] * len(bounds)
    every = np.arange(len(bounds))
    filled = np.column_stack([np.interp(every, every[seen], edge) for edge in bounds[seen].T])
    steady = _median(filled)
    boxes = [frame_face(row, scale, shape) for row in steady]
    smooth = _gaussian(np.array([(*box.centre, math.log(box.side)) for box in boxes]), smoothing)
    slowest = step * math.exp(smooth[:, 2].min())
    centres = np.column_stack([_slowed(column, slowest) for column in smooth[:, :2].T])
    # A crop that is too slow for the face becomes wide enough to hold it.
    reach = np.abs(steady - np.tile(centres, 2)).max(axis=1)
    log_sides = _above(np.maximum(_slowed(smooth[:, 2], step), np.log(2 * _ROOM * reach)), step)
    sides = np.exp(log_sides)
    return [
        Box(x - side / 2, y - side / 2, side)
        for x, y, side in zip(*centres.T.tolist(), sides.tolist(), strict=True)
    ]


def _joined(union: NDArray[np.floating], bounds: NDArray[np.floating]) -> NDArray[np.float64]:
    low, high = np.minimum(union[:2], bounds[:2]), np.maximum(union[2:], bounds[2:])
    return np.concatenate([low, high], dtype=float)


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the median of five neighbours in time of (T, C) columns: lone outliers vanish."""
    reach = _MEDIAN_FRAMES // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN_FRAMES, axis=0)
    return np.median(windows, axis=-1)


def _gaussian(values: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    """Smooth (T, C) columns in time; the ends are continued by their last value."""
    if deviation <= 0 or len(values) == 1:
        return values
    reach = math.ceil(3 * deviation)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T]
    return np.column_stack(columns)


def _slowed(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the (T,) values, changed where they move by more than `step` a frame.

    Midway between the lowest curve above them and the highest curve below them that keep the
    limit; so does the middle, it is the same forwards and backwards, and values that keep the
    limit stay as they are.
    """
    return (_above(values, step) - _above(-values, step)) / 2


def _above(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the lowest curve that lies nowhere below the (T,) values and keeps the limit."""
    ramp = step * np.arange(len(values))
    forwards = np.maximum.accumulate(values + ramp) - ramp
    backwards = np.maximum.accumulate((values - ramp)[::-1])[::-1] + ramp
    return np.maximum(forwards, backwards)
