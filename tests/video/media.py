"""Test media, made on the spot: pictures that tell their own number, and files with odd clocks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def numbered_frame(number: int, width: int = 64, height: int = 64) -> NDArray[np.uint8]:
    """Return a grey frame whose brightness is its number (0 to 40), survivable by compression."""
    return np.full((height, width, 3), 20 + 5 * number, np.uint8)


def number_of(frame: NDArray[np.uint8]) -> int:
    """Return the number that `numbered_frame` put into a frame."""
    return round((float(frame.mean()) - 20) / 5)


def click_samples(seconds: Fraction, click_at: Fraction, rate: int) -> NDArray[np.float32]:
    """Return silence with one loud sample."""
    samples = np.zeros(round(seconds * rate), np.float32)
    samples[round(click_at * rate)] = 1.0
    return samples


def sound_of(path: Path) -> tuple[NDArray[np.float32], int, Fraction]:
    """Return a file's sound (N,), its rate, and its duration in seconds by the container."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray()[0] for frame in container.decode(stream)]
        return np.concatenate(blocks), stream.rate, stream.duration * stream.time_base


def write_timed(
    path: Path,
    ticks: Sequence[int],
    time_base: Fraction,
    *,
    sound: NDArray[np.float32] | None = None,
    sound_starts: Fraction = Fraction(0),
    rotate: int = 0,
    size: tuple[int, int] = (64, 64),
) -> None:
    """Write numbered frames at given times, so variable rates and late starts can be made.

    `sound` is (N,) at 16 kHz beginning at `sound_starts`; `rotate` is the display rotation in
    degrees counterclockwise.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25, options={"bf": "0", "crf": "5"})
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = time_base
        video.time_base = time_base
        if rotate:
            video.set_display_rotation(rotate)
        packets = []
        audio = (
            container.add_stream("aac", rate=16000, layout="mono") if sound is not None else None
        )
        for number, tick in enumerate(ticks):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number, *size), format="rgb24")
            frame.pts, frame.time_base = tick, time_base
            packets += video.encode(frame)
        packets += video.encode(None)
        if audio is not None:
            block = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            block.sample_rate, block.time_base = 16000, Fraction(1, 16000)
            block.pts = round(sound_starts * 16000)
            packets += [*audio.encode(block), *audio.encode(None)]
        container.mux(packets)


def write_sound(path: Path) -> None:
    """Write a second of silence without a picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        block = av.AudioFrame.from_ndarray(
            np.zeros((1, 16000), np.float32), format="fltp", layout="mono"
        )
        block.sample_rate = 16000
        container.mux([*stream.encode(block), *stream.encode(None)])
