"""GRID: the same sentences from everybody, so that only the folder tells who speaks."""

from pathlib import Path

import pytest

from talkingface.errors import UserError
from tests.adapters.trees import listed, people, plant, recordings, refusals

CODES = ("bbaf2n", "lwiz5s", "sgwp9a")


@pytest.mark.parametrize("between", ["", "video/mpg_6000/", "video/s1/"])
def test_the_folder_tells_who_speaks(tmp_path: Path, video: Path, between: str) -> None:
    names = [f"videos/{who}/{between}{code}.mpg" for who in ("s1", "s34") for code in CODES]
    plant(tmp_path, video, [name.replace("s34/video/s1", "s34/video/s34") for name in names])
    listing = listed(tmp_path)
    assert listing.layout == "grid"
    assert sorted(people(listing).values()) == ["s1"] * 3 + ["s34"] * 3
    assert len(set(recordings(listing))) == 6
    assert {source.split for source in listing.sources} == {""}


def test_one_person_s_folder_is_still_that_person(tmp_path: Path, video: Path) -> None:
    plant(tmp_path / "s7", video, [f"{code}.mpg" for code in CODES])
    assert set(people(listed(tmp_path / "s7")).values()) == {"s7"}


def test_a_flat_folder_is_refused_with_what_to_do(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"{code}.mpg" for code in CODES])
    with pytest.raises(UserError, match=r"without the folders s1 to s34.*identity\.from=table"):
        listed(tmp_path)


def test_a_sentence_outside_all_people_has_no_identity(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["bbaf2n.mpg", "s1/bbaf2n.mpg", "s99/bbaf2n.mpg", "s1/intro.mpg"])
    listing = listed(tmp_path, "grid")
    assert people(listing) == {"s1/bbaf2n.mpg": "s1"}
    assert refusals(listing) == {
        "bbaf2n.mpg": "no-identity",
        "s99/bbaf2n.mpg": "no-identity",
        "s1/intro.mpg": "not-listed",
    }


def test_the_person_without_pictures_is_not_missing(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"s1/{code}.mpg" for code in CODES])
    missing = listed(tmp_path).missing
    assert missing[:2] == ("s1: 3 of 1000 sentences", "s2: 0 of 1000 sentences")
    assert len(missing) == 33
    assert not any(line.startswith("s21:") for line in missing)


def test_a_few_sentences_among_other_videos_do_not_make_grid(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["bbaf2n.mpg", "anna.mp4", "bert.mp4"])
    assert listed(tmp_path).layout == "files"


def test_videos_of_another_kind_are_named_one_by_one(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["anna.mp4", "s1/bert.mp4"])
    listing = listed(tmp_path, "grid")
    assert refusals(listing) == {"anna.mp4": "not-listed", "s1/bert.mp4": "not-listed"}
