"""Typed settings of the LightningModule; the sentences beside the fields are in conf/model."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Optimisation:
    """Learning rates over the run, a pure function of the step.

    Attributes:
        steps: steps of the whole run.
        lr: peak learning rate of all but the motion encoder.
        motion_lr: peak learning rate of the motion encoder once the generator trains.
        corrector_lr: peak learning rate of STAC's corrector, which is small and starts late.
        warmup: steps of linear warm-up, counted again when the generator starts.
        final: learning rate at the last step, as a share of the peak.
        clip: largest norm of each network's gradient.
    """

    steps: int
    lr: float
    motion_lr: float
    corrector_lr: float
    warmup: int
    final: float
    clip: float

    def factor(self, step: int, start: int = 0) -> float:
        """Return the share of the peak rate at a step: warm-up from `start`, then a cosine."""
        progress = min(max((step - start) / max(self.steps - start, 1), 0.0), 1.0)
        cosine = (1 + math.cos(math.pi * progress)) / 2
        return self.warm(step - start) * (self.final + (1 - self.final) * cosine)

    def warm(self, step: int) -> float:
        """Return the share of the linear warm-up that is done after `step` steps of it."""
        return min((step + 1) / max(self.warmup, 1), 1.0)


@dataclass(frozen=True)
class GuidanceSettings:
    """When labels guide the motion codes, and how strongly.

    Attributes:
        enabled: without it the read-outs are not constructed and there is no warm-up.
        steps: first steps, in which the motion encoder alone trains, on guidance alone.
        lr: the motion encoder's learning rate at their beginning; it falls to its later one.
        decay: steps over which the weight falls from 1 to `final` after that.
        final: weight that stays.
    """

    enabled: bool
    steps: int
    lr: float
    decay: int
    final: float

    @property
    def warmup_steps(self) -> int:
        """Steps before the generator starts to train."""
        return self.steps if self.enabled else 0

    def weight(self, step: int) -> float:
        """Return the guidance weight at a step."""
        progress = min(max((step - self.steps) / max(self.decay, 1), 0.0), 1.0)
        return self.final + (1 - self.final) * (1 - progress)


@dataclass(frozen=True)
class AdversarialSettings:
    """The discriminator's part in training.

    Attributes:
        enabled: without it no discriminator is constructed.
        start: share of the steps after which it joins.
        lr: its learning rate.
    """

    enabled: bool
    start: float
    lr: float
