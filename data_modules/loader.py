"""The loader of batches: it knows how long it was waited for, and its errors are short."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader

from data_modules.dataset import ClipBatch
from talkingface.errors import UserError


class ClipLoader(DataLoader[ClipBatch]):
    """A DataLoader that counts the time spent in waiting for batches.

    Attributes:
        waited: seconds since it was made in which a batch was asked for and not yet there.
    """

    waited = 0.0

    def __iter__(self) -> Iterator[ClipBatch]:  # type: ignore[override]
        """Yield the batches.

        Raises:
            UserError: as the data set raises it, without the loader process's traceback.
        """
        return self._timed(super().__iter__())

    def _timed(self, batches: Iterator[Any]) -> Iterator[ClipBatch]:
        while True:
            began = time.perf_counter()
            try:
                batch = next(batches)
            except StopIteration:
                return
            except UserError as error:
                raise UserError(_own_words(error)) from error
            finally:
                self.waited += time.perf_counter() - began
            yield batch


def _own_words(error: UserError) -> str:
    """Return the message alone: torch puts the traceback of a loader process in front of it."""
    return str(error).rpartition(f"{UserError.__qualname__}: ")[2].strip()
