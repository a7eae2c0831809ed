"""The whole network: portrait and driving frames in, talking frames out."""

from __future__ import annotations

from torch import Tensor, nn

from talkingface.networks.config import NetworkConfig
from talkingface.networks.encoders import Appearance, AppearanceEncoder, MotionEncoder
from talkingface.networks.generator import Generated, WarpGenerator


class TalkingFace(nn.Module):
    """Appearance encoder, motion encoder and generator of one configuration."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        self.appearance = AppearanceEncoder(config)
        self.motion = MotionEncoder(config)
        self.generator = WarpGenerator(config)

    def encode_clip(self, clip_BT3SS: Tensor) -> Tensor:
        """Encode clips (B, T, 3, S, S) in [-1, 1] to motion codes (B, T, Z)."""
        return self.motion(clip_BT3SS.flatten(0, 1)).unflatten(0, clip_BT3SS.shape[:2])

    def generate(self, appearance: Appearance, source_BZ: Tensor, driving_BTZ: Tensor) -> Generated:
        """Generate B*T frames of B portraits moved by T codes each, portrait by portrait."""
        times = driving_BTZ.shape[1]
        made: Generated = self.generator(
            appearance.repeat(times),
            source_BZ.repeat_interleave(times, dim=0),
            driving_BTZ.flatten(0, 1),
        )
        return made

    def forward(self, source_B3SS: Tensor, driving_BT3SS: Tensor) -> Tensor:
        """Reenact portraits (B, 3, S, S) with clips (B, T, 3, S, S), all in [-1, 1]."""
        appearance = self.appearance(source_B3SS)
        codes = self.motion(source_B3SS), self.encode_clip(driving_BT3SS)
        return self.generate(appearance, *codes).frames.unflatten(0, driving_BT3SS.shape[:2])
