import numpy as np
import pytest

from talkingface.faces import landmark_sets as sets
from talkingface.faces.landmarker import EXPRESSION, Landmarker


@pytest.fixture(scope="module")
def points(model, close_up):
    """The 68 points of a real, frontal face: (68, 2) in [0, 1]."""
    with Landmarker(model) as landmarker:
        (face,) = landmarker.detect(close_up)
    assert face.expression.shape == (len(EXPRESSION),)
    return sets.to_ibug68(face.landmarks, "mediapipe478")


def middle(points, which):
    return points[list(which)].mean(axis=0)


def test_parts_of_a_real_face_lie_where_they_belong(points):
    right_eye, left_eye = middle(points, sets.RIGHT_EYE), middle(points, sets.LEFT_EYE)
    right_brow, left_brow = middle(points, sets.RIGHT_BROW), middle(points, sets.LEFT_BROW)
    nose, mouth = middle(points, sets.NOSE), middle(points, sets.MOUTH)
    assert right_eye[0] < nose[0] < left_eye[0], "the person's right lies left in the picture"
    assert right_brow[1] < right_eye[1] < nose[1] < mouth[1]
    assert left_brow[1] < left_eye[1]
    assert points[8, 1] == points.max(axis=0)[1], "point 8 is the chin"


def test_numbering_runs_as_in_ibug(points):
    assert (np.diff(points[list(sets.JAW), 0])[2:-2] > 0).all(), "jaw from left to right"
    assert (np.diff(points[list(sets.JAW), 1])[:8] > 0).all(), "and down to the chin"
    assert (np.diff(points[17:27, 0]) > 0).all(), "brows from left to right"
    assert (np.diff(points[27:31, 1]) > 0).all(), "bridge of the nose downwards"
    assert (np.diff(points[31:36, 0]) > 0).all(), "nostrils from left to right"
    for start in (36, 42):
        corner, upper, _, other, lower, _ = points[start : start + 6]
        assert corner[0] < other[0], "eye corners from left to right"
        assert upper[1] < lower[1], "upper lid before lower lid"
    assert points[48, 0] < points[60, 0] < points[64, 0] < points[54, 0], "inner mouth is inside"
    assert points[51, 1] < points[62, 1] <= points[66, 1] < points[57, 1], "lips from the top"


def test_table_names_68_different_points():
    assert len(sets.MEDIAPIPE_OF_IBUG68) == len(set(sets.MEDIAPIPE_OF_IBUG68)) == 68


def test_ibug_points_pass_unchanged():
    track = np.random.default_rng(0).random((5, 68, 2))
    assert sets.to_ibug68(track, "ibug68") is track


def test_tracks_keep_their_leading_axes():
    track = np.random.default_rng(0).random((5, 478, 2))
    converted = sets.to_ibug68(track, "mediapipe478")
    assert converted.shape == (5, 68, 2)
    assert np.array_equal(converted[:, 8], track[:, 152])


@pytest.mark.parametrize(("shape", "name"), [((5, 68, 2), "mediapipe478"), ((5, 68, 2), "other")])
def test_wrong_set_is_refused(shape, name):
    with pytest.raises(ValueError, match=r"478|unknown"):
        sets.to_ibug68(np.zeros(shape), name)
