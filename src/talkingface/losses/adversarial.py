"""Hinge losses of generator and discriminator, and feature matching."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

Judged = list[tuple[Tensor, list[Tensor]]]


def discriminator_losses(real: Judged, fake: Judged) -> dict[str, Tensor]:
    """Return the hinge loss "hinge" of a discriminator that judged real and generated frames."""
    terms = [F.relu(1 - score).mean() for score, _ in real]
    terms += [F.relu(1 + score).mean() for score, _ in fake]
    return {"hinge": torch.stack(terms).mean()}


def generator_losses(real: Judged, fake: Judged) -> dict[str, Tensor]:
    """Return "adversarial" (hinge) and "matching" (L1 of the discriminator's features)."""
    adversarial = torch.stack([-score.mean() for score, _ in fake]).mean()
    matching = [
        F.l1_loss(made, true.detach())
        for (_, fakes), (_, trues) in zip(fake, real, strict=True)
        for made, true in zip(fakes, trues, strict=True)
    ]
    return {"adversarial": adversarial, "matching": torch.stack(matching).mean()}
