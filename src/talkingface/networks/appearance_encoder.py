"""What is read from a portrait: its appearance and identity."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from talkingface.networks.blocks import Conv, ResBlock, leaky
from talkingface.networks.config import NetworkConfig


class Appearance(NamedTuple):
    """All that the generator needs of a portrait; computed once a portrait.

    Attributes:
        image: (B, 3, S, S) in [-1, 1].
        pyramid: features at 1/2, 1/4, 1/8 and 1/16 of S, already in the generator's widths;
            none for a generator that does not warp.
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
        warped = widths[1:] if config.generator == "warp" else ()
        self.laterals = nn.ModuleList(
            Conv(width, config.generator_width(config.size >> (i + 1)), kernel=1)
            for i, width in enumerate(warped)
        )
        # Without the norm the vector is a hundred times smaller than the codes, and is ignored.
        self.identity = nn.Sequential(
            nn.Linear(widths[-1], config.identity_dim), nn.LayerNorm(config.identity_dim)
        )

    def forward(self, image_B3SS: Tensor) -> Appearance:
        """Encode portraits (B, 3, S, S) in [-1, 1]."""
        x = leaky(self.stem(image_B3SS))
        features = []
        for down, residual in zip(self.downs, self.residuals, strict=True):
            x = residual(leaky(down(x)))
            features.append(x)
        pyramid = [lateral(f) for lateral, f in zip(self.laterals, features, strict=False)]
        return Appearance(image_B3SS, tuple(pyramid), self.identity(x.mean(dim=(2, 3))))
