"""Every portrait meets every reference, under names of their own, each read once."""

from fractions import Fraction
from pathlib import Path

import pytest

from talkingface.animation.batch import Failed, make_all
from talkingface.animation.making import Made
from talkingface.animation.pairs import all_pairs, driving_files, motion_files, source_files
from talkingface.errors import UserError


def touch(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return [folder / name for name in names]


def test_every_portrait_meets_every_reference_and_names_differ(tmp_path: Path) -> None:
    sources = [Path("x/a.jpg"), Path("y/A.png"), Path("a_b.jpg")]
    drivings = [Path("b.mp4"), Path("z/b.mp4")]
    pairs = all_pairs(sources, drivings, tmp_path)
    assert [(pair.source, pair.driving) for pair in pairs] == [
        (source, driving) for source in sources for driving in drivings
    ]
    names = [pair.output.name for pair in pairs]
    assert names[:4] == ["a_b.mp4", "a_b-2.mp4", "A_b-3.mp4", "A_b-4.mp4"]
    assert len({name.casefold() for name in names}) == 6


def test_a_folder_stands_for_what_can_be_taken_of_it(tmp_path: Path) -> None:
    touch(tmp_path / "both", "b.JPG", "a.png", "c.mp4", "notes.txt", "d.safetensors")
    # What was saved from a video is not a second reference beside it.
    touch(tmp_path / "both", "c.safetensors")
    touch(tmp_path / "videos", "z.mov")
    given = [tmp_path / "both", tmp_path / "videos", Path("one.jpg")]
    assert [path.name for path in source_files(given)] == ["a.png", "b.JPG", "z.mov", "one.jpg"]
    assert [path.name for path in driving_files(given)] == [
        "c.mp4", "d.safetensors", "z.mov", "one.jpg",
    ]  # fmt: skip


def test_a_folder_without_anything_to_take_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "empty", "notes.txt")
    for find in (source_files, driving_files):
        with pytest.raises(UserError, match="empty: holds no file to take"):
            find([tmp_path / "empty"])


def test_several_videos_need_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Give a folder"):
        all_pairs([Path("a.jpg")], [Path("b.mp4")], tmp_path / "out.mp4")


def test_motions_are_saved_under_names_of_their_own(tmp_path: Path) -> None:
    drivings = [Path("a.mp4"), Path("x/a.mp4"), Path("old.safetensors"), Path("a.mp4")]
    assert motion_files(drivings, tmp_path, several=True) == {
        drivings[0]: tmp_path / "a.safetensors",
        drivings[1]: tmp_path / "a-2.safetensors",
    }
    one = tmp_path / "motion.safetensors"
    assert motion_files(drivings[:1], one, several=False) == {drivings[0]: one}
    for wrong, several in ((one, True), (tmp_path / "motion.pt", False)):
        with pytest.raises(UserError, match="save_motion="):
            motion_files(drivings, wrong, several)


def test_files_are_read_once_and_bad_ones_leave_the_others_alone(tmp_path: Path) -> None:
    read: list[str] = []

    def reading(path: Path) -> str:
        read.append(path.name)
        if path.stem == "bad":
            raise UserError(f"{path}: bad.")
        return path.stem

    def make(still: str, driving: str, output: Path) -> Made:
        if (still, driving) == ("b", "y"):
            raise UserError(f"{output}: the disk is full.")
        output.write_text(f"{still} as {driving}")
        return Made(output, 1, 64, 64, Fraction(25), True)

    sources = [Path(f"{name}.jpg") for name in ("a", "bad", "b")]
    pairs = all_pairs(sources, [Path("x.mp4"), Path("bad.mp4"), Path("y.mp4")], tmp_path)
    outcomes = list(make_all(pairs, reading, reading, make))
    assert sorted(read) == ["a.jpg", "b.jpg", "bad.jpg", "bad.mp4", "x.mp4", "y.mp4"]
    failed = {each.output.stem: each.reason for each in outcomes if isinstance(each, Failed)}
    assert failed == {
        "a_bad": "bad.mp4: bad.",
        "bad_x": "bad.jpg: bad.",
        "bad_bad": "bad.jpg: bad.",
        "bad_y": "bad.jpg: bad.",
        "b_bad": "bad.mp4: bad.",
        "b_y": f"{tmp_path / 'b_y.mp4'}: the disk is full.",
    }
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a_x.mp4": "a as x", "a_y.mp4": "a as y", "b_x.mp4": "b as x",
    }  # fmt: skip
