"""Train, validation and test clips: no identity is ever in two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.manifest import Clip, ClipTable

Split = Literal["train", "val", "test"]
SplitRule = Literal["auto", "official", "hash"]
_SPLITS: tuple[Split, ...] = get_args(Split)


def split_clips(
    clips: Sequence[Clip], val_identities: int, test_identities: int, rule: SplitRule = "auto"
) -> dict[Split, ClipTable]:
    """Divide clips by identity, the same way for every seed and on every machine.

    By "hash", identities are ordered by a hash of their name; the first go to test, the next to
    validation. By "official", clips are where their `split` says, "" being training; what it does
    not name, test or validation, is cut from training by hash. "auto" is "official" where any
    clip has a split, else "hash".

    Raises:
        UserError: an identity is in two official splits, there are fewer identities than the
            splits need, or no such rule.
    """
    if rule not in get_args(SplitRule):
        raise UserError(f"data.splits={rule}: must be {', '.join(get_args(SplitRule))}.")
    table = ClipTable.of(clips)
    codes, names = table.coded("identity")
    places = np.zeros(len(names), np.int8)
    if rule != "hash":
        places = _official(table, codes, names, required=rule == "official")
    present = np.bincount(codes, minlength=len(names)) > 0
    left = [name for name, at, here in zip(names, places, present, strict=True) if here and not at]
    wanted = {
        split: 0 if (places[present] == _SPLITS.index(split)).any() else count
        for split, count in (("test", test_identities), ("val", val_identities))
    }
    if len(left) <= sum(wanted.values()):
        raise UserError(
            f"{len(left)} identities cannot give {wanted['val']} to validation, "
            f"{wanted['test']} to test and any to training: add clips or lower "
            "data.val_identities and data.test_identities."
        )
    ordered = iter(sorted(left, key=lambda name: hashlib.sha256(name.encode()).digest()))
    number = {name: code for code, name in enumerate(names)}
    for split, count in wanted.items():
        for _ in range(count):
            places[number[next(ordered)]] = _SPLITS.index(split)
    return {split: table.take(places[codes] == place) for place, split in enumerate(_SPLITS)}


def _official(
    table: ClipTable, codes: NDArray[np.int32], names: Sequence[str], required: bool
) -> NDArray[np.int8]:
    """Return the place in _SPLITS of each identity."""
    split_codes, values = table.coded("split")
    unknown = set(values) - {*_SPLITS, ""}
    if unknown:
        raise UserError(
            f"the data set's split {sorted(unknown)[0]!r} is none of {', '.join(_SPLITS)}: "
            "prepare it again, or train with data.splits=hash."
        )
    if required and not np.isin(split_codes, _numbers(values, _SPLITS)).any():
        raise UserError(
            "data.splits=official: the data set's clips name no split. Take data.splits=hash."
        )
    found = np.zeros((len(_SPLITS), len(names)), bool)
    for place, split in enumerate(_SPLITS):
        named = (split, "") if split == "train" else (split,)
        found[place, codes[np.isin(split_codes, _numbers(values, named))]] = True
    twice = np.flatnonzero(found.sum(0) > 1)
    if len(twice):
        where = " and ".join(_SPLITS[place] for place in np.flatnonzero(found[:, twice[0]]))
        raise UserError(
            f"identity {names[twice[0]]!r} is in the official {where}"
            f"{f', and {len(twice) - 1} more are in two' if len(twice) > 1 else ''}: correct the "
            "list that names the splits and prepare again, or train with data.splits=hash."
        )
    return found.argmax(0).astype(np.int8)


def _numbers(values: Sequence[str], wanted: Iterable[str]) -> list[int]:
    return [values.index(name) for name in wanted if name in values]
