"""The warp generator: source features moved by flow, and a decoder that fills what was hidden."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.blocks import Conv, ModulatedConv, ResBlock, leaky, warp
from talkingface.networks.config import NetworkConfig
from talkingface.networks.encoders import Appearance

_W_DIM = 256


class Generated(NamedTuple):
    """What a generator makes.

    Attributes:
        frames: (B, 3, S, S) in [-1, 1].
        flows: one (B, h, h, 2) a scale: where in the source each place of the frame comes from,
            relative to itself, x before y, in units of half the frame's side.
    """

    frames: Tensor
    flows: tuple[Tensor, ...]


class Fusion(nn.Module):
    """Predict flow and mask from the decoder's state, and blend warped source features in.

    The flow is predicted directly at each scale: with residual, zero-initialised flow the face
    did not learn to move. The masks start in favour of the source.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.head = Conv(channels, 3)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias[2] = 1.0

    def forward(self, x_BCHW: Tensor, source_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """Return the blended features (B, C, H, W) and the flow (B, H, W, 2)."""
        head_B3HW = self.head(x_BCHW)
        flow_BHW2 = head_B3HW[:, :2].permute(0, 2, 3, 1)
        mask_B1HW = torch.sigmoid(head_B3HW[:, 2:])
        moved_BCHW = warp(source_BCHW, flow_BHW2)
        return torch.lerp(x_BCHW.float(), moved_BCHW, mask_B1HW.float()), flow_BHW2


class WarpGenerator(nn.Module):
    """Portrait's appearance + source and driving motion codes -> frame.

    Motion is a difference, so the mapping sees the source's own code beside the driving one.
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.mapping = nn.Sequential(
            nn.Linear(config.identity_dim + 2 * config.code_dim, _W_DIM),
            nn.LeakyReLU(0.2),
            nn.Linear(_W_DIM, _W_DIM),
            nn.LeakyReLU(0.2),
        )
        width = config.generator_width(4)
        self.constant = nn.Parameter(torch.randn(1, width, 4, 4))
        self.entry = ModulatedConv(width, width, _W_DIM)
        sides = [8 << i for i in range((config.size // 8).bit_length() - 1)]
        self.firsts, self.seconds = nn.ModuleList(), nn.ModuleList()
        for side in sides:
            below, width = width, config.generator_width(side)
            self.firsts.append(ModulatedConv(below, width, _W_DIM))
            self.seconds.append(ModulatedConv(width, width, _W_DIM))
        self.fusions = nn.ModuleDict(
            {str(side): Fusion(config.generator_width(side)) for side in self._fused(config)}
        )
        self.refine = ResBlock(width)
        self.to_image = Conv(width, 16)
        with torch.no_grad():
            self.to_image.weight.mul_(0.1)
            self.to_image.bias[12:] = 1.0

    @staticmethod
    def _fused(config: NetworkConfig) -> list[int]:
        return [config.size >> i for i in (4, 3, 2, 1)]

    def forward(self, appearance: Appearance, source_BZ: Tensor, driving_BZ: Tensor) -> Generated:
        """Generate B frames from B portraits and B pairs of codes."""
        w_BD = self.mapping(torch.cat([appearance.identity, source_BZ, driving_BZ], dim=1))
        sources = {str(f.shape[-1]): f for f in appearance.pyramid}
        x = self.entry(self.constant.expand(len(w_BD), -1, -1, -1), w_BD)
        flows = []
        if "4" in self.fusions:
            x, flow = self.fusions["4"](x, sources["4"])
            flows.append(flow)
        for first, second in zip(self.firsts, self.seconds, strict=True):
            x = first(F.interpolate(x, scale_factor=2, mode="nearest"), w_BD)
            side = str(x.shape[-1])
            if side in self.fusions:
                x, flow = self.fusions[side](x, sources[side])
                flows.append(flow)
            x = second(x, w_BD)
        frames = self._image(self.refine(x), flows[-1], appearance.image)
        return Generated(frames, tuple(flows))

    def _image(self, x_BCHW: Tensor, flow_BHW2: Tensor, source_B3SS: Tensor) -> Tensor:
        """Paint new pixels and blend them with the warped portrait."""
        painted_B4SS = F.pixel_shuffle(self.to_image(leaky(x_BCHW)), 2)
        flow_BSS2 = F.interpolate(
            flow_BHW2.permute(0, 3, 1, 2).float(), scale_factor=2, mode="bilinear"
        ).permute(0, 2, 3, 1)
        mask_B1SS = torch.sigmoid(painted_B4SS[:, 3:].float())
        moved_B3SS = warp(source_B3SS, flow_BSS2)
        return torch.lerp(torch.tanh(painted_B4SS[:, :3].float()), moved_B3SS, mask_B1SS)
