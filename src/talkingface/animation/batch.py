"""Many videos: each file is read once, and one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from talkingface.animation.making import Made
from talkingface.animation.motion import Motion
from talkingface.animation.pairs import Pair
from talkingface.animation.reference import Reference
from talkingface.animation.still import Still
from talkingface.errors import UserError

Read = TypeVar("Read")
ReadMotion = tuple[Motion, Reference | None]


@dataclass(frozen=True)
class Failed:
    """A video that was not made, and why."""

    output: Path
    reason: str


def make_all(
    pairs: Sequence[Pair],
    read_portrait: Callable[[Path], Still],
    read_reference: Callable[[Path], ReadMotion],
    make: Callable[[Still, ReadMotion, Path], Made],
) -> Iterator[Made | Failed]:
    """Make videos in order and yield what came of each.

    Args:
        pairs: what to make; those of one portrait follow each other.
        read_portrait: reads a portrait's file; called once a portrait.
        read_reference: reads a reference's file; called once a reference.
        make: makes a video of what they returned.
    """
    # Portraits can be large, so one at a time is kept; a motion is small.
    portraits = _Once(read_portrait, keep=1)
    references = _Once(read_reference, keep=len(pairs))
    for pair in pairs:
        try:
            still, reference = portraits(pair.source), references(pair.driving)
            made = make(still, reference, pair.output)
        except UserError as error:
            yield Failed(pair.output, str(error))
        else:
            yield made


class _Once(Generic[Read]):
    """Remembers what came of reading a file, an error too; the latest `keep` files."""

    def __init__(self, read: Callable[[Path], Read], keep: int) -> None:
        self._read = read
        self._keep = keep
        self._known: dict[Path, Read | UserError] = {}

    def __call__(self, path: Path) -> Read:
        if path not in self._known:
            while len(self._known) >= self._keep:
                del self._known[next(iter(self._known))]
            try:
                self._known[path] = self._read(path)
            except UserError as error:
                self._known[path] = error
        known = self._known[path]
        if isinstance(known, UserError):
            raise known
        return known
