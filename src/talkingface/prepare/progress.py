"""How far `prepare` is, on the terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from tqdm import tqdm

_REFRESH_SECONDS = 2.0


class Progress:
    """A bar in bytes of video, with the time that is left and what became of the pieces.

    Bytes, since every file's size is known before it is opened. A context manager.

    Args:
        total: bytes of all videos.
        done: bytes of those that were done before.
    """

    def __init__(self, total: int, done: int) -> None:
        self._kept = 0
        self._rejected = 0
        self._shown = time.monotonic()
        # A mean over everything: the last few files say little about the others.
        self._bar = tqdm(
            total=total,
            initial=done,
            unit="B",
            unit_scale=True,
            desc="prepare",
            smoothing=0,
            mininterval=0.5,
        )

    def __enter__(self) -> Progress:
        """Return the bar."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it stands."""
        self._bar.close()

    def video(self, size: int, kept: int, rejected: int) -> None:
        """Count a video that is done: its bytes, and its pieces."""
        self._kept += kept
        self._rejected += rejected
        self._bar.set_postfix(kept=self._kept, rejected=self._rejected, refresh=False)
        self._bar.update(size)

    def tick(self) -> None:
        """Let the clock on a terminal go on while a long video is at work."""
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._shown > _REFRESH_SECONDS:
            self._shown = now
            self._bar.refresh()
