"""An array that grows at its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Growing:
    """Rows that are added piece by piece, in one place of memory.

    A list of the pieces would hold thousands of small things between large ones that come and go,
    and the process would grow by far more than they take.
    """

    def __init__(self) -> None:
        self._held: NDArray | None = None
        self._count = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def add(self, rows: NDArray) -> None:
        """Append rows (N, ...), of one shape and type each time."""
        if self._held is None:
            self._held = np.empty((1024, *rows.shape[1:]), rows.dtype)
        count = self._count + len(rows)
        if count > len(self._held):
            more = np.empty((max(count, 2 * len(self._held)), *rows.shape[1:]), rows.dtype)
            more[: self._count] = self._held[: self._count]
            self._held = more
        self._held[self._count : count] = rows
        self._count = count

    def rows(self) -> NDArray:
        """Return all of them, (len, ...).

        Raises:
            ValueError: nothing was ever added.
        """
        if self._held is None:
            raise ValueError("no rows were added")
        return self._held[: self._count].copy()
