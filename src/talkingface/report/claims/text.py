"""Claims, suites, controls and costs as Markdown and as CSV tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from talkingface.report.claims.bootstrap import Figure
from talkingface.report.claims.controls import ENDPOINTS, GUARD
from talkingface.report.claims.findings import Findings
from talkingface.report.claims.forest import forest
from talkingface.report.claims.tables import (
    CONDITION_HEADS,
    CONTROL_HEADS,
    COST_HEADS,
    HOW_TO_READ,
    HOW_TO_READ_CONTROLS,
    condition_rows,
    control_cells,
    cost_rows,
    suite_cell,
    suite_heads,
)
from talkingface.report.markdown import markdown_table, plain


def verdict_lines(findings: Findings) -> list[str]:
    """Return a line a claim, for a terminal."""
    return [f"{it.claim.name} {it.verdict:<9}  {it.claim.words}" for it in findings.claims]


def findings_files(findings: Findings) -> dict[str, str]:
    """Return the texts of claims.svg and of the tables by name; controls.csv only with controls."""
    controls = {"controls.csv": _csv(_control_lines(findings))} if findings.controls else {}
    return {
        **controls,
        "claims.csv": _csv(_claim_lines(findings)),
        "suites.csv": _csv(_suite_lines(findings)),
        "cost.csv": _csv(_cost_lines(findings)),
        "claims.svg": forest(findings.claims, alone=True) + "\n",
    }


def findings_markdown(findings: Findings) -> str:
    """Return the sections."""
    parts = ["## Claims", plain(HOW_TO_READ)]
    overview = [[it.claim.name, it.claim.words, it.verdict] for it in findings.claims]
    parts.append(markdown_table(["claim", "", "verdict"], overview))
    for claim in findings.claims:
        parts.append(f"### {plain(f'{claim.claim.name}: {claim.claim.words}')}: {claim.verdict}")
        parts.append(markdown_table(CONDITION_HEADS, condition_rows(claim)))
        parts += _list(claim.details)
    parts += [*_list(findings.notes), "## Suites"]
    for table in findings.suites:
        rows = [
            [arm, *(" ".join(suite_cell(m, cells.get(m))) for m in table.metrics)]
            for arm, cells in table.rows.items()
        ]
        parts += [f"### {plain(table.suite)}", markdown_table(suite_heads(table), rows)]
    if findings.controls:
        controls = markdown_table(CONTROL_HEADS, control_cells(findings.controls))
        parts += ["## Controls", plain(HOW_TO_READ_CONTROLS), controls]
    parts += ["## Cost", markdown_table(COST_HEADS, cost_rows(findings.costs))]
    return "\n\n".join(parts)


def _list(sentences: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {plain(text)}" for text in sentences)] if sentences else []


def _csv(lines: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _ends(figure: Figure | None) -> list[object]:
    return ["", "", ""] if figure is None else [figure.value, figure.low, figure.high]


def _claim_lines(findings: Findings) -> list[list[object]]:
    heads = "claim claim_verdict arm against suite metric statistic primary wanted value low high p"
    lines: list[list[object]] = [[*heads.split(), "seeds", "people", "verdict", "reason"]]
    for claim in findings.claims:
        for it in claim.conditions:
            one, rule = it.condition, it.condition.rule
            counts = ["", ""] if it.figure is None else [it.figure.seeds, it.figure.people]
            where = [claim.claim.name, claim.verdict, one.arm, it.against, one.suite]
            rules = ["+".join(one.metrics), rule.statistic, int(one.primary), rule.words]
            p = "" if it.p is None else it.p
            lines.append([*where, *rules, *_ends(it.figure), p, *counts, it.verdict, it.reason])
    return lines


def _suite_lines(findings: Findings) -> list[list[object]]:
    heads = "suite arm metric seeds people mean low high change change_low change_high"
    lines: list[list[object]] = [list(heads.split())]
    for table in findings.suites:
        for arm, cells in table.rows.items():
            for metric, cell in cells.items():
                counts = [cell.own.seeds, cell.own.people]
                ends = [*_ends(cell.own), *_ends(cell.change)]
                lines.append([table.suite, arm, metric, *counts, *ends])
    return lines


def _control_lines(findings: Findings) -> list[list[object]]:
    heads = "arm against suite metric statistic value low high seeds people"
    lines: list[list[object]] = [list(heads.split())]
    for row in findings.controls:
        found = [(*at, "relative", it) for at, it in zip(ENDPOINTS, row.changes, strict=True)]
        for suite, metrics, statistic, it in (*found, (*GUARD, "level", row.amplitude)):
            if it is not None:
                what = [row.arm, row.against, suite, "+".join(metrics), statistic]
                lines.append([*what, *_ends(it), it.seeds, it.people])
    return lines


def _cost_lines(findings: Findings) -> list[list[object]]:
    heads = "arm runs decoded_frames encoded_frames seconds parameters ms_per_frame"
    lines: list[list[object]] = [list(heads.split())]
    for it in findings.costs:
        values = (it.decoded, it.encoded, it.seconds, it.parameters, it.milliseconds)
        lines.append([it.arm, it.runs, *("" if value is None else value for value in values)])
    return lines
