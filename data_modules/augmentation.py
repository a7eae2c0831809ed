"""Colour augmentation of the driver: constant over a clip, so that it carries no motion."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class ColourAugmentation:
    """How strongly the driver's frames may differ from their targets.

    Keeps identity out of the motion code: colours and sharpness of the driver say nothing about
    the frame to be generated.

    Attributes:
        gain: largest relative change of each channel's contrast.
        bias: largest shift of each channel, as a share of the full range.
        blur: largest radius of the Gaussian blur, as a share of the frame's side.
        jpeg: lowest JPEG quality, 1 to 95; half of the clips are compressed.
    """

    gain: float = 0.2
    bias: float = 0.1
    blur: float = 0.01
    jpeg: int = 40

    def apply(self, frames_THWC: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return altered frames (T, H, W, 3); all random choices are made once a clip."""
        gain = 1 + self.gain * rng.uniform(-1, 1, 3)
        bias = 255 * self.bias * rng.uniform(-1, 1, 3)
        radius = self.blur * frames_THWC.shape[2] * rng.uniform()
        quality = int(rng.integers(self.jpeg, 96)) if rng.uniform() < 0.5 else None
        shifted = (frames_THWC - 127.5) * gain + 127.5 + bias
        return np.stack(
            [_degrade(frame, radius, quality) for frame in shifted.clip(0, 255).astype(np.uint8)]
        )


def _degrade(frame_HWC: NDArray[np.uint8], radius: float, quality: int | None) -> NDArray[np.uint8]:
    picture = Image.fromarray(frame_HWC).filter(ImageFilter.GaussianBlur(radius))
    if quality is None:
        return np.asarray(picture)
    compressed = io.BytesIO()
    picture.save(compressed, "JPEG", quality=quality)
    return np.asarray(Image.open(compressed))
