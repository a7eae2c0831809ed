"""Ways to get some frames of a recording at a size; each returns (T, size, size, 3) uint8 RGB."""

# ruff: noqa: PLC0415 - a process imports its contender's library and no other

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from decoding.shapes import Frames, Shapes

Reader = Callable[[Shapes, Sequence[int], int], Frames]


def ours(backend: str) -> Reader:
    """Read the prepared clip as the loader does: its checksum is compared first."""
    from talkingface.manifest import checksum
    from talkingface.video.clips import read_clip_frames

    known: dict[str, int] = {}

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        found = checksum(shapes.prepared.read_bytes())
        assert known.setdefault(str(shapes.prepared), found) == found
        return read_clip_frames(shapes.prepared, wanted, size, backend)

    return read


def bulk(_: str) -> Reader:
    """Decode the prepared clip from beginning to end, as fast as FFmpeg's decoder goes."""
    import av
    from av.video.reformatter import VideoReformatter

    converter = VideoReformatter()

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        with av.open(str(shapes.prepared)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            every = [
                converter.reformat(frame, format="rgb24").to_ndarray()
                for frame in container.decode(stream)
            ]
        return np.stack([every[k] for k in wanted])

    return read


def decord_raw(_: str) -> Reader:
    import decord

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        reader = decord.VideoReader(str(shapes.raw), ctx=decord.cpu(0), num_threads=1)
        return _cut(reader.get_batch(list(wanted)).asnumpy(), shapes, size)

    return read


def pyav_raw(_: str) -> Reader:
    import av

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        found: dict[int, Frames] = {}
        with av.open(str(shapes.raw)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            ticks = 1 / (stream.average_rate * stream.time_base)
            position = -1
            for number in sorted(set(wanted)):
                if position < 0 or number - position > 60:
                    container.seek(round(number * ticks), stream=stream)
                    frames = container.decode(stream)
                for frame in frames:
                    position = round(frame.pts / ticks)
                    if position == number:
                        found[number] = frame.to_ndarray(format="rgb24")
                        break
        return _cut([found[number] for number in wanted], shapes, size)

    return read


def opencv_raw(_: str) -> Reader:
    cv2 = _opencv()

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        options = [cv2.CAP_PROP_N_THREADS, 1]
        video = cv2.VideoCapture(str(shapes.raw), cv2.CAP_FFMPEG, options)
        found: dict[int, Frames] = {}
        position = 0
        for number in sorted(set(wanted)):
            if number - position > 60:
                video.set(cv2.CAP_PROP_POS_FRAMES, number)
                position = number
            while position < number:
                video.grab()
                position += 1
            found[number] = cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2RGB)
            position += 1
        video.release()
        return _cut([found[number] for number in wanted], shapes, size)

    return read


def torchcodec_raw(_: str) -> Reader:
    from torchcodec.decoders import VideoDecoder

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        decoder = VideoDecoder(
            str(shapes.raw), dimension_order="NHWC", num_ffmpeg_threads=1, seek_mode="approximate"
        )
        return _cut(decoder.get_frames_at(list(wanted)).data.numpy(), shapes, size)

    return read


def imageio_whole(_: str) -> Reader:
    """Read the whole video, then pick: what the first-order motion model's loader does."""
    import imageio.v2 as imageio
    import imageio_ffmpeg  # noqa: F401  without it imageio cannot read video

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        options = ["-threads", "1"]
        every = imageio.mimread(shapes.raw, "FFMPEG", memtest=False, input_params=options)
        return _cut([every[k] for k in wanted], shapes, size)

    return read


def pngs(library: str) -> Reader:
    from PIL import Image

    cv2 = _opencv()

    def read(shapes: Shapes, wanted: Sequence[int], size: int) -> Frames:
        paths = [str(shapes.pngs / f"{k:07}.png") for k in wanted]
        if library == "opencv":
            return np.stack([cv2.cvtColor(cv2.imread(p), cv2.COLOR_BGR2RGB) for p in paths])
        return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])

    return read


# Name, what makes the reader, its argument.
CONTENDERS: dict[str, tuple[Callable[[str], Reader], str]] = {
    "prepared clips, pyav": (ours, "pyav"),
    "prepared clips, decord": (ours, "decord"),
    "prepared clips, in bulk": (bulk, ""),
    "PNG folders, Pillow": (pngs, "pillow"),
    "PNG folders, OpenCV": (pngs, "opencv"),
    "raw, decord": (decord_raw, ""),
    "raw, PyAV": (pyav_raw, ""),
    "raw, OpenCV": (opencv_raw, ""),
    "raw, torchcodec": (torchcodec_raw, ""),
    "raw, imageio (whole video)": (imageio_whole, ""),
}


def _opencv():
    import cv2

    cv2.setNumThreads(0)
    return cv2


def _cut(frames: Sequence[Frames] | Frames, shapes: Shapes, size: int) -> Frames:
    cv2 = _opencv()
    left, top, side = shapes.box
    squares = (frame[top : top + side, left : left + side] for frame in frames)
    return np.stack([cv2.resize(s, (size, size), interpolation=cv2.INTER_AREA) for s in squares])


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Keep what native libraries print out of the table."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
