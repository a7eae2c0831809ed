"""`prepare` over a folder of real videos, good and bad. How the engine resumes: tests/prepare."""

import csv
import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings, identity_rule
from talkingface.manifest import clip_path, read_dataset, read_track
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.engine import prepare
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.order import Order
from talkingface.video.probe import probe
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

RATE = Fraction(25)


def write_video(path, pictures, sound=False):
    height, width, _ = pictures[0].shape
    audio = AudioTrack(np.full(16000, 0.1, np.float32), 16000) if sound else None
    with VideoWriter(path, RATE, width, height, audio=audio) as writer:
        for picture in pictures:
            writer.write(picture)


def swaying(portrait, count=15):
    """Return `count` pictures of 320x320 in which the face moves sideways."""
    return [portrait[0:320, 60 + 3 * k : 380 + 3 * k] for k in range(count)]


def order_of(videos, root, model, **changes):
    fields = {
        "layout": "files",
        "clips": ClipSettings(size=64),
        "filters": FilterLimits(min_seconds=0.5),
        "workers": 1,
    }
    return Order(videos, root, model, **(fields | changes))


@pytest.fixture(scope="module")
def videos(tmp_path_factory, portrait):
    """A folder with one good video and one for each of many reasons to reject one."""
    folder = tmp_path_factory.mktemp("videos")
    grey = np.full((320, 320, 3), 90, np.uint8)
    face = portrait[0:320, 80:400]
    small = np.asarray(Image.fromarray(face).resize((140, 140), Image.Resampling.LANCZOS))
    write_video(folder / "good.mp4", swaying(portrait), sound=True)
    write_video(folder / "empty_room.mp4", [grey] * 15)
    write_video(folder / "far_away.mp4", [small] * 15)
    write_video(folder / "short.mp4", [face] * 5)
    shutil.copy(folder / "good.mp4", folder / "the same again.mp4")
    (folder / "text.mp4").write_text("not a video")
    (folder / "zero.mov").write_bytes(b"")
    (folder / "gone.mp4").symlink_to(folder / "nowhere.mp4")
    (folder / "notes.txt").write_text("not looked at")
    return folder


@pytest.fixture(scope="module")
def prepared(videos, tmp_path_factory, model):
    root = tmp_path_factory.mktemp("prepared") / "data"
    summary = prepare(order_of(videos, root, model))
    return root, summary


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_bad_files_do_not_stop_the_good_one(prepared):
    root, summary = prepared
    info, clips = read_dataset(root)
    assert [clip.source for clip in clips] == ["good.mp4"]
    assert (info.kind, info.size, info.landmark_set) == ("prepared", 64, "ibug68")
    assert info.identities == "file"
    assert len(info.expression_names) == 51
    assert (clips[0].frames, clips[0].rate, clips[0].identity) == (15, RATE, "good")
    assert clips[0].has_audio
    assert (summary.clips, summary.videos, summary.ignored) == (1, 7, 1)


def test_every_rejected_file_is_listed_with_its_reason(prepared):
    root, _ = prepared
    with (root / "rejects.csv").open(newline="") as file:
        reasons = {row["file"]: row["reason"] for row in csv.DictReader(file)}
    assert reasons == {
        "empty_room.mp4": "no-face",
        "far_away.mp4": "face-small",
        "short.mp4": "too-short",
        "the same again.mp4": "duplicate",
        "text.mp4": "not-video",
        "zero.mov": "empty",
        "gone.mp4": "not-a-file",
    }


def test_every_decision_is_on_record_with_what_was_measured(prepared):
    root, _ = prepared
    rows = {row["source"]: row for row in pq.read_table(root / "decisions.parquet").to_pylist()}
    decided = {name: (row["decision"], row["piece"]) for name, row in rows.items()}
    assert decided == {
        "good.mp4": ("kept", 0),
        "empty_room.mp4": ("rejected", 0),
        "far_away.mp4": ("rejected", 0),
        "short.mp4": ("rejected", 0),
        "the same again.mp4": ("rejected", 0),
        "text.mp4": ("failed", -1),
        "zero.mov": ("failed", -1),
        "gone.mp4": ("failed", -1),
    }
    assert 80 < rows["good.mp4"]["face_px"] < 130
    assert 20 < rows["far_away.mp4"]["face_px"] < 64
    assert rows["good.mp4"]["seconds"] == 0.6
    assert rows["the same again.mp4"]["detail"] == f"of the clip {rows['good.mp4']['clip']}"


def test_rejects_can_be_looked_at(prepared):
    root, _ = prepared
    page = (root / "rejects" / "index.html").read_text()
    with Image.open(root / "rejects" / "duplicate.jpg") as sheet:
        colours = np.asarray(sheet).reshape(-1, 3).std(axis=0)
    assert 'src="duplicate.jpg"' in page
    assert "face-small" in page
    assert colours.min() > 20


def test_prepared_clip_keeps_frames_rate_and_sound(prepared):
    root, _ = prepared
    (clip,) = read_dataset(root)[1]
    info = probe(clip_path(root, clip.clip))
    assert (info.width, info.height, info.rate, info.has_audio) == (64, 64, RATE, True)
    assert info.duration == 15 / RATE
    assert len(read_track(root, clip.clip)) == 15


def test_second_run_does_nothing_but_answer(prepared, videos, model):
    root, summary = prepared
    before = contents(root)
    assert prepare(order_of(videos, root, model)) == summary
    assert contents(root) == before


def test_video_that_was_replaced_by_a_bad_one_leaves_no_clip(model, tmp_path, portrait):
    videos, root = tmp_path / "videos", tmp_path / "data"
    videos.mkdir()
    write_video(videos / "a.mp4", swaying(portrait))
    write_video(videos / "b.mp4", swaying(portrait, 20))
    assert prepare(order_of(videos, root, model)).clips == 2
    (videos / "a.mp4").write_text("no longer a video")
    assert prepare(order_of(videos, root, model)).clips == 1
    assert [path.name[:2] for path in root.glob("clips/*/*")] == ["b-"]
    assert [path.name[:2] for path in root.glob("tracks/*/*")] == ["b-"]


def test_other_settings_in_the_same_folder_are_refused_by_name(prepared, videos, model):
    root, _ = prepared
    clips = ClipSettings(size=96, crop_scale=1.5)
    with pytest.raises(UserError, match=r"crop_scale was 1.0.*, now 1.5.*size was 64, now 96"):
        prepare(order_of(videos, root, model, clips=clips))


def test_folder_without_videos_is_named(tmp_path, model):
    with pytest.raises(UserError, match="holds no videos"):
        prepare(order_of(tmp_path, tmp_path / "out", model))


def test_identities_come_from_stem_folder_or_table(tmp_path):
    path = tmp_path / "anna" / "take1.mp4"
    table = tmp_path / "people.csv"
    table.write_text("file,identity\nanna/take1.mp4,Anna\ntake1.mp4,someone else\n")
    assert identity_rule(IdentitySettings("stem"))(path) == "take1"
    assert identity_rule(IdentitySettings("folder"))(path) == "anna"
    rule = identity_rule(IdentitySettings("table", table))
    assert rule(path) == "Anna"
    assert rule(tmp_path / "berta" / "take1.mp4") == "someone else"
    assert rule(tmp_path / "unlisted.mp4") is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (IdentitySettings("face"), "identity.from=face"),
        (IdentitySettings("table"), "needs identity.table"),
        (IdentitySettings("table", column="who"), "no column 'who'"),
    ],
)
def test_wrong_identity_settings_are_named(tmp_path, settings, message):
    if settings.column == "who":
        table = tmp_path / "people.csv"
        table.write_text("file,identity\n")
        settings = replace(settings, table=table)
    with pytest.raises(UserError, match=message):
        identity_rule(settings)
