"""The summary of an evaluation as text for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from talkingface.evaluation.results import Results
from talkingface.evaluation.summary_table import (
    ABOUT,
    counts,
    floors_of,
    remedies,
    score_rows,
    title,
)
from talkingface.report.markdown import markdown_table, plain
from talkingface.report.numbers import number


def format_summary(results: Results) -> str:
    """Return lines for a terminal: a metric each, then failures and speeds."""
    heads, rows = _cells(results)
    # Columns that are empty everywhere say nothing.
    used = [k for k in range(len(heads)) if not k or any(row[k] for row in rows)]
    lines = [[line[k] for k in used] for line in (heads, *rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(used))]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    head = f"{title(results)}, protocol {results.protocol.digest}"
    return "\n".join([head, counts(results), "", *table, *_extras(results)])


def markdown_summary(results: Results) -> str:
    """Return the same with an explanation, for people who open the folder."""
    parts = [
        f"# {plain(title(results))}",
        f"Protocol {results.protocol.digest}. {counts(results)}",
        plain(ABOUT),
        markdown_table(*_cells(results)),
    ]
    what = [f"- {plain(name)}: {plain(str(value))}" for name, value in results.of.items()]
    if what:
        parts.append("\n".join(["What was evaluated:", "", *what]))
    extras = [f"- {plain(line)}" for line in _extras(results) if line]
    return "\n\n".join([*parts, *(["\n".join(extras)] if extras else [])]) + "\n"


def _cells(results: Results) -> tuple[list[str], list[list[str]]]:
    floors = floors_of(results)
    heads = ["metric", "mean", "95 % interval", "ruler's error", *floors.values(), "videos", "note"]
    rows = [
        [
            row.head,
            row.mean,
            row.interval,
            row.ruler,
            *(row.floors.get(suffix, "") for suffix in floors),
            row.videos,
            row.note,
        ]
        for row in score_rows(results)
    ]
    return heads, rows


def _extras(results: Results) -> Iterator[str]:
    missing = remedies(results)
    if missing:
        yield ""
    yield from missing
    if results.failed:
        yield ""
    for failure in results.failed:
        yield f"{failure.case} failed: {failure.reason}"
    if results.timings:
        yield ""
    for stage, timing in results.timings.items():
        speed = timing.frames_per_second
        fast = "" if speed is None else f", {number(speed, 1)} frames/s"
        yield f"{stage}: {timing.frames} frames in {number(timing.seconds, 1)} s{fast}"
