"""Work that runs ahead of the one who needs it, in a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


class ahead(Generic[Item]):  # noqa: N801 - reads as the verb that it is, as contextlib's do
    """Run an iterator in a thread, at most `depth` items ahead; order and items are the same.

    A context manager whose value is an iterator:

        with ahead(decoded(path), depth=2) as frames:
            for frame in frames:
                ...

    The thread ends with the block, however that ends, after the item that it is at; the source is
    closed on that thread, since a decoder must be left by the thread that runs it. An exception of
    the source comes out of the iterator where the missing item would.

    Args:
        items: what to run; nobody else may use it.
        depth: items that may wait, at least 1.
    """

    def __init__(self, items: Iterable[Item], depth: int) -> None:
        self._items = items
        self._depth = depth
        self._held: deque[Item] = deque()
        self._changed = Condition()
        self._stopped = self._ended = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="ahead", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        """Start the thread."""
        self._thread.start()
        return self._taken()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the thread and wait for its end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()
        self._held.clear()

    def _taken(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._ended)
                if not self._held:
                    break
                item = self._held.popleft()
                self._changed.notify_all()
            yield item
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        source = iter(self._items)
        try:
            try:
                for item in source:
                    if not self._put(item):
                        break
            finally:
                close = getattr(source, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # noqa: BLE001 - handed over, whatever it is
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._held) < self._depth)
            if not self._stopped:
                self._held.append(item)
                self._changed.notify_all()
            return not self._stopped
