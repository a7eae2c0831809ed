"""One learning curve as SVG: a colour an arm, a thick line its mean, a band or lines its seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from talkingface.report.chart_lines import Axes, arm_lines, line_class
from talkingface.report.curves import Curve
from talkingface.report.markup import Markup, element, joined
from talkingface.report.metric_names import ARROWS, better
from talkingface.report.numbers import MINUS, ticks
from talkingface.report.seed_curves import seed_curves

WIDTH, HEIGHT = 460, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 12, 12, 40
_LOGARITHMIC_FROM = 20.0


@dataclass(frozen=True)
class Line:
    """The curves of one arm.

    Attributes:
        label: of the arm.
        place: of the arm among all arms; gives its colour.
        seeds: (seed, curve) of each run that has the metric.
    """

    label: str
    place: int
    seeds: Sequence[tuple[int, Curve]]


@dataclass(frozen=True)
class Chart:
    """One metric, drawn.

    Attributes:
        metric: its name.
        direction: the arrow of what is better, "" where nothing is.
        notes: what has to be known of the axes and points, "" for nothing.
        banded: whether any arm has a band.
        parts: the drawing, WIDTH x HEIGHT.
    """

    metric: str
    direction: str
    notes: str
    banded: bool
    parts: Markup


def draw(metric: str, lines: Sequence[Line], steps: int, most: int) -> Chart | None:
    """Return one metric, drawn; None where no run has a finite value of it.

    Args:
        metric: the metric's name.
        lines: an arm each.
        steps: of the longest run, the right end of the axis.
        most: points a line at the most; longer ones are averaged over neighbouring steps.
    """
    arms = [(line, seed_curves(line.seeds, most)) for line in lines]
    values = [value for _, curves in arms for value in curves.values]
    if not values:
        return None
    axes, logarithmic = _axes(values, steps)
    width = max(curves.width for _, curves in arms)
    notes = ["logarithmic"] if logarithmic else []
    notes += [f"mean of {width} neighbouring values a point"] if width > 1 else []
    drawn = [arm_lines(line.label, line.place, curves, axes) for line, curves in arms]
    return Chart(
        metric,
        ARROWS[better(metric)],
        ", ".join(notes),
        any(curves.low for _, curves in arms),
        joined(*_frame(axes), *drawn),
    )


def figure(chart: Chart) -> Markup:
    """Return a chart as a figure of the page."""
    caption = element(
        "figcaption",
        element("b", chart.metric),
        f" {chart.direction} " if chart.direction else " ",
        element("span", f"({chart.notes})", class_="muted") if chart.notes else None,
    )
    drawing = element(
        "svg",
        chart.parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{chart.metric} over steps",
    )
    return element("figure", caption, drawing, class_="chart")


def _axes(values: Sequence[float], steps: int) -> tuple[Axes, bool]:
    low, high = min(values), max(values)
    logarithmic = low > 0 and high / low > _LOGARITHMIC_FROM
    scale: Callable[[float], float] = math.log10 if logarithmic else float
    bottom, top = scale(low), scale(high)
    margin = 0.05 * (top - bottom) or 0.05 * abs(top) or 1.0
    bottom, top = bottom - margin, top + margin
    inner = HEIGHT - _TOP - _BOTTOM

    def x(step: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * step / max(steps, 1)

    def y(value: float) -> float:
        return _TOP + inner * (top - scale(value)) / (top - bottom)

    y_ticks = _powers(bottom, top) if logarithmic else ticks(bottom, top)
    return Axes(x, y, ticks(0, max(steps, 1)), y_ticks), logarithmic


def _powers(bottom: float, top: float) -> list[float]:
    """1, 2 and 5 times the powers of ten in range, or the powers alone where those are many."""
    exponents = range(math.floor(bottom), math.ceil(top) + 1)
    factors = (1, 2, 5) if top - bottom < 2.5 else (1,)
    every = [factor * 10.0**exponent for exponent in exponents for factor in factors]
    return [value for value in every if bottom <= math.log10(value) <= top]


def _frame(axes: Axes) -> list[Markup]:
    """Grid, numbers and the name of the axis."""
    right, base = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    parts = []
    for value in axes.y_ticks:
        height = f"{axes.y(value):.1f}"
        parts.append(element("line", class_="grid", x1=_LEFT, x2=right, y1=height, y2=height))
        label = _tick(value, axes.y_ticks)
        parts.append(element("text", label, x=_LEFT - 6, y=height, class_="left"))
    for value in axes.x_ticks:
        place = f"{axes.x(value):.1f}"
        parts.append(element("line", class_="axis", x1=place, x2=place, y1=base, y2=base + 4))
        parts.append(element("text", _tick(value, axes.x_ticks), x=place, y=base + 17))
    parts.append(element("line", class_="axis", x1=_LEFT, x2=right, y1=base, y2=base))
    middle = (_LEFT + right) / 2
    parts.append(element("text", "step", x=middle, y=HEIGHT - 6, class_="name"))
    return parts


def _tick(value: float, among: Sequence[float]) -> str:
    largest = max(abs(other) for other in among)
    text = f"{value:.3e}" if largest < 1e-4 else f"{value:.6g}"
    return text.replace("-", MINUS)


def legend(labels: Sequence[str]) -> Markup:
    """Return the arms with their colours, as buttons that hide and show an arm's lines."""
    buttons = []
    for place, label in enumerate(labels):
        stroke = element("line", x1=0, x2=28, y1=5, y2=5, class_="mean")
        mark = element("svg", stroke, viewBox="0 0 28 10", class_=f"key {line_class(place)}")
        buttons.append(
            element("button", mark, label, type="button", data_toggle=place, aria_pressed="true")
        )
    return element("div", joined(*buttons), class_="legend")
