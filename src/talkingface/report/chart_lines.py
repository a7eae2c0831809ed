"""The lines, bands and points of one arm in a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from talkingface.report.curves import Curve
from talkingface.report.markup import Markup, element
from talkingface.report.seed_curves import SeedCurves

_FEW = 12
PALETTE = 8


@dataclass(frozen=True)
class Axes:
    """Where steps and values are in the drawing, and which of them are written beside it."""

    x: Callable[[float], float]
    y: Callable[[float], float]
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]


def line_class(place: int) -> str:
    """Return the classes that give an arm its colour and, where colours repeat, its dashes."""
    return f"c{place % PALETTE} dash{place // PALETTE % 3}"


def arm_lines(label: str, place: int, curves: SeedCurves, axes: Axes) -> Markup:
    """Return all that is drawn of one arm.

    Args:
        label: of the arm.
        place: of the arm among all arms.
        curves: of its seeds.
        axes: of the chart.
    """
    parts = []
    if curves.low:
        parts.append(_band(label, curves, axes))
    for seed, curve in curves.thin:
        title = element("title", f"{label}, seed {seed}")
        parts += _drawn(curve, axes, title, "seed" if curves.count > 1 else "seed alone")
    if curves.mean:
        title = element("title", f"{label}, mean of {curves.count} seeds")
        parts += _drawn(curves.mean, axes, title, "mean")
    return element("g", *parts, class_=line_class(place), data_arm=place)


def _band(label: str, curves: SeedCurves, axes: Axes) -> Markup:
    there = [_place(point, axes) for point in curves.high]
    back = [_place(point, axes) for point in reversed(curves.low)]
    path = "M" + "L".join(f"{x} {y}" for x, y in there + back) + "Z"
    title = element("title", f"{label}, range of {curves.count} seeds")
    return element("path", title, d=path, class_="spread")


def _drawn(curve: Curve, axes: Axes, title: Markup, kind: str) -> list[Markup]:
    points = [_place(point, axes) for point in curve]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    drawn = [element("path", title, d=path, class_=kind)]
    if len(points) <= _FEW:
        radius = 3 if kind != "seed" else 1.6
        drawn += [element("circle", title, cx=x, cy=y, r=radius) for x, y in points]
    return drawn


def _place(point: tuple[int, float], axes: Axes) -> tuple[str, str]:
    return f"{axes.x(point[0]):.1f}", f"{axes.y(point[1]):.1f}"
