"""The data set's folder while it is being filled: whose it is, and what is left over in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from talkingface.dataset.store import MANIFEST_FILE, MAP_FILE
from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError
from talkingface.manifest import FORMAT
from talkingface.prepare.naming import owner
from talkingface.prepare.order import Order
from talkingface.settings import SETTINGS_FILE, claim_folder

_INPUT_FILE = "input.txt"


def claim(order: Order) -> None:
    """Make the output the folder of these settings; a moved input is said and allowed.

    Raises:
        UserError: it holds clips of other settings, or something else.
    """
    if _is_older(order.root):
        raise UserError(
            f"{order.root}: made by an earlier version; run the same command into a new folder."
        )
    claim_folder(order.root, order.claim())
    order.shard_folder.mkdir(parents=True, exist_ok=True)
    known = order.work / _INPUT_FILE
    # Repr, since a path may hold bytes that are no text.
    here = ascii(str(order.source.resolve()))
    if known.exists() and known.read_text() != here:
        print(
            f"notice: the input was {known.read_text()} before and is {here} now. Videos of the "
            "same name, size and time are taken to be the same.",
            file=sys.stderr,
        )
    if not known.exists() or known.read_text() != here:
        with replaced_file(known) as partial:
            partial.write_text(here)


def remove_manifest(order: Order) -> None:
    """Remove the list of clips, which some are to leave; the last step writes it again."""
    for name in (MANIFEST_FILE, MAP_FILE):
        (order.root / name).unlink(missing_ok=True)


def sweep(order: Order, known: Callable[[str], bool]) -> None:
    """Remove what a killed process left: unfinished files and clips that no journal knows.

    The manifest goes before the first clip, which it may list. Files of other shards are left
    alone, other machines may be at them.

    Args:
        order: names the folder and the shard.
        known: whether a journal has a record of clips that begin with a prefix.
    """
    for path in _clip_files(order.root):
        whose = owner(path.name, order.shards)
        if whose is None or whose[1] != order.shard:
            continue
        prefix, _, unfinished = whose
        if unfinished or not known(prefix):
            if not unfinished:
                remove_manifest(order)
            path.unlink(missing_ok=True)


def _clip_files(root: Path) -> Iterator[Path]:
    for kind in ("clips", "tracks"):
        for folder in (root / kind).glob("[0-9a-f][0-9a-f]"):
            yield from folder.iterdir()


def _is_older(root: Path) -> bool:
    """Whether a version before format 2 began to fill the folder."""
    for name in ("dataset.json", SETTINGS_FILE):
        try:
            found = json.loads((root / name).read_text())
        except (OSError, ValueError):
            continue
        if isinstance(found, dict) and found.get("format", 1) != FORMAT:
            # Other commands' settings have no format either; they say themselves what they are.
            return name == "dataset.json" or "min_face_share" in found
    return False
