from pathlib import Path

import numpy as np
import pytest

from talkingface.animation.framing import Framing
from talkingface.animation.watch import unwatched
from talkingface.errors import UserError
from talkingface.faces.framing import driving_box
from tests.video.media import write_sound


def test_faces_may_be_named_as_a_configuration_writes_them():
    framing = Framing(portrait_face="1", driving_face=2)
    assert (framing.portrait_face, framing.driving_face) == (1, 2)
    assert Framing().portrait_face == "largest"


@pytest.mark.parametrize("field", ["portrait_face", "driving_face"])
def test_another_word_for_a_face_is_refused(field):
    with pytest.raises(UserError, match="face leftmost: must be largest, or a number"):
        Framing(**{field: "leftmost"})


@pytest.mark.parametrize("scale", [-1, 0, float("nan"), 1e9, "large", True, None])
def test_a_crop_that_would_show_no_face_is_refused(scale):
    with pytest.raises(UserError, match=r"crop_scale=.*must be between"):
        Framing(scale=scale)


def test_another_crop_is_refused():
    with pytest.raises(UserError, match="crop=nose"):
        Framing(crop="nose")


def test_the_whole_picture_is_the_square_in_its_middle(tmp_path):
    box = Framing(crop="whole").portrait(np.zeros((40, 100, 3), np.uint8), tmp_path / "x.png")
    assert (box.x, box.y, box.side) == (30, 0, 40)


def whole(path):
    return Framing(crop="whole").driving(path)


def around_a_face(path):
    return driving_box(path, Path("no model is needed for this"), 1.0, unwatched)


@pytest.mark.parametrize("crop", [whole, around_a_face])
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("sound.mp4", None, "holds no video stream"),
        (
            "drawing.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
            "cannot",
        ),
        ("garbage.mp4", b"no video at all", "cannot be read as video"),
        ("empty.mp4", b"", "it is empty"),
    ],
)
def test_a_reference_without_frames_is_one_line(tmp_path, crop, name, content, why):
    path = tmp_path / name
    if content is None:
        write_sound(path)
    else:
        path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        crop(path)
    assert str(path) in str(caught.value)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
