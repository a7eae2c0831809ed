"""What is drawn agrees with the labels, in three dimensions."""

import numpy as np
import pytest

from talkingface.synthetic.chart import head_chart
from talkingface.synthetic.deform import CAMERA, HALF_CROP, PIVOT
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.landmarks import landmark_places
from talkingface.synthetic.render import Renderer, landmarks, render

from .people import face, pose

SIZE = 64
NOSE_TIP, CHIN = 30, 8
SUBJECTS_RIGHT_EYE, SUBJECTS_LEFT_EYE = slice(36, 42), slice(42, 48)
PEOPLE = (1, 2, 7)


@pytest.fixture(scope="module")
def drawn() -> Renderer:
    return Renderer(Identity.sample(7), SIZE)


def _part(renderer: Renderer, name: str) -> int:
    start = renderer.model.starts[name]
    return sorted(renderer.model.starts.values()).index(start)


def _count(renderer: Renderer, name: str, pose_1P: np.ndarray, face_1E: np.ndarray) -> int:
    seen = renderer.parts_seen(pose_1P[0], face_1E[0])
    return int((seen == _part(renderer, name)).sum())


def _around(frame: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the pixels of the box that holds points (N, 2) in [0, 1]."""
    low = np.floor(points.min(0) * len(frame)).astype(int)
    high = np.ceil(points.max(0) * len(frame)).astype(int)
    return frame[low[1] : high[1], low[0] : high[0]].astype(float)


def test_head_centre_is_drawn_where_the_pose_says(drawn: Renderer) -> None:
    """The head's outline shifts by x, y half-widths and grows by exp(log_scale)."""
    still = drawn.landmarks(pose(), face())[0]
    moved = drawn.landmarks(pose(x=0.2, y=-0.1), face())[0]
    # Nearer points shift more; the ears' landmarks lie at about the depth of the head's centre.
    np.testing.assert_allclose((moved - still)[[0, 16]], [[0.1, -0.05]] * 2, atol=0.004)
    larger = drawn.landmarks(pose(log_scale=0.2), face())[0]
    width = (larger[16] - larger[0])[0] / (still[16] - still[0])[0]
    assert width == pytest.approx(np.exp(0.2), rel=0.02)


@pytest.mark.parametrize("yaw", [-35.0, 35.0])
def test_yaw_moves_the_nose_tip_as_perspective_says(drawn: Renderer, yaw: float) -> None:
    """Turning the tip's point in space by hand and projecting it gives its landmark."""
    straight, turned = (drawn.landmarks(pose(yaw=angle), face())[0, NOSE_TIP] for angle in (0, yaw))
    assert np.sign(turned[0] - straight[0]) == np.sign(yaw)
    depth, distance = _depth_of_nose_tip(drawn), CAMERA / HALF_CROP
    flat = (straight - 0.5) * 2 * (distance - depth) / distance
    cosine, sine = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    across, behind = flat[0] * cosine + depth * sine, depth * cosine - flat[0] * sine
    expected = 0.5 + 0.5 * np.array((across, flat[1])) * distance / (distance - behind)
    np.testing.assert_allclose(turned, expected, atol=1e-4)


def _depth_of_nose_tip(renderer: Renderer) -> float:
    head = renderer.model.vertices[: renderer.model.starts["left_eye"]]
    column = head[(np.abs(head[:, 0]) < 1e-6) & (head[:, 2] > 0.5)]
    row = renderer.landmarks(pose(), face())[0, NOSE_TIP, 1]
    distance = CAMERA / HALF_CROP
    depth = (column[:, 2] - PIVOT[2]) / HALF_CROP
    rows = 0.5 - 0.5 * (column[:, 1] - PIVOT[1]) / HALF_CROP * distance / (distance - depth)
    return float(np.interp(row, rows, depth))


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("yaw", [-30.0, 0.0, 30.0])
def test_landmarks_lie_on_the_drawn_eyes(person: int, yaw: float) -> None:
    """The eyeball's samples lie inside the polygon of the nearer eye's landmarks, and fill it."""
    renderer = Renderer(Identity.sample(person), 128)
    position, rest = pose(yaw=yaw, pitch=5, roll=8), face()
    nearer = ("right_eye", SUBJECTS_LEFT_EYE) if yaw < 0 else ("left_eye", SUBJECTS_RIGHT_EYE)
    if renderer.model.starts.get("glasses"):
        pytest.skip("the frame of the glasses covers a part of the eyes")
    seen = renderer.parts_seen(position[0], rest[0])
    rows, columns = np.nonzero(seen == _part(renderer, nearer[0]))
    polygon = renderer.landmarks(position, rest)[0, nearer[1]] * seen.shape[0]
    centre = np.array([columns.mean(), rows.mean()]) + 0.5
    np.testing.assert_allclose(centre, polygon.mean(0), atol=0.012 * seen.shape[0])
    x, y = polygon.T
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    # The polygon of six points cuts off the lids' curves; the tissue in the corners adds to it.
    assert 0.85 < len(rows) / area < 1.35


@pytest.mark.parametrize("landmark", [NOSE_TIP, CHIN, 19, 24, 28, 57])
def test_a_mark_on_the_skin_is_drawn_at_its_landmark(landmark: int) -> None:
    """A bright spot in the texture at the landmark's place on the skin appears at the landmark."""
    renderer = Renderer(Identity.sample(2), 128)
    position, expression = pose(yaw=15, pitch=-6, roll=12), face(jaw_open=0.3, brow_raise=0.5)
    places = landmark_places(Identity.sample(2), head_chart())
    model = renderer.model
    u, v = places.weights[landmark] @ model.uv[places.vertices[landmark]]
    height, width = model.part_table[0, 1:3].astype(int)
    plain = renderer.render(position, expression)[0].astype(float)
    row, column = round(float(v) * (height - 1)), round(float(u) * (width - 1))
    skin = model.texels[: height * width].reshape(height, width, 3)
    skin[row - 2 : row + 3, column - 2 : column + 3] = 1.5
    change = np.abs(renderer.render(position, expression)[0] - plain).sum(-1)
    assert change.max() > 30
    spot = (np.indices(change.shape)[::-1] * change).sum((1, 2)) / change.sum() + 0.5
    expected = renderer.landmarks(position, expression)[0, landmark] * 128
    np.testing.assert_allclose(spot, expected, atol=0.7)


def test_far_eye_disappears_behind_the_face(drawn: Renderer) -> None:
    """Half hidden by the bridge of the nose and the cheek at a large yaw, gone at a larger one."""
    names = ("left_eye", "right_eye")
    front = [_count(drawn, name, pose(), face()) for name in names]
    turned = [_count(drawn, name, pose(yaw=-70), face()) for name in names]
    assert min(front) > 60
    assert turned[0] < 0.08 * front[0]
    assert turned[1] > 0.3 * front[1]


def test_open_jaw_darkens_the_mouth(drawn: Renderer) -> None:
    """Between the lips there is dark where there was skin, and teeth and tongue come into sight."""
    shut, opened = face(), face(jaw_open=1.0)
    inner = drawn.landmarks(pose(), opened)[0, 60:68]
    shut_pixels = _around(drawn.render(pose(), shut)[0], inner)
    open_pixels = _around(drawn.render(pose(), opened)[0], inner)
    assert np.percentile(open_pixels, 10) < 0.35 * np.percentile(shut_pixels, 10)
    for name in ("mouth", "upper_teeth", "tongue"):
        assert _count(drawn, name, pose(), shut) < 12
        assert _count(drawn, name, pose(), opened) > 20
    assert _count(drawn, "neck", pose(), opened) < _count(drawn, "neck", pose(), shut)


@pytest.mark.parametrize(
    ("column", "hidden", "kept"),
    [("blink_left", "right_eye", "left_eye"), ("blink_right", "left_eye", "right_eye")],
)
def test_blink_closes_the_subjects_own_eye(
    drawn: Renderer, column: str, hidden: str, kept: str
) -> None:
    """The subject's left eye is the picture's right one; the lids cover it, the other stays."""
    before = {name: _count(drawn, name, pose(), face()) for name in (hidden, kept)}
    shut = face(**{column: 1.0})
    assert _count(drawn, hidden, pose(), shut) < 0.05 * before[hidden]
    assert _count(drawn, kept, pose(), shut) == before[kept]
    lids = drawn.landmarks(pose(), shut)[0]
    eye = SUBJECTS_LEFT_EYE if hidden == "right_eye" else SUBJECTS_RIGHT_EYE
    assert np.ptp(lids[eye][[1, 2, 4, 5], 1]) < 0.4 * np.ptp(lids[eye][[0, 3], 0])


@pytest.mark.parametrize("name", ["gaze_x", "gaze_y"])
def test_gaze_moves_the_dark_of_the_eye(drawn: Renderer, name: str) -> None:
    """The iris moves to the picture's right, or down, with the gaze."""
    axis = 1 if name == "gaze_x" else 0

    def dark_centre(value: float) -> float:
        frame = drawn.render(pose(), face(**{name: value}))[0].astype(float)
        eyes = drawn.landmarks(pose(), face())[0, SUBJECTS_RIGHT_EYE]
        weight = 255.0 - _around(frame, eyes).mean(-1)
        weight = np.maximum(weight - np.percentile(weight, 55), 0)
        return float((np.indices(weight.shape)[axis] * weight).sum() / weight.sum())

    assert dark_centre(1.0) > dark_centre(-1.0) + (0.8 if name == "gaze_x" else 0.1)


def test_brows_smile_and_lips_move_their_landmarks(drawn: Renderer) -> None:
    rest = drawn.landmarks(pose(), face())[0]
    brows = drawn.landmarks(pose(), face(brow_raise=1))[0]
    assert (brows[17:27, 1] < rest[17:27, 1] - 0.015).all()
    smile = drawn.landmarks(pose(), face(smile=1))[0]
    assert (smile[[48, 54], 1] < rest[[48, 54], 1] - 0.01).all()
    wide = drawn.landmarks(pose(), face(lip_width=1))[0]
    assert np.ptp(wide[48:60, 0]) > 1.2 * np.ptp(rest[48:60, 0])
    pout = drawn.landmarks(pose(yaw=35), face(lip_protrusion=1))[0]
    drawn_in = drawn.landmarks(pose(yaw=35), face(lip_protrusion=-1))[0]
    assert pout[51, 0] > drawn_in[51, 0] + 0.01


def test_landmarks_have_the_order_of_ibug(drawn: Renderer) -> None:
    """Left to right in the picture; jaw, brows, nose, eyes, mouth from top to bottom."""
    points = drawn.landmarks(pose(), face())[0]
    for run in (range(17), range(17, 27), range(31, 36), range(48, 55), range(60, 65)):
        assert (np.diff(points[list(run), 0]) > 0).all()
    for run in (range(9), range(27, 31)):
        assert (np.diff(points[list(run), 1]) > 0).all()
    assert points[36, 0] < points[39, 0] < points[42, 0] < points[45, 0]
    assert (points[[37, 38, 43, 44], 1] < points[[41, 40, 47, 46], 1]).all()
    assert points[CHIN, 1] > points[57, 1] > points[51, 1] > points[33, 1]


def test_landmarks_of_a_straight_face_are_mirror_images(drawn: Renderer) -> None:
    left = [*range(8), *range(17, 22), 31, 32, 36, 37, 41, 48, 49, 50, 59, 60, 61, 67]
    right = [*range(16, 8, -1), *range(26, 21, -1), 35, 34, 45, 44, 46, 54, 53, 52, 55, 64, 63, 65]
    points = drawn.landmarks(pose(), face())[0]
    np.testing.assert_allclose(points[left] * (-1, 1) + (1, 0), points[right], atol=5e-4)
    np.testing.assert_allclose(points[[8, 27, 28, 29, 30, 33, 51, 57, 62, 66], 0], 0.5, atol=1e-5)


def test_pitch_is_down_and_roll_clockwise(drawn: Renderer) -> None:
    nose = [drawn.landmarks(p, face())[0, NOSE_TIP] for p in (pose(), pose(pitch=15))]
    assert nose[1][1] > nose[0][1] + 0.03
    corners = drawn.landmarks(pose(roll=15), face())[0, [36, 45]]
    slope = np.degrees(np.arctan2(*(corners[1] - corners[0])[::-1]))
    assert slope == pytest.approx(15, abs=1.5)


def test_same_seed_same_picture_and_other_seed_another_person() -> None:
    frames = [render(Identity.sample(seed), pose(yaw=10), face(), 32) for seed in (5, 5, 6)]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert np.abs(frames[0].astype(float) - frames[2]).mean() > 10


def test_landmarks_do_not_depend_on_the_size_drawn(drawn: Renderer) -> None:
    position, expression = pose(yaw=20, roll=-10), face(jaw_open=0.5)
    np.testing.assert_array_equal(
        landmarks(Identity.sample(7), position, expression),
        drawn.landmarks(position, expression),
    )
