"""From a portrait and a motion to a talking video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

from talkingface.animation.motion import Motion
from talkingface.animation.parts import Parts, Pixels
from talkingface.animation.reference import Reference
from talkingface.animation.still import Still
from talkingface.animation.watch import Watch, unwatched
from talkingface.motion.path import MotionPath
from talkingface.video.write import VideoWriter


@dataclass(frozen=True)
class Settings:
    """How a motion is shown.

    Attributes:
        path: what happens to its codes.
        output_rate: frames a second to write; None keeps the reference's.
    """

    path: MotionPath
    output_rate: Fraction | None = None


@dataclass(frozen=True)
class Made:
    """What was written."""

    output: Path
    frames: int
    rate: Fraction
    has_sound: bool


def animate(
    parts: Parts,
    still: Still,
    motion: Motion,
    settings: Settings,
    output: Path,
    beside: Reference | None = None,
    watch: Watch = unwatched,
) -> Made:
    """Write a portrait's talking video, with the motion's sound; memory does not grow with length.

    Args:
        parts: what renders; the portrait was read by it, and the motion by an equal encoder.
        still: the portrait.
        motion: what it is to do.
        settings: how.
        output: the video, .mp4, .mov or .m4v.
        beside: reference to show beside the result, with the portrait; None shows the result alone.
        watch: told how far the work is.

    Raises:
        UserError: the output cannot be written, or the file of the sound cannot be read.
    """
    rate = settings.output_rate or motion.rate
    count = round(motion.duration * rate) or 1
    wanted_U = torch.tensor([float(k / rate) for k in range(count)], dtype=torch.float64)
    codes_UZ = settings.path.apply(parts, motion.driving, wanted_U).numpy()
    size, columns = parts.size, 3 if beside else 1
    references = beside.frames(rate) if beside else repeat(None)
    with VideoWriter(
        output, rate, columns * size, size, crf=16, gop=50, tune=None, sound_from=motion.sound
    ) as writer:
        true: Pixels | None = None
        for frame in _rendered(parts, still, codes_UZ):
            # A reference may end earlier than its index promises.
            true = next(references, true)
            row = [still.crop, true, frame] if true is not None else [frame]
            writer.write(np.concatenate(row, axis=1))
            watch("animating", writer.frames, count)
        has_sound = writer.has_sound
    return Made(output, count, rate, has_sound)


def _rendered(parts: Parts, still: Still, codes_UZ: np.ndarray) -> Iterator[Pixels]:
    for first in range(0, len(codes_UZ), parts.batch):
        yield from parts.render(still.portrait, codes_UZ[first : first + parts.batch])
