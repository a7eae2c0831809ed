"""Following people: who is followed, where tracks end, and what lies between them."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from talkingface.faces.crop_path import Roaming
from talkingface.faces.framings import HEAD
from talkingface.faces.people import Gap, People

RATE = Fraction(12)


@pytest.fixture(scope="module")
def face(close_up):
    """A face about 110 pixels high: (160, 160, 3)."""
    return np.asarray(Image.fromarray(close_up).resize((160, 160), Image.Resampling.LANCZOS))


@pytest.fixture(scope="module")
def wall():
    return np.full((360, 640, 3), 120, np.uint8)


def place(canvas, *pictures):
    """Return the canvas with (picture, x, y) pasted in."""
    canvas = canvas.copy()
    for picture, x, y in pictures:
        canvas[y : y + len(picture), x : x + len(picture)] = picture
    return canvas


def follow(model, pictures, *, cuts=(), everybody=False, longest=1000, roaming=None):
    with People(model, RATE, everybody=everybody, longest=longest, roaming=roaming) as people:
        found = []
        for k, picture in enumerate(pictures):
            people.step(k / RATE, picture, k in cuts)
            found += people.ended()
        return found + people.finish()


def spans(found):
    return [(type(item) is Gap, item.start, item.start + item.length) for item in found]


def test_largest_face_is_followed_throughout(model, wall, face):
    small = np.asarray(Image.fromarray(face).resize((110, 110)))
    pictures = [place(wall, (face, 400 + k, 100), (small, 40, 100)) for k in range(14)]
    (track,) = follow(model, pictures)
    assert (track.start, track.length, len(track.number)) == (0, 14, 14)
    assert (track.bounds[:, 0] > 400).all()
    assert track.landmarks.shape == (14, 68, 2)
    assert [len(others) for _, others in track.glances] == [1], "the other face is noted"


def test_everybody_has_a_track_of_his_own(model, wall, face):
    small = np.asarray(Image.fromarray(face).resize((110, 110)))
    pictures = [place(wall, (face, 400, 100), (small, 40 + k, 100)) for k in range(14)]
    one, other = follow(model, pictures, everybody=True)
    assert one.length == other.length == 14
    assert (one.bounds[:, 0] > 400).all()
    assert (other.bounds[:, 2] < 200).all()


@pytest.mark.slow
def test_larger_face_that_joins_is_the_main_one_from_then_on(model, wall, face):
    small = np.asarray(Image.fromarray(face).resize((110, 110)))
    with_small = [place(wall, (small, 40, 100))] * 12
    with_both = [place(wall, (small, 40, 100), (face, 400, 100))] * 12
    one, other = follow(model, with_small + with_both)
    assert (one.bounds[:, 2] < 200).all()
    assert (other.bounds[:, 0] > 400).all()
    assert other.length >= 11


def test_track_ends_at_a_cut_and_where_the_face_jumps(model, wall, face):
    pictures = [place(wall, (face, 40 if k < 10 else 400, 100)) for k in range(20)]
    assert spans(follow(model, pictures)) == [(False, 0, 10), (False, 10, 20)]
    still = [place(wall, (face, 40, 100))] * 12
    assert spans(follow(model, still, cuts=[5])) == [(False, 0, 5), (False, 5, 12)]


def test_face_away_for_a_moment_keeps_its_track_and_for_long_leaves_a_gap(model, wall, face):
    there = place(wall, (face, 200, 100))
    briefly = [there] * 6 + [wall] * 3 + [there] * 6
    (track,) = follow(model, briefly)
    assert track.length == 15
    assert set(range(15)) - set(track.number.tolist()) >= {6, 7, 8}
    found = follow(model, [wall] * 8 + [there] * 8 + [wall] * 16, cuts=[8])
    assert spans(found) == [(True, 0, 8), (False, 8, 16), (True, 16, 32)]
    assert found[0].thumbnail[:2] == b"\xff\xd8"


def test_video_without_a_face_is_one_gap(model, wall):
    assert spans(follow(model, [wall] * 3)) == [(True, 0, 3)]
    assert follow(model, []) == []


def test_long_track_is_handed_out_in_parts_while_it_goes_on(model, wall, face):
    pictures = [place(wall, (face, 200 + k // 4, 100)) for k in range(50)]
    found = follow(model, pictures, longest=10)
    lengths = [track.length for track in found]
    assert lengths == [10, 10, 10, 10, 10]
    found = follow(model, pictures[:34], longest=10)
    assert [track.length for track in found] == [10, 10, 7, 7]
    for track in found:
        assert track.number.tolist() == list(range(track.length))
        assert len(track.looks) == len(track.moments) >= 2
        assert track.moments.max() < track.length
        assert track.thumbnails


@pytest.mark.slow
def test_walk_is_divided_so_that_a_fixed_crop_stays_narrow(model, wall, face):
    pictures = [place(wall, (face, 10 + 10 * k, 100)) for k in range(45)]
    assert len(follow(model, pictures)) == 1
    found = follow(model, pictures, roaming=lambda: Roaming(0.8, HEAD))
    assert len(found) >= 2
    assert sum(track.length for track in found) == 45
