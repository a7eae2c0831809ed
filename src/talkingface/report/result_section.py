"""The page's tables of results."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.markup import Markup, element, joined
from talkingface.report.metric_names import ARROWS, better
from talkingface.report.numbers import decimals, with_interval
from talkingface.report.results import Block, Cell, Row
from talkingface.report.statistics import Estimate


def result_section(blocks: Sequence[Block]) -> Markup:
    """Return all blocks under their titles, with how to read them."""
    if not blocks:
        return joined(element("p", "No run has finished yet, so there are no final metrics."))
    return joined(_how_to_read(any(block.compares for block in blocks)), *map(_block, blocks))


def verdict(metric: str, difference: Estimate) -> str:
    """Return "better" or "worse" where the interval leaves no doubt of it, else ""."""
    wanted = {"lower": -1, "higher": 1}.get(better(metric), 0)
    if not wanted or not difference.sign:
        return ""
    return "better" if difference.sign == wanted else "worse"


def places(block: Block, metric: str) -> int:
    """Return the decimals of a metric's column."""
    cells = [row.cells[metric] for row in block.rows if metric in row.cells and row.arm]
    return decimals(
        estimate for cell in cells for estimate in (cell.own, cell.difference) if estimate
    )


def _how_to_read(compares: bool) -> Markup:
    text = (
        "Mean over finished seeds ± half of Student's 95 % interval; one seed has no interval. "
        "↓ lower is better, ↑ higher is better, → 1 nearer to one is better."
    )
    if compares:
        text += (
            " Δ is the difference to the baseline with the same other fields, paired by seed, "
            "with its own interval; it is coloured where that interval leaves out zero. Of many "
            "such intervals one in twenty leaves out zero by chance."
        )
    return element("p", text, class_="muted")


def _block(block: Block) -> Markup:
    heads = [_head(metric) for metric in block.shown]
    table = element(
        "table",
        element("thead", element("tr", element("th", "arm"), element("th", "seeds"), *heads)),
        element("tbody", *(_row(block, row) for row in block.rows)),
    )
    return joined(element("h3", block.title), element("div", table, class_="wide"))


def _head(metric: str) -> Markup:
    direction = better(metric)
    title = f"{direction} is better" if direction else None
    first, *others = metric.removeprefix("val/").split("_")
    # Long names may break where their words do, so that the table stays within the page.
    breakable = [part for word in others for part in ("_", element("wbr"), word)]
    arrow = f"\N{NO-BREAK SPACE}{ARROWS[direction]}" if direction else None
    return element("th", first, *breakable, arrow, title=title, scope="col")


def _row(block: Block, row: Row) -> Markup:
    kind = "floor" if row.arm is None else ("base" if not row.baseline else None)
    head = element("th", row.label, scope="row")
    if row.arm is not None and not row.cells:
        none = element("td", "nothing finished", class_="muted", colspan=len(block.shown))
        return element("tr", head, element("td", "0"), none)
    counts = {cell.own.count for cell in row.cells.values()}
    seeds = "" if row.arm is None else str(max(counts))
    cells = [
        _cell(metric, row.cells.get(metric), places(block, metric), max(counts))
        for metric in block.shown
    ]
    return element("tr", head, element("td", seeds), *cells, class_=kind)


def _cell(metric: str, cell: Cell | None, digits: int, seeds: int) -> Markup:
    if cell is None:
        return element("td", "\N{EN DASH}", class_="muted")
    parts: list[str] = [with_interval(cell.own, digits)]
    if cell.own.count != seeds:
        parts.append(element("span", f" ({cell.own.count} seeds)", class_="muted"))
    if cell.difference is not None:
        said = verdict(metric, cell.difference)
        text = f"Δ {with_interval(cell.difference, digits, sign=True)} {said}".strip()
        if cell.difference.half is None:
            text += ", no interval"
        elif cell.difference.count != seeds:
            text += f" ({cell.difference.count} pairs)"
        kind = {"better": " good", "worse": " bad"}.get(said, "")
        parts.append(element("span", text, class_=f"difference{kind}"))
    return element("td", *parts, class_="number")
