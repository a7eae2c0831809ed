from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.faces.choice import choose_face, parse_choice
from talkingface.faces.framing import portrait_box

GROUP = Path("group.jpg")
LARGE = np.array([300.0, 40.0, 500.0, 260.0])
LEFT = np.array([10.0, 60.0, 110.0, 170.0])
RIGHT = np.array([600.0, 50.0, 700.0, 161.0])
FACES = [LARGE, RIGHT, LEFT]


def test_the_largest_is_the_first_found():
    assert choose_face(FACES, "largest", GROUP) is LARGE


@pytest.mark.parametrize(("number", "face"), [(0, LEFT), (1, LARGE), (2, RIGHT)])
def test_numbers_count_from_left_to_right(number, face):
    assert choose_face(FACES, number, GROUP) is face


def test_a_missing_number_lists_the_faces_that_are_there():
    with pytest.raises(UserError) as caught:
        choose_face(FACES, 3, GROUP)
    message = str(caught.value)
    assert "group.jpg: shows 3 faces, so there is no face 3" in message
    assert message.index("0: at x 10 to 110, y 60 to 170") < message.index("2: at x 600 to 700")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "choice"), [("largest", "largest"), (0, 0), ("1", 1), (12, 12), ("0", 0)]
)
def test_choices_are_read_from_configuration_values(text, choice):
    assert parse_choice(text) == choice


@pytest.mark.parametrize("text", ["left", "-1", -1, "1.5", "", True, None, "²"])
def test_other_words_are_refused(text):
    with pytest.raises(UserError, match="must be largest, or a number"):
        parse_choice(text)


@pytest.fixture(scope="module")
def group(close_up):
    """Three times the same face, of different size: small, large, smaller."""
    picture = np.full((480, 900, 3), 120, np.uint8)
    for x, y, side in ((20, 150, 180), (260, 20, 380), (690, 100, 150)):
        face = Image.fromarray(close_up).resize((side, side), Image.Resampling.LANCZOS)
        picture[y : y + side, x : x + side] = np.asarray(face)
    return picture


@pytest.mark.parametrize(("which", "near"), [(0, 110), (1, 450), (2, 765)])
def test_a_portrait_of_several_is_cropped_to_the_chosen_one(group, model, which, near):
    box = portrait_box(group, GROUP, model, 1.0, which)
    assert abs(box.centre[0] - near) < 40


def test_the_crop_of_a_face_is_the_same_however_it_is_chosen(group, model):
    by_size, by_number = (portrait_box(group, GROUP, model, 1.0, w) for w in ("largest", 1))
    assert by_size == by_number


def test_a_number_beyond_a_portraits_faces_lists_them(group, model):
    with pytest.raises(UserError, match=r"shows 3 faces.*0: at.*1: at.*2: at"):
        portrait_box(group, GROUP, model, 1.0, 3)


def test_a_picture_without_a_face_is_named(model):
    with pytest.raises(UserError, match=r"group\.jpg: no face found"):
        portrait_box(np.full((200, 200, 3), 90, np.uint8), GROUP, model, 1.0, "largest")
