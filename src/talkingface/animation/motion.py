"""What a reference video says, without its pictures: enough to drive any portrait."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from talkingface.motion.path import Driving


@dataclass(frozen=True)
class Motion:
    """The motion of one reference video.

    Attributes:
        driving: codes as the motion encoder read them, neither corrected nor filtered.
        rate: the reference's frames a second.
        duration: the reference's seconds.
        pose_dim: length of the head-pose code, the first part of a code.
        encoder: fingerprint of the motion encoder that read them.
        frontal: index, among the video's frames at `rate`, of the one that looks most to the
            front; None where faces were not looked for.
        sound: the file whose sound belongs to it, None without sound.
        missing_sound: name of the file whose sound belongs to a saved motion but is not beside it.
    """

    driving: Driving
    rate: Fraction
    duration: Fraction
    pose_dim: int
    encoder: str
    frontal: int | None
    sound: Path | None
    missing_sound: str | None = None
