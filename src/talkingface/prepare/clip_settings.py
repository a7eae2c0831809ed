"""How raw videos become clips."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from talkingface.faces.crop_path import CropMode

Framing = Literal["tight", "head", "shoulders"]
People = Literal["main", "all"]


@dataclass(frozen=True)
class ClipSettings:
    """What the pixels and labels of a data set depend on; conf/prepare.yaml explains each field."""

    size: int = 128
    rate: Fraction | None = None
    max_seconds: float | None = None
    clip_seconds: float = 30.0
    people: People = "main"
    framing: Framing = "head"
    crop_mode: CropMode = "fixed"
    crop_scale: float = 1.0
    crop_smoothing: float = 0.5
