"""From a reference video to its motion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from talkingface.animation.framing import Framing
from talkingface.animation.growing import Growing
from talkingface.animation.motion import Motion
from talkingface.animation.overlap import ahead
from talkingface.animation.parts import Parts, Pixels
from talkingface.animation.watch import Watch, unwatched
from talkingface.faces.crop import Box, crop_frame
from talkingface.motion.path import Driving
from talkingface.motion.perturbation import Perturbation
from talkingface.motion.resampling import fresh_pixels
from talkingface.motion.steadying import Piece, steadied
from talkingface.video.frames import to_tensor, to_uint8
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames

# Enough that decoding and the network seldom wait for each other.
_CHUNKS_AHEAD = 2


@dataclass(frozen=True)
class Reference:
    """The driving video, cropped; read from the file anew each time, never kept."""

    path: Path
    rate: Fraction
    box: Box
    size: int

    def frames(self, rate: Fraction) -> Iterator[Pixels]:
        """Yield the cropped frames (S, S, 3) at a constant rate."""
        for _, frame in constant_rate_frames(self.path, rate, own_rate=self.rate):
            yield crop_frame(frame, self.box, self.size)

    def chunks(self, chunk: int) -> Iterator[tuple[Pixels, Tensor]]:
        """Yield `chunk` frames (T, S, S, 3) at a time, with their times in seconds."""
        frames = self.frames(self.rate)
        first = 0
        while held := list(islice(frames, chunk)):
            times = [float((first + k) / self.rate) for k in range(len(held))]
            yield np.stack(held), torch.tensor(times, dtype=torch.float64)
            first += len(held)

    def pieces(self, chunk: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield `chunk` frames (T, 3, S, S) at a time in [-1, 1], with their times in seconds."""
        for frames_TSS3, time_T in self.chunks(chunk):
            yield to_tensor(frames_TSS3), time_T


def read_motion(
    parts: Parts,
    path: Path,
    framing: Framing,
    perturbation: Perturbation = Perturbation(),  # noqa: B008 - frozen
    watch: Watch = unwatched,
) -> tuple[Motion, Reference]:
    """Read what a reference video says; its pictures are not kept.

    Args:
        parts: what reads the frames.
        path: the reference video.
        framing: how it is cropped.
        perturbation: what happens to its frames before they are read.
        watch: told how far the work is.

    Raises:
        UserError: the file cannot be read, or shows no usable face.
    """
    info = probe(path)
    where = framing.driving(path, watch)
    reference = Reference(path, info.rate, where.box, parts.size)
    total = round(info.duration * info.rate) or 1
    codes, times, fresh = Growing(), Growing(), Growing()
    seen = _seen(parts, _perturbed(reference, perturbation, parts.batch))
    with ahead(seen, _CHUNKS_AHEAD) as chunks:
        for frames_TSS3, time_T, fresh_T in chunks:
            codes.add(parts.read(frames_TSS3))
            times.add(time_T.numpy())
            fresh.add(fresh_T.numpy())
            watch("reading motion", len(times), total)
    driving = Driving(*(torch.from_numpy(kept.rows()) for kept in (codes, times, fresh)))
    sound = path if info.has_audio else None
    motion = Motion(
        driving, info.rate, info.duration, parts.pose_dim, parts.encoder, where.frontal, sound
    )
    return motion, reference


def _seen(
    parts: Parts, chunks: Iterable[tuple[Pixels, Tensor]]
) -> Iterator[tuple[Pixels, Tensor, Tensor]]:
    """Yield frames as they are to be read, their times, and which of them are fresh."""
    if not parts.steadies:
        yield from _marked(chunks)
        return
    pieces = (Piece(to_tensor(frames), *rest) for frames, *rest in _marked(chunks))
    for piece in steadied(pieces, parts.lookahead):
        yield to_uint8(piece.frames), piece.time, piece.fresh


def _marked(
    chunks: Iterable[tuple[Pixels, Tensor]],
) -> Iterator[tuple[Pixels, Tensor, Tensor]]:
    last: Pixels | None = None
    for frames_TSS3, time_T in chunks:
        yield frames_TSS3, time_T, fresh_pixels(frames_TSS3, last)
        last = frames_TSS3[-1]


def _perturbed(
    reference: Reference, perturbation: Perturbation, chunk: int
) -> Iterator[tuple[Pixels, Tensor]]:
    if perturbation == Perturbation():
        # Pixels need not become numbers and pixels again.
        yield from reference.chunks(chunk)
        return
    for frames_T3SS, time_T in perturbation.apply(reference.pieces(chunk), reference.path.name):
        yield to_uint8(frames_T3SS), time_T
