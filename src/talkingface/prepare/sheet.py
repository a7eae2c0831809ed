"""Contact sheets: many small pictures with captions on one, to look at."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_CELL = 96
_GAP = 6
_LINE = 12
_LINES = 2
_GROUND = (24, 26, 30)
_INK = (222, 226, 232)


def contact_sheet(items: Sequence[tuple[bytes, str]], columns: int = 12) -> bytes:
    """Return a JPEG of pictures in rows, each with two lines of text below it.

    Args:
        items: JPEGs of at most 96 pixels a side with their captions of two lines, of which is
            shown what fits; what is no picture is left grey.
        columns: pictures in a row.
    """
    columns = max(1, min(columns, len(items)))
    rows = -(-len(items) // columns)
    wide, high = _CELL + _GAP, _CELL + _GAP + _LINES * _LINE
    sheet = Image.new("RGB", (columns * wide + _GAP, rows * high + _GAP), _GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(10)
    for number, (jpeg, caption) in enumerate(items):
        left, top = _GAP + number % columns * wide, _GAP + number // columns * high
        _paste(sheet, jpeg, left, top)
        for line, text in enumerate(caption.split("\n")[:_LINES]):
            place = (left, top + _CELL + line * _LINE)
            draw.text(place, _fitting(text, draw, font), _INK, font)
    content = io.BytesIO()
    sheet.save(content, "JPEG", quality=85)
    return content.getvalue()


def _paste(sheet: Image.Image, jpeg: bytes, left: int, top: int) -> None:
    try:
        picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    except OSError:
        picture = Image.new("RGB", (_CELL, _CELL), (90, 90, 90))
    picture.thumbnail((_CELL, _CELL))
    x, y = (_CELL - picture.width) // 2, (_CELL - picture.height) // 2
    sheet.paste(picture, (left + x, top + y))


def _fitting(
    text: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> str:
    """Return as much of a line as fits below a picture."""
    length = len(text)
    while length > 1 and draw.textlength(text[:length], font) > _CELL:
        length -= 1
    return text[:length]
