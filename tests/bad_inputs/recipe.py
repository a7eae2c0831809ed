"""What a bad or hard input is: a file, how it is made, and what may be said about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from talkingface.reasons import Reason

READ = frozenset({Reason.KEPT})
DAMAGED = frozenset({Reason.DAMAGED})
# Some damage shows, some hits bytes that nobody needs.
PERHAPS = READ | DAMAGED
# Damage of the index can take everything away.
ANY_DAMAGE = PERHAPS | {
    Reason.NOT_VIDEO,
    Reason.NO_PICTURE,
    Reason.STILL_PICTURE,
    Reason.TOO_LARGE,
}


@dataclass(frozen=True)
class Recipe:
    """One input.

    Attributes:
        family: what kind of trouble it is.
        name: the file's name, unique among all recipes; bytes where it is not UTF-8.
        write: makes the file at the path given.
        reasons: what reading it may end with; KEPT means that all of it is read.
    """

    family: str
    name: str | bytes
    write: Callable[[Path], None]
    reasons: frozenset[Reason]

    def path(self, folder: Path) -> Path:
        """Return where the file is below a folder."""
        return folder / self.family / os.fsdecode(self.name)


def make(folder: Path, recipes: Iterable[Recipe]) -> None:
    """Make the files of recipes below a folder, one folder a family."""
    for recipe in recipes:
        path = recipe.path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        recipe.write(path)
