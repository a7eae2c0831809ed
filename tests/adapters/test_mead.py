"""MEAD: seven views of one moment, in the trees into which people unpack it."""

from pathlib import Path

import pytest

from tests.adapters.trees import listed, people, plant, recordings, refusals, write_lists

MOMENT = "M003/angry/level_1/001"


@pytest.mark.parametrize(
    "name",
    [
        "M003/video/front/angry/level_1/001.mp4",
        "M003/front/angry/level_1/001.mp4",
        "M003/video/angry/level_1/001.mp4",
        "M003/video-001/video/front/angry/level_1/001.mp4",
        "MEAD/M003_video/video/left_30/angry/level_1/001.mp4",
        "M003_front_angry_level_1_001.mp4",
    ],
)
def test_every_way_to_unpack_mead_gives_the_same_moment(
    tmp_path: Path, video: Path, name: str
) -> None:
    plant(tmp_path, video, [name])
    listing = listed(tmp_path)
    assert listing.layout == "mead"
    assert people(listing) == {name: "M003"}
    assert recordings(listing) == [MOMENT]


def test_views_of_one_moment_are_one_recording(tmp_path: Path, video: Path) -> None:
    views = ("front", "left_30", "left_60", "right_30", "right_60", "top", "down")
    plant(tmp_path, video, [f"M003/video/{view}/angry/level_1/001.mp4" for view in views])
    assert set(recordings(listed(tmp_path))) == {MOMENT}


def test_one_person_s_folder_is_still_that_person(tmp_path: Path, video: Path) -> None:
    plant(tmp_path / "W011", video, ["video/top/sad/level_2/030.mp4"])
    assert recordings(listed(tmp_path / "W011")) == ["W011/sad/level_2/030"]


def test_empty_cells_of_the_views_that_are_there_are_missing(tmp_path: Path, video: Path) -> None:
    cells = [f"{emotion}/level_{n}" for emotion in ("angry", "happy") for n in (1, 2, 3)]
    plant(tmp_path, video, [f"M003/video/front/{cell}/001.mp4" for cell in cells])
    plant(tmp_path, video, ["W017/video/down/neutral/level_1/001.mp4"])
    missing = listed(tmp_path).missing
    assert "M003/front/angry/level_1" not in missing
    assert "M003/front/contempt/level_3" in missing
    assert "W017/down/neutral/level_1" not in missing
    assert "W017/front/neutral/level_1" in missing
    assert not any("neutral/level_2" in cell or "left_30" in cell for cell in missing)
    assert len(missing) == 4 * 22 - 7


def test_mead_s_sound_is_found_beside_the_views(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["M003/video/top/angry/level_1/001.mp4"])
    write_lists(tmp_path, {"M003/audio/angry/level_1/001.m4a": "sound"})
    (source,) = listed(tmp_path).sources
    assert source.sound == tmp_path / "M003/audio/angry/level_1/001.m4a"


def test_a_video_at_no_place_of_mead_is_named(tmp_path: Path, video: Path) -> None:
    names = [f"M003/video/front/angry/level_1/00{k}.mp4" for k in (1, 2)]
    plant(tmp_path, video, [*names, "M003/video/front/bored/level_1/001.mp4"])
    assert refusals(listed(tmp_path)) == {"M003/video/front/bored/level_1/001.mp4": "not-listed"}
