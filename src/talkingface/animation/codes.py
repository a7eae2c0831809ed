"""From a motion to the codes that a portrait is shown with."""

from __future__ import annotations

import torch
from torch import Tensor

from talkingface.animation.motion import Motion
from talkingface.animation.parts import Parts
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer


def transferred(
    path: MotionPath,
    transfer: Transfer,
    parts: Parts,
    motion: Motion,
    source_Z: Tensor,
    wanted_U: Tensor,
) -> Tensor:
    """Return codes (U, Z) float32 on the CPU for a portrait, at the wanted times in seconds.

    The code that relative motion is measured from comes out of the same path as all others, at
    that frame's time: a raw code beside corrected ones would shift the whole video.

    Args:
        path: what happens to the motion's codes.
        transfer: how much of them the portrait takes over.
        parts: what corrects and recombines, of the network that read motion and portrait.
        motion: what the portrait is to do.
        source_Z: the portrait's own code.
        wanted_U: times, float64.

    Raises:
        UserError: motion relative to the most frontal frame, which is not known.
    """
    if not transfer.relative:
        code_UZ, reference_Z = path.apply(parts, motion.driving, wanted_U), None
    else:
        index = transfer.reference_index(
            motion.driving, source_Z, parts.scale, _frontal_among_codes(motion)
        )
        moment_1 = motion.driving.time[index : index + 1]
        made = path.apply(parts, motion.driving, torch.cat([wanted_U, moment_1]))
        code_UZ, reference_Z = made[:-1], made[-1]
    spread = parts.scale, parts.mean
    return transfer.apply(code_UZ, reference_Z, source_Z, *spread, parts.recombine)


def _frontal_among_codes(motion: Motion) -> int | None:
    """Return which code is the most frontal frame's: thinned references have fewer codes."""
    if motion.frontal is None:
        return None
    away_T = (motion.driving.time - float(motion.frontal / motion.rate)).abs()
    return int(away_T.argmin())
