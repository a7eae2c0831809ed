"""The claims' conditions as intervals against their thresholds, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from talkingface.report.claims.judge import JudgedClaim, JudgedCondition
from talkingface.report.claims.words import condition_text, figure_text, verdict_text
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import MINUS, ticks

WIDTH = 900
_LEFT, _RIGHT, _TOP, _BOTTOM, _ROW = 400, 96, 10, 44, 19
# Wider intervals are cut off, so that one wild figure does not press all others together.
_FARTHEST = 100.0
_RULES = """
.forest text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: %(text)s;
  text-anchor: middle; dominant-baseline: middle; }
.forest .what { text-anchor: end; } .forest .said { text-anchor: start; }
.forest .claim { text-anchor: start; font-weight: 600; }
.forest line { stroke: %(muted)s; stroke-width: 1; } .forest .grid { stroke: %(line)s; }
.forest .bound { stroke: %(text)s; stroke-width: 2; }
.forest .holds { color: %(good)s; } .forest .fails { color: %(bad)s; }
.forest .undecided { color: %(muted)s; }
.forest .found line { stroke: currentColor; stroke-width: 2; }
.forest .found circle { fill: currentColor; } .forest .found .said { fill: currentColor; }
"""
_OF_PAGE = {name: f"var(--{name})" for name in ("text", "muted", "line", "good", "bad")}
_ALONE = {
    "text": "#1b1f24", "muted": "#5b6470", "line": "#d5dae0", "good": "#006b4f", "bad": "#a83a00",
}  # fmt: skip


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * share


def forest(claims: Sequence[JudgedClaim], *, alone: bool = False) -> Markup:
    """Return a drawing of all conditions.

    Args:
        claims: judged.
        alone: whether it is a file of its own, with a white ground and colours of its own, instead
            of a part of the page.
    """
    axis = _axis([condition for claim in claims for condition in claim.conditions])
    height = _TOP + _BOTTOM + _ROW * sum(1 + len(claim.conditions) for claim in claims)
    parts: list[Markup] = [element("style", Markup(_RULES % (_ALONE if alone else _OF_PAGE)))]
    if alone:
        parts.append(element("rect", width=WIDTH, height=height, fill="#ffffff"))
    parts += _frame(axis, height)
    place = _TOP + _ROW / 2
    for claim in claims:
        name = f"{claim.claim.name}: {claim.claim.words}"
        parts.append(element("text", name, x=8, y=f"{place:.1f}", class_="claim"))
        # The claim's own verdict, in its colour, where those of its conditions stand.
        said = element(
            "text", claim.verdict, x=WIDTH - _RIGHT + 8, y=f"{place:.1f}", class_="claim said"
        )
        parts.append(element("g", said, class_=f"found {claim.verdict}"))
        place += _ROW
        for condition in claim.conditions:
            parts.append(_row(condition, axis, place))
            place += _ROW
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_label="Intervals of all conditions against their thresholds",
        class_="forest",
        xmlns="http://www.w3.org/2000/svg" if alone else None,
        width=WIDTH if alone else None,
        height=height if alone else None,
    )


def _percent(judged: JudgedCondition, value: float) -> float:
    """A figure on the axis: a change in percent, a level as its distance from 1 in percent."""
    return 100 * (value - (judged.condition.rule.statistic == "level"))


def _axis(conditions: Sequence[JudgedCondition]) -> _Axis:
    values = [0.0]
    for judged in conditions:
        values += [_percent(judged, bound) for bound in judged.condition.rule.bounds]
        if judged.figure is not None:
            values += [_percent(judged, v) for v in (judged.figure.low, judged.figure.high)]
    low, high = max(min(values), -_FARTHEST), min(max(values), _FARTHEST)
    margin = 0.04 * (high - low)
    return _Axis(low - margin, high + margin)


def _frame(axis: _Axis, height: float) -> list[Markup]:
    base = height - _BOTTOM
    parts = []
    for value in ticks(axis.low, axis.high, 8):
        x = f"{axis.x(value):.1f}"
        kind = "zero" if abs(value) < 1e-9 else "grid"
        parts.append(element("line", class_=kind, x1=x, x2=x, y1=_TOP, y2=base))
        text = f"{value:g}".replace("-", MINUS)
        parts.append(element("text", text, x=x, y=base + 12))
    words = "% of the reference (ratios: % from 1; shares that leak: points); bars are thresholds"
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    return [*parts, element("text", words, x=f"{middle:.1f}", y=height - 12)]


def _row(judged: JudgedCondition, axis: _Axis, place: float) -> Markup:
    y = f"{place:.1f}"
    star = "*" if judged.condition.primary else ""
    parts = [element("text", f"{condition_text(judged)}{star}", x=_LEFT - 10, y=y, class_="what")]
    for bound in judged.condition.rule.bounds:
        x = f"{axis.x(_percent(judged, bound)):.1f}"
        ends = {"y1": f"{place - 7:.1f}", "y2": f"{place + 7:.1f}"}
        parts.append(element("line", class_="bound", x1=x, x2=x, **ends))
    found: list[Markup] = [element("title", f"{figure_text(judged)}, {verdict_text(judged)}")]
    if judged.figure is not None:
        low, high, value = (
            f"{axis.x(_percent(judged, v)):.1f}"
            for v in (judged.figure.low, judged.figure.high, judged.figure.value)
        )
        found.append(element("line", x1=low, x2=high, y1=y, y2=y))
        found.append(element("circle", cx=value, cy=y, r=4))
    found.append(element("text", judged.verdict, x=WIDTH - _RIGHT + 8, y=y, class_="said"))
    return joined(*parts, element("g", *found, class_=f"found {judged.verdict}"))
