"""Worker processes that may use MediaPipe, and that end with the command that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor


def spawn_workers(workers: int) -> ProcessPoolExecutor:
    """Return a pool of so many fresh processes, which end at once when this one does."""
    # MediaPipe hangs in a forked process once its parent has used it.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=end_with_parent)


def end_with_parent() -> None:
    """Make this process end at once when the command that started it is interrupted or killed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
