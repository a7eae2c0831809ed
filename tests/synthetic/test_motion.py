"""Motion is a function of time; sound follows the mouth."""

import numpy as np
import pytest

from talkingface.synthetic.motion import Motion
from talkingface.synthetic.sound import SOUND_RATE, speech_sound

MINUTE = np.arange(0, 60, 0.02)


def test_two_rates_agree_at_common_times() -> None:
    fast, slow = np.arange(0, 10, 1 / 60), np.arange(0, 10, 1 / 20)
    for read in (Motion(3).pose, Motion(3).expression):
        np.testing.assert_allclose(read(fast)[::3], read(slow), atol=2e-5)


def test_a_longer_clip_begins_like_a_shorter_one() -> None:
    """More choices are drawn for later times; earlier times keep theirs."""
    short, long = Motion(11), Motion(11)
    long.expression([400.0])
    times = np.arange(0, 28, 0.1)
    np.testing.assert_array_equal(short.pose(times), long.pose(times))
    np.testing.assert_array_equal(short.expression(times), long.expression(times))


def test_motion_is_continuous() -> None:
    """No value jumps: halving the time step halves the largest change."""
    for read in (Motion(4).pose, Motion(4).expression):
        coarse = np.abs(np.diff(read(np.arange(0, 20, 0.004)), axis=0)).max(0)
        fine = np.abs(np.diff(read(np.arange(0, 20, 0.002)), axis=0)).max(0)
        assert (fine < 0.75 * coarse).all()


def test_motion_stays_in_its_documented_range_and_looks_human() -> None:
    poses = np.concatenate([Motion(seed).pose(MINUTE) for seed in range(8)])
    faces = np.concatenate([Motion(seed).expression(MINUTE) for seed in range(8)])
    assert (np.abs(poses[:, :3]).max(0) < (40, 25, 20)).all()
    np.testing.assert_allclose(poses[:, :3].std(0), (12, 6, 5), rtol=0.35)
    assert (np.abs(poses[:, 3:]) < 0.25).all()
    unsigned = [0, 5, 6]
    assert faces[:, unsigned].min() >= 0
    assert np.abs(faces).max() <= 1
    assert (faces.std(0) > 0.1).all()


def test_blinks_are_short_and_come_every_few_seconds() -> None:
    for seed in range(4):
        shut = Motion(seed).expression(MINUTE)[:, 5] > 0.5
        starts = np.flatnonzero(np.diff(shut.astype(int)) == 1)
        assert 10 <= len(starts) <= 32
        assert shut.mean() < 0.12


def test_mouth_opens_at_the_rate_of_syllables_and_rests_in_pauses() -> None:
    for seed in range(4):
        jaw = Motion(seed).expression(MINUTE)[:, 0]
        peaks = ((jaw[1:-1] > jaw[:-2]) & (jaw[1:-1] >= jaw[2:]) & (jaw[1:-1] > 0.1)).sum()
        talking = (jaw > 0.02).mean() * MINUTE[-1]
        assert 3.0 < peaks / talking < 7.5
        assert 0.08 < (jaw < 0.01).mean() < 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_loudness_follows_the_jaw(seed: int) -> None:
    motion, seconds, step = Motion(seed), 8.0, SOUND_RATE // 50
    sound = speech_sound(motion, seconds)
    assert len(sound) == seconds * SOUND_RATE
    assert 0.05 < np.abs(sound).max() <= 1.0
    loudness = np.sqrt((sound.reshape(-1, step) ** 2).mean(1))
    loudness = np.convolve(loudness, np.ones(3) / 3, "same")
    jaw = motion.expression((np.arange(len(loudness)) + 0.5) / 50)[:, 0]
    assert np.corrcoef(loudness, jaw)[0, 1] > 0.7


def test_sound_of_a_longer_clip_begins_like_a_shorter_ones() -> None:
    short, long = speech_sound(Motion(5), 1.0), speech_sound(Motion(5), 2.0)
    np.testing.assert_allclose(long[: len(short)], short, atol=1e-6)


def test_sound_is_a_function_of_the_seed() -> None:
    np.testing.assert_array_equal(speech_sound(Motion(5), 1.0), speech_sound(Motion(5), 1.0))
    assert np.abs(speech_sound(Motion(5), 1.0) - speech_sound(Motion(6), 1.0)).max() > 0.05
