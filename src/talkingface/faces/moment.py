"""A closer look at a face, taken a few times a second: detail, skin, fingerprint, small picture."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from talkingface.faces.crop import Box, crop_frame, cut, frame_face, kept_inside, shrunk_crop

THUMBNAIL_PIXELS = 96
_THUMBNAIL_QUALITY = 80
# The face is measured at no more than this height, so that fine grain counts for nothing.
_SHARPNESS_PIXELS = 128
_BLUR_TAPS = 9
_SKIN_PIXELS = 96
# Points of MediaPipe's mesh on the skin of a face seen from the front: first upper cheeks and nose,
# then where hair may grow: forehead, lower cheeks, upper lip, chin, jaw.
_BARE_POINTS = (50, 280, 117, 346, 36, 266, 123, 352, 195, 5)
_HAIRY_POINTS = (
    151, 9, 108, 337, 69, 299, 205, 425, 164, 165, 391, 18, 200, 199, 171, 396, 214, 434,
)  # fmt: skip
SKIN_POINTS = _BARE_POINTS + _HAIRY_POINTS
BARE_POINTS = len(_BARE_POINTS)


@dataclass(frozen=True)
class Moment:
    """What one frame's face looks like.

    Attributes:
        sharpness: see `sharpness_of`.
        skin: (28, 3) float32 RGB in [0, 255] at SKIN_POINTS.
        look: see `look_of`.
    """

    sharpness: float
    skin: NDArray[np.float32]
    look: int


def moment_of(
    picture: NDArray[np.uint8], landmarks: NDArray[np.floating], bounds: NDArray[np.floating]
) -> Moment:
    """Look closely at a face.

    Args:
        picture: (H, W, 3) uint8 RGB.
        landmarks: (478, 2) pixels of the picture.
        bounds: (4,) left, top, right, bottom of the landmarks.
    """
    return Moment(
        sharpness_of(face_detail(picture, bounds)),
        _skin(picture, landmarks, bounds),
        look_of(picture, bounds),
    )


def face_detail(picture: NDArray[np.uint8], bounds: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the brightness of the face, (S, S) float32, S at most 128, never enlarged."""
    side = float(max(bounds[2] - bounds[0], bounds[3] - bounds[1]))
    centre_x, centre_y = (bounds[:2] + bounds[2:]) / 2
    box = Box(float(centre_x) - side / 2, float(centre_y) - side / 2, side)
    pixels = max(2, min(_SHARPNESS_PIXELS, round(side)))
    return _brightness(crop_frame(picture, box, pixels))


def sharpness_of(detail: NDArray[np.float32]) -> float:
    """Return how much of the change between neighbouring pixels a blur takes away, 0 to 1.

    A picture that is blurred already hardly changes when it is blurred again, so it gets values
    near 0; the contrast cancels out. Noise and coarse compression count as detail: a grainy or
    blocky face gets a higher value than a clean one. A face that is small in the source is not
    enlarged, so its value says nothing of its size.

    Args:
        detail: (H, W) brightness.
    """
    lost = min(_share_lost(detail), _share_lost(detail.T))
    return float(np.clip(lost, 0.0, 1.0))


def look_of(picture: NDArray[np.uint8], bounds: NDArray[np.floating]) -> int:
    """Return 64 bits that change little with size and compression: dHash of the face's crop.

    The crop is the standard framing, whatever the data set's, so that looks are comparable.
    """
    part = shrunk_crop(picture, frame_face(bounds), 64)
    small = Image.fromarray(part).convert("L").resize((9, 8), Image.Resampling.BOX)
    brightness = np.asarray(small, np.int16)
    bits = np.packbits(brightness[:, 1:] > brightness[:, :-1])
    return int.from_bytes(bits.tobytes(), "big")


def thumbnail_of(picture: NDArray[np.uint8], box: Box | None = None) -> bytes:
    """Return a JPEG of at most 96 pixels a side of a crop, or of the whole picture."""
    if box is None:
        image = Image.fromarray(picture)
        image.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    else:
        inside = kept_inside(box, picture.shape[1], picture.shape[0])
        image = Image.fromarray(crop_frame(picture, inside, THUMBNAIL_PIXELS))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_THUMBNAIL_QUALITY)
    return file.getvalue()


def _brightness(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(picture, np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def _share_lost(values: NDArray[np.float32]) -> float:
    """Return the share of the change along rows that a blur along rows takes away."""
    if values.shape[1] <= _BLUR_TAPS:
        return 0.0
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    blurred = (sums[:, _BLUR_TAPS:] - sums[:, :-_BLUR_TAPS]) / _BLUR_TAPS
    margin = _BLUR_TAPS // 2
    before = np.abs(np.diff(values[:, margin:-margin], axis=1))
    lost = np.clip(before - np.abs(np.diff(blurred, axis=1)), 0, None)
    # A grey level or two is what compression leaves of a flat surface.
    return float(lost.sum() / max(before.sum(), before.size))


def _skin(
    picture: NDArray[np.uint8], landmarks: NDArray[np.floating], bounds: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return (28, 3) colours, each the mean of a small square; repeated edges outside."""
    x0, y0 = (round(float(value)) for value in bounds[:2])
    x1, y1 = (round(float(value)) + 1 for value in bounds[2:])
    part = cut(picture, x0, y0, x1, y1)
    factor = max(1, max(part.shape[:2]) // _SKIN_PIXELS)
    small = np.asarray(Image.fromarray(part).reduce(factor), np.float32)
    places = (landmarks[list(SKIN_POINTS)] - (x0, y0)) / factor
    steps = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
    places = np.round(places[:, None] + steps).astype(int)
    columns = np.clip(places[..., 0], 0, small.shape[1] - 1)
    rows = np.clip(places[..., 1], 0, small.shape[0] - 1)
    return small[rows, columns].mean(axis=1)
