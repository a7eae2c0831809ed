"""Opening a media file for reading, and turning a decoded frame into upright RGB pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from talkingface.errors import UserError


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a media file; every reading error inside the block becomes a UserError naming the file.

    Raises:
        UserError: the file is missing, empty, damaged, or no media file.
    """
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            yield container
    except (av.error.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path}: cannot be read as video ({reason}). Check that the file is whole and plays."
        ) from error


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the first moving-picture stream, decoded on the calling thread alone.

    Raises:
        UserError: the file holds no video stream (a sound file, or one with only a cover picture).
    """
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.codec_context.thread_count = 1
            return stream
    raise UserError(f"{path}: holds no video stream. Give a video file.")


def upright_size(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Return (width, height) at which a decoded frame is shown: square pixels, rotation applied."""
    width, height = _square_pixel_width(frame.width, pixel_aspect), frame.height
    return (height, width) if _quarter_turns(frame) % 2 else (width, height)


def upright_pixels(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> NDArray[np.uint8]:
    """Return the (H, W, 3) uint8 RGB picture as a player shows it."""
    width = _square_pixel_width(frame.width, pixel_aspect)
    picture = frame.reformat(width=width, format="rgb24").to_ndarray().astype(np.uint8, copy=False)
    turns = _quarter_turns(frame)
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def _quarter_turns(frame: av.VideoFrame) -> int:
    """Counterclockwise quarter turns that the file's metadata asks for."""
    return round(frame.rotation / 90) % 4


def _square_pixel_width(width: int, pixel_aspect: Fraction | None) -> int:
    return round(width * pixel_aspect) if pixel_aspect else width
