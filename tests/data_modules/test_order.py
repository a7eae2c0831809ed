"""The data order is a pure function of the step, and identities never cross splits."""

import pytest

from data_modules.sampler import StepSampler
from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.manifest import Clip


def test_an_epoch_shows_every_sample_once() -> None:
    sampler = StepSampler(samples=24, batch_size=4, steps=12, seed=3)
    batches = list(sampler)
    for epoch in range(2):
        keys = [key for batch in batches[epoch * 6 : epoch * 6 + 6] for key in batch]
        assert sorted(keys) == [(epoch, i) for i in range(24)]
    assert [i for _, i in batches[0]] != [i for _, i in batches[6]]


def test_starting_at_a_step_gives_the_batches_from_there_on() -> None:
    whole = list(StepSampler(20, 4, 17, seed=1))
    late = StepSampler(20, 4, 17, seed=1)
    late.start = 7
    assert list(late) == whole[7:]


def test_two_ranks_together_see_what_one_sees() -> None:
    one = list(StepSampler(26, 4, 9, seed=5))
    ranks = [list(StepSampler(26, 2, 9, seed=5, rank=r, world_size=2)) for r in range(2)]
    assert [a + b for a, b in zip(*ranks, strict=True)] == one


def test_fewer_samples_than_a_batch_still_fill_it() -> None:
    assert len(StepSampler(3, 8, 1, seed=0).batch(0)) == 8


def _clips(identities: int) -> list[Clip]:
    return [
        Clip(f"id{i}_{j}", f"id{i}", "", 50, 25, 1, 0, 0, 64, False)
        for i in range(identities)
        for j in range(3)
    ]


def test_no_identity_is_in_two_splits_and_no_clip_is_lost() -> None:
    clips = _clips(20)
    splits = split_clips(clips, val_identities=3, test_identities=4)
    identities = {name: {c.identity for c in part} for name, part in splits.items()}
    assert {name: len(ids) for name, ids in identities.items()} == {
        "train": 13,
        "val": 3,
        "test": 4,
    }
    assert not identities["train"] & identities["val"]
    assert not (identities["train"] | identities["val"]) & identities["test"]
    assert sorted(c.clip for part in splits.values() for c in part) == sorted(c.clip for c in clips)


def test_splits_do_not_depend_on_the_manifests_order() -> None:
    clips = _clips(20)
    names = [{c.clip for c in split_clips(order, 3, 4)["test"]} for order in (clips, clips[::-1])]
    assert names[0] == names[1]


def test_too_few_identities_are_refused() -> None:
    with pytest.raises(UserError, match="5 identities cannot give"):
        split_clips(_clips(5), val_identities=2, test_identities=3)
