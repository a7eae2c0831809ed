"""The warp generator: source features moved by flow, and a decoder that fills what was hidden."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.appearance_encoder import Appearance
from talkingface.networks.blocks import Conv, ModulatedConv, ResBlock, leaky, warp
from talkingface.networks.config import NetworkConfig
from talkingface.networks.points import SENSED, PointFlow

W_DIM = 256
# Halvings of the output size at which the portrait's features come in.
_FUSED = (4, 3, 2, 1)
# Largest side at which the points are spread over the frame: every place asks every point.
_SPREAD = 64


class Generated(NamedTuple):
    """What a generator makes.

    Attributes:
        frames: (B, 3, S, S) in [-1, 1].
        flows: one (B, h, h, 2) a scale: where in the source each place of the frame comes from,
            relative to itself, x before y, in units of half the frame's side; none where nothing
        is warped.
        points: (B, 68, 2) where the face's points were put, in [-1, 1], x before y.
    """

    frames: Tensor
    flows: tuple[Tensor, ...] = ()
    points: Tensor | None = None


def mapping_network(config: NetworkConfig) -> nn.Sequential:
    """Return the network from identity vector, source code and driving code to the styles."""
    return nn.Sequential(
        nn.Linear(config.identity_dim + 2 * config.code_dim, W_DIM),
        nn.LeakyReLU(0.2),
        nn.Linear(W_DIM, W_DIM),
        nn.LeakyReLU(0.2),
    )


class Fusion(nn.Module):
    """Refine the flow and predict a mask from the decoder's state, and blend warped features in.

    Each scale refines the points' flow by itself. The masks start in favour of the source.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.sense = Conv(SENSED, channels)
        self.head = Conv(channels, 3)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias[2] = 1.0

    def forward(
        self, x_BCHW: Tensor, source_BCHW: Tensor, coarse_B2HW: Tensor, sensed_BSHW: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the blended features (B, C, H, W) and the flow (B, H, W, 2)."""
        x_BCHW = x_BCHW + self.sense(sensed_BSHW)
        head_B3HW = self.head(x_BCHW)
        flow_BHW2 = (coarse_B2HW + head_B3HW[:, :2].float()).permute(0, 2, 3, 1)
        mask_B1HW = torch.sigmoid(head_B3HW[:, 2:])
        moved_BCHW = warp(source_BCHW, flow_BHW2)
        return torch.lerp(x_BCHW.float(), moved_BCHW, mask_B1HW.float()), flow_BHW2


class WarpGenerator(nn.Module):
    """Portrait's appearance + source and driving motion codes -> frame.

    Motion is a difference, so the mapping sees the source's own code beside the driving one.
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.mapping = mapping_network(config)
        self.points = PointFlow(config)
        width = config.generator_width(4)
        self.constant = nn.Parameter(torch.randn(1, width, 4, 4))
        self.entry = ModulatedConv(width, width, W_DIM)
        sides = [8 << i for i in range((config.size // 8).bit_length() - 1)]
        self.firsts, self.seconds = nn.ModuleList(), nn.ModuleList()
        for side in sides:
            below, width = width, config.generator_width(side)
            self.firsts.append(ModulatedConv(below, width, W_DIM, upsample=True))
            self.seconds.append(ModulatedConv(width, width, W_DIM))
        self.fusions = nn.ModuleDict(
            {
                str(config.size >> i): Fusion(config.generator_width(config.size >> i))
                for i in _FUSED
            }
        )
        self.refine = ResBlock(width)
        self.to_image = Conv(width, 16)
        with torch.no_grad():
            self.to_image.weight.mul_(0.1)
            self.to_image.bias[12:] = 2.0

    def forward(self, appearance: Appearance, source_BZ: Tensor, driving_BZ: Tensor) -> Generated:
        """Generate B frames from B portraits and B pairs of codes."""
        source_BK2 = self.points(appearance.identity, source_BZ)
        driving_BK2 = self.points(appearance.identity, driving_BZ)
        sources = {str(f.shape[-1]): f for f in appearance.pyramid}
        finest = max(int(side) for side in sources)
        coarse = self.points.spread(source_BK2, driving_BK2, min(finest, _SPREAD))
        w_BD = self.mapping(torch.cat([appearance.identity, source_BZ, driving_BZ], dim=1))
        flows: list[Tensor] = []

        def fuse(x_BCHW: Tensor) -> Tensor:
            side = x_BCHW.shape[-1]
            if str(side) not in self.fusions:
                return x_BCHW
            at_side = (_resized(c, side) for c in coarse)
            fused, flow = self.fusions[str(side)](x_BCHW, sources[str(side)], *at_side)
            flows.append(flow)
            return fused

        x = fuse(self.entry(self.constant.expand(w_BD.shape[0], -1, -1, -1), w_BD))
        for first, second in zip(self.firsts, self.seconds, strict=True):
            x = second(fuse(first(x, w_BD)), w_BD)
        frames = self._image(self.refine(x), flows[-1], appearance.image)
        return Generated(frames, tuple(flows), driving_BK2)

    def _image(self, x_BCHW: Tensor, flow_BHW2: Tensor, source_B3SS: Tensor) -> Tensor:
        """Paint new pixels and blend them with the warped portrait."""
        painted_B4SS = F.pixel_shuffle(self.to_image(leaky(x_BCHW)), 2)
        flow_BSS2 = F.interpolate(
            flow_BHW2.permute(0, 3, 1, 2).float(), scale_factor=2, mode="bilinear"
        ).permute(0, 2, 3, 1)
        mask_B1SS = torch.sigmoid(painted_B4SS[:, 3:].float())
        moved_B3SS = warp(source_B3SS, flow_BSS2)
        return torch.lerp(torch.tanh(painted_B4SS[:, :3].float()), moved_B3SS, mask_B1SS)


def _resized(map_BCHW: Tensor, side: int) -> Tensor:
    """Return a map at another power-of-two side."""
    have = map_BCHW.shape[-1]
    if side <= have:
        return F.avg_pool2d(map_BCHW, have // side)
    return F.interpolate(map_BCHW, size=(side, side), mode="bilinear")
