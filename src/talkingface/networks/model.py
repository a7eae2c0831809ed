"""The whole network: portrait and driving frames in, talking frames out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from talkingface.motion.corrector import Corrector
from talkingface.motion.recombination import Recombination, plain_recombination
from talkingface.motion.statistics import CodeStatistics
from talkingface.motion.steadying import Piece, steadied
from talkingface.networks.appearance_encoder import Appearance, AppearanceEncoder
from talkingface.networks.config import NetworkConfig
from talkingface.networks.generator import Generated, WarpGenerator
from talkingface.networks.motion_encoder import Motion, MotionEncoder
from talkingface.networks.style_generator import StyleGenerator

_GENERATORS = {"warp": WarpGenerator, "style": StyleGenerator}


class TalkingFace(nn.Module):
    """Appearance encoder, motion encoder, generator and corrector of one configuration."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        self.appearance = AppearanceEncoder(config)
        self.motion = MotionEncoder(config)
        self.generator = _GENERATORS[config.generator](config)
        self.statistics = CodeStatistics(config.code_dim, config.pose_dim)
        self.corrector: Corrector | None = None
        if config.corrector:
            # All arms of one seed start from the same weights, whatever else they construct.
            with torch.random.fork_rng(devices=[]):
                self.corrector = Corrector(config.pose_dim, config.face_dim, config.lookahead)

        self.recombination: Recombination | None = None
        if config.recombines:
            self.recombination = Recombination(config.pose_dim, config.face_dim)

    @property
    def pose_dim(self) -> int:
        """Length of the head-pose code, the first part of a motion code."""
        return self.config.pose_dim

    @property
    def corrects(self) -> bool:
        """Whether there is a corrector (STAC)."""
        return self.corrector is not None

    def read_clip(self, clip_BT3SS: Tensor) -> Motion:
        """Read the motion of clips (B, T, 3, S, S) in [-1, 1]: (B, T, Z) and (B, T, 3, 2)."""
        motion = self.motion(clip_BT3SS.flatten(0, 1))
        return Motion(*(x.unflatten(0, clip_BT3SS.shape[:2]) for x in motion))

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes of consecutive frames; the same codes without a corrector.

        Args:
            code_BTZ: codes of the frames.
            time_BT: their times in seconds.
            fresh_BT: False where a frame only repeats the one before.

        Returns:
            (B, T, Z) on the network's device.
        """
        if self.corrector is None:
            return code_BTZ
        device = self.statistics.mean.device
        inputs = (x.to(device) for x in (code_BTZ, time_BT, fresh_BT))
        corrected: Tensor = self.corrector(*inputs, self.statistics)
        return corrected

    def steady(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield a driving video's frames as the motion encoder is to see them (STAC)."""
        if not self.config.steady:
            return iter(pieces)
        return steadied(pieces, self.config.lookahead)

    def recombine(self, head_XZ: Tensor, face_XZ: Tensor) -> Tensor:
        """Return codes (..., Z) of some codes' head pose and other codes' facial motion."""
        if self.recombination is None:
            return plain_recombination(head_XZ, face_XZ, self.config.pose_dim)
        recombined: Tensor = self.recombination(head_XZ, face_XZ)
        return recombined

    def points(self, identity_BI: Tensor, driving_BTZ: Tensor) -> Tensor:
        """Return where B faces' points go with T codes each, (B * T, 68, 2) in [-1, 1].

        Only the warp generator has points.
        """
        identity_NI = identity_BI.repeat_interleave(driving_BTZ.shape[1], dim=0)
        assert isinstance(self.generator, WarpGenerator)
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
        """Reenact portraits (B, 3, S, S) with clips (B, T, 3, S, S) in [-1, 1], uncorrected."""
        appearance = self.appearance(source_B3SS)
        codes = self.motion(source_B3SS).code, self.read_clip(driving_BT3SS).code
        return self.generate(appearance, *codes).frames.unflatten(0, driving_BT3SS.shape[:2])
