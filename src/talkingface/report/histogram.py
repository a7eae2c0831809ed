"""How a quantity is spread over many things, as bars in SVG."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talkingface.report.markup import Markup, element
from talkingface.report.numbers import MINUS, ticks

WIDTH, HEIGHT = 460, 200
_LEFT, _RIGHT, _TOP, _BASE = 48, 14, 10, 152
_FEWEST_BARS, _MOST_BARS = 10, 40
# Bars end at these percentiles where the extreme is far off, and what lies beyond is in the end
# bars: one clip of an hour must not press all others into one bar.
_ENDS = (0.25, 99.75)
_FAR = 0.25


def histogram(title: str, values: ArrayLike, axis: str, *, of: str = "clips") -> Markup | None:
    """Return a figure of a quantity; None where no value is finite.

    One that is the same everywhere is said in words.

    Args:
        title: of the figure.
        values: (N,) numbers; those that are not finite are left out, and the caption says so.
        axis: what the numbers are, with their unit.
        of: what has a value each, in the plural.
    """
    every = np.asarray(values, np.float64).ravel()
    known = every[np.isfinite(every)]
    if not known.size:
        return None
    without = every.size - known.size
    missing = [f"{without:,} {of} without a value"] if without else []
    if known.min() == known.max():
        same = f"{_text(float(known[0]))} for all {known.size:,} {of}"
        about = element("span", f"({'; '.join([axis, *missing])})", class_="muted")
        return element("figure", element("b", title), f": {same} ", about, class_="chart")
    edges = _edges(known)
    counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
    beyond = int((known < edges[0]).sum() + (known > edges[-1]).sum())
    median = float(np.median(known))
    # What differs from 0 by rounding alone is 0.
    median = 0.0 if abs(median) < 1e-6 * np.ptp(known) else median
    notes = [f"median {median:.3g}".replace("-", MINUS)]
    notes += missing
    notes += [f"{beyond:,} beyond the ends"] if beyond else []
    caption = element(
        "figcaption",
        element("b", title),
        " ",
        element("span", f"({'; '.join(notes)})", class_="muted"),
    )
    drawing = element(
        "svg",
        *_frame(int(counts.max()), edges, axis, of),
        *_bars(counts.tolist(), edges, of),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{title}: number of {of} by {axis}",
        class_="c1",
    )
    return element("figure", caption, drawing, class_="chart")


def _edges(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the bars' edges; whole numbers of few kinds have a bar each."""
    low, high = float(known.min()), float(known.max())
    inner_low, inner_high = np.percentile(known, _ENDS)
    width = inner_high - inner_low
    if width > 0:
        low = inner_low if inner_low - low > _FAR * width else low
        high = inner_high if high - inner_high > _FAR * width else high
    bars = int(np.clip(3 * np.sqrt(known.size), _FEWEST_BARS, _MOST_BARS))
    if np.equal(known, np.round(known)).all():
        # As many whole numbers in each bar, or every few bars one would stand out.
        step = int(np.ceil((high - low + 1) / bars))
        return np.arange(np.floor(low), np.ceil(high) + step + 1, step) - 0.5
    return np.linspace(low, high, bars + 1)


def _x(value: float, edges: NDArray[np.float64]) -> float:
    share = (value - edges[0]) / (edges[-1] - edges[0])
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * float(share)


def _y(count: float, tallest: int) -> float:
    return _BASE - (_BASE - _TOP) * count / tallest


def _frame(tallest: int, edges: NDArray[np.float64], axis: str, of: str) -> list[Markup]:
    right = WIDTH - _RIGHT
    parts = []
    for count in (tick for tick in ticks(0, tallest, 4) if tick == int(tick)):
        height = f"{_y(count, tallest):.1f}"
        parts.append(element("line", class_="grid", x1=_LEFT, x2=right, y1=height, y2=height))
        parts.append(element("text", _short(count), x=_LEFT - 6, y=height, class_="left"))
    for value in ticks(float(edges[0]), float(edges[-1]), 7):
        place = f"{_x(value, edges):.1f}"
        parts.append(element("line", class_="axis", x1=place, x2=place, y1=_BASE, y2=_BASE + 4))
        parts.append(element("text", _text(value), x=place, y=_BASE + 18))
    parts.append(element("line", class_="axis", x1=_LEFT, x2=right, y1=_BASE, y2=_BASE))
    parts.append(element("text", f"{axis} (height: {of})", x=(_LEFT + right) / 2, y=HEIGHT - 8))
    return parts


def _bars(counts: Sequence[int], edges: NDArray[np.float64], of: str) -> list[Markup]:
    tallest = max(counts)
    bars = []
    for count, (low, high) in zip(counts, pairwise(edges.tolist()), strict=True):
        if not count:
            continue
        left, right, top = _x(low, edges), _x(high, edges), _y(count, tallest)
        bars.append(
            element(
                "rect",
                element("title", f"{count:,} {of} from {_text(low)} to {_text(high)}"),
                class_="bar",
                x=f"{left:.1f}",
                y=f"{top:.1f}",
                width=f"{max(right - left - 1, 1):.1f}",
                height=f"{max(_BASE - top, 1):.1f}",
            )
        )
    return bars


def _text(value: float) -> str:
    return f"{value:.4g}".replace("-", MINUS)


def _short(count: float) -> str:
    """Return a count in the room beside an axis."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:g}{letter}"
    return f"{count:g}"
