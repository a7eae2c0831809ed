"""Progress bars for work that tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from tqdm import tqdm


class ProgressBars:
    """One bar for each thing that is done, one after another. A context manager and a `Watch`.

    Args:
        check: called before anything is shown; an exception that it raises ends the work.
    """

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._bar: tqdm | None = None
        self._what = ""

    def __enter__(self) -> ProgressBars:
        """Return the watch."""
        return self

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` frames are done."""
        self._check()
        if self._bar is None or what != self._what or done < self._bar.n:
            self._close()
            self._bar, self._what = tqdm(desc=what, total=total, unit="frame"), what
        self._bar.update(done - self._bar.n)

    def say(self, line: str) -> None:
        """Print a line below the bars."""
        self._close()
        print(line)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last bar as it stands."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
