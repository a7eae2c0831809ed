"""Faults of this machine and of the moment, which say nothing about the videos."""

import shutil
from functools import partial

import pytest

from talkingface.errors import UserError
from talkingface.manifest import read_dataset
from talkingface.prepare.engine import _check_source, _make, prepare
from talkingface.prepare.folder import claim
from talkingface.prepare.piece import Piece
from talkingface.reasons import Reason
from tests.prepare.jobs import pieces_of


def one_leaves(root, limits, log, order, name, job, beat):
    """Work at which one video is gone the first time that it is opened, and back later."""
    away = root.with_name("away.mp4")
    if job.source.name != name or away.exists():
        return pieces_of(root, limits, log, job, beat)
    job.source.path.rename(away)
    try:
        return _make(order, job, beat)
    finally:
        shutil.copy2(away, job.source.path)


def all_leave(order, job, beat):
    """Work at which the disk of the input goes away."""
    away = order.source.with_name("away")
    if not away.exists():
        order.source.rename(away)
    return _make(order, job, beat)


def write_below_a_file(root, _job, _beat):
    """Work to which the folder of the clips is a file, which forbids writing to root too."""
    (root / "clips").write_text("x")
    (root / "clips" / "a.mp4").write_bytes(b"x")


def test_a_video_that_could_not_be_read_is_tried_again_in_the_next_run(preparation):
    for name in "ab":
        preparation.add(f"{name}.mp4")
    order = preparation.order()
    pieces = (preparation.root, order.filters, preparation.log)
    prepare(order, partial(one_leaves, *pieces, order, "b.mp4"))
    failed = [row["reason"] for row in preparation.rejects() if row["file"] == "b.mp4"]
    assert failed == ["not-a-file"]
    preparation.calls()
    preparation.run()
    assert preparation.calls() == {"b.mp4": 1}
    assert {clip.source for clip in read_dataset(preparation.root)[1]} == {"a.mp4", "b.mp4"}


def test_an_input_that_goes_away_is_blamed_on_no_video(preparation):
    for name in "abc":
        preparation.add(f"{name}.mp4")
    order = preparation.order()
    with pytest.raises(UserError, match=r"in: is gone. 0 videos are done and kept; run the same"):
        prepare(order, partial(all_leave, order))
    assert not list(order.work.glob("*/*.journal"))


def test_an_input_whose_disk_left_an_empty_folder_is_gone_too(preparation):
    with pytest.raises(UserError, match=r"in: is gone. 5 videos"):
        _check_source(preparation.order(), [Piece(0, 0, Reason.NOT_A_FILE)], 5)
    preparation.add("a.mp4")
    _check_source(preparation.order(), [Piece(0, 0, Reason.NOT_A_FILE)], 5)


def test_an_output_that_forbids_writing_is_blamed_on_no_video(preparation):
    for name in "abc":
        preparation.add(f"{name}.mp4")
    order = preparation.order()
    with pytest.raises(UserError, match=r"nothing more can be written \(Not a directory"):
        prepare(order, partial(write_below_a_file, order.root))
    assert not list(order.work.glob("*/*.journal"))


def test_few_videos_that_all_fail_alike_are_not_blamed(preparation):
    for name in "abc":
        preparation.add(f"{name}.mp4", kind="raise")
    with pytest.raises(UserError, match=r"the first 3 videos all failed in the same way"):
        preparation.run()
    assert not list(preparation.root.glob(".work/*/*.journal"))


def test_labels_of_two_landmarkers_do_not_mix(preparation):
    claim(preparation.order())
    preparation.model.write_text("another model")
    with pytest.raises(UserError, match=r"made with other settings: landmarker was '"):
        claim(preparation.order())


def test_a_landmarker_that_cannot_be_read_is_named(preparation):
    preparation.model.unlink()
    with pytest.raises(UserError, match=r"model.task: cannot be read"):
        claim(preparation.order())
