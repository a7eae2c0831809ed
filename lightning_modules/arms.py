"""What CRA and STAC add to a training step; with both off, nothing is constructed and nothing done.

The teacher is there in every arm: it judges generated mouths in the baseline, crossed frames in
CRA.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from data_modules.dataset import ClipBatch
from lightning_modules.decoding import Decodes, choose_decodes
from lightning_modules.objective import crossed_labels
from talkingface.errors import UserError
from talkingface.losses.guidance import Guidance
from talkingface.motion.budget import Budget, share_budget
from talkingface.motion.conditions import Corrupted
from talkingface.motion.cra import CraSettings, cycle_loss, read_back
from talkingface.motion.draws import Draws
from talkingface.motion.stac import (
    Alignment,
    Correction,
    StacSettings,
    correction_losses,
    guard_losses,
)
from talkingface.motion.statistics import scaled_distance
from talkingface.motion.teacher import Teacher
from talkingface.networks.appearance_encoder import Appearance
from talkingface.networks.model import TalkingFace
from talkingface.networks.motion_encoder import Motion
from talkingface.video.frames import to_signed

# Mean deviations outside this band: codes have died or exploded. Untrained ones have about 0.01.
_BAND = (0.002, 50.0)


class Spent(NamedTuple):
    """What a step decodes.

    Attributes:
        decodes: codes and the frames they stand for.
        losses: losses of codes alone, which need no decoding.
        worse: the clip under STAC's conditions and what was read of it; None without STAC.
        correction: what the corrector makes of detached codes; None without it.
    """

    decodes: Decodes
    losses: dict[str, Tensor]
    worse: tuple[Corrupted, Motion] | None
    correction: Correction | None


class Arms(nn.Module):
    """The techniques that are on.

    Args:
        network: whose codes they work on.
        cra, stac: what is on.
        decodes: frames decoded a clip and step.

    Raises:
        UserError: the decodes cannot be shared.
    """

    def __init__(self, network: TalkingFace, cra: CraSettings, stac: StacSettings, decodes: int):
        super().__init__()
        self.cra, self.stac, self.decodes = cra, stac, decodes
        self.teacher = Teacher(network.motion)
        self.alignment: Alignment | None = None
        if stac.enabled:
            self.alignment = Alignment(network.config.pose_dim, stac)
        self.budget(0)

    def budget(self, step: int) -> Budget:
        """Return how a step's decodes are shared."""
        return share_budget(
            self.decodes,
            mix=self.cra.mixes,
            cross=self.cra.crosses,
            pair=self.cra.pairs(step),
        )

    def spend(
        self,
        network: TalkingFace,
        batch: ClipBatch,
        code_BTZ: Tensor,
        budget: Budget,
        draws: Draws,
    ) -> Spent:
        """Choose what is decoded and compute what can be said of the codes without decoding."""
        window = code_BTZ.shape[1]
        if window < budget.targeted:
            raise UserError(
                f"data.clip_length={window}: must be at least model.decodes={self.decodes}."
            )
        losses: dict[str, Tensor] = {}
        worse, correction = None, None
        time_BT = batch["time"]
        if self.alignment is not None:
            corrupted = self.stac.worse(to_signed(batch["driver"]), draws)
            worse = corrupted, network.read_clip(corrupted.frames)
            worse_BTZ = worse[1].code
            statistics = network.statistics
            losses |= self.alignment(code_BTZ, worse_BTZ, corrupted, statistics)
            losses |= guard_losses(code_BTZ, self.stac.floor)
            if network.corrector is not None:
                correction = correction_losses(
                    network.corrector, statistics, code_BTZ, worse_BTZ, time_BT, corrupted.fresh
                )
                losses |= correction.losses
        decodes = choose_decodes(network, code_BTZ, time_BT, budget, self.cra, draws)
        return Spent(decodes, losses, worse, correction)

    def face_loss(
        self, network: TalkingFace, made_N3SS: Tensor, true_N3SS: Tensor, anchors_N32: Tensor
    ) -> dict[str, Tensor]:
        """Return "motion": generated eyes and mouths have to do what the true ones do."""
        made, true = (self.teacher.face(x, anchors_N32) for x in (made_N3SS, true_N3SS))
        scale = network.statistics.scale[network.config.pose_dim :]
        return {"motion": scaled_distance(made[None], true.detach()[None], scale)}

    def crossed_losses(
        self,
        network: TalkingFace,
        guidance: Guidance | None,
        made_BX3SS: Tensor,
        decodes: Decodes,
        batch: ClipBatch,
        budget: Budget,
        draws: Draws,
    ) -> dict[str, Tensor]:
        """Return "cycle" and, in a paired step, "pair", of frames made from crossed codes.

        The cycle asks for both donors' codes and, where labels guide, for both donors' labels: the
        codes also hold what nobody should see in the frames.
        """
        code_BXZ = decodes.crossed
        read_NZ = read_back(self.teacher, made_BX3SS.flatten(0, 1), draws)
        read_BXZ = read_NZ.unflatten(0, code_BXZ.shape[:2])
        losses = cycle_loss(read_BXZ, code_BXZ, network.statistics.scale)
        if guidance is not None and decodes.crossing is not None:
            labels = crossed_labels(guidance, batch, decodes.crossing, read_BXZ)
            losses["cycle"] = losses["cycle"] + sum(labels.values())
        if budget.paired:
            row = torch.arange(len(code_BXZ))
            other = draws.below(batch["driving"].shape[1])
            portrait_B3SS = to_signed(batch["driving"][row, other])
            second: Appearance = network.appearance(portrait_B3SS)
            pairs_BPZ = code_BXZ[:, : budget.paired]
            source_BZ = network.motion(portrait_B3SS).code
            again = network.generate(second, source_BZ, pairs_BPZ).frames
            first = made_BX3SS[:, : budget.paired].flatten(0, 1)
            losses["pair"] = (first - again).abs().mean()
        return losses

    def cycle_share(self, generated_steps: int) -> float:
        """Return the share of its weight that the cycle has after so many generator steps."""
        return min(1.0, (generated_steps + 1) / max(self.cra.ramp, 1))


def check_codes(std_Z: Tensor, pose_dim: int) -> dict[str, Tensor]:
    """Return the mean deviation of both streams, curves to watch from the first step on.

    Raises:
        UserError: a stream has left its band: its codes have died or exploded.
    """
    sigmas = {"pose": std_Z[:pose_dim].mean(), "face": std_Z[pose_dim:].mean()}
    for stream, sigma in sigmas.items():
        if not _BAND[0] <= float(sigma) <= _BAND[1]:
            raise UserError(
                f"the {stream} code's deviation is {float(sigma):.4g}, outside {_BAND}: motion has "
                "died or exploded. Lower model.optimisation.motion_lr, or the STAC weights."
            )
    return {f"codes/sigma_{stream}": sigma for stream, sigma in sigmas.items()}
