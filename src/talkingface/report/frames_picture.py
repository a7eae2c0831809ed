"""Frames of several models under several conditions, each with one pixel column over time.

A still frame does not show that a head shakes; its middle column, frame by frame to the right,
does: the edge of brow, nose and chin is ragged or smooth.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Frames = NDArray[np.uint8]
#: Frames at the most that a strip shows.
LONGEST = 60
_SHOWN = 4
_CELL, _STRIP, _GAP, _GROUP_GAP = 128, 128, 2, 16
_LABEL, _HEAD, _FOOT, _MARK = 190, 44, 40, 5
# Of the column, above and below is mostly background.
_CROPPED = 1 / 8
_GROUND, _INK, _MUTED = "#ffffff", "#1b1f24", "#5b6470"
_GROUP = _SHOWN * (_CELL + _GAP) - _GAP
_ROW = _CELL + _MARK + _STRIP
_ABOUT = (
    "Below each row of frames: the column of pixels in the middle of the picture, frame by frame "
    "to the right; marks show where the frames above stand. A head that shakes has ragged edges."
)


def frames_picture(rows: Sequence[tuple[str, Mapping[str, Frames]]], title: str) -> Image.Image:
    """Return the picture.

    Args:
        rows: label, and by condition its frames (T, S, S, 3), of which LONGEST at the most are
            shown; the conditions of the first row are the columns.
        title: what stands at the upper left.
    """
    conditions = list(rows[0][1])
    shortest = min(len(frames) for _, cells in rows for frames in cells.values())
    width = _LABEL + len(conditions) * (_GROUP + _GROUP_GAP)
    height = _HEAD + len(rows) * (_ROW + _GROUP_GAP) + _FOOT
    picture = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(picture)
    # Large, since a page shows the picture at half its size.
    heading, small = ImageFont.load_default(26), ImageFont.load_default(20)
    draw.multiline_text((8, 4), textwrap.fill(title, 24), _MUTED, ImageFont.load_default(14))
    for place, condition in enumerate(conditions):
        draw.text((_left(place) + _GROUP / 2, _HEAD / 2), condition, _INK, heading, "mm")
    for number, (label, cells) in enumerate(rows):
        top = _HEAD + number * (_ROW + _GROUP_GAP)
        words = textwrap.fill(label, 15)
        draw.multiline_text((8, top + _CELL / 2), words, _INK, ImageFont.load_default(22), "lm")
        for place, condition in enumerate(conditions):
            frames = cells[condition][: min(LONGEST, shortest)]
            _draw_cell(picture, draw, frames, _left(place), top)
    draw.text((8, height - _FOOT / 2), _ABOUT, _MUTED, small, "lm")
    return picture


def _left(place: int) -> int:
    return _LABEL + place * (_GROUP + _GROUP_GAP)


def _draw_cell(
    picture: Image.Image, draw: ImageDraw.ImageDraw, frames: Frames, left: int, top: int
) -> None:
    """Frames, marks, and the strip of one row under one condition."""
    count = len(frames)
    for place in range(_SHOWN):
        # In the middle of each quarter; of 60 frames, none that every third frame would keep.
        index = (2 * place + 1) * count // (2 * _SHOWN)
        frame = Image.fromarray(frames[index]).resize((_CELL, _CELL), Image.Resampling.BICUBIC)
        picture.paste(frame, (left + place * (_CELL + _GAP), top))
        mark = left + (index + 0.5) * _GROUP / count
        draw.line((mark, top + _CELL + 1, mark, top + _CELL + _MARK - 1), _MUTED, 2)
    picture.paste(_strip(frames), (left, top + _CELL + _MARK))


def _strip(frames_TSS3: Frames) -> Image.Image:
    """The middle column of each frame, from left to right."""
    count, size = frames_TSS3.shape[:2]
    cut = round(size * _CROPPED)
    column_ST3 = frames_TSS3[:, cut : size - cut, size // 2].swapaxes(0, 1)
    strip = Image.fromarray(np.ascontiguousarray(column_ST3))
    tall = strip.resize((count, _STRIP), Image.Resampling.BICUBIC)
    # Frames stay apart: what is blurred between them would look smooth.
    return tall.resize((_GROUP, _STRIP), Image.Resampling.NEAREST)
