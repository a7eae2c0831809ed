"""Every suite by arm: means over seeds and people, and relative differences to the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from talkingface.report.claims.bootstrap import Figure, Statistic, figure
from talkingface.report.claims.declared import BASELINE, FILTERED, GUARDS, SUITES
from talkingface.report.claims.judge import compared
from talkingface.report.claims.measured import Measured, suites_of
from talkingface.runs.arm_names import ARM_ORDER

KEY_METRICS = ("l1", "lpips", "csim", "aed", "apd", "jite", "leak_head", "leak_face", *GUARDS)


@dataclass(frozen=True)
class SuiteCell:
    """One metric of one arm.

    Attributes:
        own: the mean; over the arm's own seeds and people.
        change: relative to the baseline, over those of both; None for the baseline and for guards,
            which are best at 1.
    """

    own: Figure
    change: Figure | None


@dataclass(frozen=True)
class SuiteTable:
    """One suite.

    Attributes:
        suite: its name.
        metrics: the columns.
        rows: by arm, then by metric.
    """

    suite: str
    metrics: tuple[str, ...]
    rows: Mapping[str, Mapping[str, SuiteCell]]


def suite_tables(measured: Mapping[str, Measured]) -> list[SuiteTable]:
    """Return a table of every suite that any arm was evaluated under."""
    return [_table(suite, measured) for suite in suites_of(measured, SUITES)]


def _table(suite: str, measured: Mapping[str, Measured]) -> SuiteTable:
    order = (BASELINE, FILTERED, *ARM_ORDER[1:])
    rows = {}
    for arm in order:
        cells = {metric: _cell(measured, arm, suite, metric) for metric in KEY_METRICS}
        kept = {metric: cell for metric, cell in cells.items() if cell is not None}
        if kept:
            rows[arm] = kept
    metrics = tuple(m for m in KEY_METRICS if any(m in cells for cells in rows.values()))
    return SuiteTable(suite, metrics, rows)


def _cell(measured: Mapping[str, Measured], arm: str, suite: str, metric: str) -> SuiteCell | None:
    own = compared(measured, arm, "", suite, (metric,))
    if not own.seeds or own.infinite:
        return None
    change = None
    if arm != BASELINE and metric not in GUARDS:
        both = compared(measured, arm, BASELINE, suite, (metric,))
        statistic: Statistic = "difference" if metric.startswith("leak_") else "relative"
        change = figure(both, statistic) if both.seeds and not both.infinite else None
    return SuiteCell(figure(own, "level"), change)
