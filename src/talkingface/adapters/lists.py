"""List files of published data sets, as they lie about and as they are written."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from talkingface.errors import UserError

_FEW = 100


def find_list(root: Path, name: str, folder: str = "") -> Path | None:
    """Return the list file of a name; None where there is none.

    It is looked for in the folder, in the one above it, in the folders directly below it, and in
    the folder in which it is published, beside the videos. Other folders beside them may belong
    to another data set.

    Args:
        root: the folder of the videos.
        name: of the list file.
        folder: in which it is published, "" for none.
    """
    above = root.resolve().parent
    for place in (root, above, *_below(root), above / folder):
        # Path's own test raises where a folder may not be entered.
        if os.path.isfile(path := place / name):  # noqa: PTH113
            return path
    return None


def read_text(path: Path) -> str:
    """Return a list file's text without a byte order mark.

    Raises:
        UserError: the file cannot be read or is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise UserError(
            f"{path}: not a readable list file ({error}). Get it again, or move it away."
        ) from error


def cells(path: Path) -> Iterator[list[str]]:
    """Yield the cells of each line that has any; cells are divided by white space.

    Raises:
        UserError: as read_text.
    """
    for line in read_text(path).splitlines():
        if parts := line.split():
            yield parts


def records(path: Path, *needed: str) -> Iterator[dict[str, str]]:
    """Yield each line of a table with a header as {column: cell}, blanks around cells removed.

    Args:
        path: a table whose cells are divided by tabs if the header holds any, else by commas.
        needed: columns that must be there.

    Raises:
        UserError: as read_text; or a column is missing.
    """
    text = read_text(path)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    header = [cell.strip() for cell in next(rows, [])]
    for name in needed:
        if name not in header:
            raise UserError(
                f"{path}: has no column '{name}', only {', '.join(header) or 'none'}. "
                "Get the list again, or move it away."
            )
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield dict(zip(header, (cell.strip() for cell in row), strict=False))
    except csv.Error as error:
        raise UserError(
            f"{path}: not a readable list file ({error}). Get it again, or move it away."
        ) from error


def _below(folder: Path) -> list[Path]:
    """Return the folders in a folder; none where they are so many that they are the data."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entry.path for entry in entries if entry.is_dir())
    except OSError:
        return []
    return [Path(path) for path in found] if len(found) <= _FEW else []
