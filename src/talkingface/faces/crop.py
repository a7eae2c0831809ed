"""Square crops: where they lie, and cutting them out of a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from talkingface.faces.framings import HEAD, FramingShape

# How far outside the picture, in sides of the crop, the padding is blurred all the way.
_BLURRED_BEYOND = 0.12
# Standard deviations, in sides, of the blur there.
_BLUR = 0.05


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


def frame_face(bounds: NDArray[np.floating], scale: float = 1.0, shape: FramingShape = HEAD) -> Box:
    """Return the crop around a face.

    Args:
        bounds: (4,) left, top, right, bottom of the face's landmarks, pixels.
        scale: crop side in units of the framing's; 1.3 shows more around the face.
        shape: the framing; the standard one shows hair, chin and some shoulders.
    """
    left, top, right, bottom = (float(value) for value in bounds)
    standard = max((bottom - top) / shape.face_share, (right - left) / shape.widest_share)
    free = standard - (bottom - top)
    above = free * shape.room_above / (1 - shape.face_share)
    centre_x, centre_y = (left + right) / 2, top - above + standard / 2
    side = standard * scale
    return Box(centre_x - side / 2, centre_y - side / 2, side)


def kept_inside(box: Box, width: int, height: int, shape: FramingShape = HEAD) -> Box:
    """Return a box moved, and made somewhat smaller, so that it overhangs less or not.

    What is made up outside the picture, a network would learn to draw; pictures that are cropped
    to the face already are better taken as they are.

    Args:
        box: a crop.
        width, height: of the picture, pixels.
        shape: the framing, which says how much smaller the crop may become.
    """
    side = min(box.side, max(box.side * shape.tightest, min(width, height)))
    corner = [
        min(max(centre - side / 2, min(0.0, length - side)), max(0.0, length - side))
        for centre, length in zip(box.centre, (width, height), strict=True)
    ]
    return Box(corner[0], corner[1], side)


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

    Outside the picture lies its mirror image, ever more blurred: repeated edges would be streaks,
    and a sharp mirror image a second face.

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
    part = _mirrored(image, x0, y0, x1, y1)
    window = (box.x - x0, box.y - y0, box.x - x0 + box.side, box.y - y0 + box.side)
    resized = Image.fromarray(part).resize((size, size), Image.Resampling.BICUBIC, box=window)
    outside = _outside(box, size, image.shape[1], image.shape[0])
    return np.asarray(resized) if outside is None else _blurred(resized, outside)


def share_outside(box: Box, width: int, height: int) -> float:
    """Return the share of a box's area that lies outside a picture of so many pixels."""
    inside = [
        max(0.0, min(corner + box.side, length) - max(corner, 0.0))
        for corner, length in ((box.x, width), (box.y, height))
    ]
    return max(0.0, 1 - inside[0] * inside[1] / box.side**2)


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


def _mirrored(image: NDArray[np.uint8], x0: int, y0: int, x1: int, y1: int) -> NDArray[np.uint8]:
    """Return pixels x0 to x1, y0 to y1 of an (H, W, 3) picture, mirrored outside it."""
    height, width, _ = image.shape
    if x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
        return np.ascontiguousarray(image[y0:y1, x0:x1])
    rows, columns = np.arange(y0, y1) % (2 * height), np.arange(x0, x1) % (2 * width)
    rows = np.minimum(rows, 2 * height - 1 - rows)
    columns = np.minimum(columns, 2 * width - 1 - columns)
    return image[rows[:, None], columns]


def _outside(box: Box, size: int, width: int, height: int) -> NDArray[np.float32] | None:
    """Return (size, size) how far outside the picture a crop's pixels lie, in sides; or None."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size * box.side
    beyond = [
        np.maximum(np.maximum(-(corner + places), corner + places - length), 0) / box.side
        for corner, length in ((box.x, width), (box.y, height))
    ]
    if not beyond[0].any() and not beyond[1].any():
        return None
    return np.hypot(beyond[1][:, None], beyond[0])


def _blurred(crop: Image.Image, outside: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Blur a crop the more, the further outside the picture; inside it stays as it is."""
    mixed = np.asarray(crop, np.float32)
    # A light blur takes over first, a strong one further out.
    for deviation, begins in ((_BLUR / 3, 0.0), (_BLUR, _BLURRED_BEYOND / 3)):
        radius = deviation * crop.width
        blurred = np.asarray(crop.filter(ImageFilter.GaussianBlur(radius)), np.float32)
        share = np.clip((outside - begins) / (_BLURRED_BEYOND / 2), 0, 1)[..., None]
        mixed = mixed + share * (blurred - mixed)
    return np.round(mixed).astype(np.uint8)
