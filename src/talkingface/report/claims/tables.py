"""Claims, suites, controls and costs as rows of text, for the page and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.claims.controls import ENDPOINTS, GUARD, ControlRow
from talkingface.report.claims.costs import Cost
from talkingface.report.claims.declared import GUARDS
from talkingface.report.claims.judge import JudgedClaim
from talkingface.report.claims.suites import SuiteCell, SuiteTable
from talkingface.report.claims.words import (
    condition_text,
    digits,
    figure_text,
    level_text,
    p_text,
    percent_text,
    verdict_text,
)
from talkingface.report.metric_names import ARROWS, better
from talkingface.report.numbers import duration, number

CONDITION_HEADS = ("condition", "found [95 %]", "p", "wanted", "seeds x people", "verdict")
COST_HEADS = (
    "arm",
    "runs",
    "frames decoded",
    "frames encoded",
    "training",
    "parameters",
    "ms a frame",
)
CONTROL_HEADS = (
    "arm",
    "against",
    *(f"{' + '.join(metrics)} at {suite}" for suite, metrics in ENDPOINTS),
    f"{' + '.join(GUARD[1])} at {GUARD[0]}",
    "seeds",
)
HOW_TO_READ_CONTROLS = (
    "What could explain an arm's effect away: the arm itself, and arms that differ from it by the "
    "fields named. Relative changes with 95 % intervals, over the seeds that both arms have; with "
    "one seed the interval is over people alone. mouth_amplitude is the arm's own."
)
HOW_TO_READ = (
    "A claim holds when all of its conditions hold and fails when one fails. Figures are ratios of "
    "means minus 1, paired by seed and person, with 95 % intervals of 10,000 draws of seeds and "
    "then of people; a sum is in units of the baseline's means. * marks the four primary "
    "endpoints, whose p-values are Holm's. With three seeds the intervals are too narrow where "
    "seeds differ much."
)


def condition_rows(claim: JudgedClaim) -> list[list[str]]:
    """Return a row a condition, under CONDITION_HEADS."""
    rows = []
    for judged in claim.conditions:
        counts = "" if judged.figure is None else f"{judged.figure.seeds} x {judged.figure.people}"
        name = condition_text(judged) + ("*" if judged.condition.primary else "")
        wanted = judged.condition.rule.words
        rows.append(
            [name, figure_text(judged), p_text(judged), wanted, counts, verdict_text(judged)]
        )
    return rows


def suite_heads(table: SuiteTable) -> list[str]:
    """Return the heads of a suite's table."""
    return ["arm", *(f"{m} {ARROWS[better(m)]}".strip() for m in table.metrics)]


def suite_cell(metric: str, cell: SuiteCell | None) -> list[str]:
    """Return a mean, and the relative difference to the baseline where there is one."""
    if cell is None:
        return ["\N{EN DASH}"]
    own = number(cell.own.value, digits(cell.own.value))
    if metric in GUARDS:
        return [level_text(cell.own)]
    if cell.change is None:
        return [own]
    if metric.startswith("leak_"):
        ends = ", ".join(number(v, 3, sign=True) for v in (cell.change.low, cell.change.high))
        return [own, f"{number(cell.change.value, 3, sign=True)} [{ends}]"]
    return [own, percent_text(cell.change)]


def control_cells(rows: Sequence[ControlRow]) -> list[list[str]]:
    """Return a row each, under CONTROL_HEADS."""
    none = "\N{EN DASH}"
    cells = []
    for row in rows:
        changes = [none if change is None else percent_text(change) for change in row.changes]
        amplitude = none if row.amplitude is None else level_text(row.amplitude)
        seeds = {figure.seeds for figure in (*row.changes, row.amplitude) if figure is not None}
        counts = " to ".join(map(str, sorted({min(seeds), max(seeds)}))) if seeds else none
        cells.append([row.arm, row.against, *changes, amplitude, counts])
    return cells


def cost_rows(costs: Sequence[Cost]) -> list[list[str]]:
    """Return a row an arm, under COST_HEADS."""
    return [
        [
            cost.arm,
            str(cost.runs),
            _count(cost.decoded),
            _count(cost.encoded),
            "unknown" if cost.seconds is None else duration(cost.seconds),
            _count(cost.parameters),
            "unknown" if cost.milliseconds is None else f"{cost.milliseconds:.1f}",
        ]
        for cost in costs
    ]


def _count(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value / 1e6:.2f} M" if value >= 1e5 else f"{value:,.0f}"
