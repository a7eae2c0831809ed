import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.video import picture as picture_module
from talkingface.video.picture import SMALLEST_SIDE, read_picture

from .media import write_sound, write_timed

RAMP = np.linspace(0, 1, 64)[:, None] * np.ones((64, 48))
RGB = np.stack([np.round(RAMP * 255)] * 3, axis=-1).astype(np.uint8)
SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_picture(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("16.png", np.round(RAMP * 65535).astype(np.uint16)),
        ("16.tif", np.round(RAMP * 65535).astype(np.uint16)),
        ("12.tif", np.round(RAMP * 4095).astype(np.uint16)),
        ("8-in-16.png", np.round(RAMP * 255).astype(np.uint16)),
        ("float.tif", RAMP.astype(np.float32)),
        ("float-255.tif", (RAMP * 255).astype(np.float32)),
        ("signed-float.tif", (RAMP * 2 - 1).astype(np.float32)),
        ("32.tif", np.round(RAMP * 1e6).astype(np.int32)),
    ],
)
def test_grey_of_many_bits_keeps_its_shades(tmp_path, name, values):
    Image.fromarray(values).save(tmp_path / name)
    picture = read_picture(tmp_path / name)
    assert np.abs(picture.pixels.astype(int) - RGB).max() <= 1
    assert picture.notes == ("its grey values are scaled to 8 bits",)


def test_holes_in_floating_grey_are_black(tmp_path):
    values = RAMP.astype(np.float32)
    values[30, 20], values[31, 20] = np.nan, np.inf
    Image.fromarray(values).save(tmp_path / "holes.tif")
    pixels = read_picture(tmp_path / "holes.tif").pixels
    assert pixels[30, 20].max() == pixels[31, 20].max() == 0
    assert pixels.max() == 255


def test_transparent_parts_are_grey_and_hide_their_colour(tmp_path):
    alpha = np.where(RAMP > 0.5, 255, 0).astype(np.uint8)
    red = np.broadcast_to(np.uint8([200, 0, 0]), RGB.shape)
    Image.fromarray(np.dstack([red, alpha])).save(tmp_path / "cut.png")
    picture = read_picture(tmp_path / "cut.png")
    assert np.unique(picture.pixels[alpha == 0]).tolist() == [128]
    assert np.array_equal(picture.pixels[alpha == 255], red[alpha == 255])
    assert picture.notes == ("its transparent parts are shown on grey",)


def test_a_transparent_palette_colour_is_grey(tmp_path):
    Image.fromarray(RGB).quantize(4).save(tmp_path / "palette.gif", transparency=0)
    assert read_picture(tmp_path / "palette.gif").notes


def test_an_unused_alpha_channel_is_not_mentioned(tmp_path):
    Image.fromarray(RGB).convert("RGBA").save(tmp_path / "opaque.png")
    picture = read_picture(tmp_path / "opaque.png")
    assert picture.notes == ()
    assert np.array_equal(picture.pixels, RGB)


def test_a_fully_transparent_picture_is_refused(tmp_path):
    Image.new("RGBA", (64, 64)).save(tmp_path / "clear.png")
    assert "fully transparent" in refused(tmp_path / "clear.png")


@pytest.mark.parametrize("kind", ["gif", "png", "webp", "tiff"])
def test_of_an_animation_the_first_picture_is_taken_and_that_is_said(tmp_path, kind):
    pictures = [Image.fromarray(np.roll(RGB, 9 * k, 0)) for k in range(4)]
    path = tmp_path / f"several.{kind}"
    pictures[0].save(path, save_all=True, append_images=pictures[1:])
    picture = read_picture(path)
    assert np.abs(picture.pixels.astype(int) - RGB).mean() < 4
    assert picture.notes == ("the first of its 4 pictures is taken",)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 8), (SMALLEST_SIDE - 1, 500)])
def test_tiny_pictures_are_refused_with_the_least_size(tmp_path, width, height):
    Image.new("RGB", (width, height)).save(tmp_path / "tiny.png")
    message = refused(tmp_path / "tiny.png")
    assert f"{width}x{height}" in message
    assert str(SMALLEST_SIDE) in message


def test_large_pictures_are_refused_but_a_jpeg_is_read_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_module, "LARGEST_PIXELS", 2000)
    monkeypatch.setattr(picture_module, "LARGEST_JPEG_PIXELS", 10_000)
    for side, kind in ((64, "png"), (128, "jpg")):
        Image.new("RGB", (side, side)).save(tmp_path / f"large.{kind}")
        assert "pixels" in refused(tmp_path / f"large.{kind}")
    Image.fromarray(RGB).resize((96, 96)).save(tmp_path / "camera.jpg")
    picture = read_picture(tmp_path / "camera.jpg")
    assert picture.pixels.shape == (48, 48, 3)
    assert picture.notes == ("it is read at 48x48 of 96x96 pixels",)


@pytest.mark.parametrize("pixels", [100_000_000, 200_000_000])
def test_what_pillow_takes_for_a_bomb_is_one_message(tmp_path, pixels, recwarn):
    """Pillow warns of the first size, and fails on the second; no picture data is needed."""
    path = tmp_path / "bomb.ppm"
    path.write_bytes(f"P6 10000 {pixels // 10000} 255\n".encode())
    assert "64 million pixels" in refused(path)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, lambda stored: stored),
        (2, np.fliplr),
        (3, lambda stored: np.rot90(stored, 2)),
        (4, np.flipud),
        (5, lambda stored: stored.swapaxes(0, 1)),
        (6, lambda stored: np.rot90(stored, -1)),
        (7, lambda stored: np.rot90(stored, 2).swapaxes(0, 1)),
        (8, np.rot90),
        (9, lambda stored: stored),
    ],
)
def test_pictures_are_turned_as_their_exif_says(tmp_path, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = RGB.copy()
    stored[:20, :10] = (250, 10, 10)
    Image.fromarray(stored).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_picture(tmp_path / "turned.png").pixels, turn(stored))


@pytest.mark.parametrize("damage", [b"Exif\0\0MM", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0"])
def test_a_damaged_exif_block_leaves_the_picture_as_it_is(tmp_path, damage, recwarn):
    path = tmp_path / "damaged.jpg"
    Image.fromarray(RGB).save(path, quality=95)
    whole = path.read_bytes()
    block = b"\xff\xe1" + struct.pack(">H", len(damage) + 2) + damage
    path.write_bytes(whole[:2] + block + whole[2:])
    assert np.abs(read_picture(path).pixels.astype(int) - RGB).mean() < 3
    assert not recwarn.list


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", SVG.encode()),
        ("page.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n"),
        ("text.png", b"no picture"),
        ("empty.jpg", b""),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert "neither a picture nor a video" in refused(tmp_path / name)


def test_sound_alone_is_no_portrait(tmp_path):
    write_sound(tmp_path / "sound.mp4")
    assert "neither a picture nor a video" in refused(tmp_path / "sound.mp4")


def test_a_picture_that_breaks_off_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, RGB.shape, dtype=np.uint8)
    for kind in ("png", "jpg", "webp"):
        path = tmp_path / f"half.{kind}"
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert "cannot be read" in refused(path)


def test_missing_files_and_folders_are_named(tmp_path):
    assert "no such file" in refused(tmp_path / "missing.png")
    assert "is a folder" in refused(tmp_path)


def test_of_a_video_the_first_frame_is_taken(tmp_path):
    write_timed(tmp_path / "video.mp4", range(10), Fraction(1, 25))
    assert read_picture(tmp_path / "video.mp4").pixels.shape == (64, 64, 3)
