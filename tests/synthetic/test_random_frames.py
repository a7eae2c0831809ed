"""Frames for learning: nobody of a data set, exact labels, resumed, wide in pose and expression."""

from pathlib import Path

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.synthetic.dataset import FIRST_RESERVED_SEED, SEEDS_A_DATASET, SynthesisSettings
from talkingface.synthetic.random_frames import (
    HELD_OUT,
    RandomFrames,
    draw_labels,
    read_random_frames,
    render_random_frames,
)
from talkingface.synthetic.render import renderer

SETTINGS = RandomFrames(people=2, frames=6, size=32, seed=1)


def data_set(seed: int, identities: int = 1, clips: int = 1) -> SynthesisSettings:
    return SynthesisSettings(identities, clips, 0, 1.0, "25", 64, seed)


def test_no_data_set_can_have_a_seed_of_the_people_learned_from() -> None:
    last = FIRST_RESERVED_SEED // SEEDS_A_DATASET - 1
    assert data_set(last).seed * SEEDS_A_DATASET + SEEDS_A_DATASET == FIRST_RESERVED_SEED
    for refused in ({"seed": last + 1}, {"seed": 0, "identities": 1000, "clips": 1001}):
        with pytest.raises(UserError):
            data_set(**refused)
    assert RandomFrames(1, 1, 64, 0).seeds.start >= FIRST_RESERVED_SEED


def test_groups_and_seeds_share_nobody_and_no_motion_however_large() -> None:
    ranges = [
        RandomFrames(80_000, 1, 64, seed, group).seeds for seed in (0, 1) for group in (0, HELD_OUT)
    ]
    for before, after in zip(ranges, ranges[1:], strict=False):
        assert before.stop <= after.start
    with pytest.raises(UserError, match="people"):
        RandomFrames(90_000, 1, 64, 0)


def test_frames_show_what_their_labels_say_and_are_made_once(tmp_path: Path) -> None:
    render_random_frames(tmp_path, SETTINGS, workers=1)
    people, truth = read_random_frames(tmp_path, SETTINGS)
    drawn = renderer(SETTINGS.first_seed + 1, 32)
    np.testing.assert_array_equal(people[1], drawn.render(truth.pose[6:], truth.expression[6:]))
    expected = drawn.landmarks(truth.pose[6:], truth.expression[6:])
    np.testing.assert_array_equal(truth.landmarks[6:], expected)
    lost = sorted(tmp_path.glob("*.frames.npy"))
    lost[1].unlink()
    written = lost[0].stat().st_mtime_ns
    render_random_frames(tmp_path, SETTINGS, workers=1)
    assert lost[0].stat().st_mtime_ns == written
    np.testing.assert_array_equal(read_random_frames(tmp_path, SETTINGS)[0][1], people[1])


def test_a_folder_of_other_frames_is_refused(tmp_path: Path) -> None:
    render_random_frames(tmp_path, RandomFrames(1, 1, 32, 1), workers=1)
    with pytest.raises(UserError, match="frames was 1, now 6"):
        render_random_frames(tmp_path, SETTINGS, workers=1)


def test_labels_go_beyond_what_motions_do_and_stay_in_range() -> None:
    settings = RandomFrames(people=8, frames=80, size=64, seed=0)
    drawn = [draw_labels(settings, k) for k in range(8)]
    pose, expression = (np.stack([d[k] for d in drawn]) for k in (0, 1))
    natural, wide = slice(0, 40), slice(60, 80)
    assert (pose[:, wide].std((0, 1)) > 1.1 * pose[:, natural].std((0, 1))).all()
    assert (expression[:, wide].std((0, 1)) > 1.1 * expression[:, natural].std((0, 1))).all()
    assert np.abs(pose[..., :3]).max((0, 1)).max() <= 45
    assert expression.min() >= -1
    assert expression.max() <= 1
    assert expression[..., [0, 5, 6]].min() >= 0
