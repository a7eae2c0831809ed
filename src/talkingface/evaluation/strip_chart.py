"""The values of all videos of one metric as SVG: a dot a video, or bars where those are many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from talkingface.evaluation.metric_table import describe, label
from talkingface.evaluation.results import Score
from talkingface.report.markup import Markup, element
from talkingface.report.metric_names import ARROWS
from talkingface.report.numbers import MINUS, ticks

WIDTH, HEIGHT = 460, 130
_SIDE, _TOP, _BASE = 18, 12, 104
_RADIUS = 4
_MANY = 80
_BARS = 30
_MARGIN = 0.04
Scale = Callable[[float], float]


def strip_chart(name: str, values: Sequence[tuple[str, float]], score: Score) -> Markup:
    """Return a figure of one metric.

    Args:
        name: of the metric.
        values: (case, finite value) of at least one video.
        score: over these videos; its mean, interval and ruler are drawn.
    """
    marks = [value for value in (score.mean, score.ruler) if value is not None]
    inside = [value for _, value in values] + marks
    x, shown = _scale(min(inside), max(inside))
    drawn = _dots(values, x) if len(values) <= _MANY else _bars([v for _, v in values], x)
    parts = [*_axis(x, shown), *drawn, _interval(score, x), _mark(score.mean, x, "mean", "mean")]
    if score.ruler is not None:
        parts.append(_mark(score.ruler, x, "ruler", "the ruler's own error"))
    caption = element(
        "figcaption",
        element("b", label(name)),
        f" {ARROWS[describe(name).better]} ",
        element("span", f"({len(values)} videos)", class_="muted"),
    )
    drawing = element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{name} of each video",
        class_="c1",
    )
    return element("figure", caption, drawing, class_="chart strip")


def _scale(low: float, high: float) -> tuple[Scale, tuple[float, float]]:
    margin = _MARGIN * (high - low) or _MARGIN * abs(high) or 1.0
    left, right = low - margin, high + margin

    def x(value: float) -> float:
        return _SIDE + (WIDTH - 2 * _SIDE) * (value - left) / (right - left)

    return x, (left, right)


def _axis(x: Scale, shown: tuple[float, float]) -> list[Markup]:
    parts = [element("line", class_="axis", x1=_SIDE, x2=WIDTH - _SIDE, y1=_BASE, y2=_BASE)]
    for value in ticks(*shown, wanted=7):
        place = f"{x(value):.1f}"
        parts.append(element("line", class_="axis", x1=place, x2=place, y1=_BASE, y2=_BASE + 4))
        text = f"{value:.6g}".replace("-", MINUS)
        parts.append(element("text", text, x=place, y=_BASE + 18))
    return parts


def _interval(score: Score, x: Scale) -> Markup | None:
    if score.low is None or score.high is None:
        return None
    width = max(x(score.high) - x(score.low), 1.0)
    title = element("title", "95 % interval of the mean")
    place, height = f"{x(score.low):.1f}", _BASE - _TOP
    return element(
        "rect", title, class_="band", x=place, y=_TOP, width=f"{width:.1f}", height=height
    )


def _mark(value: float | None, x: Scale, kind: str, words: str) -> Markup | None:
    if value is None:
        return None
    place = f"{x(value):.1f}"
    title = element("title", f"{words}: {value:.6g}")
    return element("line", title, class_=kind, x1=place, x2=place, y1=_TOP, y2=_BASE)


def _dots(values: Sequence[tuple[str, float]], x: Scale) -> list[Markup]:
    """Dots that would lie on each other are stacked."""
    columns: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for case, value in sorted(values, key=lambda pair: pair[1]):
        columns[round(x(value) / (2 * _RADIUS))].append((case, value))
    tallest = max(map(len, columns.values()))
    step = min(2 * _RADIUS, (_BASE - _TOP - 2 * _RADIUS) / tallest)
    return [
        element(
            "circle",
            element("title", f"{case}: {value:.6g}"),
            cx=f"{x(value):.1f}",
            cy=f"{_BASE - _RADIUS - 2 - step * level:.1f}",
            r=_RADIUS,
        )
        for column in columns.values()
        for level, (case, value) in enumerate(column)
    ]


def _bars(values: Sequence[float], x: Scale) -> list[Markup]:
    counts, edges = np.histogram(values, bins=_BARS)
    tallest = (_BASE - _TOP) / counts.max()
    return [
        element(
            "rect",
            element("title", f"{count} videos from {low:.4g} to {high:.4g}"),
            class_="bar",
            x=f"{x(low):.1f}",
            y=f"{_BASE - tallest * count:.1f}",
            width=f"{x(high) - x(low) - 1:.1f}",
            height=f"{tallest * count:.1f}",
        )
        for count, (low, high) in zip(counts.tolist(), pairwise(edges.tolist()), strict=True)
        if count
    ]
