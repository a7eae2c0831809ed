"""Small trees of the shapes that published data sets have, made of one of the project's clips."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from talkingface.adapters.listing import Listing, list_sources
from talkingface.faces.identity import IdentitySettings
from talkingface.manifest import clip_path, read_dataset
from talkingface.prepare.walk import Found, walk

STEM = IdentitySettings()


def any_clip(heads: Path) -> Path:
    """The video file of the first clip of a data set."""
    return clip_path(heads, read_dataset(heads)[1][0].clip)


def plant(root: Path, video: Path, names: Sequence[str]) -> Path:
    """Put a video under each name below `root`, as hard links."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(video, root / name)
    return root


def write_lists(root: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def found_in(root: Path) -> list[Found]:
    """The files below a folder that may be videos, as prepare finds them."""
    return [file for file in walk(root, root / "out") if isinstance(file, Found)]


def listed(root: Path, layout: str = "auto", identity: IdentitySettings = STEM) -> Listing:
    return list_sources(root, layout, found_in(root), identity)


def people(listing: Listing) -> dict[str, str]:
    return {source.name: source.identity for source in listing.sources}


def recordings(listing: Listing) -> list[str]:
    return [source.recording for source in listing.sources]


def splits(listing: Listing) -> dict[str, str]:
    return {source.identity: source.split for source in listing.sources}


def refusals(listing: Listing) -> dict[str, str]:
    return {found.name: str(reason) for found, reason, _ in listing.refused}
