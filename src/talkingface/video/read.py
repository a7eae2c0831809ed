"""Raw video, read in order at an exactly constant frame rate."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.video.container import open_media, upright_pixels, video_stream
from talkingface.video.probe import probe

RgbFrame = NDArray[np.uint8]


def constant_rate_frames(
    path: Path, rate: Fraction | None = None
) -> Iterator[tuple[Fraction, RgbFrame]]:
    """Yield (time in seconds, (H, W, 3) uint8 RGB frame) at exactly constant rate.

    Frame k is the picture that a player shows at time k / rate after the file's first frame: the
    newest one, where a frame that is late by less than half a frame counts as there. So frames
    of variable-rate files are repeated or left out, and the duration is kept within one frame.
    Rotation from the metadata and non-square pixels are applied. Memory is constant;
    a repeated frame is the same array, so do not write into it.

    Args:
        path: a video file.
        rate: frames a second of the output; None keeps the file's own average rate.

    Raises:
        UserError: the file cannot be read, or is damaged; raised when iteration reaches the damage.
    """
    own_rate = probe(path).rate
    out_rate = rate or own_rate
    tolerance = 1 / max(own_rate, out_rate) / 2
    with open_media(path) as container:
        stream = video_stream(container, path)
        count = 0
        shown: _Shown | None = None
        for start, duration, frame in _timed_frames(container, stream, own_rate):
            while shown is not None and count / out_rate + tolerance <= start:
                yield count / out_rate, shown.pixels
                count += 1
            shown = _Shown(frame, stream.sample_aspect_ratio)
            end = start + duration
        if shown is None:
            raise UserError(f"{path}: holds no video frame. Check that the file is whole.")
        for k in range(count, max(1, round(end * out_rate))):
            yield k / out_rate, shown.pixels


class _Shown:
    """The decoded frame on show; converted to RGB only if some output time falls on it."""

    def __init__(self, frame: av.VideoFrame, pixel_aspect: Fraction | None) -> None:
        self._frame = frame
        self._pixel_aspect = pixel_aspect

    @cached_property
    def pixels(self) -> RgbFrame:
        return upright_pixels(self._frame, self._pixel_aspect)


def _timed_frames(
    container: InputContainer, stream: VideoStream, rate: Fraction
) -> Iterator[tuple[Fraction, Fraction, av.VideoFrame]]:
    """Yield (start, duration, frame), seconds from the first frame; starts strictly increase."""
    first: Fraction | None = None
    previous = -1 / rate
    for frame in container.decode(stream):
        start = previous + 1 / rate
        if frame.pts is not None and frame.time_base is not None:
            time = frame.pts * frame.time_base
            first = time - start if first is None else first
            start = time - first if time - first > previous else start
        duration = frame.duration * (frame.time_base or Fraction(0))
        yield start, duration or 1 / rate, frame
        previous = start
