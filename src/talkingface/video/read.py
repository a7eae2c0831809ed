"""Raw video, read in order at an exactly constant frame rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from talkingface.errors import MediaError
from talkingface.reasons import Reason
from talkingface.video.container import check_size, damaged, is_picture, open_media, video_stream
from talkingface.video.probe import probe
from talkingface.video.upright import deinterlaced, upright_pixels

RgbFrame = NDArray[np.uint8]

# Seconds without a new frame that are a damaged clock, not a still scene.
_LONGEST_GAP, _LONGEST_GAP_STRICT = 600, 5
# Frames a second; others come from damaged clocks, or from what is no recording of a person.
_LOWEST_RATE, _HIGHEST_RATE = 4, 300


def constant_rate_frames(
    path: Path,
    rate: Fraction | None = None,
    *,
    strict: bool = False,
    own_rate: Fraction | None = None,
) -> Iterator[tuple[Fraction, RgbFrame]]:
    """Yield (time in seconds, (H, W, 3) uint8 RGB frame) at exactly constant rate.

    Frame k is the picture that a player shows at time k / rate after the file's first frame: the
    newest one, where a frame that is late by less than half a frame counts as there. So frames
    of variable-rate files are repeated or left out, and the duration is kept within one frame.
    Rotation from the metadata and non-square pixels are applied, interlaced frames are
    deinterlaced, and frames are scaled to the first one's size. Memory is constant;
    a repeated frame is the same array, so do not write into it.

    Args:
        path: a video file.
        rate: frames a second of the output; None keeps the file's own average rate.
        strict: take nothing that a player would guess: end with DAMAGED at a damaged frame and
            where no frame comes for 5 seconds, refuse still pictures, and rates below 4 or above
            300 frames a second.
        own_rate: the file's own rate as `probe` gives it, where it is known; None measures it.

    Raises:
        MediaError: the file cannot be read, or is damaged; raised when iteration reaches the
            damage.
    """
    for time, shown in constant_rate_pictures(path, rate, strict=strict, own_rate=own_rate):
        yield time, shown.pixels


def constant_rate_pictures(
    path: Path,
    rate: Fraction | None = None,
    *,
    strict: bool = False,
    own_rate: Fraction | None = None,
) -> Iterator[tuple[Fraction, Shown]]:
    """Yield what `constant_rate_frames` does, but pictures that cost decoding until looked at."""
    own_rate = own_rate or probe(path).rate
    if strict and not _LOWEST_RATE <= own_rate <= _HIGHEST_RATE:
        raise damaged(
            path,
            f"it shows {float(own_rate):.3g} frames a second, "
            f"not {_LOWEST_RATE} to {_HIGHEST_RATE}",
        )
    out_rate = rate or own_rate
    tolerance = 1 / max(own_rate, out_rate) / 2
    longest_gap = _LONGEST_GAP_STRICT if strict else _LONGEST_GAP
    with open_media(path) as container:
        if strict and is_picture(container):
            raise _still(path)
        stream = video_stream(container, path, exact=strict)
        count = decoded = 0
        began = end = Fraction(0)
        shown: Shown | None = None
        size: tuple[int, int] | None = None
        frames = _checked(container.decode(stream), path, strict)
        for start, duration, frame in _timed_frames(deinterlaced(frames), own_rate):
            if shown is not None and start - began > longest_gap:
                raise damaged(path, f"no frame comes for {float(start - began):.0f} seconds")
            while shown is not None and count / out_rate + tolerance <= start:
                yield count / out_rate, shown
                count += 1
            size = size or (frame.width, frame.height)
            shown = Shown(frame, stream.sample_aspect_ratio, size)
            began, decoded = start, decoded + 1
            end = start + (duration if duration <= longest_gap else 1 / own_rate)
        if shown is None:
            raise damaged(path, "it holds no video frame")
        if strict and decoded == 1:
            raise _still(path)
        for k in range(count, max(1, round(end * out_rate))):
            yield k / out_rate, shown


class Shown:
    """The decoded frame on show; converted to RGB only if somebody looks at it."""

    def __init__(
        self, frame: av.VideoFrame, pixel_aspect: Fraction | None, size: tuple[int, int]
    ) -> None:
        self._frame = frame
        self._pixel_aspect = pixel_aspect
        self._size = size

    @cached_property
    def pixels(self) -> RgbFrame:
        """(H, W, 3) uint8 RGB."""
        return upright_pixels(self._frame, self._pixel_aspect, self._size)


def _checked(frames: Iterable[av.VideoFrame], path: Path, strict: bool) -> Iterator[av.VideoFrame]:
    for frame in frames:
        check_size(path, frame.width, frame.height)
        if strict and frame.is_corrupt:
            raise damaged(path, "a frame is damaged")
        yield frame


def _still(path: Path) -> MediaError:
    return MediaError(f"{path}: holds one picture, no video. Give a video.", Reason.STILL_PICTURE)


def _timed_frames(
    frames: Iterable[av.VideoFrame], rate: Fraction
) -> Iterator[tuple[Fraction, Fraction, av.VideoFrame]]:
    """Yield (start, duration, frame), seconds from the first frame; starts strictly increase."""
    first: Fraction | None = None
    previous = -1 / rate
    for frame in frames:
        start = previous + 1 / rate
        if frame.pts is not None and frame.time_base is not None:
            time = frame.pts * frame.time_base
            first = time - start if first is None else first
            start = time - first if time - first > previous else start
        duration = frame.duration * (frame.time_base or Fraction(0))
        yield start, duration or 1 / rate, frame
        previous = start
