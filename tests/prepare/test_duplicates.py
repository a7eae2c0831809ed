import math

import numpy as np
import pytest

from talkingface.manifest import Clip, Measures, Track
from talkingface.prepare.duplicates import Lookalikes
from talkingface.prepare.motion_print import motion_print
from tests.prepare.jobs import random_track


def clip(name, face_px=100.0, content=0):
    return Clip(
        name, "", "", 50, 25, 1, 0.0, 0.0, 1.0, False,
        bytes=content, crc32=content, measures=Measures(face_px=face_px),
    )  # fmt: skip


def looks(seed, flipped=0):
    """Return 8 hashes of a recording with so many bits flipped in each."""
    draws = np.random.default_rng(seed)
    clean = draws.integers(0, 2**64, 8, np.uint64)
    bits = np.random.default_rng([seed, flipped]).permuted(np.tile(np.arange(64), (8, 1)), axis=1)
    for column in bits[:, :flipped].T:
        clean ^= np.uint64(1) << column.astype(np.uint64)
    return tuple(int(value) for value in clean)


MOTIONS = [motion_print(random_track(seed)) for seed in range(2)]


def copies(*rows):
    """Find copies among rows of (clip, recording, seconds, looks, motion)."""
    found = Lookalikes()
    for row in rows:
        found.add(*row)
    return found.copies()


def test_a_copy_of_other_size_and_compression_is_found_and_the_larger_face_stays():
    small = (clip("a", 80), "r1", 10.0, looks(1, 3), MOTIONS[0])
    large = (clip("b", 160), "r2", 10.1, looks(1), MOTIONS[0])
    other = (clip("c", 160), "r3", 10.0, looks(2), MOTIONS[1])
    assert copies(small, large, other) == copies(other, large, small) == {"a": "b"}


def test_of_equal_copies_the_first_name_stays():
    rows = [(clip(name), name, 10.0, looks(1), MOTIONS[0]) for name in "cab"]
    assert copies(*rows) == {"b": "a", "c": "a"}


@pytest.mark.parametrize(
    "other",
    [
        ("r1", 10.0, looks(1), MOTIONS[0]),  # another view of the same recording
        ("r2", 10.5, looks(1), MOTIONS[0]),  # longer
        ("r2", 10.0, looks(1, 20), MOTIONS[0]),  # somebody else who moves alike
        ("r2", 10.0, looks(1), MOTIONS[1]),  # the same person before the same wall, another take
        ("r2", 10.0, (), MOTIONS[0]),  # never looked at
    ],
)
def test_what_differs_in_one_respect_is_no_copy(other):
    assert copies((clip("a"), "r1", 10.0, looks(1), MOTIONS[0]), (clip("b"), *other)) == {}


def test_files_that_are_equal_byte_for_byte_are_copies_in_any_recording():
    first = (clip("a", content=5), "r1", 2.0, (), b"\0" * 64)
    second = (clip("b", content=5), "r1", 2.0, (), b"\0" * 64)
    third = (clip("c", content=6), "r1", 2.0, (), b"\0" * 64)
    assert copies(first, second, third) == {"b": "a"}


def test_unmeasured_faces_are_compared_too():
    rows = [(clip(name, math.nan), name, 1.0, looks(1), MOTIONS[0]) for name in "ab"]
    assert copies(*rows) == {"b": "a"}


def test_clips_in_which_nothing_moves_are_not_called_copies():
    still = Track(*(np.zeros((50, *shape), np.float32) for shape in ((6,), (51,), (68, 2), ())))
    rows = [(clip(name), name, 2.0, looks(1), motion_print(still)) for name in "ab"]
    assert copies(*rows) == {}


def test_a_motion_print_is_the_same_at_another_rate():
    time = np.linspace(0, 6, 400)
    curves = np.column_stack([np.sin((k + 2) * time) for k in range(6)])
    expression = np.repeat(curves[:, 5:], 51, axis=1)

    def print_at(rate):
        count = len(time) // rate
        return motion_print(
            Track(
                curves[::rate].astype(np.float32),
                expression[::rate].astype(np.float32),
                np.zeros((count, 68, 2), np.float32),
                np.ones(count, bool),
            )
        )

    fast, slow = (np.frombuffer(print_at(rate), np.int8).astype(int) for rate in (1, 2))
    assert np.abs(fast - slow).max() <= 4


def test_many_alike_clips_are_compared_in_bounded_time():
    found = Lookalikes()
    for number in range(4_000):
        found.add(clip(f"{number:05}"), f"r{number}", 10.0, looks(number // 2), MOTIONS[0])
    assert len(found.copies()) == 2_000
