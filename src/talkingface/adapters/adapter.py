"""What a published layout says about a file: who is seen, in which recording, in which split."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from talkingface.prepare.source import Source
from talkingface.prepare.walk import VIDEO_SUFFIXES, Found
from talkingface.reasons import Reason

Identities = Literal["person", "recording", "file"]


@dataclass(frozen=True)
class Place:
    """Where a video stands in a layout.

    Attributes:
        identity: who is seen.
        recording: videos of one recording share this name.
        split: "train", "val" or "test" where the layout says so, else "".
        sound: file that holds the sound; None takes the video's own.
    """

    identity: str
    recording: str
    split: str = ""
    sound: Path | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a video of the layout's folder is not used."""

    reason: Reason
    detail: str


class Adapter(ABC):
    """One layout, as it lies below one folder.

    A layout is read from relative paths and list files, never from the name of the folder in which
    somebody keeps it. To add one, derive a class, define `name`, `identities` and `place`, and
    name the class in `adapters.listing`.

    Attributes:
        name: what `layout=` calls it.
        identities: what a name of `Place.identity` stands for.
    """

    name: ClassVar[str]
    identities: Identities

    def __init__(self, root: Path) -> None:
        """Look at the folder `root`; nothing is read yet."""
        self.root = root
        self._own_name = root.resolve().name

    def folders(self, found: Found) -> list[str]:
        """Return the names of the folders above a file, that of the input first."""
        return [self._own_name, *found.name.split("/")[:-1]]

    @abstractmethod
    def place(self, found: Found) -> Place | Refusal | None:
        """Return what the layout says of a file; None if the file is not of this layout.

        Raises:
            UserError: a list file is there but cannot be read.
        """

    def objection(self, found: Sequence[Found]) -> str:
        """Return why the tree as a whole cannot be used, and what to do; "" if it can be."""
        return ""

    def recognises(self, found: Sequence[Found]) -> bool:
        """Whether `layout=auto` may take this layout: more than half of the videos are of it."""
        videos = [file for file in found if is_video(file)]
        return 2 * sum(isinstance(self.place(file), Place) for file in videos) > len(videos)

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Return what the layout's lists name and the folder lacks, in words, in order.

        Args:
            sources: the videos that are there.
        """
        return ()


def is_video(found: Found) -> bool:
    """Whether a file is called as videos are."""
    _, dot, suffix = found.name.rpartition("/")[2].rpartition(".")
    return dot + suffix.lower() in VIDEO_SUFFIXES


def stem(found: Found) -> str:
    """Return a file's name without folders and suffix."""
    return found.name.rpartition("/")[2].rpartition(".")[0]
