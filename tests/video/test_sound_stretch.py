"""The sound of a stretch from the middle of a file."""

from fractions import Fraction

import numpy as np
import pytest

from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter
from tests.video.media import click_samples, numbered_frame, sound_of

RATE = Fraction(10)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """12 seconds with a click at 9.3 seconds."""
    path = tmp_path_factory.mktemp("stretch") / "video.mp4"
    sound = click_samples(Fraction(12), Fraction(93, 10), 16000)
    with VideoWriter(path, RATE, 32, 32, audio=AudioTrack(sound, 16000)) as writer:
        for k in range(120):
            writer.write(numbered_frame(k // 3, 32, 32))
    return path


def written(path, source, start):
    with VideoWriter(path, RATE, 32, 32, sound_from=source, sound_start=start) as writer:
        for _ in range(15):
            writer.write(numbered_frame(1, 32, 32))
    return writer.has_sound


@pytest.mark.parametrize("start", [Fraction(0), Fraction(8), Fraction(9)])
def test_stretch_has_its_own_sound(video, tmp_path, start):
    assert written(tmp_path / "a.mp4", video, start)
    samples, rate, _ = sound_of(tmp_path / "a.mp4")
    assert len(samples) / rate == pytest.approx(1.5, abs=0.1)
    if start:
        assert np.abs(samples).argmax() / rate == pytest.approx(9.3 - float(start), abs=0.01)
    else:
        assert np.abs(samples).max() < 0.05


def test_stretch_beyond_the_sound_is_silent(video, tmp_path):
    assert written(tmp_path / "a.mp4", video, Fraction(60))
    samples, _, _ = sound_of(tmp_path / "a.mp4")
    assert np.abs(samples).max() < 0.05


def test_sound_that_cannot_be_read_is_left_out(tmp_path):
    (tmp_path / "bad.m4a").write_bytes(b"no sound" * 100)
    for name in ("bad.m4a", "absent.m4a"):
        assert not written(tmp_path / "a.mp4", tmp_path / name, Fraction(0))
