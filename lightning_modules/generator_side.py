"""The generator's side of a training step: what it decodes, and every loss before its weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from data_modules.dataset import ClipBatch
from lightning_modules.arms import Arms
from lightning_modules.decoding import pick
from lightning_modules.judges import Judges
from lightning_modules.objective import (
    corrected_guidance,
    crossed_guidance,
    flow_guidance,
    image_losses,
    motion_guidance,
    worse_guidance,
)
from talkingface.losses.adversarial import generator_losses
from talkingface.losses.guidance import Guidance, point_loss
from talkingface.motion.draws import Draws
from talkingface.networks.discriminator import Discriminator
from talkingface.networks.model import TalkingFace
from talkingface.networks.motion_encoder import Motion
from talkingface.video.frames import to_signed


class StepLosses(NamedTuple):
    """What a step gives.

    Attributes:
        losses: by name, before weights.
        true, made: frames that have a true frame, (N, 3, S, S); None while nothing is generated.
    """

    losses: dict[str, Tensor]
    true: Tensor | None
    made: Tensor | None


@dataclass(frozen=True)
class GeneratorSide:
    """The parts that a step works with.

    Attributes:
        network: which is trained.
        arms: what the techniques that are on add.
        judges: frozen networks that judge generated frames.
        guidance: labels that guide the codes, if there are any.
        discriminator: where it has joined.
        region_gain: extra reconstruction weight on mouth and eyes.
    """

    network: TalkingFace
    arms: Arms
    judges: Judges
    guidance: Guidance | None
    discriminator: Discriminator | None
    region_gain: float

    def warm_up(self, batch: ClipBatch) -> StepLosses:
        """Return the losses of a step in which the motion encoder trains alone."""
        source = to_signed(batch["source"])
        motion, losses = self._read(batch)
        identity = self.network.appearance(source).identity
        if self.network.config.generator == "warp":
            points = self.network.points(identity, motion.code)
            losses |= point_loss(points, batch["landmarks"].flatten(0, 1))
        return StepLosses(losses, None, None)

    def generate(self, batch: ClipBatch, step: int) -> StepLosses:
        """Return the losses of a step that generates frames."""
        source = to_signed(batch["source"])
        motion, losses = self._read(batch)
        appearance = self.network.appearance(source)
        draws = Draws(batch["seed"].tolist())
        budget = self.arms.budget(step)
        spent = self.arms.spend(self.network, batch, motion.code, budget, draws)
        decodes = spent.decodes
        made = self.network.generate(appearance, self.network.motion(source).code, decodes.code)
        frames = made.frames.unflatten(0, decodes.code.shape[:2])
        targeted = decodes.frame.shape[1]
        true = pick(to_signed(batch["driving"]), decodes.frame)
        losses |= spent.losses
        if spent.worse is not None and self.arms.stac.guides:
            losses |= worse_guidance(self.guidance, batch, *spent.worse)
            losses |= corrected_guidance(self.guidance, batch, spent.correction)
        losses |= image_losses(batch, decodes, frames[:, :targeted], true, self.region_gain)
        pairs = frames[:, :targeted].flatten(0, 1), true.flatten(0, 1)
        losses |= self._judged(*pairs, pick(motion.anchors.detach(), decodes.frame).flatten(0, 1))
        if self.guidance is not None and made.points is not None:
            losses |= flow_guidance(batch, decodes, made.points, made.flows)
            crossed = motion.code, batch, decodes, made.flows, draws
            losses |= crossed_guidance(self.network, appearance.identity, *crossed)
        if budget.crossed:
            crossed_frames = frames[:, targeted:]
            rest = crossed_frames, decodes, batch, budget, draws
            losses |= self.arms.crossed_losses(self.network, self.guidance, *rest)
        if "perceptual" in losses:
            del losses["pyramid"]
        return StepLosses(losses, pairs[1], pairs[0])

    def _read(self, batch: ClipBatch) -> tuple[Motion, dict[str, Tensor]]:
        """Return the motion of the window and what labels say of it; moments take it in."""
        motion = self.network.read_clip(to_signed(batch["driver"]))
        self.network.statistics.update(motion.code)
        if self.network.recombination is not None:
            readout = None if self.guidance is None else self.guidance.expression.weight
            self.network.recombination.update(motion.code, readout)
        return motion, motion_guidance(self.guidance, batch, motion)

    def _judged(
        self, made_N3SS: Tensor, true_N3SS: Tensor, anchors_N32: Tensor
    ) -> dict[str, Tensor]:
        """Return what networks say of generated frames: teacher, judges, discriminator."""
        pairs = made_N3SS, true_N3SS
        losses = self.arms.face_loss(self.network, *pairs, anchors_N32)
        losses |= self.judges.losses(*pairs, anchors_N32)
        if self.discriminator is not None:
            real, fake = self.discriminator(true_N3SS), self.discriminator(made_N3SS)
            losses |= generator_losses(real, fake)
        return losses
