"""How work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

# Called with what is being done, how many frames are done, and of how many. An exception that it
# raises ends the work, which leaves nothing behind.
Watch = Callable[[str, int, int], None]


def unwatched(what: str, done: int, total: int) -> None:
    """Tell nobody."""
