"""How long each stage of animating takes by itself, and all of them together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from talkingface.animation.framing import Framing
from talkingface.animation.making import Settings, animate
from talkingface.animation.parts import Parts, Pixels
from talkingface.animation.reference import read_motion
from talkingface.animation.still import read_still
from talkingface.errors import UserError
from talkingface.faces.crop import crop_frame
from talkingface.motion.path import MotionPath
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter


@dataclass
class Times:
    """Milliseconds a frame, of the clock and of all cores together; a round an entry."""

    wall: list[float]
    cores: list[float]


Rounds = dict[str, Times]


@contextmanager
def timed(rounds: Rounds, name: str, frames: int) -> Iterator[None]:
    """Add a round of a stage."""
    wall, cores = time.perf_counter(), time.process_time()
    yield
    times = rounds.setdefault(name, Times([], []))
    times.cores.append((time.process_time() - cores) / frames * 1e3)
    times.wall.append((time.perf_counter() - wall) / frames * 1e3)


class Stages:
    """The stages on one portrait and one reference.

    Args:
        portrait: picture, or a video whose first frame is taken.
        driving: the reference; at most `frames` of it are taken where stages stand alone.
        framing: how both are cropped.
        size: side of the network's frames.
    """

    def __init__(
        self, portrait: Path, driving: Path, framing: Framing, size: int, frames: int
    ) -> None:
        self._portrait, self._driving, self._framing = portrait, driving, framing
        self._info = probe(driving)
        self._box = framing.driving(driving).box
        self._whole = [f for _, f in islice(constant_rate_frames(driving), frames)]
        self._crops = np.stack([crop_frame(frame, self._box, size) for frame in self._whole])

    @property
    def frames(self) -> int:
        """How many frames the stages alone are measured with."""
        return len(self._whole)

    def without_network(self, rounds: Rounds) -> None:
        """Measure what does not depend on the network."""
        with timed(rounds, "decode", self.frames):
            for _ in islice(constant_rate_frames(self._driving), self.frames):
                pass
        if self._framing.crop == "face":
            with timed(rounds, "find and follow the face (with its decoding)", self.total):
                self._framing.driving(self._driving)
        with timed(rounds, "crop", self.frames):
            for frame in self._whole:
                crop_frame(frame, self._box, self._crops.shape[1])
        with timed(rounds, "encode video and sound", self.frames), TemporaryDirectory() as folder:
            self._encode(Path(folder) / "out.mp4")

    def network(self, parts: Parts, rounds: Rounds) -> None:
        """Measure the network alone, a batch after another."""
        still = read_still(parts, self._portrait, self._framing)
        with timed(rounds, "encode motion", self.frames):
            codes = np.concatenate([parts.read(piece) for piece in self._batches(parts.batch)])
        with timed(rounds, "render", self.frames):
            for first in range(0, self.frames, parts.batch):
                parts.render(still.portrait, codes[first : first + parts.batch])

    def end_to_end(self, parts: Parts, rounds: Rounds) -> None:
        """Measure everything that the command does once it has its network."""
        with timed(rounds, "end to end", self.total), TemporaryDirectory() as folder:
            still = read_still(parts, self._portrait, self._framing)
            motion, reference = read_motion(parts, self._driving, self._framing)
            settings = Settings(MotionPath())
            animate(parts, still, motion, settings, Path(folder) / "out.mp4", reference)

    @property
    def total(self) -> int:
        """How many frames the whole reference has."""
        return round(self._info.duration * self._info.rate) or 1

    def _batches(self, batch: int) -> Iterator[Pixels]:
        for first in range(0, self.frames, batch):
            yield self._crops[first : first + batch]

    def _encode(self, output: Path) -> None:
        size, rate = self._crops.shape[1], Fraction(self._info.rate)
        sound = self._driving if self._info.has_audio else None
        with VideoWriter(
            output, rate, size, size, crf=16, gop=50, tune=None, sound_from=sound
        ) as writer:
            for frame in self._crops:
                writer.write(frame)


def face_framing(portrait: Path, driving: Path, landmarker: Path | None) -> Framing:
    """Return the framing by faces where they can be found, else by the whole pictures."""
    framing = Framing("face", 1.0, landmarker)
    try:
        framing.driving(driving)
        framing.portrait(next(constant_rate_frames(portrait))[1], portrait)
    except UserError as error:
        print(f"The face is not followed: {error}")
        return Framing("whole")
    return framing


def median(times: list[float]) -> float:
    """Return the middle one."""
    return sorted(times)[len(times) // 2]
