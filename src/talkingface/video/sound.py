"""Sound for written video: taken from a file and aligned with its picture, or from samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.video.container import audio_stream, open_media, video_stream

AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_BLOCK_SECONDS = Fraction(1, 10)
# Time stamps of many files jitter by some samples; only a hole longer than this is real silence.
_SMALLEST_GAP_SECONDS = Fraction(1, 20)
_SEEK_MARGIN_SECONDS = 5
_COVER = Disposition.attached_pic

Block = NDArray[np.float32]


@dataclass(frozen=True)
class AudioTrack:
    """Sound in memory: samples (N,) float32 in [-1, 1], at `rate` samples a second."""

    samples: NDArray[np.float32]
    rate: int


@dataclass
class SoundSource:
    """Sound that starts with the picture: `blocks` of (channels, N) float32 at `rate`."""

    rate: int
    channels: int
    blocks: Iterator[Block]


def sound_of_track(track: AudioTrack) -> SoundSource:
    """Return given samples as a source; a rate that AAC lacks goes up to the next one it has."""
    rate = _encodable_rate(track.rate)
    return SoundSource(rate, 1, _track_blocks(track, rate))


def sound_of_file(path: Path) -> SoundSource | None:
    """Return a file's sound, aligned with the start of its own picture; None if it has no sound.

    Sound that begins after the first frame is preceded by silence; sound from before it is left
    out; holes become silence. More than two channels are mixed down to two. Decoded as it is read.

    Raises:
        UserError: the file cannot be read, or holds no video (also later, while reading blocks).
    """
    with open_media(path) as container:
        stream = audio_stream(container)
        if stream is None:
            return None
        rate = _encodable_rate(stream.rate)
        channels = min(stream.channels, 2)
        picture_start = _picture_start(container, path)
    return SoundSource(rate, channels, _file_blocks(path, rate, channels, picture_start))


def sound_of_stretch(path: Path, start: Fraction) -> SoundSource | None:
    """Return a file's sound from `start` on; None if it has none that can be read.

    As `sound_of_file`, but where the sound is damaged it ends, since the picture may be sound;
    and a file without a picture starts with its own sound.

    Args:
        path: a video, or a file of sound alone.
        start: seconds after the start of the file's picture.
    """
    try:
        with open_media(path) as container:
            stream = audio_stream(container)
            if stream is None:
                return None
            rate = _encodable_rate(stream.rate)
            channels = min(stream.channels, 2)
            pictures = [s for s in container.streams.video if not s.disposition & _COVER]
            origin = _picture_start(container, path) if pictures else Fraction(0)
    except UserError:
        return None
    seek_to = origin + start - _SEEK_MARGIN_SECONDS
    blocks = _file_blocks(path, rate, channels, origin + start, seek_to)
    return SoundSource(rate, channels, _until_damage(blocks))


class SoundEncoder:
    """Feeds a source into the AAC stream of a file being written, in step with the picture."""

    def __init__(self, container: OutputContainer, source: SoundSource) -> None:
        layout = "mono" if source.channels == 1 else "stereo"
        self._container = container
        self._source = source
        self._layout = layout
        self._stream: AudioStream = container.add_stream("aac", rate=source.rate, layout=layout)
        self._written = 0
        self._pending: Block = np.zeros((source.channels, 0), np.float32)

    def write_until(self, time: Fraction) -> None:
        """Encode the sound up to `time` seconds; silence after the source's end."""
        wanted = round(time * self._source.rate) - self._written
        while self._pending.shape[1] < wanted:
            block = next(self._source.blocks, None)
            if block is None:
                missing = wanted - self._pending.shape[1]
                block = np.zeros((self._source.channels, missing), np.float32)
            self._pending = np.concatenate([self._pending, block], axis=1)
        if wanted > 0:
            self._encode(self._pending[:, :wanted])
            self._pending = self._pending[:, wanted:]

    def finish(self) -> None:
        """Flush the encoder."""
        self._container.mux(self._stream.encode(None))

    def _encode(self, samples: Block) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._source.rate
        frame.time_base = Fraction(1, self._source.rate)
        frame.pts = self._written
        self._written += samples.shape[1]
        self._container.mux(self._stream.encode(frame))


def _encodable_rate(rate: int) -> int:
    return min((known for known in AAC_RATES if known >= rate), default=AAC_RATES[0])


def _picture_start(container: InputContainer, path: Path) -> Fraction:
    frame = next(iter(container.decode(video_stream(container, path))), None)
    if frame is None or frame.pts is None or frame.time_base is None:
        return Fraction(0)
    return frame.pts * frame.time_base


def _track_blocks(track: AudioTrack, rate: int) -> Iterator[Block]:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    step = max(1, round(track.rate * _BLOCK_SECONDS))
    samples = np.clip(np.asarray(track.samples, np.float32).reshape(1, -1), -1.0, 1.0)
    for start in range(0, samples.shape[1], step):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[:, start : start + step]), format="fltp", layout="mono"
        )
        frame.sample_rate = track.rate
        frame.pts = start
        frame.time_base = Fraction(1, track.rate)
        yield from _resampled(resampler, frame)
    yield from _resampled(resampler, None)


def _until_damage(blocks: Iterator[Block]) -> Iterator[Block]:
    try:
        yield from blocks
    except UserError:
        return


def _file_blocks(
    path: Path,
    rate: int,
    channels: int,
    picture_start: Fraction,
    seek_to: Fraction = Fraction(0),
) -> Iterator[Block]:
    """Yield the file's sound from `picture_start` on, without holes, in small blocks.

    What lies before `seek_to` need not be read; both are seconds of the file's clock.
    """
    resampler = av.AudioResampler(
        format="fltp", layout="mono" if channels == 1 else "stereo", rate=rate
    )
    given = 0
    with open_media(path) as container:
        if seek_to > 0:
            container.seek(round(seek_to * av.time_base))
        stream = audio_stream(container)
        for frame in container.decode(stream) if stream else ():
            offset = given
            if frame.pts is not None and frame.time_base is not None:
                offset = round((frame.pts * frame.time_base - picture_start) * rate)
            gap = offset - given
            if given == 0 or gap > rate * _SMALLEST_GAP_SECONDS:
                yield from _silence(gap, channels, rate)
                given += max(0, gap)
            skip = max(0, -gap) if given == 0 else 0
            for block in _resampled(resampler, frame):
                kept = block[:, skip:]
                skip = max(0, skip - block.shape[1])
                given += kept.shape[1]
                yield kept
        for block in _resampled(resampler, None):
            yield block


def _silence(samples: int, channels: int, rate: int) -> Iterator[Block]:
    step = round(rate * _BLOCK_SECONDS)
    for start in range(0, samples, step):
        yield np.zeros((channels, min(step, samples - start)), np.float32)


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[Block]:
    for resampled in resampler.resample(frame):
        yield resampled.to_ndarray().astype(np.float32, copy=False)
