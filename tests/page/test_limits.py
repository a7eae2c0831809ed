"""What is too much is refused in one line, before any of it is decoded."""

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.page.limits import Limits
from tests.animation.material import write_moving


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_moving(tmp_path_factory.mktemp("video") / "second.mp4", 25)


def refusal(limits: Limits, path: Path) -> str:
    check = limits.check_portrait if path.suffix == ".png" else limits.check_reference
    with pytest.raises(UserError) as caught:
        check(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def test_a_file_of_too_many_bytes_is_refused(second: Path, tmp_path: Path) -> None:
    assert "files of up to 0.001 MB" in refusal(Limits(largest_mb=0.001), second)
    picture = tmp_path / "a.png"
    picture.write_bytes(bytes(1001))
    assert "files of up to 0.001 MB" in refusal(Limits(largest_mb=0.001), picture)


def test_too_many_pixels_are_refused(second: Path, tmp_path: Path) -> None:
    Image.new("RGB", (200, 100)).save(tmp_path / "a.png")
    few = Limits(largest_megapixels=0.004)
    assert "200x100 pixels" in refusal(few, tmp_path / "a.png")
    assert "64x64 pixels" in refusal(few, second)


def test_a_picture_that_pillow_calls_a_bomb_is_refused(tmp_path: Path) -> None:
    # Read smaller than it is, this JPEG would pass for a portrait.
    Image.new("L", (14000, 14000)).save(tmp_path / "a.jpg")
    with pytest.raises(UserError, match="far more pixels than this page takes"):
        Limits().check_portrait(tmp_path / "a.jpg")


def test_a_reference_may_be_as_long_as_the_limit_and_no_longer(second: Path) -> None:
    assert Limits(longest_seconds=1).check_reference(second).duration == 1
    assert "lasts 1.0 s" in refusal(Limits(longest_seconds=0.9), second)


def test_a_short_reference_of_very_many_frames_is_refused(tmp_path: Path) -> None:
    fast = write_moving(tmp_path / "fast.mp4", 110, Fraction(1000), sound=False)
    assert "1000 frames a second" in refusal(Limits(longest_seconds=0.5), fast)


def test_what_is_no_picture_is_left_to_the_reader_of_portraits(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    Limits().check_portrait(tmp_path / "a.png")


@pytest.mark.parametrize("field", ["largest_mb", "longest_seconds", "waiting", "keep_minutes"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), True, "many"])
def test_a_limit_that_is_no_number_above_0_is_named(field: str, value: object) -> None:
    with pytest.raises(UserError, match=rf"^{field}={value}: must be a number above 0"):
        Limits(**{field: value})  # type: ignore[arg-type]


def test_half_a_job_cannot_wait() -> None:
    with pytest.raises(UserError, match="whole number"):
        Limits(waiting=1.5)  # type: ignore[arg-type]
