"""Two-scale PatchGAN discriminator (Isola et al. 2017; Wang et al. 2018)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from talkingface.networks.blocks import Conv, leaky


class PatchDiscriminator(nn.Module):
    """Judge every patch of a picture, and hand out the features on the way for matching."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128)):
        super().__init__()
        channels = (3, *widths)
        self.downs = nn.ModuleList(
            spectral_norm(Conv(a, b, stride=2))
            for a, b in zip(channels, channels[1:], strict=False)
        )
        self.score = spectral_norm(Conv(channels[-1], 1))

    def forward(self, image_B3SS: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return scores (B, 1, S/8, S/8) and the features of every stage."""
        features = []
        x = image_B3SS
        for down in self.downs:
            x = leaky(down(x))
            features.append(x)
        return self.score(x), features


class Discriminator(nn.Module):
    """The same judge, with weights of its own, at full and at half size."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128)):
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(widths) for _ in range(2))

    def forward(self, image_B3SS: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        """Return one (scores, features) pair a scale for pictures (B, 3, S, S) in [-1, 1]."""
        judged = []
        for scale in self.scales:
            judged.append(scale(image_B3SS))
            image_B3SS = F.avg_pool2d(image_B3SS, 2)
        return judged
