"""A folder belongs to the settings that filled it: the first use records, others must agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError

SETTINGS_FILE = "settings.json"


def claim_folder(root: Path, settings: Mapping[str, Any]) -> None:
    """Make `root` the folder of `settings`, or check that it already is.

    The first use creates the folder and writes `settings.json` into it. Later uses with equal
    settings return silently, so that an unfinished command can be run again.

    Args:
        root: the folder that a command fills.
        settings: plain JSON values (None, bool, numbers, strings, lists, mappings with str keys).

    Raises:
        UserError: the folder was filled with other settings (each differing field is named with
            both values), holds other files or is no folder, or its `settings.json` cannot be read.
    """
    wanted = json.loads(json.dumps(settings))
    path = root / SETTINGS_FILE
    if not path.exists():
        _refuse_foreign_files(root)
        with replaced_file(path) as partial:
            partial.write_text(json.dumps(wanted, indent=2) + "\n")
    # Compared in any case: of processes that start together, the last one wins.
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: cannot be read ({error}). Remove the folder or choose another one."
        ) from error
    differing = _differing_fields(found, wanted)
    if differing:
        raise UserError(
            f"{root} was made with other settings: {'; '.join(differing)}. "
            "Choose another folder, restore these settings, or remove the folder to start over."
        )


def _refuse_foreign_files(root: Path) -> None:
    if root.is_symlink() and not root.exists():
        raise UserError(f"{root} is a link that leads nowhere. Remove it or choose another name.")
    if root.exists() and not root.is_dir():
        raise UserError(f"{root} is a file; a folder is needed here. Choose another name.")
    if not root.is_dir() or all(entry.suffix == ".partial" for entry in root.iterdir()):
        return
    # Looked at last: another process may be the first to use the folder at this moment.
    if not (root / SETTINGS_FILE).exists():
        raise UserError(
            f"{root} holds files but no {SETTINGS_FILE}, so another command made them. "
            "Choose an empty or new folder."
        )


def _differing_fields(found: Any, wanted: Any, name: str = "") -> list[str]:
    """Return `field: found, now wanted` for every leaf in which the two differ."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        lines: list[str] = []
        for key in sorted(found.keys() | wanted.keys()):
            field = f"{name}.{key}" if name else key
            lines += _differing_fields(found.get(key), wanted.get(key), field)
        return lines
    return [] if found == wanted else [f"{name} was {found!r}, now {wanted!r}"]
