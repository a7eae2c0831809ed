import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from talkingface.faces.follow import follow_face
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.search import find_faces, find_faces_of_size

RATE = Fraction(25)


def place(canvas, picture, x, y):
    canvas = canvas.copy()
    height, width, _ = picture.shape
    canvas[y : y + height, x : x + width] = picture
    return canvas


def scaled(picture, side):
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))


@pytest.fixture(scope="module")
def searcher(model):
    with Landmarker(model, max_faces=4) as landmarker:
        yield landmarker


@pytest.fixture
def wall():
    return np.full((720, 1280, 3), 120, np.uint8)


def test_face_that_is_small_in_the_picture_is_found(searcher, wall, close_up):
    small = scaled(close_up, 110)
    picture = place(wall, small, 1000, 430)
    assert not searcher.detect(picture), "too small for the detector itself"
    (bounds,) = find_faces(searcher, picture)
    assert 30 < bounds[3] - bounds[1] < 90
    assert 1000 < bounds[0] < bounds[2] < 1110
    assert 430 < bounds[1] < bounds[3] < 540


def test_second_face_is_counted_once_and_only_if_large_enough(searcher, wall, close_up):
    picture = place(place(wall, close_up, 100, 300), scaled(close_up, 180), 900, 100)
    height = float(np.diff(find_faces(searcher, picture)[0][[1, 3]])[0])
    assert len(find_faces_of_size(searcher, picture, 0.5 * height)) == 2
    assert len(find_faces_of_size(searcher, picture, 0.9 * height)) == 1


def test_moving_face_is_followed_across_the_picture(model, wall, close_up):
    xs = np.linspace(50, 900, 40).round().astype(int)
    frames = [(k / RATE, place(wall, close_up, x, 200)) for k, x in enumerate(xs)]
    track = follow_face(frames, model)
    assert track.face.all()
    bounds = track.bounds
    moved = (bounds[:, 0] + bounds[:, 2]) / 2 - xs
    assert np.abs(moved - np.median(moved)).max() < 12


def test_frames_without_a_face_carry_the_nearest_seen_frame(model, wall, close_up):
    with_face = place(wall, close_up, 400, 200)
    shown = [True] * 6 + [False] * 6 + [True] * 6
    frames = [(k / RATE, with_face if face else wall) for k, face in enumerate(shown)]
    track = follow_face(frames, model)
    assert track.face.sum() >= 10
    assert not track.face[6:12].any()
    assert np.array_equal(track.bounds[6], track.bounds[5])
    resumed = int(np.flatnonzero(track.face[12:])[0]) + 12
    assert np.array_equal(track.bounds[resumed - 1], track.bounds[resumed])


def test_video_without_a_face_has_no_track(model, wall):
    assert follow_face([(k / RATE, wall) for k in range(5)], model) is None


def test_strip_is_searched_without_a_square_of_its_length(model):
    strip = np.zeros((64, 8192, 3), np.uint8)
    with Landmarker(model, max_faces=2) as landmarker:
        tracemalloc.start()
        assert find_faces(landmarker, strip) == []
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 20e6
