"""A random sample of a stream: everything while there is room, then an even choice."""

from __future__ import annotations

import torch
from torch import Tensor


class Reservoir:
    """Keeps at most `capacity` rows, each row seen being as likely to be kept (Vitter 1985).

    The choice depends on the number of rows alone, so streams of equal length keep equal places.
    """

    def __init__(self, capacity: int, seed: int = 0):
        self.seen = 0
        self._capacity = capacity
        self._generator = torch.Generator().manual_seed(seed)
        self._kept: list[Tensor] = []

    def add(self, rows_NF: Tensor) -> None:
        """Take the next rows (N, F) of the stream."""
        for row_F in rows_NF:
            self.seen += 1
            if len(self._kept) < self._capacity:
                self._kept.append(row_F.clone())
                continue
            place = int(torch.randint(self.seen, (), generator=self._generator))
            if place < self._capacity:
                self._kept[place] = row_F.clone()

    def rows(self) -> Tensor:
        """Return the rows kept, (N, F)."""
        return torch.stack(self._kept) if self._kept else torch.empty(0, 0)
