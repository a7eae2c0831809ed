"""What of a folder becomes videos of the data set, and what its lists name beside that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from talkingface.adapters.adapter import Adapter, Identities, Place, Refusal
from talkingface.adapters.celebv_hq import CelebVHQ
from talkingface.adapters.files import Files
from talkingface.adapters.grid import Grid
from talkingface.adapters.hdtf import Hdtf
from talkingface.adapters.mead import Mead
from talkingface.adapters.voxceleb1 import VoxCeleb1
from talkingface.adapters.voxceleb2 import VoxCeleb2
from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

PUBLISHED: tuple[type[Adapter], ...] = (VoxCeleb1, VoxCeleb2, Hdtf, CelebVHQ, Mead, Grid)
# A layout is recognised by so many files, spread evenly.
_ENOUGH = 5000
# Who is in two splits goes to the one that must not be trained on.
_STRICTEST = ("test", "val", "train", "")


@dataclass(frozen=True)
class Listing:
    """The videos of a folder.

    Attributes:
        layout: name of the layout that was read.
        identities: what an identity name stands for: "person", "recording" or "file".
        sources: the videos, by name.
        refused: files that look like videos of the set and are not, each with the reason in a
            word and in words. Files of other kinds, such as lists, are in neither.
        missing: what the layout's lists name and the folder lacks.
    """

    layout: str
    identities: Identities
    sources: tuple[Source, ...]
    refused: tuple[tuple[Found, Reason, str], ...]
    missing: tuple[str, ...]


def list_sources(
    root: Path, layout: str, found: Sequence[Found], identity: IdentitySettings
) -> Listing:
    """Read a folder as a layout says.

    Args:
        root: the folder, or a single video.
        layout: a published layout's name, "files", or "auto" for the one published layout that
            more than half of the videos are of, and files where there is none.
        found: the files below the folder.
        identity: who is seen, for "files".

    Raises:
        UserError: an unknown layout, several that fit, a tree of which nothing can be used, or a
            list that cannot be read.
    """
    files = sorted(found, key=lambda file: file.name)
    adapter = _adapter(root if root.is_dir() else root.parent, layout, files, identity)
    if objection := adapter.objection(files):
        raise UserError(f"{root}: {objection}")
    sources, refused = [], []
    for file in files:
        place = adapter.place(file)
        if isinstance(place, Refusal):
            refused.append((file, place.reason, place.detail))
        elif isinstance(place, Place):
            who = (place.identity, place.recording, place.split, place.sound)
            sources.append(Source(file.path, file.name, *who))
    whole = tuple(_one_split_each(sources))
    return Listing(
        adapter.name,
        adapter.identities,
        whole,
        tuple(refused),
        tuple(adapter.missing(whole)),
    )


def _adapter(
    root: Path, layout: str, found: Sequence[Found], identity: IdentitySettings
) -> Adapter:
    said = identity.source != "stem"
    if layout == "files" or (layout == "auto" and said):
        return Files(root, identity, found)
    names = [kind.name for kind in PUBLISHED]
    if layout in names:
        if said:
            raise UserError(
                f"identity.from={identity.source}: the layout {layout} says itself who is seen. "
                "Leave identity.from out, or set layout=files."
            )
        return PUBLISHED[names.index(layout)](root)
    if layout != "auto":
        raise UserError(f"layout={layout}: unknown; choose one of auto, files, {', '.join(names)}.")
    some = found[:: max(1, len(found) // _ENOUGH)]
    fitting = [adapter for kind in PUBLISHED if (adapter := kind(root)).recognises(some)]
    if len(fitting) > 1:
        raise UserError(
            f"{root}: could be {' or '.join(adapter.name for adapter in fitting)}. "
            "Set layout= to one of them, or to files."
        )
    return fitting[0] if fitting else Files(root, identity, found)


def _one_split_each(sources: Iterable[Source]) -> list[Source]:
    """Return the videos, all of a person in one split: published lists have let people slip."""
    every = list(sources)
    splits: dict[str, str] = {}
    for source in every:
        known = splits.setdefault(source.identity, source.split)
        splits[source.identity] = min(known, source.split, key=_STRICTEST.index)
    return [
        source
        if source.split == splits[source.identity]
        else replace(source, split=splits[source.identity])
        for source in every
    ]
