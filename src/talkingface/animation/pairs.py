"""Which portrait is shown with which motion, and where each video goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.errors import UserError
from talkingface.video.footage import PICTURES, VIDEOS

SAVED_MOTION = ".safetensors"


@dataclass(frozen=True)
class Pair:
    """One video to make.

    Attributes:
        source: the portrait's file.
        driving: the reference video, or its saved motion.
        output: the video to write.
    """

    source: Path
    driving: Path
    output: Path


def source_files(given: Sequence[Path]) -> list[Path]:
    """Return the portraits; a folder stands for its pictures, or its videos where it has none.

    Raises:
        UserError: a folder without any.
    """
    return [
        file
        for path in given
        for file in (_inside(path, PICTURES, VIDEOS) if path.is_dir() else [path])
    ]


def driving_files(given: Sequence[Path]) -> list[Path]:
    """Return the references; a folder stands for the videos and saved motions in it.

    A motion that is named as a video beside it was saved from that video, which is taken.

    Raises:
        UserError: a folder without any.
    """
    return [file for path in given for file in (_references(path) if path.is_dir() else [path])]


def all_pairs(sources: Sequence[Path], drivings: Sequence[Path], folder: Path) -> list[Pair]:
    """Return every portrait with every reference, those of one portrait after another.

    Args:
        sources: portraits.
        drivings: references.
        folder: where the videos go, as `<portrait>_<reference>.mp4`; where two would be named
            alike, the later ones are numbered.

    Raises:
        UserError: `folder` is named like a video.
    """
    if folder.suffix.lower() in VIDEOS:
        raise UserError(
            f"output={folder}: several portraits or references make several videos. Give a folder."
        )
    both = [(source, driving) for source in sources for driving in drivings]
    names = _distinct(f"{source.stem}_{driving.stem}" for source, driving in both)
    return [
        Pair(source, driving, folder / f"{name}.mp4")
        for (source, driving), name in zip(both, names, strict=True)
    ]


def motion_files(drivings: Sequence[Path], save_motion: Path, several: bool) -> dict[Path, Path]:
    """Return where the motion of each reference video is to be saved; those saved before stay.

    Args:
        drivings: references.
        save_motion: the file, or the folder where there are several.
        several: whether there may be several references.

    Raises:
        UserError: a file is not named like a saved motion, or a folder is.
    """
    named = save_motion.suffix.lower() == SAVED_MOTION
    if named == several:
        rule = "a folder, for there may be several" if several else f"a file in {SAVED_MOTION}"
        raise UserError(f"save_motion={save_motion}: must be {rule}.")
    videos = dict.fromkeys(path for path in drivings if path.suffix.lower() != SAVED_MOTION)
    if not several:
        return dict.fromkeys(videos, save_motion)
    names = _distinct(path.stem for path in videos)
    return {
        path: save_motion / f"{name}{SAVED_MOTION}"
        for path, name in zip(videos, names, strict=True)
    }


def _references(folder: Path) -> list[Path]:
    files = _inside(folder, (*VIDEOS, SAVED_MOTION))
    videos = {file.stem for file in files if file.suffix.lower() in VIDEOS}
    return [file for file in files if file.suffix.lower() in VIDEOS or file.stem not in videos]


def _inside(folder: Path, *kinds: tuple[str, ...]) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for kind in kinds:
        if found := [path for path in files if path.suffix.lower() in kind]:
            return found
    endings = ", ".join(ending for kind in kinds for ending in kind)
    raise UserError(f"{folder}: holds no file to take. It has to end in {endings}.")


def _distinct(names: Iterable[str]) -> list[str]:
    taken: set[str] = set()
    distinct = []
    for name in names:
        number, own = 1, name
        # Not all file systems tell a.mp4 and A.mp4 apart.
        while own.casefold() in taken:
            number += 1
            own = f"{name}-{number}"
        taken.add(own.casefold())
        distinct.append(own)
    return distinct
