"""Putting a generated face back into the whole portrait."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from talkingface.faces.crop import Box

_SMALLEST_BOX = 8


@dataclass(frozen=True)
class Paste:
    """A portrait that a face is put into, frame by frame. See `Paste.of`.

    Attributes:
        width, height: of the portrait as it is written, pixels; both are even.
        shrunk: whether it is smaller than it was.
    """

    width: int
    height: int
    shrunk: bool
    _portrait: Image.Image
    _mask: Image.Image
    # The pixels that change: left, top, right, bottom.
    _region: tuple[int, int, int, int]
    # The same in shares of a frame's side.
    _window: tuple[float, float, float, float]

    @classmethod
    def of(
        cls, picture: NDArray[np.uint8], box: Box, edge: float = 0.12, longest: int = 1280
    ) -> Paste:
        """Prepare a portrait.

        Args:
            picture: (H, W, 3) uint8 RGB, at least 2 pixels on a side.
            box: where the frames come from; it may overhang the picture.
            edge: width of the soft edge, in sides of the box. Where the box touches the border of
                the picture, there is nothing to blend with, and no edge.
            longest: most pixels on a side; a larger portrait is shrunk, but for the longer side of
                a strip.
        """
        height, width, _ = picture.shape
        # In a strip, the box itself would vanish.
        scale = min(1.0, max(longest / max(height, width), _SMALLEST_BOX / box.side))
        new_width, new_height = (_even(length * scale) for length in (width, height))
        portrait = Image.fromarray(picture)
        if scale < 1:
            portrait = portrait.resize((new_width, new_height), Image.Resampling.LANCZOS)
            across, down = new_width / width, new_height / height
        else:
            # Odd sides lose a row or column, so that pixels stay as they are.
            portrait, across, down = portrait.crop((0, 0, new_width, new_height)), 1.0, 1.0
        left, right = box.x * across, (box.x + box.side) * across
        top, bottom = box.y * down, (box.y + box.side) * down
        x0, x1, columns = _side(left, right, new_width, edge)
        y0, y1, rows = _side(top, bottom, new_height, edge)
        mask = np.round(255 * rows[:, None] * columns).astype(np.uint8)
        window = (
            (x0 - left) / (right - left),
            (y0 - top) / (bottom - top),
            (x1 - left) / (right - left),
            (y1 - top) / (bottom - top),
        )
        region = (x0, y0, x1, y1)
        return cls(
            new_width, new_height, scale < 1, portrait, Image.fromarray(mask), region, window
        )

    def __call__(self, frame_SS3: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the whole portrait (height, width, 3) with a generated face (S, S, 3) in it."""
        x0, y0, x1, y1 = self._region
        side = len(frame_SS3)
        left, top, right, bottom = (min(share * side, side) for share in self._window)
        face = Image.fromarray(frame_SS3).resize(
            (x1 - x0, y1 - y0), Image.Resampling.BICUBIC, box=(left, top, right, bottom)
        )
        whole = self._portrait.copy()
        whole.paste(face, (x0, y0), self._mask)
        return np.asarray(whole)


def _even(length: float) -> int:
    whole = round(length)
    return max(2, whole - whole % 2)


def _side(
    low: float, high: float, length: int, edge: float
) -> tuple[int, int, NDArray[np.floating]]:
    """Return the whole pixels between two places along an axis, and how much of the face they get.

    Args:
        low, high: where the box begins and ends, pixels.
        length: of the portrait along the axis, pixels.
        edge: see `Paste.of`.

    Returns:
        First pixel, end, and shares (end - first,) float64 in [0, 1].
    """
    first, end = max(0, math.ceil(low)), min(length, math.floor(high))
    middles = np.arange(first, end, dtype=np.float64) + 0.5
    width = edge * (high - low)
    shares: NDArray[np.floating] = np.ones(end - first)
    if low > 0:
        shares = shares * _smooth((middles - low) / width)
    if high < length:
        shares = shares * _smooth((high - middles) / width)
    return first, end, shares


def _smooth(distance: NDArray[np.floating]) -> NDArray[np.floating]:
    """Rise from 0 to 1 without a kink at either end."""
    t = np.clip(distance, 0, 1)
    return t * t * (3 - 2 * t)
