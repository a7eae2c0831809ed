"""What the measures tell apart, on synthetic heads; and what their docstrings say they miss."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from talkingface.faces.crop import Box
from talkingface.faces.moment import face_detail, look_of, sharpness_of, thumbnail_of
from talkingface.faces.people import People
from talkingface.prepare.looks import looks_of
from talkingface.prepare.measures import measures_of, movement_of

RATE = Fraction(25)
COUNT = 25


def tracked(model, frames):
    with People(model, RATE, everybody=False, longest=1000, roaming=None) as people:
        for k, frame in enumerate(frames):
            people.step(k / RATE, frame, is_cut=False)
        (track,) = people.finish()
    return track


def measured(model, frames):
    track = tracked(model, frames)
    height, width, _ = frames[0].shape
    return measures_of(track, [Box(0, 0, width)] * track.length, (width, height))


@pytest.fixture(scope="module")
def head(talkers):
    """The first of them."""
    return talkers[0]


@pytest.fixture(scope="module")
def plain(model, head):
    return measured(model, head)


def test_talking_head_measures_as_one(plain):
    assert plain.face_share == 1
    assert 100 < plain.face_px < 160
    assert plain.covered == plain.crowded == plain.outside == 0
    assert -45 < plain.yaw_low < plain.yaw_high < 45
    assert plain.mouth_std > 0


def test_photograph_that_is_panned_and_zoomed_moves_less_than_a_head(model, head, plain):
    rng = np.random.default_rng(0)

    def shown(k):
        noisy = np.clip(head[0] + rng.normal(0, 2, head[0].shape), 0, 255).astype(np.uint8)
        affine = (1 - 0.002 * k, 0, 0.5 * k, 0, 1 - 0.002 * k, 0.3 * k)
        moved = Image.fromarray(noisy).transform(
            (224, 224), Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC
        )
        return np.asarray(moved)

    photograph = measured(model, [shown(k) for k in range(COUNT)])
    assert photograph.movement < 0.002 < plain.movement


def test_movement_leaves_out_what_the_whole_head_does():
    points = np.random.default_rng(1).normal(size=(68, 2))
    angles, sizes = np.linspace(0, 1, 30), np.linspace(1, 2, 30)
    turned = [
        s * points @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) + 3 * a
        for a, s in zip(angles, sizes, strict=True)
    ]
    assert movement_of(np.array(turned)) < 1e-9
    wave = np.zeros((30, 68, 2))
    wave[:, 60:, 1] = 0.2 * np.sin(np.arange(30))[:, None]
    assert movement_of(points + wave) > 0.01
    assert movement_of(points[None]) == 0


@pytest.mark.parametrize("who", [0, 1])
def test_sharpness_falls_with_blur_and_with_enlargement(talkers, who):
    picture = talkers[who][0]
    bounds = np.array([56.0, 56, 168, 184])

    def sharpness(image):
        return sharpness_of(face_detail(np.asarray(image), bounds))

    image = Image.fromarray(picture)
    blurred = [sharpness(image.filter(ImageFilter.GaussianBlur(r))) for r in (1.3, 2.6, 5.2)]
    assert sharpness(image) > blurred[0] > blurred[1] > blurred[2]
    assert blurred[1] < 0.35
    enlarged = image.resize((48, 48)).resize((224, 224), Image.Resampling.BICUBIC)
    assert sharpness(enlarged) < 0.8 * sharpness(image)


def test_sharpness_does_not_depend_on_contrast_and_flat_is_none():
    detail = np.random.default_rng(0).normal(128, 30, (96, 96)).astype(np.float32)
    assert sharpness_of(detail) == pytest.approx(sharpness_of(128 + (detail - 128) / 2), abs=0.02)
    assert sharpness_of(np.full((96, 96), 128, np.float32)) == 0
    assert sharpness_of(np.zeros((4, 4), np.float32)) == 0


def drawn(frame, kind):
    image = Image.fromarray(frame)
    draw = ImageDraw.Draw(image)
    if kind == "microphone":
        draw.ellipse([84, 140, 150, 210], fill=(20, 20, 24))
    else:
        draw.rectangle([30, 126, 200, 224], fill=(40, 90, 150))
    return np.asarray(image)


@pytest.mark.parametrize("kind", ["microphone", "mask"])
def test_dark_or_coloured_thing_before_the_face_covers_it(model, head, kind):
    assert measured(model, [drawn(frame, kind) for frame in head]).covered > 0.8
    half = [drawn(frame, kind) if k >= 13 else frame for k, frame in enumerate(head)]
    assert 0.2 < measured(model, half).covered < 0.8


def test_another_face_counts_only_where_it_reaches_into_the_crop(model, head):
    track = tracked(model, head[:6])
    beside = np.array([[230.0, 60, 330, 180]])
    track = replace(track, glances=((0, beside), (3, beside)))
    for side, crowded in ((224, 0.0), (300, 1.0)):
        boxes = [Box(0, 0, side)] * track.length
        assert measures_of(track, boxes, (500, 500)).crowded == crowded


def test_looks_survive_scaling_and_compression_and_tell_people_apart(head, talkers):
    bounds = np.array([56.0, 56, 168, 184])
    half = np.asarray(Image.fromarray(head[0]).resize((112, 112), Image.Resampling.BICUBIC))
    same = (look_of(head[0], bounds) ^ look_of(half, bounds / 2)).bit_count()
    different = (look_of(head[0], bounds) ^ look_of(talkers[1][0], bounds)).bit_count()
    assert same <= 6 < different


def test_eight_looks_are_spread_over_a_track(model, head):
    track = tracked(model, head)
    looks = looks_of(track)
    assert len(looks) == 8
    assert (looks[0], looks[-1]) == (track.looks[0], track.looks[-1])
    assert looks_of(replace(track, looks=())) == ()


def test_thumbnail_is_a_small_jpeg(head):
    for picture in (head[0], np.zeros((20, 3000, 3), np.uint8)):
        assert thumbnail_of(picture)[:2] == b"\xff\xd8"
    assert len(thumbnail_of(head[0], Box(-20, 10, 300))) < 6000
