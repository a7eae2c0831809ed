"""The data set on disk: exact labels, resumed when interrupted, never mixed with other settings."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.manifest import clip_path, read_dataset, read_track, track_path
from talkingface.synthetic import dataset
from talkingface.synthetic.clip import frame_times, identity_seed_of, render_motion, track_of
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames

SETTINGS = SynthesisSettings(
    identities=2,
    clips_per_identity=2,
    shared_motions=1,
    seconds=0.5,
    rate="30000/1001",
    size=64,
    seed=3,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("synthetic") / "data"
    assert synthesize_dataset(root, SETTINGS, workers=1)
    return root


def test_manifest_names_every_clip_and_shared_motions(made: Path) -> None:
    info, clips = read_dataset(made)
    assert (info.kind, info.landmark_set, info.size) == ("synthetic", "ibug68", 64)
    names = [clip.clip for clip in clips]
    assert names == ["id0000_m0000", "id0000_m0001", "id0001_m0000", "id0001_m0002"]
    assert clips[0].motion == clips[2].motion
    assert len({clip.motion for clip in clips}) == 3
    assert {clip.rate for clip in clips} == {Fraction(30000, 1001)}


def test_files_show_what_the_labels_say(made: Path) -> None:
    """The file's frames are the exact frames but for the codec; the labels are the motion's."""
    _, clips = read_dataset(made)
    clip = clips[3]
    video = probe(clip_path(made, clip.clip))
    assert video.rate == clip.rate
    assert video.has_audio
    frames = np.stack([frame for _, frame in constant_rate_frames(clip_path(made, clip.clip))])
    assert len(frames) == clip.frames == 15
    times = frame_times(clip.frames, clip.rate)
    seeds = identity_seed_of(clip), int(clip.motion)
    exact = render_motion(*seeds, times, 64)
    assert np.abs(frames.astype(float) - exact).mean() < 4
    assert np.abs(np.roll(frames, 7, 0).astype(float) - exact).mean() > 4
    track, expected = read_track(made, clip.clip), track_of(*seeds, times, 64)
    np.testing.assert_array_equal(track.pose, expected.pose)
    np.testing.assert_array_equal(track.expression, expected.expression)
    np.testing.assert_array_equal(track.landmarks, expected.landmarks)
    assert track.face.all()


def test_finished_data_set_is_left_alone(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert not synthesize_dataset(made, SETTINGS, workers=1)
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_only_missing_clips_are_made_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clips finished before an interrupt stay; the next run makes the rest, the same bytes."""
    calls: list[str] = []
    original = dataset.synthesize_clip

    def failing(root: Path, name: str, *args, **kwargs):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(name)
        return original(root, name, *args, **kwargs)

    monkeypatch.setattr(dataset, "synthesize_clip", failing)
    with pytest.raises(KeyboardInterrupt):
        synthesize_dataset(tmp_path, SETTINGS, workers=1)
    with pytest.raises(UserError, match="not a data set"):
        read_dataset(tmp_path)
    first = calls.copy()
    calls.clear()
    assert synthesize_dataset(tmp_path, SETTINGS, workers=1)
    assert not set(first) & set(calls)
    assert sorted(first + calls) == [clip.clip for clip in read_dataset(tmp_path)[1]]
    for clip in read_dataset(made)[1]:
        for path in (clip_path, track_path):
            assert path(tmp_path, clip.clip).read_bytes() == path(made, clip.clip).read_bytes()


def test_other_settings_are_refused_by_name(made: Path) -> None:
    other = SynthesisSettings(**(vars(SETTINGS) | {"size": 32, "seed": 4}))
    with pytest.raises(UserError, match=r"seed was 3, now 4; size was 64, now 32"):
        synthesize_dataset(made, other, workers=1)


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("text")
    with pytest.raises(UserError, match=r"holds files but no settings\.json"):
        synthesize_dataset(tmp_path, SETTINGS, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "fast"},
        {"rate": "1/0"},
        {"rate": "-25"},
        {"identities": 0},
        {"shared_motions": 3},
        {"seconds": 0.0},
        {"size": 63},
        {"seed": -1},
    ],
)
def test_impossible_settings_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(UserError, match=next(iter(wrong))):
        SynthesisSettings(**(vars(SETTINGS) | wrong))


@pytest.mark.slow
def test_processes_write_the_same_bytes(made: Path, tmp_path: Path) -> None:
    assert synthesize_dataset(tmp_path, SETTINGS, workers=2)
    for clip in read_dataset(made)[1]:
        path = clip_path(tmp_path, clip.clip)
        assert path.read_bytes() == clip_path(made, clip.clip).read_bytes()
