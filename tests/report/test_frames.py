"""Frames of the arms under bad references: made when asked for, kept, and never in the way."""

import json
import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.cli.report_frames import CONDITIONS, make_frames
from talkingface.errors import UserError
from talkingface.report.collect import collect
from talkingface.report.frame_rows import frame_rows, is_current
from talkingface.report.frames_picture import frames_picture
from talkingface.report.frames_section import frames_section
from tests.animation.material import random_checkpoint
from tests.integration.command import talkingface
from tests.report.html_text import read, text_of
from tests.report.run_folders import write_run


def write_trained(
    root: Path, data: Path, cra: bool = False, stac: bool = False, seed: int = 0, ramp: int = 500
) -> Path:
    """Write a finished run with a checkpoint whose data set is there."""
    run = write_run(root, cra=cra, stac=stac, seed=seed, ramp=ramp)
    config = json.loads((run / "config.json").read_text())
    config["data"] |= {"root": str(data), "val_identities": 1, "test_identities": 2}
    (run / "config.json").write_text(json.dumps(config))
    (run / "checkpoints").mkdir()
    random_checkpoint(run / "checkpoints/best.ckpt")
    return run


def write_filter(run: Path, text: str) -> None:
    (run / "evaluation").mkdir()
    (run / "evaluation/filter.json").write_text(text)


def test_the_picture_shows_every_arm_and_is_kept_until_a_model_is_newer(
    talking_heads: Path, tmp_path: Path
) -> None:
    base = write_trained(tmp_path, talking_heads)
    write_trained(tmp_path, talking_heads, cra=True)
    write_filter(base, '{"smoothing": "gaussian", "strength": 2.0, "lookahead": null, "jite": 1}')
    arms = collect(tmp_path).arms
    rows = frame_rows(arms)
    assert [row.label for row in rows] == ["baseline", "baseline + gaussian 2.0", "CRA"]
    picture = tmp_path / "frames.png"
    make_frames(rows, picture)
    with Image.open(picture) as image:
        assert image.width > len(CONDITIONS) * 4 * 64
    assert is_current(picture, rows)
    assert not is_current(picture, rows[:1]), "an arm has gone"
    section = frames_section(picture, arms)
    assert [address[:22] for address in read(section).addresses] == ["data:image/png;base64,"]
    assert "older" not in text_of(section)
    later = picture.stat().st_mtime + 10
    os.utime(base / "checkpoints/best.ckpt", (later, later))
    assert not is_current(picture, rows)
    assert "older than the arms" in text_of(frames_section(picture, arms))


def test_beside_the_four_arms_controls_have_no_row(tmp_path: Path) -> None:
    for cra, stac in product((False, True), repeat=2):
        write_trained(tmp_path, tmp_path, cra, stac)
    write_filter(write_trained(tmp_path, tmp_path, cra=True, ramp=50), '{"smoothing": "kalman"}')
    rows = frame_rows(collect(tmp_path).arms)
    assert [row.label.split(",")[0] for row in rows] == ["baseline", "CRA", "STAC", "CRA+STAC"]
    assert "ramp=500" in rows[1].label


def test_without_the_data_set_the_report_says_so_and_goes_on(tmp_path: Path) -> None:
    write_trained(tmp_path, tmp_path / "gone")
    said = talkingface("report", tmp_path, "frames=true")
    assert "frames.png: not made." in said
    assert str(tmp_path / "gone") in said
    assert "Not made yet" in text_of((tmp_path / "report/report.html").read_text())
    assert not (tmp_path / "report/frames.png").exists()


def test_arms_of_different_data_sets_share_no_test_clip(
    talking_heads: Path, tmp_path: Path
) -> None:
    write_trained(tmp_path, talking_heads)
    write_trained(tmp_path, tmp_path / "other", cra=True)
    with pytest.raises(UserError, match="different data sets"):
        make_frames(frame_rows(collect(tmp_path).arms), tmp_path / "frames.png")


@pytest.mark.parametrize("text", ["{", '{"strength": 1}'])
def test_a_filter_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    write_filter(write_trained(tmp_path, tmp_path), text)
    with pytest.raises(UserError, match=r"filter\.json"):
        frame_rows(collect(tmp_path).arms)


def test_an_arm_is_shown_by_its_first_seed_that_has_a_checkpoint(tmp_path: Path) -> None:
    write_run(tmp_path, seed=0, l1=None)
    write_run(tmp_path, cra=True, seed=0, l1=None)
    run = write_trained(tmp_path, tmp_path, seed=1)
    (row,) = frame_rows(collect(tmp_path).arms)
    assert row.checkpoint == run / "checkpoints/best.ckpt"


def test_only_a_shaking_picture_has_a_ragged_strip() -> None:
    still = np.zeros((60, 64, 64, 3), np.uint8)
    still[:, 30:34] = 255
    shaking = np.stack([np.roll(frame, 3 * (k % 2), 0) for k, frame in enumerate(still)])

    def edges(frames: np.ndarray) -> int:
        """How often neighbouring pixels differ along the rows of the picture."""
        picture = frames_picture([("a model", {"clean": frames})], "clip")
        return int((np.abs(np.diff(np.asarray(picture).astype(int), axis=1)).sum(2) > 300).sum())

    # Each of the 59 changes from frame to frame shows at the bar's upper and lower edge.
    assert edges(shaking) > edges(still) + 2 * 59
