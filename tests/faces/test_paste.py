import numpy as np
import pytest
from PIL import Image

from talkingface.faces.crop import Box, crop_frame
from talkingface.faces.paste import Paste

SIZE = 64


@pytest.fixture
def scene():
    """A smooth picture that no two places of are alike: (300, 400, 3) uint8."""
    y, x = np.mgrid[0:300, 0:400]
    waves = [np.sin(x / 40 + c) * np.cos(y / 30 - c) for c in range(3)]
    return np.round(127.5 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)


def flat(value, size=SIZE):
    return np.full((size, size, 3), value, np.uint8)


@pytest.mark.parametrize(
    "box",
    [Box(120.3, 60.7, 150.4), Box(0, 40.5, 200), Box(-30.2, -20, 330), Box(90, 0, 300)],
)
def test_a_crop_that_is_pasted_back_changes_nothing(scene, box):
    pasted = Paste.of(scene, box)(crop_frame(scene, box, 256))
    assert pasted.shape == scene.shape
    assert np.abs(pasted.astype(int) - scene).max() <= 2


def test_pixels_outside_the_box_are_the_portraits_own(scene):
    pasted = Paste.of(scene, Box(100, 50, 120))(flat(255))
    outside = np.ones((300, 400), bool)
    outside[50:170, 100:220] = False
    assert np.array_equal(pasted[outside], scene[outside])
    assert np.all(pasted[75:145, 125:195] == 255)


def test_no_border_is_seen_where_the_face_is_a_little_brighter():
    portrait = np.full((300, 400, 3), 100, np.uint8)
    pasted = Paste.of(portrait, Box(100.5, 50.5, 160))(flat(120)).astype(int)
    assert np.abs(np.diff(pasted, axis=0)).max() <= 2
    assert np.abs(np.diff(pasted, axis=1)).max() <= 2
    assert pasted.max() == 120


def test_at_the_border_of_the_picture_the_face_is_not_faded():
    portrait = np.zeros((200, 200, 3), np.uint8)
    assert np.all(Paste.of(portrait, Box(0, 0, 200))(flat(90)) == 90)
    pasted = Paste.of(portrait, Box(50, -10, 100))(flat(90))
    assert np.all(pasted[0, 75:125] == 90)
    assert pasted[89, 100].max() < 5


def test_every_frame_begins_with_the_untouched_portrait(scene):
    paste = Paste.of(scene, Box(100, 50, 120))
    first = paste(flat(10))
    paste(flat(250))
    assert np.array_equal(paste(flat(10)), first)


@pytest.mark.parametrize(
    ("shape", "longest", "expected"),
    [
        ((301, 401), 1280, (300, 400)),
        ((300, 400), 200, (150, 200)),
        ((333, 999), 500, (166, 500)),
    ],
)
def test_the_result_has_even_sides_of_at_most_the_longest(shape, longest, expected):
    portrait = np.zeros((*shape, 3), np.uint8)
    paste = Paste.of(portrait, Box(3, 3, 30), longest=longest)
    assert (paste.height, paste.width) == expected == paste(flat(0)).shape[:2]
    assert paste.shrunk == (longest < max(shape))


def test_in_a_strip_the_face_does_not_vanish():
    pasted = Paste.of(np.zeros((40, 8000, 3), np.uint8), Box(3980, 0, 40), longest=400)(flat(200))
    assert pasted.shape == (8, 1600, 3)
    assert pasted.max() == 200


def test_in_a_shrunk_portrait_the_face_lies_where_it_was(scene):
    box = Box(120.3, 60.7, 150.4)
    pasted = Paste.of(scene, box, longest=160)(crop_frame(scene, box, SIZE))
    shrunk = Image.fromarray(scene).resize((160, 120), Image.Resampling.LANCZOS)
    assert np.abs(pasted.astype(int) - np.asarray(shrunk)).max() <= 3
