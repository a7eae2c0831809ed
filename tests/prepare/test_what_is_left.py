"""What a data set says and holds after videos, clocks and other machines have changed."""

import os
import shutil
import zlib
from contextlib import closing
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from talkingface.errors import MediaError, UserError
from talkingface.faces.crop import Box
from talkingface.manifest import Clip, clip_path, read_dataset, track_path
from talkingface.prepare.engine import _missing, _motion, _unfinished_elsewhere
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.folder import claim
from talkingface.prepare.inventory import _jobs, take_inventory
from talkingface.prepare.journal import Journal, JournalWriter
from talkingface.prepare.merge import merge
from talkingface.prepare.naming import shard_of
from talkingface.prepare.piece import Piece
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.prepare.worker import Limits
from talkingface.prepare.writing import Cutting, cut_clips
from talkingface.reasons import Reason
from tests.prepare.jobs import pieces_of
from tests.prepare.test_journal import STAMP


def put_forward(path, seconds):
    """Date the one record of a journal later."""
    _, when, rest = path.read_bytes().split(b"\t", 2)
    body = b"%d\t%b" % (int(when) + seconds * 10**9, rest.rstrip(b"\n"))
    path.write_bytes(b"%08x\t%b\n" % (zlib.crc32(body), body))


def journaled(order, job, pieces, **stamp):
    """Write a record of a job."""
    order.shard_folder.mkdir(parents=True, exist_ok=True)
    writer = JournalWriter(order.shard_folder)
    writer.add(job.source.name, replace(job.stamp(order), **stamp), pieces, [b""] * len(pieces))


def made(preparation):
    """Prepare all videos in this process, which is quicker, and return what was asked for."""
    order = preparation.order()
    claim(order)
    for job in take_inventory(order).jobs:
        work = (preparation.root, order.filters, preparation.log, job, lambda _seconds: None)
        pieces = pieces_of(*work)
        order.shard_folder.mkdir(parents=True, exist_ok=True)
        motions = [_motion(order, piece) for piece in pieces]
        writer = JournalWriter(order.shard_folder)
        writer.add(job.source.name, job.stamp(order), pieces, motions)
    preparation.run()
    return order


def missing(order):
    """Begin a run: return the videos that it would open."""
    with closing(Journal(order.work)) as journal:
        return [job.source.name for job in _missing(order, take_inventory(order).jobs, journal)]


def test_a_new_record_counts_though_the_clock_was_put_back(preparation):
    preparation.add("a.mp4", height=50)
    made(preparation)
    (path,) = preparation.root.glob(".work/*/*.journal")
    put_forward(path, 3600)
    admit = FilterLimits(min_face=40)
    preparation.run(filters=admit)
    assert len(read_dataset(preparation.root)[1]) == 2
    preparation.calls()
    preparation.run(filters=admit)
    assert preparation.calls() == {}


def test_records_of_one_writer_follow_each_other(tmp_path):
    (tmp_path / "0-of-1").mkdir()
    late = 2**62
    writer = JournalWriter(tmp_path / "0-of-1", after=late)
    for reason in (Reason.NO_FACE, Reason.DAMAGED):
        writer.add("v.mp4", STAMP, [Piece(0, 0, reason)], [b""])
    journal = Journal(tmp_path)
    assert journal.newest == late + 2
    assert journal.record("v.mp4").pieces[0].reason is Reason.DAMAGED


def test_a_piece_that_is_kept_without_a_clip_is_not_published(preparation):
    preparation.add("a.mp4")
    order = preparation.order()
    claim(order)
    inventory = take_inventory(order)
    journaled(order, inventory.jobs[0], [Piece(0, 2, Reason.KEPT)])
    with pytest.raises(RuntimeError, match=r"a.mp4: its piece 0 is kept and has no clip"):
        merge(order, inventory, Journal(order.work))
    assert not (order.root / "manifest.parquet").exists()


def test_no_manifest_lists_clips_that_are_to_be_made_again(preparation):
    preparation.add("a.mp4")
    preparation.add("b.mp4")
    order = made(preparation)
    (preparation.root / "manifest.arrow").touch()
    assert missing(order) == []
    assert (preparation.root / "manifest.parquet").exists()
    preparation.add("a.mp4", kind="raise")
    assert missing(order) == ["a.mp4"]
    assert not list(preparation.root.glob("manifest.*"))


def test_no_manifest_lists_clips_that_no_journal_knows(preparation):
    preparation.add("a.mp4")
    order = made(preparation)
    shutil.rmtree(order.shard_folder)
    assert missing(order) == ["a.mp4"]
    assert not list(preparation.root.glob("clips/*/*"))
    assert not list(preparation.root.glob("manifest.*"))


def test_no_manifest_stays_where_no_clip_is_kept(preparation):
    preparation.add("a.mp4")
    made(preparation)
    with pytest.raises(UserError, match="none of the 1 videos gives a clip"):
        preparation.run(filters=FilterLimits(min_face=1000))
    assert not list(preparation.root.glob("manifest.*"))


def test_what_another_machine_let_a_video_take_is_its_own_affair(preparation):
    for number in range(4):
        preparation.add(f"{number}.mp4")
    order = preparation.order(shards=2, shard=0)
    inventory = take_inventory(order)
    others = [job for job in inventory.jobs if shard_of(job.source.name, 2) == 1]
    assert others
    elsewhere = replace(order, shard=1, limits=Limits(memory=500))
    for job in others:
        journaled(elsewhere, job, [Piece(0, 0, Reason.OUT_OF_MEMORY)])
    assert _unfinished_elsewhere(order, inventory, Journal(order.work)) == 0
    journaled(elsewhere, others[0], [Piece(0, 0, Reason.OUT_OF_MEMORY)], size=7)
    assert _unfinished_elsewhere(order, inventory, Journal(order.work)) == 1


def test_empty_labels_are_made_again(preparation):
    preparation.add("a.mp4")
    preparation.add("b.mp4")
    order = made(preparation)
    track_path(order.root, read_dataset(order.root)[1][0].clip).write_bytes(b"")
    assert missing(order) == ["a.mp4"]


def test_clips_of_a_process_that_died_are_removed(preparation):
    preparation.add("a.mp4")
    order = made(preparation)
    preparation.add("bad.mp4")
    job = take_inventory(order).jobs[1]
    left = clip_path(order.root, f"{job.prefix}-000")
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"x")
    journaled(order, job, [Piece(0, 0, Reason.CRASHED)])
    assert missing(order) == []
    assert not left.exists()
    assert len(list(order.root.glob("clips/*/a-*"))) == 2


def test_a_changed_file_of_the_sound_is_noticed(preparation):
    path = preparation.add("a.mp4")
    sound = preparation.add("a.m4a")
    source = Source(path, "a.mp4", "who", "a", sound=sound)
    found = {"a.mp4": Found(path, "a.mp4", 5, 6)}
    order = preparation.order()
    stamps = []
    for changed in (1, 1, 2):
        os.utime(sound, (changed, changed))
        stamps.append(_jobs((source,), found)[0].stamp(order))
    sound.unlink()
    stamps.append(_jobs((source,), found)[0].stamp(order))
    assert stamps[0] == stamps[1]
    assert len({stamp.sound for stamp in stamps}) == 3
    assert all(stamp.sound.startswith("a.m4a") for stamp in stamps)


def test_why_a_clip_was_not_cut_holds_no_path_of_this_machine(tmp_path):
    clip = Clip("v-00000000-000", "who", "v.mp4", 7, 25, 1, 0.0, 0.0, 32.0, False)
    cutting = Cutting(clip, 0, [Box(0, 0, 32)] * 5)
    frames = ((Fraction(number, 25), np.zeros((32, 32, 3), np.uint8)) for number in range(5))
    said = cut_clips(tmp_path, [cutting], frames, tmp_path / "v.mp4", 32)[clip.clip]
    assert isinstance(said, MediaError)
    assert str(said) == "v-00000000-000: holds 5 frames after writing 7"
