"""Who is seen in a video: from a table, from the folder it lies in, or from its name."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from talkingface.errors import UserError

IDENTITY_SOURCES = ("stem", "folder", "table")


@dataclass(frozen=True)
class IdentitySettings:
    """Where identities come from.

    Attributes:
        source: "stem": every file is a person of its own; "folder": the name of the folder that
            holds the file; "table": a CSV file.
        table: the CSV file, with a header line.
        file_column: its column of file names, alone or with the folders that hold them.
        column: its column of identities.
    """

    source: str = "stem"
    table: Path | None = None
    file_column: str = "file"
    column: str = "identity"


class Table:
    """Identities of files by name, each with as many of the folders above it as are written."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the identity of each name."""
        self._names = names
        self._used: set[str] = set()

    def __call__(self, path: Path) -> str | None:
        """Return the identity of the entry that agrees with most of the path, from its end."""
        parts = path.absolute().parts
        for start in range(len(parts)):
            name = "/".join(parts[start:])
            if (who := self._names.get(name)) is not None:
                self._used.add(name)
                return who
        return None

    def unused(self) -> list[str]:
        """Return the names that no path agreed with, in the table's order."""
        return [name for name in self._names if name not in self._used]


def identity_rule(settings: IdentitySettings) -> Callable[[Path], str | None] | Table:
    """Return a function from a video's path to its identity, None where the table lacks it.

    Folders are those of the path as it is given: links are not followed.

    Raises:
        UserError: an unknown source, or a table that is missing or lacks a column.
    """
    if settings.source == "stem":
        return lambda path: path.stem
    if settings.source == "folder":
        return lambda path: path.absolute().parent.name
    if settings.source == "table":
        return Table(_read_table(settings))
    raise UserError(
        f"identity.from={settings.source}: unknown; choose one of {', '.join(IDENTITY_SOURCES)}."
    )


def _read_table(settings: IdentitySettings) -> dict[str, str]:
    if settings.table is None:
        raise UserError("identity.from=table needs identity.table=<a CSV file>.")
    try:
        with settings.table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = reader.fieldnames or []
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{settings.table}: not a readable CSV file ({error}).") from error
    for name in (settings.file_column, settings.column):
        if name not in columns:
            raise UserError(
                f"{settings.table}: has no column '{name}', only {', '.join(columns)}. "
                "Set identity.file_column and identity.column."
            )
    return {
        Path(name).as_posix(): who
        for row in rows
        if (name := (row[settings.file_column] or "").strip())
        and (who := (row[settings.column] or "").strip())
    }
