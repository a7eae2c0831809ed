"""A raw video as a data set's layout describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One raw video, before it is opened.

    Attributes:
        path: the file.
        name: its path below the input folder with "/" between folders, printable and unique;
            bytes that are not UTF-8 and control characters are escaped.
        identity: who is seen; "" where nothing says so.
        recording: videos of one recording (another view, another cut, another copy of one moment)
            share this name; duplicates are looked for across recordings only.
        split: "train", "val" or "test" where the published layout says so, else "".
        sound: file that holds the sound; None takes the video's own.
    """

    path: Path
    name: str
    identity: str
    recording: str
    split: str = ""
    sound: Path | None = None
