"""Files that belong together, replaced so that a killed process leaves the old or the new set.

The head, a JSON file, is written last and says which contents of the others belong to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkingface.errors import UserError

_PARTS = "files"


@dataclass(frozen=True)
class _Set:
    """A head with the files, under their names or staged, whose contents belong to it."""

    head: dict[str, Any]
    places: Mapping[str, Path]


def write_set(
    folder: Path, head_name: str, head: Mapping[str, Any], parts: Mapping[str, str]
) -> None:
    """Write files that belong together; they get their names when all are complete.

    Args:
        folder: created where it does not exist.
        head_name: of the file that is written last; its presence says that the set is complete.
        head: its JSON values; the hashes of the parts are added under "files".
        parts: texts by name.

    Raises:
        UserError: the folder cannot be written.
        ValueError: the head holds what JSON cannot.
    """
    digests = {name: _digest(text.encode()) for name, text in parts.items()}
    last = json.dumps({**head, _PARTS: digests}, indent=2, allow_nan=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _settle(folder, head_name)
        for name, text in {**parts, head_name: last}.items():
            _staged(folder / name).write_bytes(text.encode())
        for name in (*parts, head_name):
            _staged(folder / name).replace(folder / name)
    except OSError as error:
        raise UserError(
            f"{folder}: results cannot be written ({error}). Choose a writable folder."
        ) from error


def read_set(folder: Path, head_name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the head and the texts that belong to it; changes no file.

    Raises:
        UserError: no complete set, or one whose files were changed.
    """
    path = folder / head_name
    found = _find(path, folder) or _find(_staged(path), folder)
    if found is not None:
        # Not as text, which would change the line ends inside of names.
        texts = {name: place.read_bytes().decode() for name, place in found.places.items()}
        return found.head, texts
    if not path.exists():
        raise UserError(f"{folder}: holds no finished evaluation (no {head_name}). Evaluate first.")
    raise UserError(
        f"{path}: damaged, of another version, or not of the files beside it. Evaluate again."
    )


def _settle(folder: Path, head_name: str) -> None:
    """Finish what a killed write had staged whole, and drop a staged head that is not."""
    staged = _staged(folder / head_name)
    found = _find(staged, folder)
    if found is None:
        staged.unlink(missing_ok=True)
        return
    for name, place in {**found.places, head_name: staged}.items():
        place.replace(folder / name)


def _find(path: Path, folder: Path) -> _Set | None:
    """The set of a head, or None where the head or any of its parts is not whole."""
    try:
        head = json.loads(path.read_bytes())
        places = {name: _place(folder / name, digest) for name, digest in head[_PARTS].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    whole = {name: place for name, place in places.items() if place is not None}
    return _Set(head, whole) if len(whole) == len(places) else None


def _place(path: Path, digest: str) -> Path | None:
    for place in (path, _staged(path)):
        if place.is_file() and _digest(place.read_bytes()) == digest:
            return place
    return None


def _staged(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
