"""Errors of pixels as colours whose lightness grows evenly, so that equal steps look equal."""

from __future__ import annotations

import numpy as np

from talkingface.video.footage import Frames

GAIN = 4
# Even steps of lightness from black to pale yellow; also told apart by the colour-blind.
_ANCHORS = (
    (2, 1, 45), (55, 11, 86), (118, 0, 100), (175, 0, 100), (227, 31, 89),
    (252, 96, 79), (255, 154, 94), (255, 203, 135), (255, 246, 211),
)  # fmt: skip


def colour_table() -> Frames:
    """Return the colours of errors from 0 to the largest shown, (256, 3) uint8."""
    places = np.linspace(0, 255, len(_ANCHORS))
    channels = [
        np.interp(np.arange(256), places, channel) for channel in zip(*_ANCHORS, strict=True)
    ]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


_TABLE = colour_table()


def error_map(made: Frames, target: Frames) -> Frames:
    """Return the absolute error of two pictures as colours.

    Args:
        made, target: (H, W, 3) uint8.

    Returns:
        (H, W, 3) uint8; the error is averaged over the channels, and 1 / `GAIN` of the range
        or more has the lightest colour.
    """
    error = np.abs(made.astype(np.int16) - target.astype(np.int16)).mean(axis=-1)
    return _TABLE[np.minimum(error * GAIN, 255).round().astype(np.uint8)]


def css_gradient() -> str:
    """Return the colours as a CSS image, the smallest error on the left."""
    return f"linear-gradient(to right, {', '.join(f'rgb{anchor}' for anchor in _ANCHORS)})"
