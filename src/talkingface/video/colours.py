"""Pictures of any kind of colours as 8-bit RGB: grey of many bits, transparency, palettes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# What shows through transparent parts, as in video.
_GREY = 128
# Of cameras and scanners: 8, 10, 12, 14 and 16 bits.
_FULL_SCALES = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)


def to_rgb(picture: Image.Image) -> tuple[Image.Image, list[str]]:
    """Return a picture in 8-bit RGB, and what was changed, a clause each.

    Raises:
        ValueError: it is fully transparent, or of colours that Pillow does not convert.
    """
    if picture.mode.startswith("I") or picture.mode == "F":
        values = _to_8_bits(np.asarray(picture))
        return Image.fromarray(values).convert("RGB"), ["its grey values are scaled to 8 bits"]
    if not picture.has_transparency_data:
        return picture.convert("RGB"), []
    layered = picture.convert("RGBA")
    lowest, highest = layered.getchannel("A").getextrema()
    if highest == 0:
        raise ValueError("it is fully transparent")
    if lowest == 255:
        return layered.convert("RGB"), []
    ground = Image.new("RGBA", layered.size, (_GREY, _GREY, _GREY, 255))
    mixed = Image.alpha_composite(ground, layered).convert("RGB")
    return mixed, ["its transparent parts are shown on grey"]


def _to_8_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale (H, W) grey values so that the full scale that they seem to have becomes 255.

    Floats up to 1 have a full scale of 1; others the next full scale of 8 to 16 bits, or their
    largest value.
    """
    grey = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, top = min(0.0, float(grey.min())), float(grey.max())
    scales = (1.0, *_FULL_SCALES) if np.issubdtype(values.dtype, np.floating) else _FULL_SCALES
    full = next((scale for scale in scales if top <= scale), top)
    return np.round((grey - low) * (255 / (full - low))).astype(np.uint8)
