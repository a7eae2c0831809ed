"""Small videos of a synthetic head in any coding and container, made once and kept as bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.clip import frame_times, render_motion

Frames = NDArray[np.uint8]
FRAMES = 24
SIDE = 96


@cache
def head() -> Frames:
    """Return (FRAMES, SIDE, SIDE, 3) uint8: a synthetic head that speaks."""
    return render_motion(3, 3, frame_times(FRAMES, Fraction(25)), SIDE)


def resized(width: int, height: int, count: int = 6) -> Frames:
    """Return (count, height, width, 3): the head, repeated and cut to another size."""
    tiled = np.tile(head()[:count], (1, -(-height // SIDE), -(-width // SIDE), 1))
    return tiled[:, :height, :width]


def encode(
    path: Path,
    frames: Sequence[NDArray[np.uint8]] | Frames,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    *,
    rate: Fraction | int = 25,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    ticks: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    rotate: int = 0,
    kind: str | None = None,
) -> None:
    """Write frames (H, W, 3 or 4); with `ticks` and `time_base` at those times."""
    base = time_base or 1 / Fraction(rate)
    with av.open(str(path), "w", format=kind, options=container or {}) as output:
        stream = output.add_stream(codec, rate=Fraction(rate), options=options or {})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.time_base = base
        if rotate:
            stream.set_display_rotation(rotate)
        for k, frame in enumerate(frames):
            layout = "rgba" if frame.shape[2] == 4 else "rgb24"
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format=layout)
            picture.pts, picture.time_base = (ticks[k] if ticks else k), base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


@cache
def whole(kind: str) -> bytes:
    """Return a whole, good video; `kind` is a key of WHOLE."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole"
        WHOLE[kind](path)
        return path.read_bytes()


def _container(kind: str, codec: str, **more: object) -> Callable[[Path], None]:
    return lambda path: encode(path, head(), codec, kind=kind, **more)  # type: ignore[arg-type]


GROUPS = {"g": "8"}
WHOLE: dict[str, Callable[[Path], None]] = {
    "mp4": _container("mp4", "libx264", container={"movflags": "+faststart"}, options=GROUPS),
    "late.mp4": _container("mp4", "libx264", options=GROUPS),
    "mkv": _container("matroska", "libx264", options=GROUPS),
    "avi": _container("avi", "mpeg4", options=GROUPS),
    "ts": _container("mpegts", "mpeg2video", options=GROUPS),
    "webm": _container("webm", "libvpx", options=GROUPS),
    "mpg": _container("mpeg", "mpeg1video", options=GROUPS),
    "flv": _container("flv", "flv", options=GROUPS),
}


def copied(kind: str = "mp4") -> Callable[[Path], None]:
    """Return a writer of a whole, good video."""
    return lambda path: _put(path, whole(kind))


def bytes_of(data: bytes) -> Callable[[Path], None]:
    """Return a writer of given bytes."""
    return lambda path: _put(path, data)


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
