"""Square crops: where they lie, and cutting them out of a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Of the crop's height: what the landmarks (forehead to chin) take, and the room above for the hair.
_FACE_SHARE = 0.57
_ROOM_ABOVE = 0.24
# Of the crop's width: the most that the landmarks take, as when the head turns from side to side.
_WIDEST_SHARE = 0.8
# How much tighter than asked a crop may become to stay inside the picture; the face is then 3/4.
_TIGHTEST = 0.76

CropMode = Literal["fixed", "tracked"]


@dataclass(frozen=True)
class Box:
    """A square: left, top and side in pixels of a picture, which it may overhang."""

    x: float
    y: float
    side: float

    @property
    def centre(self) -> tuple[float, float]:
        """Centre in pixels."""
        return self.x + self.side / 2, self.y + self.side / 2


def bounds_of(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (..., 4) left, top, right, bottom of (..., L, 2) landmarks."""
    return np.concatenate([landmarks.min(axis=-2), landmarks.max(axis=-2)], axis=-1, dtype=float)


def frame_face(bounds: NDArray[np.floating], scale: float = 1.0) -> Box:
    """Return the crop around a face, with hair, chin and some shoulders in view.

    Args:
        bounds: (4,) left, top, right, bottom of the face's landmarks, pixels.
        scale: crop side in units of the standard framing, in which the face takes 57 % of the
            height; 1.3 shows more around it.
    """
    left, top, right, bottom = (float(value) for value in bounds)
    standard = max((bottom - top) / _FACE_SHARE, (right - left) / _WIDEST_SHARE)
    free = standard - (bottom - top)
    above = free * _ROOM_ABOVE / (1 - _FACE_SHARE)
    centre_x, centre_y = (left + right) / 2, top - above + standard / 2
    side = standard * scale
    return Box(centre_x - side / 2, centre_y - side / 2, side)


def kept_inside(box: Box, width: int, height: int) -> Box:
    """Return a box moved, and made up to a quarter smaller, so that it overhangs less or not.

    Repeated edges are streaks that a network would learn to draw; pictures that are cropped to
    the face already are better taken as they are.

    Args:
        box: a crop.
        width, height: of the picture, pixels.
    """
    side = min(box.side, max(box.side * _TIGHTEST, min(width, height)))
    corner = [
        min(max(centre - side / 2, min(0.0, length - side)), max(0.0, length - side))
        for centre, length in zip(box.centre, (width, height), strict=True)
    ]
    return Box(corner[0], corner[1], side)


def clip_boxes(
    bounds: NDArray[np.floating],
    seen: NDArray[np.bool_],
    mode: CropMode,
    scale: float = 1.0,
    smoothing: float = 12.0,
) -> list[Box]:
    """Return the crop of every frame of a clip.

    Args:
        bounds: (T, 4) left, top, right, bottom of the face's landmarks in each frame, pixels.
        seen: (T,) whether the face was seen; other rows of `bounds` are ignored.
        mode: "fixed": one box around wherever the face goes; "tracked": a box that follows the
            face, its centre and size smoothed so that it never jumps.
        scale: see `frame_face`.
        smoothing: "tracked" only: standard deviation of the Gaussian, frames.

    Raises:
        ValueError: no frame shows a face.
    """
    if not seen.any():
        raise ValueError("no frame shows a face")
    if mode == "fixed":
        low, high = bounds[seen, :2].min(axis=0), bounds[seen, 2:].max(axis=0)
        return [frame_face(np.concatenate([low, high]), scale)] * len(bounds)
    boxes = [frame_face(row, scale) for row in bounds[seen]]
    values = np.array([(*box.centre, math.log(box.side)) for box in boxes])
    every = np.arange(len(bounds))
    filled = np.column_stack([np.interp(every, every[seen], column) for column in values.T])
    smooth = _gaussian(filled, smoothing)
    return [
        Box(x - math.exp(log_side) / 2, y - math.exp(log_side) / 2, math.exp(log_side))
        for x, y, log_side in smooth.tolist()
    ]


def shrunk_crop(image: NDArray[np.uint8], box: Box, least: int) -> NDArray[np.uint8]:
    """Cut out a box of whole pixels, shrunk by a whole factor to no fewer than `least` pixels.

    Much faster than `crop_frame`, for looking at rather than for keeping.
    """
    x0, y0, side = round(box.x), round(box.y), round(box.side)
    part = cut(image, x0, y0, x0 + side, y0 + side)
    factor = side // least
    return np.asarray(Image.fromarray(part).reduce(factor)) if factor > 1 else part


def crop_frame(image: NDArray[np.uint8], box: Box, size: int) -> NDArray[np.uint8]:
    """Cut a box out of a picture and scale it, antialiased, without rounding the box to pixels.

    What lies outside the picture repeats the picture's edge.

    Args:
        image: (H, W, 3) uint8 RGB.
        box: the square to cut out, in pixels of `image`.
        size: side of the result, pixels.

    Returns:
        (size, size, 3) uint8.
    """
    # Resampling reads beyond the box by its filter's support.
    margin = 2 * max(1.0, box.side / size) + 1
    x0, y0 = math.floor(box.x - margin), math.floor(box.y - margin)
    x1, y1 = math.ceil(box.x + box.side + margin), math.ceil(box.y + box.side + margin)
    part = cut(image, x0, y0, x1, y1)
    window = (box.x - x0, box.y - y0, box.x - x0 + box.side, box.y - y0 + box.side)
    resized = Image.fromarray(part).resize((size, size), Image.Resampling.BICUBIC, box=window)
    return np.asarray(resized)


def cut(image: NDArray[np.uint8], x0: int, y0: int, x1: int, y1: int) -> NDArray[np.uint8]:
    """Return pixels x0 to x1, y0 to y1 of an (H, W, 3) picture, its edge repeated outside it."""
    height, width, _ = image.shape
    # A rectangle that misses the picture grows until it holds an edge to repeat.
    x_low, x_high, y_low, y_high = min(x0, width - 1), max(x1, 1), min(y0, height - 1), max(y1, 1)
    part = image[max(y_low, 0) : min(y_high, height), max(x_low, 0) : min(x_high, width)]
    overhang = (
        (max(-y_low, 0), max(y_high - height, 0)),
        (max(-x_low, 0), max(x_high - width, 0)),
        (0, 0),
    )
    if overhang != ((0, 0), (0, 0), (0, 0)):
        part = np.pad(part, overhang, mode="edge")
    return np.ascontiguousarray(part[y0 - y_low :, x0 - x_low :][: y1 - y0, : x1 - x0])


def _gaussian(values: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    """Smooth (T, C) columns in time; the ends are continued by their last value."""
    if deviation <= 0 or len(values) == 1:
        return values
    reach = math.ceil(3 * deviation)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T]
    return np.column_stack(columns)
