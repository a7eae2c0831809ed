"""Labels come back exactly, all of them or the rows asked for."""

from pathlib import Path

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.manifest import Track, read_track, size_and_checksum, track_path, write_track

NAMES = ("pose", "expression", "landmarks", "face")


@pytest.fixture
def track() -> Track:
    rng = np.random.default_rng(0)
    return Track(
        pose=rng.normal(size=(40, 6)).astype(np.float32),
        expression=rng.normal(size=(40, 51)).astype(np.float32),
        landmarks=rng.uniform(-0.1, 1.1, (40, 68, 2)).astype(np.float32),
        face=rng.uniform(size=40) > 0.3,
    )


@pytest.mark.parametrize("rows", [None, [7], [39, 0, 12, 12], range(5, 40, 8)])
@pytest.mark.parametrize("checked", [True, False])
def test_rows_come_back_exactly(
    tmp_path: Path, track: Track, rows: list[int] | None, checked: bool
) -> None:
    crc32 = write_track(tmp_path, "a", track)
    assert size_and_checksum(track_path(tmp_path, "a"))[1] == crc32
    back = read_track(tmp_path, "a", rows, crc32 if checked else 0)
    for name in NAMES:
        wanted = getattr(track, name)[slice(None) if rows is None else list(rows)]
        found = getattr(back, name)
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)


def test_any_reader_of_numpy_files_reads_labels(tmp_path: Path, track: Track) -> None:
    write_track(tmp_path, "a", track)
    records = np.load(track_path(tmp_path, "a"), mmap_mode="r")
    np.testing.assert_array_equal(records["landmarks"], track.landmarks)


@pytest.mark.parametrize("rows", [None, [39]])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "other"])
def test_damaged_labels_are_named(
    tmp_path: Path, track: Track, damage: str, rows: list[int] | None
) -> None:
    write_track(tmp_path, "a", track)
    path = track_path(tmp_path, "a")
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": content[:-9], "text": b"x" * 900}.get(damage, b""))
    if damage == "other":
        np.save(path, np.zeros((40, 3)))
    with pytest.raises(UserError, match="not a readable track"):
        read_track(tmp_path, "a", rows)


def test_rows_and_content_that_are_not_there_are_refused(tmp_path: Path, track: Track) -> None:
    crc32 = write_track(tmp_path, "a", track)
    for checksum in (0, crc32):
        for row in (40, -1):
            with pytest.raises(UserError, match="not a readable track"):
                read_track(tmp_path, "a", [row], checksum)
    path = track_path(tmp_path, "a")
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(UserError, match="checksum"):
        read_track(tmp_path, "a", [0], crc32)
