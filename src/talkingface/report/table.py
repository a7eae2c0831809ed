"""The report's tables as CSV, a row a figure, and as Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from talkingface.report.alarms import alarms, summary
from talkingface.report.claims.findings import Findings
from talkingface.report.claims.text import findings_markdown
from talkingface.report.collect import Collected
from talkingface.report.markdown import markdown_table, plain
from talkingface.report.metric_names import ARROWS, better
from talkingface.report.numbers import duration, with_interval
from talkingface.report.result_section import places, verdict
from talkingface.report.results import Block, Row
from talkingface.report.statistics import Estimate

COLUMNS = (
    "split",
    "reference",
    "protocol",
    "metric",
    "better",
    "arm",
    "seeds",
    "mean",
    "low",
    "high",
    "baseline",
    "pairs",
    "difference",
    "difference_low",
    "difference_high",
)


def csv_table(blocks: Sequence[Block]) -> str:
    """Return a line each arm and metric; intervals are 95 %, empty where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for block in blocks:
        for row in block.rows:
            writer.writerows(_lines(block, row))
    return text.getvalue()


def _lines(block: Block, row: Row) -> Iterator[list[object]]:
    for metric, cell in row.cells.items():
        where = [block.split, block.reference or "validation", block.protocol]
        own: list[object] = [cell.own.count if row.arm else 0, *_ends(cell.own)]
        paired: list[object] = [""] * 4
        if cell.difference is not None:
            paired = [cell.difference.count, *_ends(cell.difference)]
        yield [*where, metric, better(metric), row.label, *own, row.baseline, *paired]


def _ends(estimate: Estimate) -> list[float | str]:
    low, high = estimate.low, estimate.high
    return [estimate.mean, "" if low is None else low, "" if high is None else high]


def markdown(
    collected: Collected, blocks: Sequence[Block], findings: Findings | None = None
) -> str:
    """Return states, alarms, what was found about the ablation, and the tables of results."""
    counts = ", ".join(f"{count} {state}" for state, count in summary(collected.standings))
    parts = [f"# {plain(str(collected.root))}", f"{counts}."]
    found = alarms(collected)
    if found:
        parts.append("\n".join(f"- {plain(text)}" for text in found))
    if findings is not None:
        parts.append(findings_markdown(findings))
    parts += [
        "Mean over finished seeds ± half of the 95 % interval; Δ is the difference to the "
        "baseline, paired by seed, with its own interval."
    ]
    parts += [f"## {plain(block.title)}\n\n{_block(block)}" for block in blocks]
    if not blocks:
        parts.append("No run has finished yet.")
    return "\n\n".join([*parts, f"## Where every run stands\n\n{_states(collected)}"]) + "\n"


def _block(block: Block) -> str:
    heads = [f"{metric} {ARROWS[better(metric)]}".strip() for metric in block.shown]
    rows = []
    for row in block.rows:
        seeds = max((cell.own.count for cell in row.cells.values()), default=0)
        cells = [_cell(block, row, metric) for metric in block.shown]
        rows.append([row.label, str(seeds) if row.arm else "", *cells])
    return markdown_table(["arm", "seeds", *heads], rows)


def _cell(block: Block, row: Row, metric: str) -> str:
    cell = row.cells.get(metric)
    if cell is None:
        return ""
    digits = places(block, metric)
    text = with_interval(cell.own, digits)
    if cell.difference is None:
        return text
    said = verdict(metric, cell.difference)
    return f"{text} (Δ {with_interval(cell.difference, digits, sign=True)}{' ' * bool(said)}{said})"


def _states(collected: Collected) -> str:
    rows = []
    for standing in collected.standings:
        run = standing.run
        steps = f"{run.reached} of {run.steps}" if run is not None else ""
        clock = "" if standing.seconds is None else duration(standing.seconds)
        state = f"{standing.state}: {standing.error}" if standing.error else standing.state
        rows.append([standing.arm, standing.seed, state, steps, clock, standing.folder])
    return markdown_table(["arm", "seed", "state", "step", "wall clock", "folder"], rows)
