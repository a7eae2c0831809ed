"""A data set comes back from disk as it was written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.manifest import (
    Clip,
    DatasetInfo,
    Track,
    dataset_fingerprint,
    read_dataset,
    read_track,
    write_dataset,
    write_track,
)

INFO = DatasetInfo("synthetic", 64, "ibug68", ("smile", "jaw_open"))
CLIP = Clip("a_b-0.x", "x", "seed 1", 3, 30000, 1001, 0.5, -2.0, 64.0, True, "7")


def test_labels_survive_the_disk(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    track = Track(
        pose=rng.normal(size=(3, 6)).astype(np.float32),
        expression=rng.normal(size=(3, 2)).astype(np.float32),
        landmarks=rng.uniform(size=(3, 68, 2)).astype(np.float32),
        face=np.array([True, False, True]),
    )
    write_track(tmp_path, CLIP.clip, track)
    back = read_track(tmp_path, CLIP.clip)
    for name in ("pose", "expression", "landmarks", "face"):
        np.testing.assert_array_equal(getattr(back, name), getattr(track, name))


def test_the_manifest_survives_the_disk_with_its_exact_rate(tmp_path: Path) -> None:
    write_dataset(tmp_path, INFO, [CLIP])
    info, clips = read_dataset(tmp_path)
    assert (info, list(clips)) == (INFO, [CLIP])
    assert info.mouth_column == 1
    assert clips[0].rate * 1001 == 30000


def test_the_fingerprint_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    for name, clips in (("a", [CLIP]), ("b", [CLIP]), ("c", [CLIP, replace(CLIP, clip="b")])):
        write_dataset(tmp_path / name, INFO, clips)
    a, b, c = (dataset_fingerprint(tmp_path / name) for name in "abc")
    assert a == b != c


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a data set"):
        read_dataset(tmp_path)
    write_dataset(tmp_path, INFO, [CLIP])
    text = (tmp_path / "dataset.json").read_text()
    (tmp_path / "dataset.json").write_text(text.replace('"format": 2', '"format": 99'))
    with pytest.raises(UserError, match="format 99"):
        read_dataset(tmp_path)
    with pytest.raises(UserError, match="not a readable track"):
        read_track(tmp_path, "missing")
