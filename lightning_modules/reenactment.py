"""The LightningModule: reconstruct driving frames from another frame's portrait, in any arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import lightning as L
import torch
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor, nn

from data_modules.dataset import ClipBatch
from lightning_modules.arms import Arms, check_codes
from lightning_modules.generator_side import GeneratorSide, StepLosses
from lightning_modules.judges import Judges, JudgeSettings
from lightning_modules.learning_rates import own_rates, set_rates
from lightning_modules.objective import motion_guidance
from lightning_modules.settings import AdversarialSettings, GuidanceSettings, Optimisation
from lightning_modules.validation import validate
from talkingface.losses.adversarial import discriminator_losses
from talkingface.losses.guidance import Guidance
from talkingface.losses.weighting import total, weighted
from talkingface.manifest import DatasetInfo
from talkingface.metrics.amplitude import AmplitudeRatio
from talkingface.motion.cra import CraSettings
from talkingface.motion.global_batch import means_over_ranks
from talkingface.motion.stac import StacSettings
from talkingface.networks.blocks import channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.discriminator import Discriminator
from talkingface.networks.model import TalkingFace


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
        decodes: frames decoded a clip and step, the same in every arm.
        cra, stac: which techniques are on.
        judges: frozen networks that judge generated frames.
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
        decodes: int,
        cra: CraSettings,
        stac: StacSettings,
        judges: JudgeSettings,
        info: DatasetInfo,
    ):
        super().__init__()
        self.automatic_optimization = False
        self.step = 0
        self.optimisation, self.weights, self.region_gain = optimisation, dict(weights), region_gain
        self.guidance_settings, self.adversarial = guidance, adversarial
        network = replace(
            network,
            corrector=stac.corrects,
            steady=stac.steadies,
            lookahead=stac.lookahead,
            recombines=cra.crosses,
        )
        self.network = channels_last(TalkingFace(network))
        self.arms = Arms(self.network, cra, stac, decodes)
        self.judges = Judges(judges)
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
        parts = [self.network, self.arms.alignment]
        optimizers = [own_rates(motion, self.network.corrector, parts, self.optimisation)]
        if self.discriminator is not None:
            optimizers.append(
                torch.optim.Adam(
                    self.discriminator.parameters(), lr=self.adversarial.lr, betas=(0.5, 0.99)
                )
            )
        return optimizers

    def on_fit_start(self) -> None:
        """Bring the judges, which are no part of the module, to its device."""
        self.judges.to(self.device)

    def training_step(self, batch: ClipBatch, batch_index: int) -> None:
        """Train on one batch: the generator's side, then the discriminator's."""
        optimizers = self.optimizers()
        optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
        losses, true, made = self.step_losses(batch)
        loss = total(weighted(losses, self._weights()))
        plans = self.guidance_settings, self.optimisation
        set_rates(optimizers[0].param_groups, *plans, self.step)
        self._update(optimizers[0], loss, [self.network, self.guidance, self.arms.alignment])
        self.arms.teacher.update(self.network.motion)
        raw = losses | {"loss": loss}
        if self.competing and made is not None and true is not None:
            raw |= self._discriminate(optimizers[1], true, made.detach())
        cost = self._cost(batch)
        self.step += 1
        every = self.trainer.log_every_n_steps  # type: ignore[attr-defined]
        if every and self.step % every == 0:
            sigmas = check_codes(self.network.statistics.std, self.network.config.pose_dim)
            means = {f"train/{name}": value for name, value in means_over_ranks(raw).items()}
            self.log_now({**sigmas, **means, **cost})
        self.log("loss", loss.detach(), prog_bar=True, logger=False)

    def log_now(self, values: Mapping[str, Tensor | float]) -> None:
        """Write values of this step, and only them, on the run's own axis.

        Lightning would also repeat what earlier steps have logged under other names.
        """
        if self.trainer.is_global_zero:
            numbers = {name: float(value) for name, value in values.items()}
            for logger in self.trainer.loggers:
                logger.log_metrics(numbers, self.step)
                logger.save()

    def step_losses(self, batch: ClipBatch) -> StepLosses:
        """Return the losses of the generator's side, before weights, and the frames it made."""
        discriminator = self.discriminator if self.competing else None
        parts = self.network, self.arms, self.judges, self.guidance, discriminator
        side = GeneratorSide(*parts, self.region_gain)
        return side.generate(batch, self.step) if self.generating else side.warm_up(batch)

    def _cost(self, batch: ClipBatch) -> dict[str, float]:
        """Return the frames that a step decodes, the same in every arm, and those it encodes."""
        clips, window = batch["driving"].shape[:2]
        passes = 2 if self.arms.alignment is not None and self.generating else 1
        decoded = self.arms.budget(self.step).total if self.generating else 0
        return {
            "decoded_frames": float(clips * decoded),
            "encoded_frames": float(clips * (passes * window + 1)),
        }

    def _weights(self) -> dict[str, float]:
        """Return the weight of every loss at this step."""
        weights = dict(self.weights)
        for name in weights:
            if name.startswith("guide_"):
                weights[name] *= self.guidance_settings.weight(self.step)
        weights["cycle"] *= self.arms.cycle_share(self.step - self.guidance_settings.warmup_steps)
        return weights

    def _discriminate(
        self, optimizer: LightningOptimizer, real: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        assert self.discriminator is not None
        losses = discriminator_losses(self.discriminator(real), self.discriminator(fake))
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
            # Alignment without its losses has no parameters, of which torch would complain.
            parameters = [] if network is None else [*network.parameters()]
            if parameters:
                nn.utils.clip_grad_norm_(parameters, self.optimisation.clip)
        optimizer.step()
        # The generator's losses also reach the discriminator's weights; nothing may stay there.
        for other in self.trainer.optimizers:
            other.zero_grad()

    def validation_step(self, batch: ClipBatch, batch_index: int) -> None:
        """Compare reconstructions with targets and with the source held still."""
        values, generated, motion = validate(self.network, batch)
        if self.guidance is not None:
            values |= motion_guidance(self.guidance, batch, motion)
            made_code = self.network.read_clip(generated).code.float()
            self.amplitude.update(self.guidance(made_code), self.guidance(motion.code))
        named = {f"val/{name}": value for name, value in values.items()}
        self.log_dict(named, sync_dist=True, batch_size=len(batch["source"]))

    def on_validation_epoch_end(self) -> None:
        """Log how large generated motion is beside true motion, and the axis they share."""
        if self.guidance is not None:
            ratios = {f"val/{k}": v for k, v in self.amplitude.compute().items()}
            self.log_dict(ratios, sync_dist=True)
            self.amplitude.reset()
        self.log("step", float(self.step), sync_dist=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the step count and the networks' shape, as plain containers."""
        checkpoint["step"] = self.step
        checkpoint["network"] = asdict(self.network.config)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the step count back."""
        self.step = checkpoint["step"]
