"""An evaluation's folder: a table of videos, a summary, and the protocol."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from talkingface.errors import UserError
from talkingface.evaluation.file_set import read_set, write_set
from talkingface.evaluation.protocol import Protocol
from talkingface.evaluation.results import Failure, Results, Score, Timing, VideoRow, value_names
from talkingface.evaluation.summary_text import markdown_summary

FORMAT = 1
VIDEOS, PROTOCOL, READABLE, SUMMARY = "videos.csv", "protocol.json", "summary.md", "summary.json"
_LEADING = ("case", "identity", "source", "driving", "frames")


def write_results(folder: Path, results: Results) -> None:
    """Write `videos.csv`, `protocol.json`, `summary.md` and, last, `summary.json`.

    A process killed on the way leaves the old results or the new ones, never a mixture.

    Args:
        folder: created where it does not exist.
        results: of an evaluation.

    Raises:
        UserError: the folder cannot be written.
    """
    parts = {
        VIDEOS: rows_to_csv(results.rows),
        PROTOCOL: json.dumps(results.protocol.fields, indent=2, allow_nan=False) + "\n",
        READABLE: markdown_summary(results),
    }
    write_set(folder, SUMMARY, {"format": FORMAT, **_summary(results)}, parts)


def read_results(folder: Path) -> Results:
    """Read back what `write_results` wrote.

    Raises:
        UserError: no finished evaluation, one of another version, or files that were changed.
    """
    summary, texts = read_set(folder, SUMMARY)
    if summary.get("format") != FORMAT:
        raise UserError(
            f"{folder / SUMMARY}: format {summary.get('format')}, this version reads format "
            f"{FORMAT}. Evaluate again."
        )
    try:
        return Results(
            protocol=Protocol(json.loads(texts[PROTOCOL])),
            of=summary["of"],
            rows=rows_from_csv(texts[VIDEOS]),
            scores={name: Score(**score) for name, score in summary["metrics"].items()},
            timings={
                name: Timing(timing["frames"], timing["seconds"])
                for name, timing in summary["timings"].items()
            },
            failed=[Failure(**failure) for failure in summary["failed"]],
            unit=summary["unit"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{folder}: damaged ({error}). Evaluate again.") from error


def rows_to_csv(rows: Sequence[VideoRow]) -> str:
    """Return a line a video; the leading columns, then metrics; a cell without a value is empty."""
    names = value_names(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_LEADING, *names])
    for row in rows:
        values = (row.values.get(name, math.nan) for name in names)
        leading = [row.case, row.identity, row.source, row.driving, row.frames]
        writer.writerow([*leading, *("" if math.isnan(v) else repr(float(v)) for v in values)])
    return text.getvalue()


def rows_from_csv(text: str) -> list[VideoRow]:
    """Return the rows of `rows_to_csv`, with NaN for empty cells.

    Raises:
        KeyError, ValueError: another table.
    """
    rows = []
    for line in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        case, identity, source, driving, frames = (line.pop(name) for name in _LEADING)
        values = {name: float(cell) if cell else math.nan for name, cell in line.items()}
        rows.append(VideoRow(case, identity, source, driving, int(frames), values))
    return rows


def _summary(results: Results) -> dict[str, Any]:
    return {
        "protocol": results.protocol.digest,
        "of": results.of,
        "videos": len(results.rows),
        "identities": results.identities,
        "unit": results.unit,
        "metrics": {name: asdict(score) for name, score in results.scores.items()},
        "timings": {
            name: {**asdict(timing), "frames_per_second": timing.frames_per_second}
            for name, timing in results.timings.items()
        },
        "failed": [asdict(failure) for failure in results.failed],
    }
