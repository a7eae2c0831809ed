import gc
import tracemalloc
from collections import deque
from fractions import Fraction

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.faces.crop import frame_face
from talkingface.faces.framing import driving_box
from talkingface.faces.sparse_follow import follow_sparsely, step_at
from talkingface.synthetic.render import renderer
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_pictures
from talkingface.video.write import VideoWriter

RATE = Fraction(25)
SIDE = 224


class Frame:
    """A frame that notes when it is looked at."""

    def __init__(self, picture, looked):
        self._picture, self._looked = picture, looked

    @property
    def pixels(self):
        self._looked.append(self)
        return self._picture


def looked_at(pictures, model, step, **choice):
    """Follow pictures, and return what came out and the numbers of the frames looked at."""
    looked = []
    frames = [Frame(picture, looked) for picture in pictures]
    gone = follow_sparsely(((k / RATE, f) for k, f in enumerate(frames)), model, step, **choice)
    return gone, [frames.index(frame) for frame in looked]


@pytest.fixture
def wall():
    return np.full((360, 900, 3), 120, np.uint8)


def place(canvas, picture, x, y):
    canvas = canvas.copy()
    height, width, _ = picture.shape
    canvas[y : y + height, x : x + width] = picture
    return canvas


@pytest.mark.parametrize(
    ("rate", "step"),
    [(Fraction(4), 1), (Fraction(10), 2), (RATE, 4), (Fraction(30000, 1001), 5), (240, 5)],
)
def test_faces_are_looked_at_about_six_times_a_second(rate, step):
    assert step_at(Fraction(rate)) == step


def test_of_a_still_face_only_every_nth_frame_is_looked_at(model, close_up):
    gone, looks = looked_at([close_up] * 31, model, 5)
    assert looks == [0, 1, 6, 11, 16, 21, 26]
    assert gone.looks == 7


def test_of_a_fast_face_every_frame_is_looked_at(model, wall, close_up):
    pictures = [place(wall, close_up, 8 * k, 50) for k in range(20)]
    _, looks = looked_at(pictures, model, 5)
    assert looks == list(range(20))


def test_the_bounds_hold_a_swinging_face_also_between_the_looks(model, wall, close_up):
    """It swings slowly enough to be looked at rarely, and turns between two looks."""
    xs = 200 + 15 * np.sin(np.arange(60) * 2 * np.pi / 52)
    pictures = [place(wall, close_up, round(x), 50) for x in xs]
    every, _ = looked_at(pictures, model, 1)
    some, looks = looked_at(pictures, model, 5)
    assert len(looks) < 30
    size = max(every.bounds[2:] - every.bounds[:2])
    assert np.all(some.bounds[:2] < every.bounds[:2] + 0.01 * size)
    assert np.all(some.bounds[2:] > every.bounds[2:] - 0.01 * size)
    assert frame_face(some.bounds).side < 1.06 * frame_face(every.bounds).side


def test_a_lost_face_is_searched_in_the_whole_picture_until_it_is_back(model, wall, close_up):
    here, there = place(wall, close_up, 20, 50), place(wall, close_up, 600, 50)
    gone, looks = looked_at([here] * 12 + [wall] * 12 + [there] * 12, model, 4)
    assert gone.bounds[0] < 100
    assert gone.bounds[2] > 700
    assert [k for k in looks if 12 <= k < 24], "lost"
    assert max(np.diff(looks)) <= 8


def test_a_video_without_a_face_has_no_whereabouts(model, wall):
    gone, looks = looked_at([wall] * 5, model, 4)
    assert gone is None
    assert looks[:2] == [0, 1]


def test_the_frame_that_faces_the_front_is_named(model):
    pose = np.zeros((5, 6))
    pose[:, 0] = [40, 20, 0, -20, -40]
    gone, _ = looked_at(renderer(2, SIDE).render(pose, np.zeros((5, 51))), model, 1)
    assert gone.frontal == 2


@pytest.mark.parametrize(("which", "at"), [("largest", 600), (0, 30), (1, 600)])
def test_the_chosen_face_is_followed(model, wall, close_up, which, at):
    small = close_up[::2, ::2]
    both = place(place(wall, close_up, 600, 50), small, 30, 100)
    gone, _ = looked_at([both] * 9, model, 4, which=which)
    side = 128 if at == 30 else 256
    assert at < gone.bounds[0] < gone.bounds[2] < at + side


def test_a_number_beyond_the_faces_is_refused_with_their_places(model, close_up):
    with pytest.raises(UserError, match=r"shows one face, so there is no face 1.*0: at x"):
        looked_at([close_up] * 3, model, 4, which=1)


def test_after_a_cut_a_number_does_not_become_another_person(model, wall, close_up):
    one, other = place(wall, close_up, 20, 50), place(wall, close_up, 600, 50)
    by_number, _ = looked_at([one] * 6 + [other] * 6, model, 4, which=0)
    assert by_number.bounds[2] < 300


@pytest.mark.parametrize(
    ("count", "step", "room"),
    [(400, 5, 8_000), pytest.param(15_000, 10, 100_000, marks=pytest.mark.slow)],
)
def test_memory_does_not_grow_with_the_number_of_frames(model, close_up, count, step, room):
    """Some tens of kB are kept for reuse, whatever the number; an array a look would be more."""
    picture, held = Frame(close_up, deque(maxlen=1)), []

    def frames():
        for k in range(count):
            if k in (200, count - 1):
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
            yield k / RATE, picture

    # What is loaded once is loaded.
    assert follow_sparsely([(0 / RATE, picture)], model, step) is not None
    tracemalloc.start()
    follow_sparsely(frames(), model, step)
    tracemalloc.stop()
    print(f"held after 200 frames {held[0]} bytes, after {count} {held[1]}")
    assert held[1] < held[0] + room


def test_a_video_is_framed_and_its_frontal_frame_named(model, tmp_path, close_up):
    path = tmp_path / "still.mp4"
    with VideoWriter(path, RATE, 256, 256) as writer:
        for _ in range(9):
            writer.write(close_up)
    told = []
    where = driving_box(path, model, 1.0, lambda *progress: told.append(progress))
    assert 150 < where.box.side <= 256
    assert 0 <= where.frontal < 9
    assert told[-1] == ("finding the face", 9, 9)


def test_a_video_without_a_face_is_named(model, tmp_path):
    path = tmp_path / "wall.mp4"
    with VideoWriter(path, RATE, 64, 64) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(UserError, match=r"wall\.mp4: no frame shows a face"):
        driving_box(path, model, 1.0, lambda *_: None)


CLIPS = (
    "aoc__V-Express_025d01.mp4", "bbal6n.mpg", "latentsync_1__LatentSync_8a5bed.mp4",
    "eamm_surprised__EAMM_118da3.mp4", "hdtf_RD34__SadTalker_113cfb.mp4", "lbak1s.mpg",
    "iplap_129__IP_LAP_03051a.mp4", "fomm_08__first-order_875c96.mp4",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("clip", CLIPS)
def test_looking_rarely_gives_the_crop_of_looking_always(model, shared_dir, clip):
    path = shared_dir / "clips" / clip
    rate = probe(path).rate
    every, some = (
        follow_sparsely(constant_rate_pictures(path, own_rate=rate), model, step) for step in (1, 5)
    )
    crop, true = frame_face(some.bounds), frame_face(every.bounds)
    assert abs(crop.side / true.side - 1) < 0.06
    size = true.side
    assert np.all(np.abs(np.subtract(crop.centre, true.centre)) < 0.03 * size)
    assert np.all(every.bounds[:2] > (crop.x, crop.y))
    assert np.all(every.bounds[2:] < np.add((crop.x, crop.y), crop.side))
    assert some.looks < 0.5 * every.looks
