"""The style generator: identity vector and codes modulate a decoder; nothing is warped.

The comparison to the warp generator: it has to remember in a vector what the other one takes from
the portrait's pixels.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.appearance_encoder import Appearance
from talkingface.networks.blocks import Conv, ModulatedConv, ResBlock, leaky
from talkingface.networks.config import NetworkConfig
from talkingface.networks.generator import W_DIM, Generated, mapping_network


class StyleGenerator(nn.Module):
    """Identity vector + source and driving motion codes -> frame (after Karras et al. 2020)."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.mapping = mapping_network(config)
        w_dim = W_DIM
        width = config.generator_width(4)
        self.constant = nn.Parameter(torch.randn(1, width, 4, 4))
        layers: list[nn.Module] = [ModulatedConv(width, width, w_dim)]
        for side in [8 << i for i in range((config.size // 8).bit_length() - 1)]:
            below, width = width, config.generator_width(side)
            layers += [
                ModulatedConv(below, width, w_dim, upsample=True),
                ModulatedConv(width, width, w_dim),
            ]
        self.layers = nn.ModuleList(layers)
        self.refine = ResBlock(width)
        self.to_image = Conv(width, 12)
        with torch.no_grad():
            self.to_image.weight.mul_(0.1)

    def forward(self, appearance: Appearance, source_BZ: Tensor, driving_BZ: Tensor) -> Generated:
        """Generate B frames from B portraits and B pairs of codes."""
        w_BD = self.mapping(torch.cat([appearance.identity, source_BZ, driving_BZ], dim=1))
        x = self.constant.expand(w_BD.shape[0], -1, -1, -1)
        for layer in self.layers:
            x = layer(x, w_BD)
        painted_B3SS = F.pixel_shuffle(self.to_image(leaky(self.refine(x))), 2)
        return Generated(torch.tanh(painted_B3SS.float()))
