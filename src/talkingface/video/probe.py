"""What a video file holds: size, exact rate, duration, sound; measured, not read in the header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from talkingface.video.container import audio_stream, damaged, open_media, video_stream
from talkingface.video.upright import upright_size

FALLBACK_RATE = Fraction(25)
_FRAMES_A_WORD = 500
_ORDINARY_DENOMINATORS = (1, 2, 1001)
_LARGEST_DENOMINATOR = 1001
_REGULAR_SHARE = Fraction(9, 10)
# In seconds.
_LONGEST_GAP = 5
# In frames.
_DRIFT = Fraction(1, 10)


@dataclass(frozen=True)
class VideoInfo:
    """A video file as a player shows it.

    Attributes:
        width, height: pixels, after the rotation of the metadata and with square pixels.
        rate: frames a second, exact: of a constant rate that rate, even if some frames are lost; of
            a variable rate the average.
        duration: seconds from the first frame's start to the last frame's end.
        has_audio: whether the file holds a sound stream that can be decoded.
        rotation: degrees clockwise by which the stored picture is turned to be upright.
    """

    width: int
    height: int
    rate: Fraction
    duration: Fraction
    has_audio: bool
    rotation: int


def probe(path: Path, tell: Callable[[float], None] | None = None) -> VideoInfo:
    """Measure a video file. Reads the whole file once without decoding it, plus one frame.

    Headers are not trusted: a truncated file gives the duration of what is left of it.

    Args:
        path: the file.
        tell: told now and then about how many seconds of video have been read, by the number of
            frames and not by the file's clock, which may be damaged.

    Raises:
        MediaError: the file is missing, unreadable, or holds no video frame.
    """
    with open_media(path) as container:
        stream = video_stream(container, path)
        times, last_duration = _packet_times(container, stream, tell)
        rate = _rate_of(stream, times)
        if times:
            container.seek(min(times), stream=stream)
        frame = next(iter(container.decode(stream)), None)
        if frame is None:
            raise damaged(path, "it holds no video frame")
        width, height = upright_size(frame, stream.sample_aspect_ratio)
        span = (max(times) - min(times)) * _time_base(stream) if times else Fraction(0)
        return VideoInfo(
            width=width,
            height=height,
            rate=rate,
            duration=span + (last_duration or 1 / rate),
            has_audio=audio_stream(container) is not None,
            rotation=round(-frame.rotation / 90) % 4 * 90,
        )


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, 90000)


def _packet_times(
    container: InputContainer, stream: VideoStream, tell: Callable[[float], None] | None
) -> tuple[list[int], Fraction | None]:
    """Return the shown packets' times in ticks and the duration in seconds of the last one."""
    times: list[int] = []
    latest: tuple[int, int] | None = None
    for packet in container.demux(stream):
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None or packet.is_discard or not packet.size:
            continue
        times.append(time)
        if tell is not None and len(times) % _FRAMES_A_WORD == 0:
            tell(float(len(times) / FALLBACK_RATE))
        if latest is None or time >= latest[0]:
            latest = (time, packet.duration or 0)
    duration = latest[1] * _time_base(stream) if latest else None
    return times, duration or None


def _rate_of(stream: VideoStream, times: list[int]) -> Fraction:
    """Return the header's rate if the frames keep to it, else measure their average.

    They keep to it when all together drift by less than a tenth of a frame, or when nearly all
    are one frame apart and those do: a file that lost some frames still has its rate.
    """
    stated = [rate for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate) if rate]
    base = _time_base(stream)
    times = sorted(times)
    span = (times[-1] - times[0]) * base if len(times) > 1 else Fraction(0)
    if not span:
        return stated[0] if stated else FALLBACK_RATE
    intervals = len(times) - 1
    ordinary = [rate for rate in stated if rate.denominator in _ORDINARY_DENOMINATORS]
    for rate in ordinary:
        if _keeps(span, intervals, rate):
            return rate
    gaps = [(later - earlier) * base for earlier, later in pairwise(times)]
    for rate in ordinary:
        regular = [gap for gap in gaps if abs(gap * rate - 1) < _DRIFT]
        if len(regular) >= _REGULAR_SHARE * intervals and _keeps(sum(regular), len(regular), rate):
            return rate
    # A jump of the clock says nothing about the frames beside it.
    near = [gap for gap in gaps if gap <= _LONGEST_GAP] or gaps
    return (len(near) / sum(near, Fraction(0))).limit_denominator(_LARGEST_DENOMINATOR)


def _keeps(span: Fraction | int, intervals: int, rate: Fraction) -> bool:
    return abs(span * rate - intervals) < _DRIFT
