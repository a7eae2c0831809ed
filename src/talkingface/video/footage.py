"""Footage as evaluation takes it: a video file or a folder of pictures, and lossless files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from talkingface.errors import UserError
from talkingface.video.container import open_media, video_stream
from talkingface.video.upright import upright_pixels

Frames = NDArray[np.uint8]

VIDEOS = (".mkv", ".mp4", ".avi", ".mov", ".webm", ".mpg", ".m4v")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")


def read_footage(path: Path, size: int | None = None, chunk: int = 32) -> Iterator[Frames]:
    """Yield all frames of a video file, or of a folder of pictures, in order; memory is constant.

    Every frame that is stored comes once, whatever its time. Pictures are ordered by the numbers
    in their names. A still picture is footage of one frame.

    Args:
        path: video file, folder of pictures, or picture.
        size: side of the square frames returned, scaled with Pillow's bicubic filter over the
            whole source pixels; None keeps the size.
        chunk: frames yielded at a time; the last piece may be shorter.

    Yields:
        (T, H, W, 3) uint8 RGB.

    Raises:
        UserError: nothing to read, damaged, or frames of different sizes.
    """
    held: list[Frames] = []
    shape = None
    for frame in _frames(path):
        picture = _scaled(frame, size) if size else frame
        shape = shape or picture.shape
        if picture.shape != shape:
            raise UserError(f"{path}: its frames differ in size; give frames of one size.")
        held.append(picture)
        if len(held) == chunk:
            yield np.stack(held)
            held = held[:0]
    if held:
        yield np.stack(held)
    if shape is None:
        raise UserError(f"{path}: holds no frames.")


def count_frames(path: Path) -> int:
    """Return how many frames `read_footage` yields; a video is read through for that."""
    if path.is_dir():
        return len(_pictures(path))
    return sum(len(piece) for piece in read_footage(path))


def find_footage(folder: Path) -> dict[str, Path]:
    """Return the videos, pictures and frame folders in a folder by name, extensions left out.

    Also what lies in folders named by two hex digits: a data set keeps its clips so.

    Raises:
        UserError: no such folder, nothing in it, or two of one name.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder.")
    found: dict[str, Path] = {}
    for path in _entries(folder):
        is_footage = path.suffix.lower() in VIDEOS + PICTURES or (path.is_dir() and _pictures(path))
        if path.name.startswith(".") or not is_footage:
            continue
        name = path.name if path.is_dir() else path.stem
        if name in found:
            raise UserError(f"{path}: {found[name].name} has the same name; keep one of them.")
        found[name] = path
    if not found:
        raise UserError(
            f"{folder}: holds no videos ({', '.join(VIDEOS)}) and no folders of pictures."
        )
    return found


def _entries(folder: Path) -> list[Path]:
    here = sorted(folder.iterdir())
    below = [path for path in here if re.fullmatch("[0-9a-f]{2}", path.name) and path.is_dir()]
    return here + [entry for path in below for entry in sorted(path.iterdir())]


def write_lossless(path: Path, frames: Iterable[Frames], rate: Fraction) -> int:
    """Write frames to a Matroska file bit for bit (FFV1), and return how many.

    The file appears under its name when it is complete.

    Args:
        path: ends with `.mkv`; its folder is created.
        frames: (H, W, 3) uint8 RGB, all of one size, at least one.
        rate: frames a second.

    Raises:
        UserError: the file cannot be written.
    """
    # Another process may write the same file at the same time.
    partial, count = path.with_name(f"{path.name}.{os.getpid()}.partial"), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(partial), "w", format="matroska") as container:
            stream = container.add_stream("ffv1", rate=rate)
            # Stored as red, green and blue, so no colour is converted.
            stream.pix_fmt = "bgr0"
            for frame in frames:
                if not count:
                    stream.height, stream.width = frame.shape[:2]
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
                picture.pts, picture.time_base = count, 1 / rate
                container.mux(stream.encode(picture))
                count += 1
            container.mux(stream.encode(None))
        partial.replace(path)
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(f"{path}: cannot be written ({error}).") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _frames(path: Path) -> Iterator[Frames]:
    if path.is_dir():
        for picture in _pictures(path):
            yield _read_picture(picture)
    elif path.suffix.lower() in PICTURES:
        yield _read_picture(path)
    else:
        with open_media(path) as container:
            stream = video_stream(container, path)
            for frame in container.decode(stream):
                yield upright_pixels(frame, stream.sample_aspect_ratio)


def _pictures(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES]
    return sorted(found, key=lambda path: (_numbers(path.stem), path.name))


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", name)]


def _read_picture(path: Path) -> Frames:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise UserError(f"{path}: cannot be read as a picture ({error}).") from error


def _scaled(frame: Frames, size: int) -> Frames:
    if frame.shape[:2] == (size, size):
        return frame
    picture = Image.fromarray(frame).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(picture)
