"""CRA: motion codes cross-processed over time and across streams while training.

The idea is published (B. Dong, L. Zhang, The Visual Computer, 2025); its equations are not. What is
here is this project's definition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.draws import Draws
from talkingface.motion.mixing import Mixture, Thinning, choose_mixture
from talkingface.motion.statistics import scaled_distance
from talkingface.motion.teacher import Teacher


@dataclass(frozen=True)
class CraSettings:
    """Which parts of CRA are on, and how far they reach.

    Attributes:
        enabled: without it nothing of CRA is constructed.
        resample: windows are drawn at random strides, and clips lose frames before mixing.
        stride_shares: probabilities of windows whose frames lie 1, 2, 3, ... strides apart.
        mix: held-out frames are generated from the codes of their neighbours. Off: it teaches the
            generator to hedge, and mouths move less (docs/method.md).
        target: what mixed codes have to show: the frame "between", or a "neighbour" of it, which is
            a control: pure smoothing.
        cross: head pose of one frame with facial motion of another, judged by the teacher.
        pair: crossed codes have to look the same on two portraits of one person.
        pose_gap, face_gap: largest time between two neighbours, seconds.
        pair_every: steps from one paired step to the next.
        ramp: steps over which the teacher's verdict gains its full weight.
        thinning: how clips lose frames.
    """

    enabled: bool = False
    resample: bool = True
    mix: bool = False
    target: Literal["between", "neighbour"] = "between"
    cross: bool = True
    pair: bool = True
    pose_gap: float = 0.32
    face_gap: float = 0.24
    stride_shares: tuple[float, ...] = (0.2, 0.3, 0.5)
    pair_every: int = 4
    ramp: int = 500
    thinning: Thinning = field(default_factory=Thinning)

    @property
    def mixes(self) -> bool:
        """Whether held-out frames are generated."""
        return self.enabled and self.mix

    @property
    def crosses(self) -> bool:
        """Whether streams are recombined."""
        return self.enabled and self.cross

    @property
    def window_strides(self) -> tuple[float, ...]:
        """Probabilities of windows at 1, 2, ... strides; at one alone without resampling."""
        return tuple(self.stride_shares) if self.enabled and self.resample else (1.0,)

    @property
    def reach(self) -> float:
        """Longest time in seconds from a frame's neighbour before it to that after it."""
        return min(self.pose_gap, self.face_gap) if self.mixes else math.inf

    def pairs(self, step: int) -> bool:
        """Whether a step compares two portraits."""
        return self.crosses and self.pair and step % self.pair_every == 0

    def __post_init__(self) -> None:
        """Check the choice a user can get wrong."""
        if self.target not in ("between", "neighbour"):
            raise UserError(f"cra.target {self.target!r}: must be between or neighbour.")

    def shown_frame(self, mixture: Mixture) -> Tensor:
        """Return the frame (B,) that each clip's mixed code has to show."""
        return mixture.frame if self.target == "between" else mixture.face.before

    def mixture(self, time_BT: Tensor, draws: Draws) -> Mixture:
        """Choose each clip's held-out frame and the neighbours that stand in for it."""
        kept_BT = torch.ones(time_BT.shape, dtype=torch.bool)
        if self.resample:
            kept_BT = self.thinning.kept(time_BT.shape[1], draws)
        return choose_mixture(time_BT.cpu(), kept_BT, self.pose_gap, self.face_gap, draws)


def read_back(teacher: Teacher, made_N3SS: Tensor, draws: Draws) -> Tensor:
    """Return the codes (N, Z) that the teacher reads from generated frames, as many of each clip.

    Fresh colours and a teacher that does not learn from the frames keep the generator from hiding
    the codes in invisible pixels.
    """
    return teacher(recolour(made_N3SS, draws)).code


def cycle_loss(read_BXZ: Tensor, code_BXZ: Tensor, scale_Z: Tensor) -> dict[str, Tensor]:
    """Return "cycle": from generated frames the codes have to be read that they were made from."""
    return {"cycle": scaled_distance(read_BXZ, code_BXZ.detach(), scale_Z)}


def recolour(frame_N3SS: Tensor, draws: Draws) -> Tensor:
    """Return frames, as many of each clip, with each channel's contrast and brightness changed."""
    each = draws.uniform(len(frame_N3SS) // len(draws), 2, 3, 1, 1).flatten(0, 1)
    gain_N311, bias_N311 = (0.2 * (2 * each.to(frame_N3SS) - 1)).unbind(1)
    return (frame_N3SS * (1 + gain_N311) + bias_N311).clamp(-1, 1)
