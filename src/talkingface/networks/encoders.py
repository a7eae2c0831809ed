"""What is read from pictures: appearance and identity of a portrait, motion of a frame."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.blocks import Conv, ResBlock, leaky
from talkingface.networks.config import NetworkConfig


class Appearance(NamedTuple):
    """All that the generator needs of a portrait; computed once a portrait.

    Attributes:
        image: (B, 3, S, S) in [-1, 1].
        pyramid: features at 1/2, 1/4, 1/8 and 1/16 of S, already in the generator's widths.
        identity: (B, identity_dim).
    """

    image: Tensor
    pyramid: tuple[Tensor, ...]
    identity: Tensor

    def repeat(self, times: int) -> Appearance:
        """Repeat each portrait `times` times in a row, for as many driving frames."""
        image, *pyramid = (x.repeat_interleave(times, dim=0) for x in (self.image, *self.pyramid))
        identity = self.identity.repeat_interleave(times, dim=0)
        return Appearance(image, tuple(pyramid), identity)


class AppearanceEncoder(nn.Module):
    """Portrait -> feature pyramid and identity vector."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        widths = config.appearance_widths
        self.stem = Conv(3, widths[0])
        self.downs = nn.ModuleList(
            Conv(a, b, stride=2) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.residuals = nn.ModuleList(
            nn.Identity() if i == 0 else ResBlock(width) for i, width in enumerate(widths[1:])
        )
        # A 1x1 convolution commutes with warping, so it is paid here, once a portrait.
        self.laterals = nn.ModuleList(
            Conv(width, config.generator_width(config.size >> (i + 1)), kernel=1)
            for i, width in enumerate(widths[1:])
        )
        self.identity = nn.Linear(widths[-1], config.identity_dim)

    def forward(self, image_B3SS: Tensor) -> Appearance:
        """Encode portraits (B, 3, S, S) in [-1, 1]."""
        x = leaky(self.stem(image_B3SS))
        pyramid = []
        for down, residual, lateral in zip(self.downs, self.residuals, self.laterals, strict=True):
            x = residual(leaky(down(x)))
            pyramid.append(lateral(x))
        return Appearance(image_B3SS, tuple(pyramid), self.identity(x.mean(dim=(2, 3))))


class MotionEncoder(nn.Module):
    """Frame -> motion code: head pose first, then facial motion."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.side = config.driver_size
        # Pixels go into channels first: convolutions of few channels at full size are the slowest.
        self.stem = nn.PixelUnshuffle(2)
        widths = (12, *config.motion_widths)
        self.stages = nn.ModuleList(
            nn.Sequential(Conv(a, b, stride=2), nn.LeakyReLU(0.2), ResBlock(b))
            for a, b in zip(widths, widths[1:], strict=False)
        )
        self.trunk = nn.Linear(widths[-1] * 16, 512)
        self.pose = _head(config.pose_dim)
        self.face = _head(config.face_dim)

    def forward(self, frame_B3SS: Tensor) -> Tensor:
        """Encode frames (B, 3, S, S) in [-1, 1] to codes (B, pose_dim + face_dim)."""
        if frame_B3SS.shape[-1] != self.side:
            frame_B3SS = F.interpolate(
                frame_B3SS, size=(self.side, self.side), mode="bilinear", antialias=True
            )
        x = self.stem(frame_B3SS)
        for stage in self.stages:
            x = stage(x)
        phi_BD = leaky(self.trunk(leaky(x).flatten(1)))
        return torch.cat([self.pose(phi_BD), self.face(phi_BD)], dim=1)


def _head(out_dim: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Linear(256, out_dim))
