"""Opening a media file for reading: which files are media at all, and their stream of pictures."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from talkingface.errors import MediaError
from talkingface.reasons import Reason

LARGEST_PIXELS = 64_000_000

# Formats that hold their own data. Others (playlists, lists of files, session descriptions,
# devices) name files or addresses that FFmpeg would open in their place.
_FORMATS = (
    "mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "live_flv", "asf", "ogg", "mxf",
    "nut", "rm", "wtv", "gxf", "nsv", "swf", "ivf", "obu", "av1", "h261", "h263", "h264", "hevc",
    "vvc", "m4v", "vc1", "cavsvideo", "dirac", "dnxhd", "dv", "mjpeg", "yuv4mpegpipe",
    "gif", "apng", "jpegxl_anim",
    "aac", "ac3", "eac3", "aiff", "amr", "ape", "au", "caf", "dts", "flac", "mp3", "w64", "wav",
    "wv",
)  # fmt: skip
_PICTURES = tuple(
    f"{name}_pipe"
    for name in (
        "bmp", "dds", "dpx", "exr", "gif", "hdr", "j2k", "jpeg", "jpegls", "jpegxl", "pam", "pbm",
        "pcx", "pgm", "png", "ppm", "psd", "qoi", "sgi", "svg", "tiff", "webp", "xbm", "xpm", "xwd",
    )
)  # fmt: skip
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": ",".join(_FORMATS + _PICTURES)}
# What the first bytes of a video say, wherever the rest of it has gone: (place, bytes).
_MARKS = (
    (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (4, b"wide"), (4, b"free"), (0, b"\x1aE\xdf\xa3"),
    (8, b"AVI "), (0, b"\0\0\1\xba"), (0, b"\0\0\1\xb3"), (0, b"FLV\1"), (0, b"OggS"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
)  # fmt: skip
_NO_VIDEO = "Check that the file is whole and plays."


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a media file; every reading error inside the block becomes a MediaError naming the file.

    Only regular files are opened, and nothing that they refer to.

    Raises:
        MediaError: the file is missing, unreadable, empty, damaged, or no media file.
    """
    start = _first_bytes(path)
    try:
        container = av.open(str(path.absolute()), metadata_errors="ignore", options=_OPTIONS)
    except (av.error.FFmpegError, OSError) as error:
        if any(start[place : place + len(mark)] == mark for place, mark in _MARKS):
            raise damaged(path, _words(error)) from error
        raise MediaError(
            f"{path}: cannot be read as video ({_words(error)}). {_NO_VIDEO}", Reason.NOT_VIDEO
        ) from error
    with container:
        try:
            yield container
        except (av.error.FFmpegError, OSError) as error:
            raise damaged(path, _words(error)) from error


def video_stream(container: InputContainer, path: Path, *, exact: bool = False) -> VideoStream:
    """Return the first moving-picture stream, decoded on the calling thread alone.

    Args:
        container: the file, from `open_media`.
        path: its name, for messages.
        exact: end with an error where the data is damaged, instead of guessing the picture.

    Raises:
        MediaError: the file holds no video stream (a sound file, or one with only a cover picture),
            none that can be decoded, or pictures that are too large.
    """
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        codec = stream.codec_context
        # PyAV crashes on decoding such a stream.
        if codec is None:
            raise MediaError(
                f"{path}: its picture is coded in a way that cannot be decoded here. "
                "Convert it to H.264.",
                Reason.NO_PICTURE,
            )
        check_size(path, codec.width, codec.height)
        codec.thread_count = 1
        codec.options = {"max_pixels": str(LARGEST_PIXELS)}
        if exact:
            codec.options |= {"err_detect": "explode"}
        return stream
    raise MediaError(f"{path}: holds no video stream. Give a video file.", Reason.NO_PICTURE)


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the first stream of sound that can be decoded, or None."""
    # PyAV crashes on decoding a stream without a decoder.
    return next((s for s in container.streams.audio if s.codec_context is not None), None)


def is_picture(container: InputContainer) -> bool:
    """Return whether the file is of a format that holds one picture."""
    return container.format.name in _PICTURES


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse pictures that would fill the memory.

    Raises:
        MediaError: more than LARGEST_PIXELS.
    """
    if width * height > LARGEST_PIXELS:
        raise MediaError(
            f"{path}: its pictures of {width}x{height} are larger than "
            f"{LARGEST_PIXELS // 10**6} million pixels. Give a smaller copy.",
            Reason.TOO_LARGE,
        )


def damaged(path: Path, why: str) -> MediaError:
    """Return the error that says that a video is damaged."""
    return MediaError(f"{path}: cannot be read as video ({why}). {_NO_VIDEO}", Reason.DAMAGED)


def _first_bytes(path: Path) -> bytes:
    try:
        # Opening a pipe would wait for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise MediaError(
                f"{path}: cannot be read as video (it is no regular file). Give a video file.",
                Reason.NOT_A_FILE,
            )
        with path.open("rb") as file:
            start = file.read(16)
    except PermissionError as error:
        raise MediaError(
            f"{path}: cannot be read (no permission). Allow this user to read it.",
            Reason.NO_PERMISSION,
        ) from error
    except (OSError, ValueError) as error:
        raise MediaError(
            f"{path}: cannot be read as video ({_words(error)}). {_NO_VIDEO}", Reason.NOT_A_FILE
        ) from error
    if not start:
        raise MediaError(f"{path}: cannot be read as video (it is empty).", Reason.EMPTY)
    return start


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
