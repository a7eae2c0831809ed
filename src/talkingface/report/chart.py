"""One learning curve as SVG: a colour an arm, a thin line a seed, a thick one their mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from talkingface.report.curves import Curve, mean_curve, thinned
from talkingface.report.markup import Markup, element, joined
from talkingface.report.metric_names import ARROWS, better
from talkingface.report.numbers import MINUS, ticks

WIDTH, HEIGHT = 460, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 12, 12, 40
_LOGARITHMIC_FROM = 20.0
_FEW = 12
PALETTE = 8


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
class _Axes:
    x: Callable[[float], float]
    y: Callable[[float], float]
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]


def chart(metric: str, lines: Sequence[Line], steps: int, most: int) -> Markup | None:
    """Return a figure of one metric; None where no run has a finite value of it.

    Args:
        metric: the metric's name.
        lines: an arm each.
        steps: of the longest run, the right end of the axis.
        most: points a line at the most; longer ones are averaged over neighbouring steps.
    """
    shown = [(line, [(seed, *thinned(c, most)) for seed, c in line.seeds]) for line in lines]
    values = [value for _, seeds in shown for _, curve, _ in seeds for _, value in curve]
    if not values:
        return None
    axes, logarithmic = _axes(values, steps)
    width = max(width for _, seeds in shown for _, _, width in seeds)
    notes = ["logarithmic"] if logarithmic else []
    notes += [f"mean of {width} neighbouring values a point"] if width > 1 else []
    direction = ARROWS[better(metric)]
    caption = element(
        "figcaption",
        element("b", metric),
        f" {direction} " if direction else " ",
        element("span", f"({', '.join(notes)})", class_="muted") if notes else None,
    )
    parts = [
        _arm_lines(line, [(s, curve) for s, curve, _ in seeds], axes, most) for line, seeds in shown
    ]
    drawing = element(
        "svg",
        *_frame(axes),
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{metric} over steps",
    )
    return element("figure", caption, drawing, class_="chart")


def line_class(place: int) -> str:
    """Return the classes that give an arm its colour and, where colours repeat, its dashes."""
    return f"c{place % PALETTE} dash{place // PALETTE % 3}"


def _axes(values: Sequence[float], steps: int) -> tuple[_Axes, bool]:
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
    return _Axes(x, y, ticks(0, max(steps, 1)), y_ticks), logarithmic


def _powers(bottom: float, top: float) -> list[float]:
    """1, 2 and 5 times the powers of ten in range, or the powers alone where those are many."""
    exponents = range(math.floor(bottom), math.ceil(top) + 1)
    factors = (1, 2, 5) if top - bottom < 2.5 else (1,)
    every = [factor * 10.0**exponent for exponent in exponents for factor in factors]
    return [value for value in every if bottom <= math.log10(value) <= top]


def _frame(axes: _Axes) -> list[Markup]:
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


def _arm_lines(line: Line, seeds: Sequence[tuple[int, Curve]], axes: _Axes, most: int) -> Markup:
    parts = []
    for seed, curve in seeds:
        title = element("title", f"{line.label}, seed {seed}")
        parts += _drawn(curve, axes, title, "seed" if len(seeds) > 1 else "seed alone")
    if len(seeds) > 1:
        # Of whole curves: seeds that have come to different steps are thinned to different ones.
        mean, _ = thinned(mean_curve([curve for _, curve in line.seeds]), most)
        title = element("title", f"{line.label}, mean of {len(seeds)} seeds")
        parts += _drawn(mean, axes, title, "mean")
    return element("g", *parts, class_=line_class(line.place), data_arm=line.place)


def _drawn(curve: Curve, axes: _Axes, title: Markup, kind: str) -> list[Markup]:
    points = [(f"{axes.x(step):.1f}", f"{axes.y(value):.1f}") for step, value in curve]
    if not points:
        return []
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    drawn = [element("path", title, d=path, class_=kind)]
    if len(points) <= _FEW:
        radius = 3 if kind != "seed" else 1.6
        drawn += [element("circle", title, cx=x, cy=y, r=radius) for x, y in points]
    return drawn


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
