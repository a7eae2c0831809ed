"""Which videos are generated: held-out clips moved by themselves, or by other people's clips."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from talkingface.errors import UserError
from talkingface.manifest import Clip

Task = Literal["self", "cross", "swap"]

#: Raised whenever the same clips would be paired in another way, for cross and for swap.
PAIR_LIST_VERSION = 1
SWAP_LIST_VERSION = 1
_BETWEEN = "--"


@dataclass(frozen=True)
class Case:
    """One video to be generated.

    Attributes:
        name: unique; the clip's name, or `<source clip>--<driving clip>`.
        source: clip whose first frame is the portrait.
        driving: clip whose head pose and facial motion it takes on; of a swap, the facial motion
            alone, and the head pose is that of the source clip.
    """

    name: str
    source: Clip
    driving: Clip


def self_cases(clips: Sequence[Clip]) -> list[Case]:
    """Return a case a clip: its own first frame moved by all of its frames."""
    return [Case(clip.clip, clip, clip) for clip in clips]


def cross_cases(clips: Sequence[Clip]) -> list[Case]:
    """Return a case a clip: another person's first frame moved by it.

    Raises:
        UserError: fewer than two identities.
    """
    return _pairs(clips, f"pairs {PAIR_LIST_VERSION}")


def swap_cases(clips: Sequence[Clip]) -> list[Case]:
    """Return a case a clip: its own first frame and head pose, another person's facial motion.

    Raises:
        UserError: fewer than two identities.
    """
    return _pairs(clips, f"swaps {SWAP_LIST_VERSION}")


def _pairs(clips: Sequence[Clip], salt: str) -> list[Case]:
    """Pair clips of different people.

    The list is a function of the clips' names and identities and of the salt alone. Clips
    stand in the order of a hash of their names; each is driven by the nearest one after it that
    shows somebody else, so that nearly all clips serve once as source and once as driving.
    """
    if len({clip.identity for clip in clips}) < 2:
        raise UserError(
            "cross and swap need at least two identities among the clips that are evaluated; "
            "raise data.test_identities or evaluate another split."
        )
    ordered = sorted(clips, key=lambda clip: _place(salt, clip.clip))
    cases = []
    for index, source in enumerate(ordered):
        following = ordered[index + 1 :] + ordered[:index]
        driving = next(clip for clip in following if clip.identity != source.identity)
        cases.append(_cross(source, driving))
    return cases


def listed_cases(file: Path, clips: Sequence[Clip]) -> list[Case]:
    """Return the cross-reenactment cases of a CSV file with the columns source and driving.

    Raises:
        UserError: the file cannot be read, lacks a column, or names a clip that is not evaluated.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{file}: cannot be read as a pair list ({error}).") from error
    if not rows or not {"source", "driving"} <= rows[0].keys():
        raise UserError(f"{file}: needs the columns source and driving, and at least one pair.")
    known = {clip.clip: clip for clip in clips}
    for number, row in enumerate(rows, start=2):
        for column in ("source", "driving"):
            if row[column] not in known:
                raise UserError(
                    f"{file}, line {number}: {row[column]!r} is no clip of the split that is "
                    "evaluated."
                )
    cases = [_cross(known[row["source"]], known[row["driving"]]) for row in rows]
    for name, times in Counter(case.name for case in cases).items():
        if times > 1:
            raise UserError(f"{file}: the pair {name} is there {times} times; keep one of them.")
    return cases


def names_in(prediction: str) -> list[tuple[str, str]]:
    """Return what the source's and the driving's name in `<source>--<driving>` may be.

    More than one, where a name holds `--` itself.

    Raises:
        UserError: not such a name.
    """
    parts = prediction.split(_BETWEEN)
    pairs = [(_BETWEEN.join(parts[:k]), _BETWEEN.join(parts[k:])) for k in range(1, len(parts))]
    if not any(source and driving for source, driving in pairs):
        raise UserError(
            f"{prediction}: a cross-reenactment is named <source>{_BETWEEN}<driving>, such as "
            f"anna{_BETWEEN}bert.mp4."
        )
    return pairs


def _cross(source: Clip, driving: Clip) -> Case:
    return Case(f"{source.clip}{_BETWEEN}{driving.clip}", source, driving)


def _place(salt: str, name: str) -> bytes:
    return hashlib.sha256(f"{salt} {name}".encode()).digest()
