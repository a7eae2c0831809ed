"""A chart as an SVG file of its own, for a README or a paper: its own colours on white ground."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.chart import HEIGHT, WIDTH, Chart
from talkingface.report.chart_lines import line_class
from talkingface.report.chart_style import CHART_CSS
from talkingface.report.colours import written_out
from talkingface.report.markup import Markup, element

_TITLE, _ROW, _SIDE = 30, 20, 12
# Of 12 px sans-serif letters; wide, so that no label runs into the next one.
_LETTER, _KEY = 7.0, 34
_OWN_CSS = """
svg { color-scheme: light; font-family: system-ui, "DejaVu Sans", Arial, sans-serif; }
svg text.words { text-anchor: start; } svg text.title { fill: var(--text); font-size: 14px; }
svg .ground { fill: var(--ground); }
"""


def file_name(metric: str) -> str:
    """Return the name of a metric's file: `val/l1` is in curves-val-l1.svg."""
    return f"curves-{metric.replace('/', '-')}.svg"


def chart_file(chart: Chart, labels: Sequence[str]) -> str:
    """Return a whole SVG file: title, chart, and the arms with their colours.

    Args:
        chart: of one metric.
        labels: of all arms, by their place.
    """
    keys, rows = _keys(labels)
    height = _TITLE + HEIGHT + _ROW * rows + (_ROW if chart.banded else 0) + _SIDE // 2
    words = f"{chart.metric} {chart.direction}".strip()
    title = f"{words} ({chart.notes})" if chart.notes else words
    said = "Line: mean of the seeds. Band: from the lowest to the highest seed."
    note = element("text", said, x=_SIDE, y=height - _SIDE, class_="words")
    drawing = element(
        "svg",
        element("style", Markup(written_out(CHART_CSS + _OWN_CSS))),
        element("rect", width=WIDTH, height=height, class_="ground"),
        element("text", title, x=_SIDE, y=20, class_="words title"),
        element("g", chart.parts, transform=f"translate(0 {_TITLE})"),
        element("g", *keys, transform=f"translate(0 {_TITLE + HEIGHT})"),
        note if chart.banded else None,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        width=WIDTH,
        height=height,
        role="img",
        aria_label=f"{chart.metric} over steps",
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n{drawing}\n'


def _keys(labels: Sequence[str]) -> tuple[list[Markup], int]:
    """The arms from left to right in as many rows as they need."""
    keys, left, row = [], float(_SIDE), 0
    for place, label in enumerate(labels):
        wide = _KEY + _LETTER * len(label) + _SIDE
        if left > _SIDE and left + wide > WIDTH:
            left, row = float(_SIDE), row + 1
        middle = _ROW * row + _ROW / 2
        stroke = element("line", x1=left, x2=left + 26, y1=middle, y2=middle, class_="mean")
        text = element("text", label, x=left + _KEY, y=middle + 4, class_="words")
        keys.append(element("g", stroke, text, class_=line_class(place)))
        left += wide
    return keys, row + 1
