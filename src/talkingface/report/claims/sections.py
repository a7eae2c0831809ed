"""The page's sections about claims, suites, controls and costs."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.claims.findings import Findings
from talkingface.report.claims.forest import forest
from talkingface.report.claims.judge import JudgedClaim
from talkingface.report.claims.suites import SuiteTable
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
from talkingface.report.markup import Markup, element, joined

_COLOURS = {"holds": " good", "fails": " bad"}


def claim_section(findings: Findings) -> Markup:
    """Return the verdicts, the drawing of all conditions, and each claim's table."""
    overview = [
        [claim.claim.name, claim.claim.words, claim.verdict, str(len(claim.conditions))]
        for claim in findings.claims
    ]
    notes = element("ul", *(element("li", note) for note in findings.notes), class_="muted")
    return joined(
        element("p", HOW_TO_READ, class_="muted"),
        _table(("claim", "", "verdict", "conditions"), overview, judged_column=2),
        element("figure", forest(findings.claims), class_="chart"),
        *map(_claim, findings.claims),
        notes if findings.notes else None,
    )


def suite_section(findings: Findings) -> Markup:
    """Return a table a suite, an arm a row."""
    about = (
        "Means over seeds and people; below, the relative difference to the baseline (of leaks, "
        "the difference). The guards stand at the right: of a face that moves too little, little "
        "jitter is no merit."
    )
    return joined(element("p", about, class_="muted"), *map(_suite, findings.suites))


def control_section(findings: Findings) -> Markup:
    """Return a row an arm or control."""
    table = _table(CONTROL_HEADS, control_cells(findings.controls))
    return joined(element("p", HOW_TO_READ_CONTROLS, class_="muted"), table)


def cost_section(findings: Findings) -> Markup:
    """Return a row an arm."""
    about = "Means over finished runs; frames are those of a whole training."
    table = _table(COST_HEADS, cost_rows(findings.costs))
    return joined(element("p", about, class_="muted"), table)


def _claim(claim: JudgedClaim) -> Markup:
    beside = element("ul", *(element("li", text) for text in claim.details), class_="muted")
    title = f"{claim.claim.name}: {claim.claim.words}"
    said = element("span", claim.verdict, class_=f"difference{_COLOURS.get(claim.verdict, '')}")
    return element(
        "details",
        element("summary", element("b", title), " ", said),
        _table(CONDITION_HEADS, condition_rows(claim), judged_column=5),
        beside if claim.details else None,
        open=claim.verdict != "undecided" and len(claim.conditions) < 10,
    )


def _suite(table: SuiteTable) -> Markup:
    rows = []
    for arm, cells in table.rows.items():
        parts = []
        for metric in table.metrics:
            own, *change = suite_cell(metric, cells.get(metric))
            beside = [element("span", text, class_="difference") for text in change]
            parts.append(element("td", own, *beside, class_="number"))
        rows.append(element("tr", element("th", arm, scope="row"), *parts))
    heads = element("tr", *(element("th", head, scope="col") for head in suite_heads(table)))
    body = element("table", element("thead", heads), element("tbody", *rows))
    return joined(element("h3", table.suite), element("div", body, class_="wide"))


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], judged_column: int | None = None
) -> Markup:
    lines = []
    for first, *others in rows:
        cells = [
            _judged(text) if place == judged_column else element("td", text)
            for place, text in enumerate(others, start=1)
        ]
        lines.append(element("tr", element("th", first, scope="row"), *cells))
    top = element("tr", *(element("th", head, scope="col") for head in heads))
    table = element("table", element("thead", top), element("tbody", *lines))
    return element("div", table, class_="wide")


def _judged(text: str) -> Markup:
    colour = _COLOURS.get(text, "")
    return element("td", element("span", text, class_=f"difference{colour}"))
