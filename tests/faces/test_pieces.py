"""From a raw video to pieces: what is written, what is refused, and that both are named."""

import errno
import resource
import zlib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from talkingface.faces.landmark_sets import to_ibug68
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.pose import head_angles
from talkingface.manifest import clip_path, read_track, track_path
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.pieces import make_pieces
from talkingface.prepare.source import Source
from talkingface.reasons import Reason
from talkingface.video.clips import read_clip_frames
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter
from tests.video.media import sound_of

RATE = Fraction(25)
SIZE = 224
SETTINGS = ClipSettings(size=64)
LIMITS = FilterLimits(min_seconds=0.5, min_face=40)
WALL = np.full((SIZE, SIZE, 3), 90, np.uint8)


def write_video(path, pictures, sound=None):
    height, width, _ = pictures[0].shape
    audio = AudioTrack(sound, 16000) if sound is not None else None
    with VideoWriter(path, RATE, width, height, audio=audio) as writer:
        for picture in pictures:
            writer.write(picture)


def source_of(path, sound=None):
    return Source(path, f"folder/{path.name}", "anna", "holiday", "train", sound)


def pieces_of(path, root, model, settings=SETTINGS, limits=LIMITS, sound=None, beats=None):
    beat = (lambda _: None) if beats is None else beats.append
    return make_pieces(source_of(path, sound), "p", root, model, settings, limits, beat)


@pytest.fixture(scope="module")
def heads(talkers):
    """Two synthetic people who talk, 20 frames each."""
    return [frames[:20] for frames in talkers]


@pytest.fixture(scope="module")
def joined(heads, tmp_path_factory):
    """Two shots and 16 frames of a wall; the sound clicks once a shot, after 4 of its frames."""
    path = tmp_path_factory.mktemp("raw") / "joined.mp4"
    sound = np.zeros(56 * 640, np.float32)
    sound[4 * 640] = sound[24 * 640] = 1
    write_video(path, [*heads[0], *heads[1], *[WALL] * 16], sound)
    return path


@pytest.fixture(scope="module")
def prepared(joined, model, tmp_path_factory):
    root, beats = tmp_path_factory.mktemp("data"), []
    return root, pieces_of(joined, root, model, beats=beats), beats


def test_every_shot_is_a_piece_and_what_shows_nobody_too(prepared):
    _, pieces, _ = prepared
    assert [(piece.start, piece.seconds, piece.reason) for piece in pieces] == [
        (0.0, 0.8, Reason.KEPT),
        (0.8, 0.8, Reason.KEPT),
        (1.6, 0.64, Reason.NO_FACE),
    ]
    assert [piece.detail == "" for piece in pieces] == [True, True, False]
    assert [len(piece.looks) for piece in pieces] == [8, 8, 0]
    assert all(piece.thumbnail[:2] == b"\xff\xd8" for piece in pieces)


def test_clip_says_where_it_comes_from_and_is_what_it_says(prepared, joined):
    root, pieces, _ = prepared
    for number, piece in enumerate(pieces[:2]):
        clip = piece.clip
        assert clip.clip == f"p-00{number}"
        assert (clip.source, clip.identity) == (f"folder/{joined.name}", "anna")
        assert (clip.recording, clip.split) == ("holiday", "train")
        assert (clip.frames, clip.rate, clip.start) == (20, RATE, piece.start)
        assert clip.measures == piece.measures
        video = clip_path(root, clip.clip).read_bytes()
        assert (clip.bytes, clip.crc32) == (len(video), zlib.crc32(video))
        labels = track_path(root, clip.clip).read_bytes()
        assert clip.track_crc32 == zlib.crc32(labels)
        track = read_track(root, clip.clip)
        assert track.landmarks.shape == (20, 68, 2)
        assert track.face.all()


def test_clip_holds_the_frames_of_its_stretch(prepared, heads):
    root, pieces, _ = prepared
    clip = pieces[1].clip
    corner = (clip.crop_x, clip.crop_y)
    box = (*corner, *(value + clip.crop_side for value in corner))
    frames = read_clip_frames(clip_path(root, clip.clip), range(20)).astype(float)
    for frame, picture in zip(frames, heads[1], strict=True):
        expected = Image.fromarray(picture).resize((64, 64), Image.Resampling.BICUBIC, box=box)
        assert np.abs(frame - np.asarray(expected, float)).mean() < 6


def test_each_clip_has_the_sound_of_its_stretch(prepared):
    root, pieces, _ = prepared
    for piece in pieces[:2]:
        assert piece.clip.has_audio
        samples, rate, _ = sound_of(clip_path(root, piece.clip.clip))
        assert np.abs(samples).argmax() / rate == pytest.approx(4 / 25, abs=0.01)


def test_progress_is_told_and_never_falls(prepared):
    _, _, beats = prepared
    assert beats == sorted(beats)
    assert beats[-1] == pytest.approx(2.2, abs=0.1)


def test_limits_change_what_is_kept_but_no_name(joined, prepared, model, tmp_path):
    _, pieces, _ = prepared
    one, other = (piece.measures.face_px for piece in pieces[:2])
    settings = replace(SETTINGS, max_seconds=1.6)
    limits = replace(LIMITS, min_face=(one + other) / 2)
    again = pieces_of(joined, tmp_path, model, settings, limits)
    reasons = {one: Reason.FACE_SMALL, other: Reason.FACE_SMALL} | {max(one, other): Reason.KEPT}
    assert [piece.reason for piece in again] == [reasons[one], reasons[other]]
    assert [piece.measures for piece in again] == [piece.measures for piece in pieces[:2]]
    kept = {number: piece.clip.clip for number, piece in enumerate(again) if piece.clip}
    assert kept == {number: f"p-00{number}" for number in kept}
    assert {path.stem for path in tmp_path.rglob("*.mp4")} == set(kept.values())


def test_sound_may_lie_in_a_file_of_its_own(heads, model, tmp_path):
    silent, voice = tmp_path / "silent.mp4", tmp_path / "voice.mp4"
    write_video(silent, heads[0])
    sound = np.zeros(16000, np.float32)
    sound[8000] = 1
    write_video(voice, [WALL] * 25, sound)
    (piece,) = pieces_of(silent, tmp_path / "a", model, sound=voice)
    samples, rate, _ = sound_of(clip_path(tmp_path / "a", "p-000"))
    assert np.abs(samples).argmax() / rate == pytest.approx(0.5, abs=0.01)
    (piece,) = pieces_of(silent, tmp_path / "b", model, sound=tmp_path / "absent.m4a")
    assert piece.reason == Reason.KEPT
    assert not piece.clip.has_audio


def test_file_that_is_no_video_is_one_piece_with_its_reason(model, tmp_path):
    path = tmp_path / "text.mp4"
    path.write_text("no video" * 100)
    (piece,) = pieces_of(path, tmp_path / "data", model)
    assert piece.reason == Reason.NOT_VIDEO
    assert piece.detail
    assert str(path) not in piece.detail
    assert piece.clip is None


def test_single_picture_is_no_clip_however_short_clips_may_be(heads, model, tmp_path):
    write_video(tmp_path / "one.mp4", heads[0][:1])
    limits = replace(LIMITS, min_seconds=0)
    (piece,) = pieces_of(tmp_path / "one.mp4", tmp_path / "data", model, limits=limits)
    assert piece.reason == Reason.STILL_PICTURE
    assert not list((tmp_path / "data").rglob("*.*"))


def test_what_lies_before_the_damage_is_kept(joined, model, tmp_path):
    content = bytearray(joined.read_bytes())
    broken = tmp_path / "broken.mp4"
    start = len(content) * 3 // 5
    content[start : start + 3000] = bytes(3000)
    broken.write_bytes(content)
    pieces = pieces_of(broken, tmp_path / "data", model)
    assert pieces[0].reason == Reason.KEPT
    assert pieces[-1].reason == Reason.DAMAGED
    assert pieces[-1].start >= pieces[0].seconds
    kept = [piece.clip.clip for piece in pieces if piece.clip]
    assert {path.stem for path in (tmp_path / "data").rglob("*.mp4")} == set(kept)


@pytest.mark.parametrize(("room", "size"), [(5000, 64), (20000, 256)], ids=["labels", "clip"])
def test_full_disk_is_no_fault_of_the_video(joined, model, tmp_path, room, size):
    settings = replace(SETTINGS, size=size, max_seconds=0.8)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            pieces_of(joined, tmp_path / "data", model, settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
    assert not list((tmp_path / "data").rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fixed", "tracked"])
@pytest.mark.parametrize("framing", ["tight", "head", "shoulders"])
def test_labels_lie_on_the_face_of_the_crop(model, portrait, tmp_path, mode, framing):
    """Found again in the written crop, the face is where the labels say, and turned that way."""
    source = tmp_path / "source.mp4"
    write_video(source, [portrait[0:320, 60 + 3 * k : 380 + 3 * k] for k in range(15)])
    settings = ClipSettings(size=256, crop_mode=mode, framing=framing)
    (piece,) = pieces_of(source, tmp_path, model, settings)
    labels = read_track(tmp_path, piece.clip.clip)
    frames = read_clip_frames(clip_path(tmp_path, piece.clip.clip), range(15))
    with Landmarker(model) as landmarker:
        faces = [landmarker.detect(frame)[0] for frame in frames]
    found = to_ibug68(np.stack([face.landmarks for face in faces]), "mediapipe478")
    assert np.abs(found - labels.landmarks).mean() < 0.012
    angles = head_angles(np.stack([face.matrix for face in faces]))
    assert np.abs(angles - labels.pose[:, :3]).mean() < 2.5


def test_another_rate_and_a_limit_keep_the_speed(heads, model, tmp_path):
    write_video(tmp_path / "a.mp4", heads[0])
    settings = replace(SETTINGS, rate=Fraction(30000, 1001), max_seconds=0.5)
    (piece,) = pieces_of(
        tmp_path / "a.mp4", tmp_path, model, settings, replace(LIMITS, min_seconds=0.1)
    )
    assert (piece.clip.frames, piece.clip.rate) == (15, Fraction(30000, 1001))
    assert len(read_track(tmp_path, "p-000")) == 15


@pytest.mark.slow
def test_real_video_becomes_a_clip(shared_dir, model, tmp_path):
    source = shared_dir / "clips" / "bbal6n.mpg"
    (piece,) = pieces_of(source, tmp_path, model, ClipSettings(), FilterLimits())
    assert (piece.clip.frames, piece.clip.rate, piece.clip.has_audio) == (75, RATE, True)
    assert read_track(tmp_path, piece.clip.clip).face.all()
