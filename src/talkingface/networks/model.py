"""The whole network: portrait and driving frames in, talking frames out."""

from __future__ import annotations

from torch import Tensor, nn

from talkingface.networks.appearance_encoder import Appearance, AppearanceEncoder
from talkingface.networks.config import NetworkConfig
from talkingface.networks.generator import Generated, WarpGenerator
from talkingface.networks.motion_encoder import Motion, MotionEncoder


class TalkingFace(nn.Module):
    """Appearance encoder, motion encoder and generator of one configuration."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        self.appearance = AppearanceEncoder(config)
        self.motion = MotionEncoder(config)
        self.generator = WarpGenerator(config)

    def read_clip(self, clip_BT3SS: Tensor) -> Motion:
        """Read the motion of clips (B, T, 3, S, S) in [-1, 1]: (B, T, Z) and (B, T, 3, 2)."""
        motion = self.motion(clip_BT3SS.flatten(0, 1))
        return Motion(*(x.unflatten(0, clip_BT3SS.shape[:2]) for x in motion))

    def points(self, identity_BI: Tensor, driving_BTZ: Tensor) -> Tensor:
        """Return where B faces' points go with T codes each, (B * T, 68, 2) in [-1, 1]."""
        identity_NI = identity_BI.repeat_interleave(driving_BTZ.shape[1], dim=0)
        found: Tensor = self.generator.points(identity_NI, driving_BTZ.flatten(0, 1))
        return found

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
        codes = self.motion(source_B3SS).code, self.read_clip(driving_BT3SS).code
        return self.generate(appearance, *codes).frames.unflatten(0, driving_BT3SS.shape[:2])
