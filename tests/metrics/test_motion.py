"""Motion metrics on tracks whose answer is known: exact synthetic heads, changed in a known way."""

from dataclasses import replace

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.faces.landmarker import EXPRESSION
from talkingface.manifest import Track
from talkingface.metrics.expression_groups import expression_groups
from talkingface.metrics.motion import motion_metrics
from talkingface.synthetic.clip import track_of
from talkingface.synthetic.deform import EXPRESSION_NAMES

RATE, FRAMES = 25, 200
ERRORS = (
    *("aed", "aed_mouth", "aed_eyes", "apd", "apd_yaw", "apd_pitch", "apd_roll"),
    *("apd_translation", "apd_scale", "akd", "akd_mouth", "akd_local"),
)
STEADINESS = ("jite", "jite_pose", "jite_expression")
RATIOS = ("msi_ratio", "mouth_amplitude", "pose_amplitude", "blink_peak")


def head(late: int = 0, motion: int = 11) -> Track:
    """Return the exact track of a head whose motion comes `late` frames late."""
    times = (np.arange(FRAMES) + 20 - late) / RATE
    return track_of(3, motion, times, 64)


def measured(made: Track, true: Track, scored=None) -> dict[str, float]:
    return motion_metrics(made, true, EXPRESSION_NAMES, scored)


def frozen(track: Track, at: int = 0) -> Track:
    names = ("pose", "expression", "landmarks")
    still = {name: np.repeat(getattr(track, name)[at : at + 1], len(track), 0) for name in names}
    return replace(track, **still)


def smoothed(track: Track, deviation: float = 3.0) -> Track:
    reach = int(4 * deviation)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)

    def smooth(values):
        padded = np.pad(values.reshape(len(values), -1), ((reach, reach), (0, 0)), mode="edge")
        columns = [np.convolve(column, kernel / kernel.sum(), "valid") for column in padded.T]
        return np.stack(columns, -1).reshape(values.shape).astype(np.float32)

    names = ("pose", "expression", "landmarks")
    return replace(track, **{name: smooth(getattr(track, name)) for name in names})


def scaled_about_mean(values: np.ndarray, factor: float) -> np.ndarray:
    mean = values.mean(axis=0)
    return mean + factor * (values - mean)


@pytest.fixture(scope="module")
def true() -> Track:
    return head()


def test_an_identical_video_has_no_error_and_faithful_ratios(true) -> None:
    result = measured(true, true)
    assert set(result) == {*ERRORS, *STEADINESS, *RATIOS, "face_share", "face_share_target"}
    assert {result[name] for name in (*ERRORS, *STEADINESS)} == {0.0}
    assert {result[name] for name in (*RATIOS, "face_share", "face_share_target")} == {1.0}


def test_a_known_turn_is_measured_in_degrees(true) -> None:
    pose = true.pose + np.array([6, -3, 1.5, 0, 0, 0], np.float32)
    result = measured(replace(true, pose=pose), true)
    found = [result[f"apd{name}"] for name in ("", "_yaw", "_pitch", "_roll")]
    assert found == pytest.approx([3.5, 6, 3, 1.5], abs=1e-4)
    assert result["apd_translation"] == result["apd_scale"] == 0
    assert result["jite_pose"] == pytest.approx(0, abs=1e-4)
    assert result["pose_amplitude"] == pytest.approx(1, abs=1e-5)


def test_angles_differ_the_shorter_way_round(true) -> None:
    upside_down = replace(true, pose=np.full_like(true.pose, 179))
    other = replace(true, pose=np.full_like(true.pose, -179))
    assert measured(upside_down, other)["apd_roll"] == pytest.approx(2)


def test_a_known_move_is_measured_in_percent_of_the_crop(true) -> None:
    pose = true.pose + np.array([0, 0, 0, 0.04, 0.02, np.log(1.03)], np.float32)
    result = measured(replace(true, pose=pose), true)
    # A hundredth of the half side is half a percent of the side.
    assert result["apd_translation"] == pytest.approx((2 + 1) / 2, abs=1e-4)
    assert result["apd_scale"] == pytest.approx(100 * np.log(1.03), abs=1e-4)
    assert result["apd"] == 0


def test_a_shift_of_five_pixels_is_five_pixels_and_no_local_error(true) -> None:
    shift = np.array([3, 4], np.float32) / 256
    result = measured(replace(true, landmarks=true.landmarks + shift), true)
    assert result["akd"] == pytest.approx(5, abs=1e-3)
    assert result["akd_mouth"] == pytest.approx(5, abs=1e-3)
    assert result["akd_local"] == pytest.approx(0, abs=1e-3)
    assert result["jite"] == pytest.approx(0, abs=1e-3)


def test_a_moved_mouth_shows_in_the_mouth_alone(true) -> None:
    landmarks, expression = true.landmarks.copy(), true.expression.copy()
    landmarks[:, 48:, 1] += 2 / 256
    expression[:, EXPRESSION_NAMES.index("smile")] += 0.4
    result = measured(replace(true, landmarks=landmarks, expression=expression), true)
    assert result["akd_mouth"] == pytest.approx(2, abs=1e-3)
    assert result["akd"] == pytest.approx(2 * 20 / 68, abs=1e-3)
    assert result["aed_mouth"] == pytest.approx(0.4 / 4, abs=1e-5)
    assert result["aed"] == pytest.approx(0.4 / 9, abs=1e-5)
    assert result["aed_eyes"] == result["jite"] == 0


def test_alternating_jitter_has_a_known_error_of_acceleration(true) -> None:
    sign = (-1.0) ** np.arange(FRAMES)
    pose, landmarks = true.pose.copy(), true.landmarks.copy()
    pose[:, 0] += 0.5 * sign
    landmarks[..., 0] += sign[:, None] / 256
    result = measured(replace(true, pose=pose, landmarks=landmarks), true)
    assert result["jite"] == pytest.approx(4, abs=1e-3)
    assert result["jite_pose"] == pytest.approx(2, abs=1e-3)
    assert result["msi_ratio"] < 1


@pytest.mark.parametrize("motion", [11, 12, 13])
def test_a_frozen_face_does_not_win_against_slight_jitter(motion) -> None:
    true, noise = head(motion=motion), np.random.default_rng(0)
    faithful = replace(
        true,
        pose=(true.pose + noise.normal(0, 0.01, true.pose.shape)).astype(np.float32),
        expression=(true.expression + noise.normal(0, 0.005, true.expression.shape)).astype("f4"),
        landmarks=(true.landmarks + noise.normal(0, 0.01 / 256, true.landmarks.shape)).astype("f4"),
    )
    dead = frozen(true)
    assert not np.diff(dead.landmarks, n=2, axis=0).any(), "its own jitter is none at all"
    alive, still = measured(faithful, true), measured(dead, true)
    for name in STEADINESS:
        assert still[name] > alive[name], name
    assert still["mouth_amplitude"] == still["pose_amplitude"] == 0
    assert still["msi_ratio"] == np.inf
    assert still["blink_peak"] < 0.3


def test_expression_errors_grow_with_the_delay(true) -> None:
    delays = [measured(head(late), true) for late in (0, 1, 2, 3, 5)]
    for name in ("aed", "aed_mouth", "aed_eyes", "apd", "akd"):
        values = [result[name] for result in delays]
        assert values[0] == 0
        assert values == sorted(values), name
        assert values[-1] > 1.5 * values[1], name


def test_smoothing_is_told_by_the_guards(true) -> None:
    result = measured(smoothed(true), true)
    assert result["mouth_amplitude"] < 0.9
    assert result["blink_peak"] < 0.8
    assert result["pose_amplitude"] < 1
    assert result["msi_ratio"] > 1.5
    assert min(result[name] for name in STEADINESS) > 0


def test_half_the_motion_is_half_the_amplitude_whatever_its_mean(true) -> None:
    made = replace(
        true,
        pose=scaled_about_mean(true.pose.astype(np.float64), 0.5) + 3,
        expression=scaled_about_mean(true.expression.astype(np.float64), 0.5) + 0.1,
        landmarks=scaled_about_mean(true.landmarks.astype(np.float64), 0.5),
    )
    result = measured(made, true)
    assert result["mouth_amplitude"] == pytest.approx(0.5, abs=1e-6)
    assert result["pose_amplitude"] == pytest.approx(0.5, abs=1e-6)
    assert result["msi_ratio"] == pytest.approx(4, abs=1e-4)


def blinking(times: dict[int, float], names=EXPRESSION_NAMES) -> Track:
    expression = np.zeros((FRAMES, len(names)), np.float32)
    for frame, height in times.items():
        for offset, share in ((-1, 0.7), (0, 1.0), (1, 0.7)):
            expression[frame + offset, expression_groups(names).blinks] = share * height
    return replace(head(), expression=expression)


def test_a_blink_may_come_two_frames_late_but_not_three() -> None:
    true = blinking({50: 0.9, 120: 0.8})
    near = blinking({52: 0.45, 118: 0.8})
    assert measured(near, true)["blink_peak"] == pytest.approx((0.5 + 1) / 2)
    far = blinking({54: 0.9, 116: 0.8})
    assert measured(far, true)["blink_peak"] == pytest.approx(0)


def test_mediapipe_blinks_count_from_a_lower_height() -> None:
    true, made = (blinking({50: height}, EXPRESSION) for height in (0.45, 0.3))
    result = motion_metrics(made, true, EXPRESSION)
    assert result["blink_peak"] == pytest.approx(0.3 / 0.45)
    squinting = replace(true, expression=np.full_like(true.expression, 0.6))
    assert np.isnan(motion_metrics(made, squinting, EXPRESSION)["blink_peak"])


def test_both_naming_sets_have_a_mouth_and_eyes() -> None:
    synthetic, mediapipe = (expression_groups(names) for names in (EXPRESSION_NAMES, EXPRESSION))
    assert (synthetic.mouth, synthetic.eyes) == ([0, 1, 2, 3], [5, 6, 7, 8])
    # 4 of the jaw and 23 of the mouth; 7 a side of the eyes; brows, cheeks and nose are neither.
    assert (len(mediapipe.mouth), len(mediapipe.eyes)) == (27, 14)
    assert EXPRESSION[mediapipe.jaw] == "jawOpen"
    with pytest.raises(ValueError, match="unknown set"):
        expression_groups(("smile", "wink"))


def test_frames_without_a_face_are_left_out(true) -> None:
    lost_made, lost_true = np.arange(30, 50), np.arange(45, 70)
    made = head()
    for track, lost in ((made, lost_made), (true := head(), lost_true)):
        track.face[lost] = False
        for values in (track.pose, track.expression, track.landmarks):
            values[lost] = 99
    result = measured(made, true)
    assert {result[name] for name in (*ERRORS, *STEADINESS)} == {0.0}
    assert {result[name] for name in RATIOS} == {1.0}
    assert result["face_share"] == 1 - 20 / FRAMES
    assert result["face_share_target"] == 1 - 25 / FRAMES


def test_a_lost_frame_takes_three_accelerations_with_it(true) -> None:
    made = replace(true, pose=true.pose.copy(), face=true.face.copy())
    made.pose[99:102, 0] += 40
    made.face[100] = False
    # Of the step up only 97, 98, 99 is left, and of the step down 101, 102, 103.
    expected = 2 * 40 / (FRAMES - 2 - 3)
    assert measured(made, true)["jite_pose"] == pytest.approx(expected, rel=1e-4)


def test_only_the_missing_frames_of_a_rate_suite_are_scored(true) -> None:
    scored = np.arange(FRAMES) % 3 != 0
    pose, expression = true.pose.copy(), true.expression.copy()
    pose[~scored] += 5
    expression[~scored] += 0.5
    made = replace(true, pose=pose, expression=expression)
    kept = measured(made, true, scored)
    assert {kept[name] for name in ERRORS} == {0.0}
    assert measured(made, true, ~scored)["apd"] == pytest.approx(5, abs=1e-4)
    every = measured(made, true)
    assert every["apd"] == pytest.approx(5 * np.mean(~scored), abs=1e-4)
    assert kept["jite_pose"] == every["jite_pose"] > 1


@pytest.mark.parametrize("side", ["made", "true"])
def test_a_video_without_a_face_measures_nothing_but_that(true, side) -> None:
    blind = replace(true, face=np.zeros(FRAMES, bool))
    result = measured(blind, true) if side == "made" else measured(true, blind)
    assert all(np.isnan(result[name]) for name in (*ERRORS, *STEADINESS, *RATIOS))
    assert result["face_share" if side == "made" else "face_share_target"] == 0
    assert result["face_share_target" if side == "made" else "face_share"] == 1


def test_a_still_target_has_no_ratios(true) -> None:
    result = measured(true, frozen(true))
    assert all(np.isnan(result[name]) for name in RATIOS)
    assert min(result[name] for name in STEADINESS) > 0


def test_two_frames_have_no_acceleration(true) -> None:
    two = Track(true.pose[:2], true.expression[:2], true.landmarks[:2], true.face[:2])
    result = measured(two, two)
    assert result["akd"] == 0
    assert all(np.isnan(result[name]) for name in STEADINESS)


def test_videos_of_other_length_are_refused_with_both_numbers(true) -> None:
    short = Track(true.pose[:9], true.expression[:9], true.landmarks[:9], true.face[:9])
    with pytest.raises(UserError, match=r"^9 frames, but its target has 200"):
        measured(short, true)


def test_tracks_of_another_landmark_set_are_no_silent_error(true) -> None:
    dense = replace(true, landmarks=np.zeros((FRAMES, 478, 2), np.float32))
    with pytest.raises(ValueError, match="68"):
        measured(dense, dense)
    with pytest.raises(ValueError, match="51 names"):
        motion_metrics(true, true, EXPRESSION)
