"""The record of every decision: `decisions.parquet`, one row a piece or file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from talkingface.dataset.whole_files import replaced_file
from talkingface.manifest import Measures
from talkingface.prepare.journal import Picture
from talkingface.prepare.verdicts import FAILURES
from talkingface.reasons import Reason

DECISIONS_FILE = "decisions.parquet"
WHOLE_FILE = -1
_ROW_GROUP = 65_536
_MEASURES = tuple(field.name for field in fields(Measures))

DECISION_SCHEMA = pa.schema(
    [
        pa.field(name, kind, nullable=False, metadata={"doc": sentence})
        for name, kind, sentence in (
            ("source", pa.string(), "The file's path below the input folder, printable."),
            ("size", pa.int64(), "Bytes of the file; 0 where it could not be looked at."),
            ("mtime_ns", pa.int64(), "Time of its last change, nanoseconds since 1970."),
            ("piece", pa.int32(), "Number of the piece in the file; -1 is the file as a whole."),
            ("start", pa.float64(), "Seconds from the file's first frame to the piece's."),
            ("seconds", pa.float64(), "Length of the piece; 0 where nothing could be read."),
            ("decision", pa.string(), "kept, rejected, or failed: the file could not be read."),
            ("reason", pa.string(), "Why, in a word; see talkingface.reasons."),
            ("detail", pa.string(), "Why, in figures."),
            ("clip", pa.string(), "Name of the clip; empty unless kept."),
            *((name, pa.float32(), "See the manifest's column.") for name in _MEASURES),
        )
    ]
)


@dataclass(frozen=True)
class Decision:
    """One row; see DECISION_SCHEMA. `picture` is where the piece's thumbnail lies."""

    source: str
    size: int
    mtime_ns: int
    piece: int
    start: float
    seconds: float
    reason: Reason
    detail: str
    clip: str = ""
    measures: Measures = field(default_factory=Measures)
    picture: Picture | None = None

    @property
    def decision(self) -> str:
        """Whether the piece is kept or rejected, or the file failed to be read."""
        if self.reason is Reason.KEPT:
            return "kept"
        return "failed" if self.reason in FAILURES else "rejected"


class DecisionWriter:
    """Collects rows and writes them a group at a time."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._rows: list[Decision] = []

    def add(self, row: Decision) -> None:
        """Take a row."""
        self._rows.append(row)
        if len(self._rows) >= _ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the rows taken so far."""
        values = [
            *([getattr(row, name) for row in self._rows] for name in DECISION_SCHEMA.names[:10]),
            *([getattr(row.measures, name) for row in self._rows] for name in _MEASURES),
        ]
        arrays = [
            pa.array([str(v) for v in value] if column.type == pa.string() else value, column.type)
            for value, column in zip(values, DECISION_SCHEMA, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=DECISION_SCHEMA))
        self._rows = []


@contextmanager
def decision_writer(root: Path) -> Iterator[DecisionWriter]:
    """Write `decisions.parquet`, which is there when the block ends."""
    with (
        replaced_file(root / DECISIONS_FILE) as partial,
        pq.ParquetWriter(partial, DECISION_SCHEMA, compression="zstd") as parquet,
    ):
        writer = DecisionWriter(parquet)
        yield writer
        writer.flush()
