"""What `prepare` left out and why, as far as its records beside the manifest tell."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from talkingface.errors import UserError

DECISIONS = "decisions.parquet"
SHEETS = "rejects"
MISSING = "missing.csv"


@dataclass(frozen=True)
class Example:
    """One piece or file that was left out: where it is from, and the figures behind the reason."""

    source: str
    start: float
    detail: str


@dataclass(frozen=True)
class Rejected:
    """What was left out for one reason.

    Attributes:
        reason: as `talkingface.reasons.Reason` writes it.
        count: pieces, and files of which there are none.
        seconds: of video, as far as they are known.
        examples: some of them, spread evenly.
        sheet: picture of some of them; None where there is none.
    """

    reason: str
    count: int
    seconds: float
    examples: tuple[Example, ...]
    sheet: Path | None


def read_rejected(root: Path, examples: int) -> tuple[Rejected, ...] | None:
    """Return what was left out, the commonest reason first; None where nothing was recorded.

    Raises:
        UserError: the record is there and cannot be read.
    """
    path = root / DECISIONS
    if not path.exists():
        return None
    try:
        columns = ["source", "start", "seconds", "decision", "reason", "detail"]
        table = pq.read_table(path, columns=columns)
        table = table.filter(pc.not_equal(table.column("decision").cast(pa.string()), "kept"))
        reasons = table.column("reason").cast(pa.string())
        counts = {row["values"]: row["counts"] for row in pc.value_counts(reasons).to_pylist()}
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise UserError(
            f"{path}: not a record of decisions ({error}). Run the same prepare again."
        ) from error
    order = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return tuple(
        _rejected(root, reason, table.filter(pc.equal(reasons, reason)), examples)
        for reason in order
    )


def read_missing(root: Path, most: int) -> tuple[int, list[str]]:
    """Return how many videos the layout's lists name and the input lacked, and some of them.

    Raises:
        UserError: the record is there and cannot be read.
    """
    path = root / MISSING
    if not path.exists():
        return 0, []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            next(rows, None)
            names = [", ".join(row) for row in rows if row]
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"{path}: not readable ({error}). Run the same prepare again.") from error
    return len(names), names[:most]


def _rejected(root: Path, reason: str, rows: pa.Table, examples: int) -> Rejected:
    known = pc.fill_null(rows.column("seconds").filter(pc.is_finite(rows.column("seconds"))), 0.0)
    count = min(examples, len(rows))
    places = [round(k * (len(rows) - 1) / max(count - 1, 1)) for k in range(count)]
    shown = rows.take(places).to_pylist()
    sheet = root / SHEETS / f"{reason}.jpg"
    return Rejected(
        reason,
        len(rows),
        float(pc.sum(known).as_py() or 0.0),
        tuple(Example(row["source"], row["start"] or 0.0, row["detail"] or "") for row in shown),
        sheet if sheet.is_file() else None,
    )
