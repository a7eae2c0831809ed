"""What a recording is to the contenders; imports nothing that would count as their memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class Shapes:
    """One recording: raw (cropped by `box` = left, top, side), prepared, and as PNG files."""

    raw: Path
    box: tuple[int, int, int]
    prepared: Path
    pngs: Path
    frames: int
