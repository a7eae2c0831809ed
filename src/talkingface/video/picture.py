"""Reading a portrait, from a picture file or from a video's first frame."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from talkingface.errors import MediaError, UserError
from talkingface.reasons import Reason
from talkingface.video.colours import to_rgb
from talkingface.video.container import LARGEST_PIXELS
from talkingface.video.read import constant_rate_frames

SMALLEST_SIDE = 32
# Of a JPEG, which can be read smaller than it is; cameras make 200 million.
LARGEST_JPEG_PIXELS = 256_000_000
# Without those that run programs, open other files or hold no photographs.
_FORMATS = (
    "AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "QOI", "SGI", "TIFF", "WEBP",
)  # fmt: skip
_JPEG_MARK = b"\xff\xd8\xff"
_ORIENTATION = 0x0112
# Where the first row and column of a stored picture are, by the number in its EXIF data.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers raise on damaged data.
_DAMAGE = (
    OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    OverflowError, ZeroDivisionError, AssertionError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True)
class PortraitPicture:
    """A portrait as it was read.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, upright.
        notes: what was left out or changed in reading it, a clause each.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def read_picture(path: Path) -> PortraitPicture:
    """Read a picture, or the first frame of a video, turned as its metadata says.

    Transparent parts are shown on grey, samples of more than 8 bits are scaled to 8, of several
    pictures the first one is taken, and a JPEG of more than 64 million pixels is read smaller.

    Raises:
        UserError: the file is missing, neither a picture nor a video, too small or too large.
    """
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "no such file"
            raise UserError(f"{path}: {what}. Give a picture or a video.")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. Give a picture or a video.") from error
    picture = _read_still(path) or PortraitPicture(_first_frame(path))
    height, width, _ = picture.pixels.shape
    if min(height, width) < SMALLEST_SIDE:
        raise UserError(
            f"{path}: its {width}x{height} pixels are smaller than {SMALLEST_SIDE} on a side. "
            "Give a larger picture."
        )
    return picture


def _read_still(path: Path) -> PortraitPicture | None:
    """Read a file as a picture; None if it is of no format of pictures."""
    try:
        # Pillow warns of damage that it can pass over, on several lines.
        with warnings.catch_warnings(action="ignore"), _opened(path) as picture:
            notes = [*_several(picture)]
            _make_smaller(picture, path, notes)
            rgb, told = to_rgb(picture)
            return PortraitPicture(_upright(rgb, _orientation(picture)), (*notes, *told))
    except UnidentifiedImageError:
        return None
    except _DAMAGE as error:
        raise UserError(f"{path}: cannot be read ({error}). Give another picture.") from error
    except MemoryError as error:
        raise UserError(f"{path}: is too large for the memory. Give a smaller copy.") from error


def _opened(path: Path) -> Image.Image:
    with path.open("rb") as file:
        start = file.read(len(_JPEG_MARK))
    # Pillow refuses large pictures before a JPEG can be read smaller.
    if start == _JPEG_MARK:
        return JpegImageFile(path)
    try:
        return Image.open(path, formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(path, LARGEST_PIXELS) from error


def _make_smaller(picture: Image.Image, path: Path, notes: list[str]) -> None:
    """Have a large JPEG read smaller, and refuse what is too large.

    Raises:
        UserError: too large.
    """
    width, height = picture.size
    is_jpeg = isinstance(picture, JpegImageFile)
    limit = LARGEST_JPEG_PIXELS if is_jpeg else LARGEST_PIXELS
    if width * height > limit:
        raise _too_large(path, limit)
    if width * height > LARGEST_PIXELS and is_jpeg:
        picture.draft("RGB", (width // 2, height // 2))
        notes.append(f"it is read at {picture.width}x{picture.height} of {width}x{height} pixels")


def _too_large(path: Path, limit: int) -> UserError:
    return UserError(
        f"{path}: is larger than {limit // 10**6} million pixels. Give a smaller copy."
    )


def _several(picture: Image.Image) -> list[str]:
    count = getattr(picture, "n_frames", 1)
    return [f"the first of its {count} pictures is taken"] if count > 1 else []


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except _DAMAGE:
        # The picture itself may be whole.
        return 1


def _upright(rgb: Image.Image, orientation: int) -> NDArray[np.uint8]:
    turn = _TURNS.get(orientation)
    return np.asarray(rgb if turn is None else rgb.transpose(turn))


def _first_frame(path: Path) -> NDArray[np.uint8]:
    try:
        return next(constant_rate_frames(path))[1]
    except MediaError as error:
        if error.reason not in (Reason.NOT_VIDEO, Reason.NO_PICTURE, Reason.EMPTY):
            raise
        raise UserError(
            f"{path}: is neither a picture nor a video that can be read here. "
            "Give a portrait as JPEG, PNG or WebP, or a video."
        ) from error
