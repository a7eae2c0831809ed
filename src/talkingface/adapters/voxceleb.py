"""What both VoxCeleb sets share: the tree of utterances and the tables of people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.adapters.adapter import stem
from talkingface.adapters.lists import records
from talkingface.prepare.walk import Found

VIDEO_ID = r"[\w-]{11}"
WHOLE = re.compile(VIDEO_ID, re.ASCII)
_NUMBER = re.compile(r"\d{5}", re.ASCII)
SPLITS = {"dev": "train", "train": "train", "test": "test"}
_SET = re.compile(r"(?:vox(?:celeb)?[12]?_)?(dev|train|test)(?:_mp4)?", re.ASCII)


@dataclass(frozen=True)
class Utterance:
    """`<person>/<YouTube id>/<number>` in a tree of either set."""

    person: str
    video: str
    number: str

    @property
    def name(self) -> str:
        """The way that the lists write it."""
        return f"{self.person}/{self.video}/{self.number}"


def utterance(found: Found, folders: Sequence[str], person: re.Pattern[str]) -> Utterance | None:
    """Return the utterance that a file is; None if its place is not that of one.

    Args:
        found: the file.
        folders: above it, outermost first.
        person: pattern of the set's names of people.
    """
    number = stem(found)
    if len(folders) < 2 or not _NUMBER.fullmatch(number):
        return None
    who, video = folders[-2:]
    if not person.fullmatch(who) or not WHOLE.fullmatch(video):
        return None
    return Utterance(who, video, number)


def split_of_folders(folders: Sequence[str]) -> str:
    """Return the split that the nearest folder named dev, train or test says; "" if none does."""
    for name in reversed(folders):
        if said := _SET.fullmatch(name):
            return SPLITS[said[1]]
    return ""


def sets_of_people(path: Path | None, column: str) -> dict[str, str]:
    """Return the split of each person of vox1_meta.csv or vox2_meta.csv.

    Args:
        path: the table; None gives nothing.
        column: of the people's names.

    Raises:
        UserError: the table cannot be read.
    """
    if path is None:
        return {}
    rows = records(path, column, "Set")
    return {row[column]: SPLITS.get(row.get("Set", ""), "") for row in rows}
