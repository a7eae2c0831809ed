"""The clips of a data set as columns in a memory map: opened at once, shared by all processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from talkingface.dataset.clip import Clip
from talkingface.dataset.schema import clips_to_table, rows_to_clips

_AT_ONCE = 4096


class ClipTable(Sequence[Clip]):
    """All clips, or some rows of them; a Clip is made when it is asked for.

    Another process that gets one maps the file again, so that a million clips are in memory once
    a machine, and nothing is copied when processes only read.

    Args:
        columns: table of CLIP_SCHEMA.
        path: the file that `columns` is a map of; None keeps them in this process's memory.
        rows: the rows meant, in order; None means all.
    """

    def __init__(self, columns: pa.Table, path: Path | None, rows: NDArray[np.int64] | None = None):
        self._columns, self._path, self._rows = columns, path, rows

    @classmethod
    def mapped(cls, path: Path, rows: NDArray[np.int64] | None = None) -> ClipTable:
        """Return the table in an Arrow file.

        Raises:
            OSError: the file is missing or is no Arrow file.
        """
        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all(), path, rows)

    @classmethod
    def of(cls, clips: Iterable[Clip]) -> ClipTable:
        """Return clips as a table; one that is a table already is returned as it is."""
        return clips if isinstance(clips, cls) else cls(clips_to_table(clips), None)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Say how another process gets the same rows."""
        if self._path is None:
            return type(self), (self._columns, None, self._rows)
        return type(self).mapped, (self._path, self._rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns) if self._rows is None else len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Clip: ...

    @overload
    def __getitem__(self, place: slice) -> ClipTable: ...

    def __getitem__(self, place: int | slice) -> Clip | ClipTable:
        """Return one clip, or the rows of a slice."""
        if isinstance(place, slice):
            return self.take(np.arange(len(self))[place])
        if not -len(self) <= place < len(self):
            raise IndexError(f"clip {place} of {len(self)}")
        place %= len(self)
        row = place if self._rows is None else int(self._rows[place])
        return rows_to_clips(self._columns.slice(row, 1).to_pylist())[0]

    def __iter__(self) -> Iterator[Clip]:
        """Yield the clips, never many of them in memory."""
        for first in range(0, len(self), _AT_ONCE):
            yield from rows_to_clips(self._part(first, first + _AT_ONCE).to_pylist())

    def take(self, places: NDArray[np.integer] | NDArray[np.bool_]) -> ClipTable:
        """Return some of these rows, by their places or by one truth value a row."""
        places = np.asarray(places)
        if places.dtype == bool:
            places = np.flatnonzero(places)
        rows = places if self._rows is None else self._rows[places]
        return ClipTable(self._columns, self._path, rows.astype(np.int64))

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column of numbers or truth values, one a row; a view where it can be one."""
        values = self._columns.column(name)
        whole = (
            values.chunk(0).to_numpy(zero_copy_only=False)
            if values.num_chunks == 1
            else values.to_numpy()
        )
        return whole if self._rows is None else whole[self._rows]

    def coded(self, name: str) -> tuple[NDArray[np.int32], list[str]]:
        """Return a column of names as numbers, one a row, and the name that each number means."""
        codes = self._columns.column(name).combine_chunks().dictionary_encode()
        whole = codes.indices.to_numpy()
        numbers = whole if self._rows is None else whole[self._rows]
        return numbers, codes.dictionary.to_pylist()

    def _part(self, first: int, last: int) -> pa.Table:
        if self._rows is None:
            return self._columns.slice(first, last - first)
        return self._columns.take(pa.array(self._rows[first:last]))
