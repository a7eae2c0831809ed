"""From a portrait and a motion to a talking video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from talkingface.animation.checks import check_output
from talkingface.animation.codes import transferred
from talkingface.animation.layout import Layout
from talkingface.animation.motion import Motion
from talkingface.animation.overlap import ahead
from talkingface.animation.parts import Parts, Pixels
from talkingface.animation.reference import Reference
from talkingface.animation.still import Still
from talkingface.animation.watch import Watch, unwatched
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.video.write import VideoWriter

# Enough that network, decoder and encoder seldom wait for each other.
_CHUNKS_AHEAD, _FRAMES_AHEAD = 2, 8


@dataclass(frozen=True)
class Settings:
    """How a motion is shown.

    Attributes:
        path: what happens to its codes.
        output_rate: frames a second to write; None keeps the reference's.
        transfer: how much of the motion the portrait takes over, and relative to what.
        paste: show the whole portrait, with the generated face in it.
        side_by_side: show portrait and reference beside the result.
    """

    path: MotionPath
    output_rate: Fraction | None = None
    transfer: Transfer = field(default_factory=Transfer)
    paste: bool = False
    side_by_side: bool = False


@dataclass(frozen=True)
class Made:
    """What was written: a video of so many frames of width and height in pixels."""

    output: Path
    frames: int
    width: int
    height: int
    rate: Fraction
    has_sound: bool


def animate(
    parts: Parts,
    still: Still,
    motion: Motion,
    settings: Settings,
    output: Path,
    reference: Reference | None = None,
    watch: Watch = unwatched,
) -> Made:
    """Write a portrait's talking video, with the motion's sound; memory does not grow with length.

    Decoder, network and encoder work at the same time; the video is the one that they would make
    one after another.

    Args:
        parts: what renders; the portrait was read by it, and the motion by an equal encoder.
        still: the portrait.
        motion: what it is to do.
        settings: how.
        output: the video, .mp4, .mov or .m4v.
        reference: the motion's video, which `settings.side_by_side` shows.
        watch: told how far the work is; an exception that it raises ends the work.

    Raises:
        UserError: the output cannot be written or would replace the sound's file, that file cannot
            be read, or there is no video to show beside the result.
    """
    if settings.side_by_side and reference is None:
        raise UserError(
            f"{output}: side_by_side=true needs the reference's video, not its saved motion. "
            "Give driving=... a video."
        )
    if motion.sound is not None:
        # A saved motion names a file that nobody gave.
        check_output(output, [motion.sound])
    rate = settings.output_rate or motion.rate
    count = round(motion.duration * rate) or 1
    wanted_U = torch.tensor([float(k / rate) for k in range(count)], dtype=torch.float64)
    source_Z = torch.from_numpy(still.portrait.code)
    codes_UZ = transferred(settings.path, settings.transfer, parts, motion, source_Z, wanted_U)
    beside = reference if settings.side_by_side else None
    layout = Layout(still, parts.size, settings.paste, beside)
    with (
        VideoWriter(
            output, rate, layout.width, layout.height,
            crf=16, gop=50, tune=None, sound_from=motion.sound,
        ) as writer,
        ahead(_rendered(parts, still, codes_UZ.numpy()), _CHUNKS_AHEAD) as chunks,
        ahead(layout.references(rate), _FRAMES_AHEAD) as references,
    ):  # fmt: skip
        true: Pixels | None = None
        for frames_BSS3 in chunks:
            for frame_SS3 in frames_BSS3:
                # A reference may end earlier than its index promises: its last frame is held.
                true = next(references, true)
                writer.write(layout.frame(frame_SS3, true))
                watch("animating", writer.frames, count)
        has_sound = writer.has_sound
    return Made(output, count, layout.width, layout.height, rate, has_sound)


def _rendered(parts: Parts, still: Still, codes_UZ: NDArray[np.float32]) -> Iterator[Pixels]:
    for first in range(0, len(codes_UZ), parts.batch):
        yield parts.render(still.portrait, codes_UZ[first : first + parts.batch])
