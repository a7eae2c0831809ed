"""A manifest opens at once from its map, which is only ever a copy of the record."""

import json
import pickle
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from talkingface.dataset.schema import schema_table
from talkingface.dataset.store import MANIFEST_FILE, MAP_FILE
from talkingface.errors import UserError
from talkingface.manifest import (
    Clip,
    ClipTable,
    DatasetInfo,
    Measures,
    dataset_fingerprint,
    read_dataset,
    write_dataset,
)

INFO = DatasetInfo("prepared", 64, "ibug68", ("smile", "jawOpen"), identities="recording")
CLIPS = [
    Clip(
        f"clip-{i:03}", f"id{i % 7}", f"folder/ä {i}.mp4", 20 + i, 25, 1, 0.1 * i, -2.5, 64.0,
        has_audio=i > 3, recording=f"r{i}", split="train", start=i / 3,
        bytes=i, crc32=2**32 - 1 - i, track_crc32=i,
        measures=Measures(face_px=100.0, outside=0.25),
    )
    for i in range(50)
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_dataset(tmp_path / "data", INFO, iter(CLIPS))
    return tmp_path / "data"


def test_every_field_survives_the_disk(root: Path) -> None:
    info, clips = read_dataset(root)
    assert info == INFO
    assert list(clips) == CLIPS
    assert [clips[i] for i in range(len(clips))] == CLIPS
    assert [clips[-1], *clips[3:5]] == [CLIPS[-1], *CLIPS[3:5]]
    with pytest.raises(IndexError):
        clips[len(CLIPS)]


def test_the_order_of_writing_changes_no_byte(root: Path, tmp_path: Path) -> None:
    shuffled = random.Random(0).sample(CLIPS, len(CLIPS))
    write_dataset(tmp_path / "other", INFO, shuffled)
    for name in (MANIFEST_FILE, MAP_FILE, "dataset.json"):
        assert (tmp_path / "other" / name).read_bytes() == (root / name).read_bytes()


def test_the_fingerprint_follows_what_training_follows(root: Path, tmp_path: Path) -> None:
    before = dataset_fingerprint(root)
    for change in ({"crc32": 1}, {"identity": "x"}, {"split": "val"}, {"frames": 9}):
        write_dataset(tmp_path / "other", INFO, [replace(CLIPS[0], **change), *CLIPS[1:]])
        assert dataset_fingerprint(tmp_path / "other") != before
    write_dataset(tmp_path / "other", INFO, [replace(CLIPS[0], source="moved"), *CLIPS[1:]])
    assert dataset_fingerprint(tmp_path / "other") == before
    write_dataset(tmp_path / "other", replace(INFO, size=32), CLIPS)
    assert dataset_fingerprint(tmp_path / "other") != before


def test_a_damaged_manifest_is_named(root: Path) -> None:
    path = root / "manifest.parquet"
    content = bytearray(path.read_bytes())
    # The header of the first page: the schema at the end stays readable.
    content[4:24] = bytes(20)
    path.write_bytes(content)
    (root / MAP_FILE).unlink()
    with pytest.raises(UserError, match=r"manifest\.parquet: damaged"):
        read_dataset(root)


@pytest.mark.parametrize("damage", ["missing", "stale", "torn", "other measures"])
def test_a_map_that_is_missing_stale_or_torn_is_made_again(
    root: Path, tmp_path: Path, damage: str
) -> None:
    place, whole = root / MAP_FILE, (root / MAP_FILE).read_bytes()
    if damage == "missing":
        place.unlink()
    elif damage == "torn":
        place.write_bytes(whole[: len(whole) // 2])
    else:
        others = [replace(clip, recording="of another day") for clip in CLIPS]
        write_dataset(tmp_path / "other", INFO, CLIPS[:3] if damage == "stale" else others)
        place.write_bytes((tmp_path / "other" / MAP_FILE).read_bytes())
    assert list(read_dataset(root)[1]) == CLIPS
    assert place.read_bytes() == whole


def test_a_folder_that_takes_no_map_gets_one_in_the_cache(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (root / MAP_FILE).unlink()
    # Not to be written to, for anyone.
    (root / MAP_FILE).mkdir()
    for _ in range(2):
        assert list(read_dataset(root)[1]) == CLIPS
    assert len(list((tmp_path / "cache").rglob("*.arrow"))) == 1


def test_another_process_maps_the_same_rows_again(root: Path) -> None:
    clips = read_dataset(root)[1]
    some = clips.take(clips.numbers("frames") > 40)
    assert len(pickle.dumps(clips)) < 500
    assert list(pickle.loads(pickle.dumps(some))) == list(some) == CLIPS[21:]  # noqa: S301
    in_memory = ClipTable.of(CLIPS)
    assert list(pickle.loads(pickle.dumps(in_memory))) == CLIPS  # noqa: S301


def test_rows_of_rows_are_the_right_rows(root: Path) -> None:
    some = read_dataset(root)[1][10:40].take(np.array([5, 0, 29]))
    assert [clip.clip for clip in some] == ["clip-015", "clip-010", "clip-039"]
    codes, names = some.coded("identity")
    assert [names[code] for code in codes] == [clip.identity for clip in some]
    assert some.numbers("crc32").tolist() == [clip.crc32 for clip in some]


@pytest.mark.parametrize("name", ["a b", "ä", "", "a/b", "x" * 121, "a\n"])
def test_a_name_that_is_no_file_name_everywhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no names of clips"):
        write_dataset(tmp_path, INFO, [replace(CLIPS[0], clip=name)])
    assert not any(tmp_path.iterdir())


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="given twice"):
        write_dataset(tmp_path, INFO, [*CLIPS, CLIPS[7]])


def test_no_clips_at_all_are_a_data_set_too(tmp_path: Path) -> None:
    write_dataset(tmp_path, INFO, [])
    clips = read_dataset(tmp_path)[1]
    assert (len(clips), list(clips), clips.numbers("frames").tolist()) == (0, [], [])
    assert clips.coded("identity")[1] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 1}, "made by an earlier version; run the same command into a new folder"),
        ({"format": 99}, "data set format 99; this version reads format 2"),
        ({"colour": "grey"}, "with other fields: colour"),
    ],
)
def test_another_version_is_refused_with_one_message(
    root: Path, change: dict[str, object], message: str
) -> None:
    path = root / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for read in (read_dataset, dataset_fingerprint):
        with pytest.raises(UserError, match=message):
            read(root)


def test_the_documents_name_every_column() -> None:
    page = Path(__file__).resolve().parents[2] / "docs/data.md"
    assert schema_table() in page.read_text()
