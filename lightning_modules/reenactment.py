"""The LightningModule of the baseline: reconstruct driving frames from another frame's portrait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import lightning as L
import torch
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor, nn

from data_modules.dataset import ClipBatch
from lightning_modules.settings import AdversarialSettings, GuidanceSettings, Optimisation
from talkingface.losses.adversarial import discriminator_losses, generator_losses
from talkingface.losses.guidance import Guidance, anchor_loss, flow_loss, point_loss
from talkingface.losses.reconstruction import reconstruction_losses, region_weight
from talkingface.losses.weighting import total, weighted
from talkingface.manifest import DatasetInfo
from talkingface.metrics.amplitude import AmplitudeRatio
from talkingface.motion.statistics import CodeStatistics, scaled_distance
from talkingface.motion.teacher import Teacher
from talkingface.networks.blocks import channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.discriminator import Discriminator
from talkingface.networks.model import TalkingFace
from talkingface.networks.motion_encoder import Motion
from talkingface.video.frames import to_signed


class ReenactmentModule(L.LightningModule):
    """Self-reenactment training with generator and discriminator steps.

    Keeps its own step count: with two optimizers Lightning's `global_step` counts both.

    Args:
        network: shape of the networks.
        optimisation: learning rates over the run.
        weights: weight of every loss by name.
        region_gain: extra reconstruction weight on mouth and eyes.
        guidance: labels that guide the motion codes.
        adversarial: the discriminator's part.
        info: the training data set, whose labels guidance reads.
    """

    def __init__(
        self,
        network: NetworkConfig,
        optimisation: Optimisation,
        weights: Mapping[str, float],
        region_gain: float,
        guidance: GuidanceSettings,
        adversarial: AdversarialSettings,
        info: DatasetInfo,
    ):
        super().__init__()
        self.automatic_optimization = False
        self.step = 0
        self.optimisation, self.weights, self.region_gain = optimisation, dict(weights), region_gain
        self.guidance_settings, self.adversarial = guidance, adversarial
        self.network = channels_last(TalkingFace(network))
        self.statistics = CodeStatistics(network.code_dim)
        self.teacher = Teacher(self.network.motion)
        self.guidance: Guidance | None = None
        if guidance.enabled:
            labels = len(info.pose_names), len(info.expression_names)
            self.guidance = Guidance(network.pose_dim, network.face_dim, *labels)
            self.amplitude = AmplitudeRatio(info.mouth_column)
        self.discriminator: Discriminator | None = None
        if adversarial.enabled:
            self.discriminator = channels_last(Discriminator())

    @property
    def generating(self) -> bool:
        """Whether the generator trains yet, or the motion encoder alone is warming up."""
        return self.step >= self.guidance_settings.warmup_steps

    @property
    def competing(self) -> bool:
        """Whether the discriminator has joined."""
        return self.adversarial.enabled and (
            self.step >= self.adversarial.start * self.optimisation.steps
        )

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Return the generator's optimizer and, when there is one, the discriminator's."""
        motion = [*self.network.motion.parameters()]
        if self.guidance is not None:
            motion += [*self.guidance.parameters()]
        rest = [*self.network.appearance.parameters(), *self.network.generator.parameters()]
        groups: list[dict[str, Any]] = [{"params": motion}, {"params": rest}]
        optimizers = [
            torch.optim.Adam(groups, lr=self.optimisation.lr, betas=(0.9, 0.99), fused=True)
        ]
        if self.discriminator is not None:
            optimizers.append(
                torch.optim.Adam(
                    self.discriminator.parameters(), lr=self.adversarial.lr, betas=(0.5, 0.99)
                )
            )
        return cast(list[torch.optim.Optimizer], optimizers)

    def training_step(self, batch: ClipBatch, batch_index: int) -> None:
        """Train on one batch: the generator's side, then the discriminator's."""
        optimizers = self.optimizers()
        optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
        driving = to_signed(batch["driving"])
        losses, generated = self._losses(batch, driving)
        loss = total(weighted(losses, self._weights()))
        self._set_rates(optimizers[0])
        self._update(optimizers[0], loss, [self.network, self.guidance])
        self.teacher.update(self.network.motion)
        logged = {f"train/{name}": value.detach() for name, value in losses.items()}
        if self.competing and generated is not None:
            judge = self._discriminate(optimizers[1], driving, generated.detach())
            logged |= {f"train/{name}": value.detach() for name, value in judge.items()}
        self.step += 1
        self.log_dict(logged | {"step": float(self.step)}, prog_bar=False)
        self.log("loss", loss.detach(), prog_bar=True, logger=False)

    def _losses(self, batch: ClipBatch, driving: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
        """Return the losses of the generator's side, before weights, and what it generated."""
        source = to_signed(batch["source"])
        motion = self.network.read_clip(to_signed(batch["driver"]))
        self.statistics.update(motion.code)
        appearance = self.network.appearance(source)
        if not self.generating:
            points = self.network.points(appearance.identity, motion.code)
            return self._guiding(batch, motion, points), None
        made = self.network.generate(appearance, self.network.motion(source).code, motion.code)
        frames = made.frames.unflatten(0, driving.shape[:2])
        pixels = region_weight(batch["landmarks"], driving.shape[-1], self.region_gain)
        losses = reconstruction_losses(frames, driving, pixels)
        losses |= self._motion_loss(made.frames, driving.flatten(0, 1), motion.anchors)
        if self.competing and self.discriminator is not None:
            judged = [self.discriminator(x) for x in (driving.flatten(0, 1), made.frames)]
            losses |= generator_losses(*judged)
        if self.guidance is not None:
            losses |= self._guiding(batch, motion, made.points)
            losses |= flow_loss(made.flows, batch["source_landmarks"], batch["landmarks"])
        return losses, frames

    def _motion_loss(
        self, made_N3SS: Tensor, true_N3SS: Tensor, anchors_BT32: Tensor
    ) -> dict[str, Tensor]:
        """Return "motion": generated eyes and mouths have to do what the true ones do."""
        anchors_N32 = anchors_BT32.detach().flatten(0, 1)
        made, true = (self.teacher.face(x, anchors_N32) for x in (made_N3SS, true_N3SS))
        scale = self.statistics.scale[-made.shape[-1] :]
        return {"motion": scaled_distance(made[None], true.detach()[None], scale)}

    def _guiding(self, batch: ClipBatch, motion: Motion, points: Tensor) -> dict[str, Tensor]:
        """Return what labels say of the motion codes and of the points made from them."""
        assert self.guidance is not None
        labels = batch["pose"], batch["expression"], batch["face"]
        losses = self.guidance.losses(motion.code.float(), *labels)
        losses |= anchor_loss(motion.anchors, batch["landmarks"])
        return losses | point_loss(points, batch["landmarks"].flatten(0, 1))

    def _weights(self) -> dict[str, float]:
        """Return the weight of every loss at this step."""
        share = self.guidance_settings.weight(self.step)
        return {
            name: weight * (share if name.startswith("guide_") else 1.0)
            for name, weight in self.weights.items()
        }

    def _discriminate(
        self, optimizer: LightningOptimizer, real: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        assert self.discriminator is not None
        losses = discriminator_losses(
            self.discriminator(real.flatten(0, 1)), self.discriminator(fake.flatten(0, 1))
        )
        self._update(optimizer, total(losses), [self.discriminator])
        return losses

    def _update(
        self,
        optimizer: LightningOptimizer,
        loss: Tensor,
        networks: list[nn.Module | None],
    ) -> None:
        self.manual_backward(loss)
        for network in networks:
            if network is not None:
                nn.utils.clip_grad_norm_(network.parameters(), self.optimisation.clip)
        optimizer.step()
        # The generator's losses also reach the discriminator's weights; nothing may stay there.
        for other in self.trainer.optimizers:
            other.zero_grad()

    def _set_rates(self, optimizer: LightningOptimizer) -> None:
        plan, start = self.optimisation, self.guidance_settings.warmup_steps
        motion, rest = optimizer.param_groups
        if self.generating:
            factor = plan.factor(self.step, start)
            motion["lr"], rest["lr"] = plan.motion_lr * factor, plan.lr * factor
        else:
            progress = self.step / start
            peak = (1 - progress) * self.guidance_settings.lr + progress * plan.motion_lr
            motion["lr"], rest["lr"] = (lr * plan.warm(self.step) for lr in (peak, plan.lr))

    def validation_step(self, batch: ClipBatch, batch_index: int) -> None:
        """Compare reconstructions with targets and with the source held still, in [0, 1]."""
        source, driving = to_signed(batch["source"]), to_signed(batch["driving"])
        generated = self.network(source, driving)
        l1 = (generated - driving).abs().mean() / 2
        still = (source[:, None] - driving).abs().mean() / 2
        self.log_dict({"val/l1": l1, "val/l1_still": still}, sync_dist=True, batch_size=len(source))
        if self.guidance is not None:
            true_code, anchors = (x.float() for x in self.network.read_clip(driving))
            losses = self.guidance.losses(
                true_code, batch["pose"], batch["expression"], batch["face"]
            ) | anchor_loss(anchors, batch["landmarks"])
            named = {f"val/{name}": value for name, value in losses.items()}
            self.log_dict(named, sync_dist=True, batch_size=len(source))
            made_code = self.network.read_clip(generated).code.float()
            self.amplitude.update(self.guidance(made_code), self.guidance(true_code))

    def on_validation_epoch_end(self) -> None:
        """Log how large generated motion is beside true motion, and the axis they share."""
        if self.guidance is not None:
            self.log_dict({f"val/{k}": v for k, v in self.amplitude.compute().items()})
            self.amplitude.reset()
        self.log("step", float(self.step))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the step count and the networks' shape, as plain containers."""
        checkpoint["step"] = self.step
        checkpoint["network"] = asdict(self.network.config)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the step count back."""
        self.step = checkpoint["step"]
