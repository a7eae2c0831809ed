"""A trained network as modules of plain tensors, from pixels to pixels.

What runs frame by frame, and what is written into files of other runtimes. Pictures are uint8 RGB
with channels last on both sides, so that no runtime needs a conversion of its own.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from talkingface.networks.appearance_encoder import Appearance
from talkingface.networks.blocks import ModulatedConv, Network, channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace


def portrait_tensors(config: NetworkConfig) -> tuple[str, ...]:
    """Return the names of what is kept of a portrait, in order."""
    pyramid = 4 if config.generator == "warp" else 0
    return ("source", "image", "identity", *(f"features_{i}" for i in range(pyramid)))


class PortraitPart(nn.Module):
    """Portrait -> what is kept of it."""

    def __init__(self, network: TalkingFace):
        super().__init__()
        self.appearance, self.motion = network.appearance, network.motion

    def forward(self, picture_1SS3: Tensor) -> tuple[Tensor, ...]:
        """Return code (1, Z), picture (1, 3, S, S) in [-1, 1], identity (1, I) and features."""
        image_13SS = _from_pixels(picture_1SS3)
        appearance = self.appearance(image_13SS)
        code_1Z = self.motion(image_13SS).code
        kept = (code_1Z, image_13SS, appearance.identity, *appearance.pyramid)
        return tuple(tensor.float() for tensor in kept)


class ReadPart(nn.Module):
    """Frames -> motion codes."""

    def __init__(self, network: TalkingFace):
        super().__init__()
        self.motion = network.motion

    def forward(self, frames_BSS3: Tensor) -> Tensor:
        """Return codes (B, Z) of uint8 frames (B, S, S, 3)."""
        code_BZ: Tensor = self.motion(_from_pixels(frames_BSS3)).code
        return code_BZ.float()


class RenderPart(nn.Module):
    """Motion codes and what is kept of one portrait -> frames."""

    def __init__(self, network: TalkingFace):
        super().__init__()
        self.generator = _settled(network.generator)

    def forward(
        self,
        code_BZ: Tensor,
        source_1Z: Tensor,
        image_13SS: Tensor,
        identity_1I: Tensor,
        *features: Tensor,
    ) -> Tensor:
        """Return uint8 frames (B, S, S, 3); the portrait is not copied for each of them."""
        source, image, identity, *pyramid = (
            x.expand(code_BZ.shape[0], *x.shape[1:])
            for x in (source_1Z, image_13SS, identity_1I, *features)
        )
        made = self.generator(Appearance(image, tuple(pyramid), identity), source, code_BZ)
        pixels = (made.frames.float().clamp(-1, 1) * 127.5 + 127.5).round().to(torch.uint8)
        return pixels.permute(0, 2, 3, 1).contiguous()


class CorrectPart(nn.Module):
    """Codes of one video -> corrected codes."""

    def __init__(self, network: TalkingFace):
        super().__init__()
        self.corrector, self.statistics = network.corrector, network.statistics

    def forward(self, code_1TZ: Tensor, time_1T: Tensor, fresh_1T: Tensor) -> Tensor:
        """Return (1, T, Z), see `model.TalkingFace.correct`."""
        assert self.corrector is not None
        corrected: Tensor = self.corrector(code_1TZ, time_1T, fresh_1T, self.statistics)
        return corrected


class RecombinePart(nn.Module):
    """Codes of a head and codes of a face -> codes of both."""

    def __init__(self, network: TalkingFace):
        super().__init__()
        self.recombination = network.recombination

    def forward(self, head_UZ: Tensor, face_UZ: Tensor) -> Tensor:
        """Return (U, Z), see `model.TalkingFace.recombine`."""
        assert self.recombination is not None
        made: Tensor = self.recombination(head_UZ, face_UZ)
        return made


def halved(part: Network) -> Network:
    """Return a copy whose layers keep their weights in bfloat16, as autocast would make them."""
    part = copy.deepcopy(part)
    for module in part.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.to(torch.bfloat16)
        elif isinstance(module, _SettledConv):
            module.kept_kernels = module.kept_kernels.to(torch.bfloat16)
    return part


class _SettledConv(ModulatedConv):
    """A modulated convolution that learns no more: what its weights alone decide is kept."""

    kept_power: Tensor
    kept_kernels: Tensor

    def __init__(self, layer: ModulatedConv):
        nn.Module.__init__(self)
        self.upsample, self.gain = layer.upsample, layer.gain
        self.style, self.bias = layer.style, layer.bias
        self.register_buffer("kept_power", layer.power())
        self.register_buffer("kept_kernels", layer.kernels())

    def power(self) -> Tensor:
        """Return what was computed once."""
        return self.kept_power

    def kernels(self) -> Tensor:
        """Return what was computed once."""
        return self.kept_kernels


@torch.no_grad()
def _settled(generator: Network) -> Network:
    """Return a copy of a generator that learns no more."""
    generator = copy.deepcopy(generator)
    for parent in list(generator.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, ModulatedConv):
                setattr(parent, name, _SettledConv(child))
    return channels_last(generator.requires_grad_(False))


def _from_pixels(pixels_BSS3: Tensor) -> Tensor:
    """Turn uint8 pictures (B, S, S, 3) into (B, 3, S, S) in [-1, 1], as `video.frames` does."""
    return pixels_BSS3.permute(0, 3, 1, 2).float() / 127.5 - 1
