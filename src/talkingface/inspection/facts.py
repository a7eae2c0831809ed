"""What a manifest says about a whole data set, by columns: never a clip at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import ClipTable

_SPLITS = ("train", "val", "test", "")


@dataclass(frozen=True)
class Share:
    """A part of the clips.

    Attributes:
        name: of the part.
        people: identities that occur in it.
        clips: in it.
        seconds: of them together.
    """

    name: str
    people: int
    clips: int
    seconds: float


@dataclass(frozen=True)
class Facts:
    """A data set in figures.

    Attributes:
        whole: all clips.
        frames: of all clips.
        bytes: of all video files; 0 where the manifest does not know them.
        recordings: how many different ones are named.
        with_sound: clips that carry sound.
        splits: the published splits that occur, "" for clips of none.
        torn: identities that occur in several splits.
        largest: the identities with most seconds, most first.
        clip_seconds: (N,) duration of each clip.
        clip_rates: (N,) frames a second of each clip.
        person_seconds: (P,) seconds of each identity.
        person_clips: (P,) clips of each identity.
    """

    whole: Share
    frames: int
    bytes: int
    recordings: int
    with_sound: int
    splits: tuple[Share, ...]
    torn: tuple[str, ...]
    largest: tuple[Share, ...]
    clip_seconds: NDArray[np.float64]
    clip_rates: NDArray[np.float64]
    person_seconds: NDArray[np.float64]
    person_clips: NDArray[np.int64]


def facts_of(table: ClipTable, largest: int = 10) -> Facts:
    """Return the figures of a data set.

    Args:
        table: its clips, at least one.
        largest: identities that are named at the most.
    """
    frames = table.numbers("frames").astype(np.int64)
    rates = table.numbers("rate_num") / table.numbers("rate_den")
    seconds = frames / rates
    person, people = table.coded("identity")
    by_person = np.bincount(person, seconds, len(people)).astype(np.float64)
    clips_by_person = np.bincount(person, minlength=len(people))
    recording, recordings = table.coded("recording")
    named = {recordings[code] for code in np.unique(recording).tolist()} - {""}
    top = np.argsort(-by_person, kind="stable")[:largest]
    splits, torn = _splits(table, person, people, seconds)
    return Facts(
        whole=Share("", int((clips_by_person > 0).sum()), len(table), float(seconds.sum())),
        frames=int(frames.sum()),
        bytes=int(table.numbers("bytes").sum()),
        recordings=len(named),
        with_sound=int(table.numbers("has_audio").sum()),
        splits=splits,
        torn=torn,
        largest=tuple(
            Share(people[k], 1, int(clips_by_person[k]), float(by_person[k])) for k in top
        ),
        clip_seconds=seconds,
        clip_rates=rates,
        person_seconds=by_person,
        person_clips=clips_by_person,
    )


def _splits(
    table: ClipTable, person: NDArray[np.int32], people: list[str], seconds: NDArray[np.float64]
) -> tuple[tuple[Share, ...], tuple[str, ...]]:
    codes, names = table.coded("split")
    # Clips of no split are training's.
    seen = {name or "train": np.zeros(len(people), bool) for name in names}
    shares = []
    for name in sorted(names, key=lambda name: (*_SPLITS, name).index(name)):
        inside = codes == names.index(name)
        if not inside.any():
            continue
        who = np.unique(person[inside])
        seen[name or "train"][who] = True
        shares.append(Share(name, len(who), int(inside.sum()), float(seconds[inside].sum())))
    several = np.sum(list(seen.values()), axis=0) > 1
    return tuple(shares), tuple(people[k] for k in np.flatnonzero(several).tolist())
