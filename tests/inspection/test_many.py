"""A large data set is inspected by columns."""

import time

import numpy as np
import pyarrow as pa
import pytest

from talkingface.dataset.schema import CLIP_SCHEMA
from talkingface.inspection.clip_sections import clip_section, people_section
from talkingface.inspection.facts import facts_of
from talkingface.manifest import ClipTable


def many(rows: int, people: int) -> ClipTable:
    """Rows of a manifest: clip k is of person k % people and has 25 + k % 250 frames."""
    number = np.arange(rows)
    own = {
        "clip": [f"c{k:07d}" for k in range(rows)],
        "identity": [f"id{k % people:06d}" for k in range(rows)],
        "recording": [f"r{k // 7}" for k in range(rows)],
        "split": ["train" if k % people else "test" for k in range(rows)],
        "frames": 25 + number % 250,
        "rate_num": np.full(rows, 25),
        "rate_den": np.ones(rows, int),
        "crop_side": 100.0 + number % 300,
    }
    arrays = []
    for field in CLIP_SCHEMA:
        empty: object = "" if pa.types.is_string(field.type) else 0
        values = own.get(field.name, [empty] * rows)
        arrays.append(pa.array(values).cast(field.type))
    return ClipTable(pa.Table.from_arrays(arrays, schema=CLIP_SCHEMA), None)


def test_figures_of_many_clips_are_exact() -> None:
    facts = facts_of(many(7000, 70))
    assert (facts.whole.people, facts.whole.clips, facts.recordings) == (70, 7000, 1000)
    frames = [25 + k % 250 for k in range(7000)]
    assert facts.frames == sum(frames)
    assert facts.whole.seconds == pytest.approx(sum(frames) / 25)
    seconds = [sum(frames[person::70]) / 25 for person in range(70)]
    assert facts.largest[0].seconds == pytest.approx(max(seconds))
    assert facts.largest[0].name == f"id{int(np.argmax(seconds)):06d}"
    assert [(share.name, share.people, share.clips) for share in facts.splits] == [
        ("train", 69, 6900),
        ("test", 1, 100),
    ]
    assert facts.torn == ()


@pytest.mark.slow
def test_a_million_clips_take_seconds() -> None:
    table = many(1_000_000, 100_000)
    start = time.monotonic()
    facts = facts_of(table)
    people_section(facts, "person")
    clip_section(facts, table, 128)
    assert time.monotonic() - start < 20
