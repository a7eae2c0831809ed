"""Footage comes back bit for bit, in order, and what cannot be read is named."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.video.footage import count_frames, find_footage, read_footage, write_lossless

RATE = Fraction(30000, 1001)


def noise(frames: int, size: int = 33) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (frames, size, size, 3), np.uint8)


def test_a_lossless_file_gives_back_every_bit_in_pieces_of_the_asked_size(tmp_path: Path) -> None:
    frames = noise(11)
    assert write_lossless(tmp_path / "a" / "clip.mkv", iter(frames), RATE) == 11
    pieces = list(read_footage(tmp_path / "a/clip.mkv", chunk=4))
    assert [len(piece) for piece in pieces] == [4, 4, 3]
    assert np.array_equal(np.concatenate(pieces), frames)
    assert count_frames(tmp_path / "a/clip.mkv") == 11
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["clip.mkv"]


def test_a_folder_of_pictures_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    frames = noise(12)
    for number, frame in enumerate(frames):
        Image.fromarray(frame).save(tmp_path / f"frame{number}.png")
    assert np.array_equal(np.concatenate(list(read_footage(tmp_path))), frames)
    assert count_frames(tmp_path) == 12
    assert next(read_footage(tmp_path, size=16)).shape == (12, 16, 16, 3)


def test_a_writer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def broken():
        yield noise(1)[0]
        raise RuntimeError("generator died")

    with pytest.raises(RuntimeError, match="generator died"):
        write_lossless(tmp_path / "clip.mkv", broken(), RATE)
    assert not list(tmp_path.iterdir())


def test_what_is_no_footage_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing: no such folder"):
        find_footage(tmp_path / "nothing")
    with pytest.raises(UserError, match="holds no videos"):
        find_footage(tmp_path)
    (tmp_path / "bad.png").write_text("no picture")
    with pytest.raises(UserError, match=r"bad\.png: cannot be read as a picture"):
        list(read_footage(tmp_path / "bad.png"))
    (tmp_path / "bad.mp4").write_text("no video")
    with pytest.raises(UserError, match=r"bad\.png has the same name|bad\.mp4"):
        find_footage(tmp_path)
    for number, size in enumerate((8, 9)):
        Image.fromarray(noise(1, size)[0]).save(tmp_path / f"{number}.jpg")
    (tmp_path / "bad.png").unlink()
    with pytest.raises(UserError, match="differ in size"):
        list(read_footage(tmp_path))


def test_the_clips_of_a_data_set_are_footage(talking_heads: Path) -> None:
    found = find_footage(talking_heads / "clips")
    assert {path.suffix for path in found.values()} == {".mp4"}
    assert len(found) == len(list(talking_heads.rglob("*.mp4"))) > 1
