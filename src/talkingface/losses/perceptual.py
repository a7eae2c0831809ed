"""Perceptual loss: frames compared by the features of VGG19."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import VGG19_Weights, vgg19

from talkingface.errors import UserError
from talkingface.model_files import ModelFile
from talkingface.tensor_files import read_tensors

_URL = VGG19_Weights.IMAGENET1K_V1.url
_NAME = _URL.rsplit("/", 1)[-1]
# The publisher puts the beginning of the file's SHA-256 into its name.
VGG19 = ModelFile(_NAME, _URL, _NAME.removesuffix(".pth").rsplit("-", 1)[-1])
# Outputs of the first rectifier of each of the five blocks.
_TAPS = (1, 6, 11, 20, 29)
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Perceptual(nn.Module):
    """Mean L1 of VGG19 features at full and half size (Johnson et al. 2016); weights are frozen.

    Args:
        weights: the published weights of VGG19.

    Raises:
        UserError: the file holds other weights.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, weights: Path):
        super().__init__()
        # On the meta device the classifier, six times as large and not needed, costs nothing.
        with torch.device("meta"):
            features = cast(nn.Sequential, vgg19(weights=None).features)
        state, prefix = read_tensors(weights), "features."
        try:
            kept = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            features.load_state_dict(kept, assign=True)
        except (RuntimeError, AttributeError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{weights}: not the weights of VGG19 ({reason}).") from error
        self.features = nn.ModuleList([*features.children()][: _TAPS[-1] + 1])
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("std", torch.tensor(_STD)[:, None, None])
        self.eval().requires_grad_(False)

    def forward(self, made_N3SS: Tensor, true_N3SS: Tensor) -> dict[str, Tensor]:
        """Return "perceptual" of frames in [-1, 1], 32 pixels a side at the least."""
        terms = []
        for shrink in (1, 2):
            made, true = (F.avg_pool2d(x, shrink) for x in (made_N3SS, true_N3SS))
            terms += [
                F.l1_loss(a, b.detach())
                for a, b in zip(self._features(made), self._features(true), strict=True)
            ]
        return {"perceptual": torch.stack(terms).mean()}

    def _features(self, frame_N3SS: Tensor) -> list[Tensor]:
        x = ((frame_N3SS + 1) / 2 - self.mean) / self.std
        taken = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in _TAPS:
                taken.append(x)
        return taken
