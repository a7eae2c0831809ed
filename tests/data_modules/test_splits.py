"""Published splits are followed, and what they leave open is cut by identity."""

from dataclasses import replace

import pytest

from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.manifest import Clip


def _clips(splits: dict[str, str]) -> list[Clip]:
    return [
        Clip(f"{name}_{j}", name, "", 50, 25, 1, 0, 0, 64, False, split=split)
        for name, split in splits.items()
        for j in range(3)
    ]


def _identities(clips: list[Clip], rule: str = "auto", val: int = 2, test: int = 3) -> dict:
    return {
        split: {clip.identity for clip in part}
        for split, part in split_clips(clips, val, test, rule).items()
    }


ALL = {f"p{i}": ("test" if i < 4 else "val" if i < 6 else "train") for i in range(20)}


def test_an_official_split_is_followed_to_the_letter() -> None:
    found = _identities(_clips(ALL), val=9, test=9)
    assert found == {s: {n for n, at in ALL.items() if at == s} for s in ("train", "val", "test")}


def test_what_the_official_split_lacks_is_cut_from_training_alone() -> None:
    without = {name: "train" if at == "val" else at for name, at in ALL.items()}
    found = _identities(_clips(without))
    assert found["test"] == {name for name, at in ALL.items() if at == "test"}
    assert len(found["val"]) == 2
    assert found["train"] | found["val"] == ALL.keys() - found["test"]
    assert not found["train"] & found["val"]


def test_without_official_splits_the_hash_decides() -> None:
    unnamed = _clips(dict.fromkeys(ALL, ""))
    by_hash = _identities(_clips(ALL), "hash")
    assert _identities(unnamed) == by_hash == _identities(_clips(dict.fromkeys(ALL, "train")))
    assert [len(by_hash[name]) for name in ("train", "val", "test")] == [15, 2, 3]
    with pytest.raises(UserError, match="name no split"):
        split_clips(unnamed, 2, 3, "official")


@pytest.mark.parametrize("other", ["train", ""])
def test_an_identity_in_two_splits_is_refused_by_name(other: str) -> None:
    clips = _clips(ALL)
    clips[1] = replace(clips[1], split=other)
    with pytest.raises(UserError, match=r"'p0' is in the official train and test: correct"):
        split_clips(clips, 2, 3)
    assert sum(map(len, split_clips(clips, 2, 3, "hash").values())) == len(clips)


def test_a_split_or_rule_that_does_not_exist_is_named() -> None:
    with pytest.raises(UserError, match="'dev' is none of train, val, test"):
        split_clips(_clips({"a": "dev", "b": "train"}), 0, 0)
    with pytest.raises(UserError, match="splits=random: must be auto, official, hash"):
        split_clips(_clips(ALL), 2, 3, "random")  # type: ignore[arg-type]
