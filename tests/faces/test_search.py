import tracemalloc

import numpy as np
import pytest
from PIL import Image

from talkingface.faces.landmarker import Landmarker
from talkingface.faces.search import find_faces, find_faces_of_size


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


def test_strip_is_searched_without_a_square_of_its_length(model):
    strip = np.zeros((64, 8192, 3), np.uint8)
    with Landmarker(model, max_faces=2) as landmarker:
        tracemalloc.start()
        assert find_faces(landmarker, strip) == []
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 20e6
