import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings
from talkingface.manifest import clip_path, read_dataset, track_path
from talkingface.prepare import journal
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.folder import claim
from talkingface.prepare.locks import division_held
from talkingface.prepare.worker import Limits
from tests.prepare.conftest import Preparation
from tests.prepare.locking import division_held_elsewhere, lock_held_elsewhere


def clips_of(preparation):
    return list(read_dataset(preparation.root)[1])


def test_every_piece_is_decided_on_and_every_reject_listed(preparation):
    preparation.add("a.mp4")
    preparation.add("deep/b.mp4", height=10)
    (preparation.input / "gone.mp4").symlink_to("nowhere")
    (preparation.input / "notes.txt").write_text("x")
    summary = preparation.run()
    assert [clip.source for clip in clips_of(preparation)] == ["a.mp4", "a.mp4", "deep/b.mp4"]
    said = {(row["file"], row["start"], row["reason"]) for row in preparation.rejects()}
    assert said == {
        ("a.mp4", "4.000", "no-face"),
        ("deep/b.mp4", "2.000", "face-small"),
        ("deep/b.mp4", "4.000", "no-face"),
        ("gone.mp4", "", "not-a-file"),
    }
    text = summary.text()
    assert "3 clips of 2 videos" in text
    assert "1 files of other kinds" in text
    assert "2 no-face" in text
    assert "deep/b.mp4 at 2.00 s: face-small: 10 pixels high, least 64" in text


def test_running_again_opens_no_video(preparation):
    for name in "abc":
        preparation.add(f"{name}.mp4")
    preparation.run()
    before = preparation.contents()
    assert preparation.calls() == {"a.mp4": 1, "b.mp4": 1, "c.mp4": 1}
    preparation.run()
    assert preparation.calls() == {}
    assert preparation.contents() == before


@pytest.mark.slow
def test_new_changed_and_incomplete_videos_alone_are_opened(preparation):
    for name in "abcde":
        preparation.add(f"{name}.mp4")
    preparation.run()
    preparation.calls()
    names = {clip.source: clip.clip for clip in clips_of(preparation)}
    preparation.add("new.mp4")
    os.utime(preparation.input / "a.mp4", (1, 1))
    clip_path(preparation.root, names["b.mp4"]).unlink()
    clip_path(preparation.root, names["c.mp4"]).write_bytes(b"torn")
    track_path(preparation.root, names["d.mp4"]).unlink()
    preparation.run()
    assert set(preparation.calls()) == {"new.mp4", "a.mp4", "b.mp4", "c.mp4", "d.mp4"}
    assert len(clips_of(preparation)) == 12


def test_changed_limits_measure_nothing_again(preparation):
    for name, height in (("a", 70), ("b", 90), ("c", 120)):
        preparation.add(f"{name}.mp4", height=height)
    preparation.run()
    preparation.calls()
    summary = preparation.run(filters=FilterLimits(min_face=100))
    assert preparation.calls() == {}
    assert len(clips_of(preparation)) == summary.clips == 4
    assert "70 pixels high, least 100" in str(preparation.rejects())
    preparation.run()
    assert preparation.calls() == {}
    assert len(clips_of(preparation)) == 6


@pytest.mark.slow
def test_only_videos_with_newly_admitted_clips_are_opened_again(preparation):
    for name, height in (("a", 30), ("b", 50), ("c", 120)):
        preparation.add(f"{name}.mp4", height=height)
    preparation.run()
    preparation.calls()
    preparation.run(filters=FilterLimits(min_face=40))
    assert preparation.calls() == {"b.mp4": 1}
    assert len(clips_of(preparation)) == 5
    fresh = Preparation(preparation.folder, preparation.folder / "fresh")
    fresh.run(filters=FilterLimits(min_face=40))
    whole = preparation.contents()
    del whole["rejects/index.html"]
    expected = fresh.contents()
    del expected["rejects/index.html"]
    assert whole == expected


def test_three_shards_give_the_manifest_of_one(preparation):
    for number in range(12):
        preparation.add(f"{number % 3}/{number}.mp4", height=30 + 10 * number)
    preparation.run()
    sharded = Preparation(preparation.folder, preparation.folder / "elsewhere" / "out")
    parts = [sharded.run(shard=number, shards=3, workers=1 + (number == 0)) for number in (2, 0, 1)]
    assert [part.unfinished > 0 for part in parts] == [True, True, False]
    assert "this part is done" in parts[0].text()
    assert sharded.contents() == preparation.contents()


def test_a_video_that_kills_its_process_is_named_and_not_met_again(preparation):
    preparation.add("a.mp4")
    preparation.add("bad.mp4", kind="segfault")
    preparation.add("c.mp4")
    preparation.run(workers=2)
    assert {clip.source for clip in clips_of(preparation)} == {"a.mp4", "c.mp4"}
    failed = [row for row in preparation.rejects() if row["file"] == "bad.mp4"]
    assert [(row["start"], row["reason"]) for row in failed] == [("", "crashed")]
    assert "SIGSEGV" in failed[0]["detail"]
    assert preparation.calls() == {"a.mp4": 1, "bad.mp4": 2, "c.mp4": 1}
    preparation.run()
    assert preparation.calls() == {}


@pytest.mark.slow
def test_a_video_that_took_too_much_is_tried_again_when_it_may_take_more(preparation):
    preparation.add("a.mp4")
    preparation.add("bad.mp4", kind="raise")
    preparation.run()
    preparation.calls()
    preparation.run(limits=Limits(memory=500))
    assert set(preparation.calls()) == {"bad.mp4"}


def test_a_full_disk_keeps_what_is_done(preparation):
    preparation.add("a.mp4")
    preparation.add("b.mp4")
    preparation.add("z.mp4", kind="full")
    # Longest first, so this one comes last.
    for name in "ab":
        path = preparation.input / f"{name}.mp4"
        path.write_text(path.read_text() + " " * 100)
    with pytest.raises(UserError, match=r"No space left.*2 of 3 videos are done and kept"):
        preparation.run()
    preparation.calls()
    preparation.add("z.mp4")
    preparation.run()
    assert preparation.calls() == {"z.mp4": 1}
    assert len(clips_of(preparation)) == 6


def test_a_journal_that_cannot_be_written_stops_with_one_message(preparation, monkeypatch):
    preparation.add("a.mp4")
    append = journal._append
    # A file that gives the real error of a full disk.
    monkeypatch.setattr(journal, "_append", lambda _, content: append(Path("/dev/full"), content))
    with pytest.raises(UserError, match="No space left"):
        preparation.run()


def test_an_output_that_cannot_be_a_folder_is_named(preparation):
    path = preparation.add("a.mp4")
    preparation.root = path / "out"
    with pytest.raises(UserError, match=r"a.mp4/out: nothing more can be written \(.*Not a dir"):
        preparation.run()


def test_identities_may_be_changed_without_opening_a_video(preparation):
    preparation.add("anna/1.mp4")
    preparation.add("anna/2.mp4")
    preparation.run()
    preparation.calls()
    preparation.run(identity=IdentitySettings("folder"))
    assert preparation.calls() == {}
    info, clips = read_dataset(preparation.root)
    assert {clip.identity for clip in clips} == {"anna"}
    assert info.identities == "person"


def test_a_moved_input_is_said_and_nothing_is_done_again(preparation, capfd):
    preparation.add("a.mp4")
    preparation.run()
    before = preparation.contents()
    preparation.calls()
    moved = preparation.folder / "moved"
    shutil.move(preparation.input, moved)
    preparation.input = moved
    preparation.run()
    assert preparation.calls() == {}
    assert preparation.contents() == before
    assert "notice: the input was" in capfd.readouterr().err


def test_left_over_files_are_removed_and_others_left_alone(preparation):
    preparation.add("a.mp4")
    preparation.run()
    before = preparation.contents()
    name = clips_of(preparation)[0].clip
    folder = clip_path(preparation.root, name).parent
    (folder / f"{name}.mp4.123.partial").write_bytes(b"x")
    (folder / "other-0123abcd-000.mp4").write_bytes(b"x")
    (folder / "README").write_text("mine")
    preparation.run()
    assert preparation.contents() == before | {
        f"clips/{folder.name}/README": b"mine",
    }


@pytest.mark.slow
def test_another_machines_unfinished_files_are_left_alone(preparation):
    for number in range(4):
        preparation.add(f"{number}.mp4")
    preparation.run(shard=0, shards=2)
    folder = preparation.root / "clips" / "00"
    folder.mkdir(exist_ok=True)
    (folder / "x-00000000-000.mp4.partial").write_bytes(b"x")
    (folder / "x-00000001-000.mp4.partial").write_bytes(b"x")
    preparation.run(shard=0, shards=2)
    assert [path.name for path in folder.glob("x*")] == ["x-00000001-000.mp4.partial"]


def test_a_second_process_on_the_same_part_is_refused(preparation):
    preparation.add("a.mp4")
    order = preparation.order()
    claim(order)
    with (
        lock_held_elsewhere(order.shard_folder / "lock"),
        pytest.raises(UserError, match="another process prepares this part"),
    ):
        preparation.run()


def test_another_division_of_the_videos_at_the_same_time_is_refused(preparation):
    preparation.add("a.mp4")
    claim(preparation.order())
    folder = preparation.root / "clips" / "00"
    folder.mkdir(parents=True)
    (folder / "x-00000000-000.mp4.1.partial").write_bytes(b"in flight")
    with division_held_elsewhere(preparation.order(shards=3)):
        with division_held(preparation.order(shards=3)):
            pass
        with pytest.raises(UserError, match=r"prepares it with shards=3, this one has shards=1"):
            preparation.run()
    assert list(folder.iterdir())
    with division_held(preparation.order()):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every file")
@pytest.mark.parametrize("name", ["0-of-1/lock", "shards"])
def test_another_users_lock_is_named(preparation, name):
    preparation.add("a.mp4")
    order = preparation.order()
    claim(order)
    (order.work / name).touch(0o444)
    with pytest.raises(UserError, match=f"{name}: may not be written, so another user"):
        preparation.run()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every file")
def test_another_users_journal_is_named(preparation):
    preparation.add("a.mp4")
    order = preparation.order()
    claim(order)
    (order.shard_folder / "x.journal").touch(0)
    with pytest.raises(UserError, match=r"x.journal: may not be read, so another user"):
        preparation.run()


def test_other_settings_in_the_same_folder_are_refused_by_name(preparation):
    preparation.add("a.mp4")
    preparation.run()
    other = replace(ClipSettings(), size=96, framing="tight")
    with pytest.raises(UserError, match=r"framing was 'head', now 'tight'; size was 128, now 96"):
        preparation.run(clips=other)


def test_a_data_set_of_an_earlier_version_is_refused(preparation):
    preparation.add("a.mp4")
    preparation.root.mkdir()
    (preparation.root / "settings.json").write_text('{"min_face_share": 0.9, "size": 128}')
    with pytest.raises(UserError, match="made by an earlier version; run the same command into"):
        preparation.run()


def test_an_input_without_videos_is_named(preparation):
    (preparation.input / "notes.txt").write_text("x")
    with pytest.raises(UserError, match="holds no videos, only 1 files of other kinds"):
        preparation.run()
    assert not preparation.root.exists()


def test_no_clip_at_all_is_an_error_that_says_why(preparation):
    preparation.add("a.mp4", kind="raise")
    with pytest.raises(UserError, match=r"none of the 1 videos gives a clip.\n.*\n.*1 crashed"):
        preparation.run()
    assert [row["reason"] for row in preparation.rejects()] == ["crashed"]
    assert not (preparation.root / "manifest.parquet").exists()


def test_wrong_numbers_of_parts_are_named(preparation):
    for changes in ({"workers": 0}, {"shards": 0}, {"shard": 3, "shards": 3}, {"shard": -1}):
        with pytest.raises(UserError, match=f"{next(iter(changes))}="):
            preparation.order(**changes)
