"""The numbers that define a network: saved in every checkpoint, enough to rebuild it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from talkingface.errors import UserError

SIZES = (64, 128, 256)
_GENERATORS = ("warp", "style")
_LOOKAHEADS = (0, 2, None)
_WIDTHS: dict[str, dict[str, tuple[int, ...]]] = {
    # Appearance and generator by relative resolution: entry i is the width at 1/2**i of the output
    # size. Overview and regions by stage of the motion encoder.
    "tiny": {
        "appearance": (16, 32, 64, 96, 128),
        "generator": (0, 32, 64, 96, 128, 128, 128),
        "overview": (32, 64, 128),
        "regions": (24, 48, 64),
    },
    "small": {
        "appearance": (32, 48, 96, 128, 192),
        "generator": (0, 48, 96, 128, 192, 256, 256),
        "overview": (48, 96, 192),
        "regions": (32, 64, 96),
    },
    "large": {
        "appearance": (32, 64, 128, 192, 256),
        "generator": (0, 80, 160, 192, 256, 256, 256),
        "overview": (48, 96, 192),
        "regions": (32, 64, 96),
    },
}


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of all networks of one model.

    Attributes:
        size: side of the generated square frames, pixels: 64, 128 or 256.
        generator: "warp" moves the portrait's features, "style" paints from an identity vector.
        width: "tiny", "small" or "large" set of channel counts.
        pose_dim: length of the head-pose code.
        face_dim: length of the facial-motion code.
        identity_dim: length of the identity vector.
        corrector: whether a temporal corrector (STAC) belongs to the network.
        steady: whether crop jitter is taken out of driving frames before they are read (STAC).
        lookahead: frames that STAC looks ahead, 0 or 2; None for both ways.
        recombines: whether of a face code only what is expression comes along when streams of two
            moments are put together (CRA).

    Raises:
        UserError: a choice that is not offered.
    """

    size: int = 64
    generator: Literal["warp", "style"] = "warp"
    width: Literal["tiny", "small", "large"] = "small"
    pose_dim: int = 12
    face_dim: int = 64
    identity_dim: int = 256
    corrector: bool = False
    steady: bool = False
    lookahead: Literal[0, 2] | None = None
    recombines: bool = False

    def __post_init__(self) -> None:
        """Check the choices a user can get wrong."""
        if self.size not in SIZES:
            raise UserError(f"network size {self.size}: must be one of {SIZES}.")
        if self.generator not in _GENERATORS:
            raise UserError(f"generator {self.generator!r}: must be one of {_GENERATORS}.")
        if self.lookahead not in _LOOKAHEADS:
            raise UserError(f"lookahead {self.lookahead}: must be one of {_LOOKAHEADS}.")
        if self.width not in _WIDTHS:
            raise UserError(f"network width {self.width!r}: must be one of {tuple(_WIDTHS)}.")

    @property
    def code_dim(self) -> int:
        """Length of the whole motion code: head pose, then facial motion."""
        return self.pose_dim + self.face_dim

    @property
    def appearance_widths(self) -> tuple[int, ...]:
        """Channels of the appearance pyramid at 1, 1/2, 1/4, 1/8 and 1/16 of the size."""
        return _WIDTHS[self.width]["appearance"]

    @property
    def overview_widths(self) -> tuple[int, ...]:
        """Channels of the motion encoder's look at the whole frame; each stage halves the side."""
        return _WIDTHS[self.width]["overview"]

    @property
    def region_widths(self) -> tuple[int, ...]:
        """Channels of the motion encoder's look at eyes and mouth; each stage halves the side."""
        return _WIDTHS[self.width]["regions"]

    def generator_width(self, side: int) -> int:
        """Return the generator's channels where its feature map has this side."""
        return _WIDTHS[self.width]["generator"][int(math.log2(self.size // side))]
