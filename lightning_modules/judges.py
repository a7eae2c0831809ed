"""Frozen networks that judge generated frames; where their weights are is the user's choice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.losses.identity import IdentityLoss
from talkingface.losses.perceptual import VGG19, Perceptual
from talkingface.model_files import find_model
from talkingface.networks.iresnet import load_iresnet


@dataclass(frozen=True)
class JudgeSettings:
    """Which frozen networks judge, and their files.

    Attributes:
        perceptual: "pyramid" compares Laplacian pyramids and needs no weights; "vgg19" compares
            features.
        vgg19: file of VGG19's weights; None looks in the usual places, then downloads.
        embedder: file of an ArcFace IResNet's weights for the identity loss; None for no such loss.

    Raises:
        UserError: a perceptual loss that is not offered.
    """

    perceptual: Literal["pyramid", "vgg19"] = "pyramid"
    vgg19: str | None = None
    embedder: str | None = None

    def __post_init__(self) -> None:
        """Check the choice a user can get wrong."""
        if self.perceptual not in ("pyramid", "vgg19"):
            raise UserError(f"perceptual {self.perceptual!r}: must be pyramid or vgg19.")


class Judges:
    """The judges that are on. No module: neither checkpoints nor averages should hold them."""

    def __init__(self, settings: JudgeSettings):
        self.perceptual: Perceptual | None = None
        self.identity: IdentityLoss | None = None
        if settings.perceptual == "vgg19":
            explicit = Path(settings.vgg19) if settings.vgg19 else None
            self.perceptual = Perceptual(find_model(VGG19, explicit))
        if settings.embedder:
            self.identity = IdentityLoss(load_iresnet(Path(settings.embedder)))

    def to(self, device: torch.device) -> None:
        """Move the judges."""
        for judge in (self.perceptual, self.identity):
            if judge is not None:
                judge.to(device)

    def losses(
        self, made_N3SS: Tensor, true_N3SS: Tensor, anchors_N32: Tensor
    ) -> dict[str, Tensor]:
        """Return "perceptual" and "identity", as far as there are judges of them."""
        losses: dict[str, Tensor] = {}
        if self.perceptual is not None:
            losses |= self.perceptual(made_N3SS, true_N3SS)
        if self.identity is not None:
            losses |= self.identity(made_N3SS, true_N3SS, anchors_N32)
        return losses
