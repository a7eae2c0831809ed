"""STAC: head pose and facial motion kept consistent under changes of place and time.

The idea is published (B. Dong, L. Zhang, The Visual Computer, 2025); its equations are not. What is
here is this project's definition: losses that say how codes may change when the crop moves, and a
temporal corrector (see `corrector`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.motion.conditions import Conditions, Corrupted
from talkingface.motion.corrector import Corrector, Lookahead
from talkingface.motion.draws import Draws
from talkingface.motion.global_batch import mean_over_ranks, rank_count
from talkingface.motion.statistics import CodeStatistics, scaled_distance
from talkingface.motion.steadying import steady_clips


@dataclass(frozen=True)
class StacSettings:
    """Which parts of STAC are on.

    Attributes:
        enabled: without it nothing of STAC is constructed.
        steady: crop jitter is taken out of the driving frames before they are read.
        guide: labels guide the codes of the clip under worse conditions too.
        invariance: facial motion must not see the crop.
        equivariance: head pose must see the crop, the same way always.
        corrector: a temporal network takes jitter and frozen frames out of the codes.
        lookahead: frames the corrector may look ahead: 0 or 2; null for both ways.
        floor: least deviation over time of a code dimension, in its own units.
        conditions: how bad training's conditions may become.
    """

    enabled: bool = False
    steady: bool = True
    guide: bool = True
    invariance: bool = True
    equivariance: bool = True
    corrector: bool = True
    lookahead: Lookahead = None
    floor: float = 0.1
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def corrects(self) -> bool:
        """Whether there is a corrector."""
        return self.enabled and self.corrector

    @property
    def steadies(self) -> bool:
        """Whether driving frames are steadied."""
        return self.enabled and self.steady

    @property
    def guides(self) -> bool:
        """Whether labels guide the codes of the worse clip."""
        return self.enabled and self.guide

    def worse(self, clip_BT3SS: Tensor, draws: Draws) -> Corrupted:
        """Return clips as they reach the motion encoder under worse conditions."""
        corrupted = self.conditions.apply(clip_BT3SS, draws)
        if not self.steady:
            return corrupted
        frames_BT3SS, jitter_BT4 = steady_clips(corrupted.frames)
        return corrupted._replace(frames=frames_BT3SS, theta=corrupted.theta - jitter_BT4)


class Alignment(nn.Module):
    """How codes change when the crop moves: facial motion not at all, head pose by one matrix.

    The matrix (pose_dim x 4) is the same for every person, place and time; that is what
    a consistent spatial-temporal mapping means here.
    """

    def __init__(self, pose_dim: int, settings: StacSettings):
        super().__init__()
        self.settings = settings
        self.response: nn.Parameter | None = None
        if settings.equivariance:
            self.response = nn.Parameter(torch.zeros(pose_dim, 4))

    def forward(
        self, clean_BTZ: Tensor, worse_BTZ: Tensor, corrupted: Corrupted, statistics: CodeStatistics
    ) -> dict[str, Tensor]:
        """Return "invariance" and "equivariance" over the frames that are not frozen."""
        pose_dim = statistics.pose_dim
        clean_BTZ = clean_BTZ.detach()
        losses = {}
        if self.settings.invariance:
            losses["invariance"] = scaled_distance(
                worse_BTZ[..., pose_dim:],
                clean_BTZ[..., pose_dim:],
                statistics.scale[pose_dim:],
                corrupted.fresh,
            )
        if self.response is not None:
            moved_BTP = worse_BTZ[..., :pose_dim] - clean_BTZ[..., :pose_dim]
            losses["equivariance"] = scaled_distance(
                moved_BTP,
                corrupted.theta @ self.response.T,
                statistics.scale[:pose_dim],
                corrupted.fresh,
            )
        return losses


class Correction(NamedTuple):
    """What the corrector makes of codes that come in detached.

    Attributes:
        worse: (B, T, Z) corrected codes of the worse clip.
        clean: (B, T, Z) corrected codes of the clean clip.
        losses: "code", "velocity" and "unchanged".
    """

    worse: Tensor
    clean: Tensor
    losses: dict[str, Tensor]


def correction_losses(
    corrector: Corrector,
    statistics: CodeStatistics,
    clean_BTZ: Tensor,
    worse_BTZ: Tensor,
    time_BT: Tensor,
    fresh_BT: Tensor,
) -> Correction:
    """Return corrected codes, and the losses of codes that train the corrector alone.

    Codes come in detached: normalised by the codes' own deviation, these losses would reward an
    encoder for codes that hardly move. "velocity" and "unchanged" (clean codes have to stay as they
    are) keep the corrector from becoming a low-pass filter.
    """
    clean_BTZ, scale_Z = clean_BTZ.detach(), statistics.scale
    corrected_BTZ = corrector(worse_BTZ.detach(), time_BT, fresh_BT, statistics)
    untouched_BTZ = corrector(clean_BTZ, time_BT, torch.ones_like(fresh_BT), statistics)
    losses = {
        "code": scaled_distance(corrected_BTZ, clean_BTZ, scale_Z),
        "velocity": scaled_distance(corrected_BTZ.diff(dim=1), clean_BTZ.diff(dim=1), scale_Z),
        "unchanged": scaled_distance(untouched_BTZ, clean_BTZ, scale_Z),
    }
    return Correction(corrected_BTZ, untouched_BTZ, losses)


def guard_losses(code_BTZ: Tensor, floor: float) -> dict[str, Tensor]:
    """Return "floor" and "size", which keep codes from shrinking and from exploding.

    "floor" is the mean shortfall of each dimension's deviation over clips and time from `floor`
    (VICReg's variance term, Bardes et al. 2022), over all ranks' clips; "size" the mean square.
    """
    code_NZ = code_BTZ.float().flatten(0, 1)
    count = len(code_NZ) * rank_count()
    # Nothing is lost with the mean's gradient: over all clips it is zero.
    away_NZ = code_NZ - mean_over_ranks(code_NZ.detach().mean(dim=0))
    variance_Z = mean_over_ranks(away_NZ.square().mean(dim=0)) * count / max(count - 1, 1)
    deviation_Z = (variance_Z + 1e-8).sqrt()
    return {"floor": F.relu(floor - deviation_Z).mean(), "size": code_NZ.square().mean()}
