import csv
import os
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings, identity_rule
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.pose import head_angles
from talkingface.faces.prepare_clip import ClipSettings, RejectedError, prepare_clip
from talkingface.faces.prepare_folder import prepare_folder
from talkingface.faces.prepare_pool import Job, earlier_result, run_job
from talkingface.manifest import clip_path, read_dataset, read_track
from talkingface.video.clips import read_clip_frames
from talkingface.video.probe import probe
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

RATE = Fraction(25)
SETTINGS = ClipSettings(size=64, min_seconds=0.5)
STEM = IdentitySettings()


def write_video(path, pictures, sound=False):
    height, width, _ = pictures[0].shape
    audio = AudioTrack(np.full(16000, 0.1, np.float32), 16000) if sound else None
    with VideoWriter(path, RATE, width, height, audio=audio) as writer:
        for picture in pictures:
            writer.write(picture)


def swaying(portrait, count=15):
    """Return `count` pictures of 320x320 in which the face moves sideways."""
    return [portrait[0:320, 60 + 3 * k : 380 + 3 * k] for k in range(count)]


@pytest.fixture(scope="module")
def videos(tmp_path_factory, portrait):
    """A folder with one good video and one for each reason to reject one."""
    folder = tmp_path_factory.mktemp("videos")
    grey = np.full((320, 320, 3), 90, np.uint8)
    face = portrait[0:320, 80:400]
    pair = np.concatenate([face, face], axis=1)
    small = np.asarray(Image.fromarray(face).resize((140, 140), Image.Resampling.LANCZOS))
    write_video(folder / "good.mp4", swaying(portrait), sound=True)
    write_video(folder / "empty_room.mp4", [grey] * 15)
    write_video(folder / "two_people.mp4", [pair] * 15)
    write_video(folder / "far_away.mp4", [small] * 15)
    write_video(folder / "short.mp4", [face] * 5)
    write_video(folder / "leaves.mp4", [face] * 8 + [grey] * 8)
    (folder / "text.mp4").write_text("not a video")
    (folder / "zero.mov").write_bytes(b"")
    (folder / "gone.mp4").symlink_to(folder / "nowhere.mp4")
    (folder / "notes.txt").write_text("not looked at")
    return folder


@pytest.fixture(scope="module")
def prepared(videos, tmp_path_factory, model):
    root = tmp_path_factory.mktemp("prepared") / "data"
    summary = prepare_folder(videos, root, model, SETTINGS, STEM, workers=1)
    return root, summary


def test_bad_files_do_not_stop_the_good_one(prepared):
    root, summary = prepared
    info, clips = read_dataset(root)
    assert [clip.clip for clip in clips] == ["good"]
    assert clips == summary.clips
    assert (info.kind, info.size, info.landmark_set) == ("prepared", 64, "mediapipe478")
    assert len(info.expression_names) == 51
    assert (clips[0].frames, clips[0].rate, clips[0].identity) == (15, RATE, "good")
    assert clips[0].has_audio


def test_every_rejected_file_is_listed_with_its_reason(prepared, videos):
    root, _ = prepared
    with (root / "rejected.csv").open(newline="") as file:
        reasons = {row["file"]: row["reason"] for row in csv.DictReader(file)}
    expected = {
        "empty_room.mp4": "no face",
        "two_people.mp4": "several faces",
        "far_away.mp4": "face too small",
        "short.mp4": "too short",
        "leaves.mp4": "face in 50% of the frames",
        "text.mp4": "unreadable",
        "zero.mov": "unreadable",
        "gone.mp4": "unreadable",
    }
    assert reasons.keys() == {str(videos / name) for name in expected}
    for name, reason in expected.items():
        assert reasons[str(videos / name)].startswith(reason), name


def test_prepared_clip_keeps_frames_rate_and_sound(prepared):
    root, _ = prepared
    info = probe(clip_path(root, "good"))
    assert (info.width, info.height, info.rate, info.has_audio) == (64, 64, RATE, True)
    assert info.duration == 15 / RATE


def test_second_run_does_nothing_but_answer(prepared, videos, model, monkeypatch):
    root, summary = prepared
    asked = []

    def note_jobs(jobs, _workers):
        asked.extend(job.name for job in jobs)
        return iter([])

    monkeypatch.setattr("talkingface.faces.prepare_folder.results_of", note_jobs)
    assert prepare_folder(videos, root, model, SETTINGS, STEM, workers=1) == summary
    assert asked == []


def test_video_that_was_replaced_by_a_bad_one_leaves_no_clip(model, tmp_path, portrait):
    videos, root = tmp_path / "videos", tmp_path / "data"
    videos.mkdir()
    write_video(videos / "a.mp4", swaying(portrait))
    job = Job(videos / "a.mp4", "a", root, model, SETTINGS)
    (root / ".work").mkdir(parents=True)
    assert "clip" in run_job(job)
    assert clip_path(root, "a").exists()
    (videos / "a.mp4").write_text("no longer a video")
    assert earlier_result(job) is None
    assert "rejected" in run_job(job)
    assert not clip_path(root, "a").exists()
    assert earlier_result(job)["rejected"].startswith("unreadable")


def test_interrupted_and_changed_videos_alone_are_done_again(prepared, videos, model, monkeypatch):
    root, summary = prepared
    asked = []

    def note_jobs(jobs, _workers):
        asked.extend(job.name for job in jobs)
        return iter([(job.name, {"rejected": "test"}) for job in jobs])

    monkeypatch.setattr("talkingface.faces.prepare_folder.results_of", note_jobs)
    (root / ".work" / "short.json").unlink()
    os.utime(videos / "zero.mov", (1, 1))
    again = prepare_folder(videos, root, model, SETTINGS, STEM, workers=1)
    assert sorted(asked) == ["short", "zero"]
    assert again.clips == summary.clips


def test_other_settings_in_the_same_folder_are_refused_by_name(prepared, videos, model):
    root, _ = prepared
    with pytest.raises(UserError, match=r"min_face was 64.*, now 100.*size was 64, now 96"):
        prepare_folder(
            videos, root, model, replace(SETTINGS, size=96, min_face=100), STEM, workers=1
        )


def test_identities_may_be_changed_without_preparing_again(prepared, videos, model, tmp_path):
    root, _ = prepared
    table = tmp_path / "people.csv"
    table.write_text("video,person\ngood.mp4,eileen\n")
    people = IdentitySettings("table", table, "video", "person")
    prepare_folder(videos, root, model, SETTINGS, people, workers=1)
    assert [clip.identity for clip in read_dataset(root)[1]] == ["eileen"]
    prepare_folder(videos, root, model, SETTINGS, STEM, workers=1)


def test_track_lies_on_the_face_of_the_crop(model, tmp_path, portrait):
    """Found again in the written crop, the face is where the track says, and turned that way."""
    source = tmp_path / "source.mp4"
    write_video(source, swaying(portrait))
    for mode in ("fixed", "tracked"):
        settings = replace(SETTINGS, size=256, crop_mode=mode)
        prepare_clip(source, mode, tmp_path, model, settings)
        track = read_track(tmp_path, mode)
        frames = read_clip_frames(clip_path(tmp_path, mode), range(15))
        with Landmarker(model) as landmarker:
            faces = [landmarker.detect(frame)[0] for frame in frames]
        found = np.stack([face.landmarks for face in faces])
        assert np.abs(found - track.landmarks).mean() < 0.012
        angles = head_angles(np.stack([face.matrix for face in faces]))
        assert np.abs(angles - track.pose[:, :3]).mean() < 2.5


def test_face_is_framed_at_the_promised_share_of_the_height(model, tmp_path, portrait):
    source = tmp_path / "source.mp4"
    write_video(source, [portrait[0:320, 80:400]] * 15)
    prepare_clip(source, "a", tmp_path, model, SETTINGS)
    landmarks = read_track(tmp_path, "a").landmarks
    height = landmarks[:, :, 1].max(axis=1) - landmarks[:, :, 1].min(axis=1)
    assert 0.54 < height.mean() < 0.6
    assert abs(landmarks[:, :, 0].mean() - 0.5) < 0.06


def test_another_rate_and_a_limit_keep_the_speed(model, tmp_path, portrait):
    source = tmp_path / "source.mp4"
    write_video(source, swaying(portrait), sound=True)
    settings = replace(SETTINGS, rate=Fraction(30000, 1001), max_seconds=0.5, min_seconds=0.1)
    clip = prepare_clip(source, "a", tmp_path, model, settings)
    info = probe(clip_path(tmp_path, "a"))
    assert clip.rate == info.rate == Fraction(30000, 1001)
    assert clip.frames == len(read_track(tmp_path, "a")) == 15
    assert info.duration == 15 / clip.rate


def test_rejected_video_leaves_no_clip(videos, model, tmp_path):
    with pytest.raises(RejectedError, match="no face"):
        prepare_clip(videos / "empty_room.mp4", "a", tmp_path, model, SETTINGS)
    assert not list(tmp_path.rglob("*.mp4*"))


def test_folder_without_videos_is_named(tmp_path, model):
    with pytest.raises(UserError, match="holds no videos"):
        prepare_folder(tmp_path, tmp_path / "out", model, SETTINGS, STEM, workers=1)


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


def test_real_video_becomes_a_clip(shared_dir, model, tmp_path):
    source = shared_dir / "clips" / "bbal6n.mpg"
    clip = prepare_clip(source, "a", tmp_path, model, ClipSettings())
    info = probe(clip_path(tmp_path, "a"))
    assert (clip.frames, clip.rate, info.width, info.has_audio) == (75, RATE, 128, True)
    assert info.duration == probe(source).duration
    assert read_track(tmp_path, "a").face.all()
