"""Writing H.264 video with exact time stamps, and sound that keeps in step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.video.sound import (
    AudioTrack,
    SoundEncoder,
    sound_of_file,
    sound_of_stretch,
    sound_of_track,
)

_LARGEST_SIDE = 16384


class VideoWriter:
    """Write RGB frames to an mp4 file: H.264, yuv420p, no B-frames, index in front.

    The defaults are those of clips that are read in training: docs/results/decoding.md compares.

    A context manager. Frames go to `<path>.<process>.partial`, which replaces `path` when the block
    ends and is removed when it raises, so an interrupted command leaves nothing under the final
    name.

    Args:
        path: the file to write; its folder is created.
        rate: frames a second, exact.
        width, height: size of the frames given, pixels; an odd side is written one pixel larger,
            its last row or column repeated.
        crf: x264 quality, 0 (lossless) to 51; 18 is hard to tell from the original.
        gop: most frames from one key frame to the next; few make random access cheap.
        preset: x264 effort, "ultrafast" to "veryslow".
        tune: what x264 goes for; "fastdecode" saves a third of the time of decoding for a
            few percent of size, None leaves blocks less visible where `crf` is high.
        threads: x264 threads.
        audio: sound to encode, from the first frame on; cut or filled with silence to fit.
        sound_from: file whose sound is taken, aligned with the start of its own picture; a file
            without sound gives a video without sound.
        sound_start: seconds of `sound_from` at which the first frame given lies; None is its
            start. If given, sound that cannot be read is left out, see `sound.sound_of_stretch`.

    Raises:
        UserError: the frames are larger than H.264 takes, the file cannot be created or, later,
            not be written on, or `sound_from` cannot be read.
    """

    def __init__(
        self,
        path: Path,
        rate: Fraction,
        width: int,
        height: int,
        *,
        crf: int = 18,
        gop: int = 6,
        preset: str = "veryfast",
        tune: str | None = "fastdecode",
        threads: int = 1,
        audio: AudioTrack | None = None,
        sound_from: Path | None = None,
        sound_start: Fraction | None = None,
    ) -> None:
        if max(width, height) > _LARGEST_SIDE:
            raise UserError(
                f"{path}: no video of {width}x{height} pixels can be written, only of up to "
                f"{_LARGEST_SIDE} on a side. Make it smaller."
            )
        if audio is not None and sound_from is not None:
            raise ValueError("give `audio` or `sound_from`, not both")
        self.path = path
        self.rate = Fraction(rate)
        self.frames = 0
        self._shape = (height, width, 3)
        source = sound_of_track(audio) if audio is not None else None
        if sound_from is not None:
            source = (
                sound_of_file(sound_from)
                if sound_start is None
                else sound_of_stretch(sound_from, sound_start)
            )
        # Another process may write the same file at the same time.
        self._partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        self._container = _open_output(path, self._partial)
        options = {"crf": str(crf), "preset": preset, "bf": "0"} | ({"tune": tune} if tune else {})
        self._stream = self._container.add_stream("libx264", rate=self.rate, options=options)
        self._stream.width, self._stream.height = width + width % 2, height + height % 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.gop_size = gop
        codec = self._stream.codec_context
        codec.thread_count = threads
        # Untagged, players guess the matrix from the picture's size and show other colours.
        codec.colorspace, codec.color_range = Colorspace.ITU601, ColorRange.MPEG
        self._sound = SoundEncoder(self._container, source) if source is not None else None

    @property
    def has_sound(self) -> bool:
        """Whether the file carries sound."""
        return self._sound is not None

    def __enter__(self) -> VideoWriter:
        """Return the writer."""
        return self

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Append one frame.

        Args:
            frame: (height, width, 3) uint8 RGB.

        Raises:
            ValueError: the frame has another shape or type.
            UserError: the disk is full, or the file of `sound_from` turns out to be damaged.
        """
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"expected uint8 {self._shape}, got {frame.dtype} {frame.shape}")
        height, width, _ = self._shape
        if height % 2 or width % 2:
            frame = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture.pts = self.frames
        picture.time_base = 1 / self.rate
        with _writing(self.path):
            self._container.mux(self._stream.encode(picture))
            self.frames += 1
            if self._sound is not None:
                self._sound.write_until(self.frames / self.rate)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, or remove what was written if the block raised."""
        try:
            if kind is not None:
                # What it raised matters, not that the rest cannot be written either.
                with suppress(av.error.FFmpegError, OSError):
                    self._container.close()
                return
            with _writing(self.path):
                try:
                    self._finish()
                finally:
                    # Closing writes the index, for which the disk may be too full.
                    self._container.close()
                self._partial.replace(self.path)
        finally:
            with suppress(OSError):
                self._partial.unlink(missing_ok=True)

    def _finish(self) -> None:
        if not self.frames:
            raise UserError(f"{self.path}: no frame was given, so no video was written.")
        self._container.mux(self._stream.encode(None))
        if self._sound is not None:
            self._sound.finish()


def _open_output(path: Path, partial: Path) -> OutputContainer:
    if path.is_dir():
        raise UserError(f"{path}: is a folder. Give the name of a video file to write.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # PyAV would find out at the first frame.
        partial.touch()
        # Not absolute, a name such as take:2.mp4 would be an address to FFmpeg.
        return av.open(
            str(partial.absolute()), "w", format="mp4", options={"movflags": "+faststart"}
        )
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(
            f"{path.parent}: no video can be written here ({_words(error)}). "
            "Choose a writable folder."
        ) from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(
            f"{path}: cannot be written ({_words(error)}). Check that the disk has room."
        ) from error


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
