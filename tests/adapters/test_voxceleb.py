"""Both VoxCeleb sets, as people have them on their disks."""

from pathlib import Path

import pytest

from talkingface.errors import UserError
from tests.adapters.trees import listed, people, plant, recordings, refusals, splits, write_lists

CUTS = (
    "train/id10005#WMh3ye5tBsE#003657#003994.mp4",
    "train/id10006#_xUsNvG7-Jk#002881#002991.mp4",
    "test/id10280#-kTeDw8rT3g#000001#000099.mp4",
)
METADATA = """video_id,start,end,bbox,fps,width,height,partition,person_id
WMh3ye5tBsE,3657,3994,624-48-1018-553,25,1280,720,train,id10005
WMh3ye5tBsE,3467,3576,610-41-989-550,25,1280,720,train,id10005
_xUsNvG7-Jk,2881,2991,636-80-1071-624,25,1280,720,train,id10006
-kTeDw8rT3g,1,99,559-134-904-569,25,1280,720,test,id10280
"""
META_1 = (
    "VoxCeleb1 ID\tVGGFace1 ID\tGender\tNationality\tSet\n"
    "id10005\tAdam_Gregory\tm\tUSA\tdev\nid10280\tEartha_Kitt\tf\tUSA\ttest\n"
)
META_2 = (
    "VoxCeleb2 ID ,VGGFace2 ID ,Gender ,Set \n"
    "id00012 ,n000012 ,m ,dev \nid00015 ,n000015 ,m ,dev \nid00017 ,n000017 ,m ,test \n"
)
CROPS = ("id00012/_raOc3-IRsw/00110.mp4", "id00017/-01dZ4uEK6E/00001.mp4")


def test_cuts_of_voxceleb1_are_known_by_name_and_list(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, CUTS)
    write_lists(tmp_path, {"vox-metadata.csv": METADATA})
    listing = listed(tmp_path)
    assert (listing.layout, listing.identities) == ("voxceleb1", "person")
    assert splits(listing) == {"id10005": "train", "id10006": "train", "id10280": "test"}
    assert recordings(listing) == ["-kTeDw8rT3g", "WMh3ye5tBsE", "_xUsNvG7-Jk"]
    assert listing.missing == ("id10005#WMh3ye5tBsE#003467#003576",)
    assert listing.refused == ()


def test_a_person_in_both_parts_of_the_list_is_never_trained_on(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path, video, ["train/id10282#hgB5ziAudzU#008914#009055.mp4", *CUTS])
    both = (
        "hgB5ziAudzU,8914,9055,1-2-3-4,25,1280,720,train,id10282\n"
        "U3xR3MZjEVg,1,99,1-2-3-4,25,1280,720,test,id10282\n"
    )
    write_lists(tmp_path, {"vox-metadata.csv": METADATA + both})
    assert splits(listed(tmp_path))["id10282"] == "test"


@pytest.mark.parametrize("extra", [(), ("test/id10005#WMh3ye5tBsE#000001#000009.mp4",)])
def test_without_a_list_the_folders_say_the_split_and_the_test_wins(
    tmp_path: Path, video: Path, extra: tuple[str, ...]
) -> None:
    plant(tmp_path, video, [*CUTS, *extra])
    assert splits(listed(tmp_path))["id10005"] == ("test" if extra else "train")


def test_a_flat_folder_takes_the_split_from_the_table_of_people(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path, video, [Path(name).name for name in CUTS])
    write_lists(tmp_path, {"vox1_meta.csv": META_1})
    assert splits(listed(tmp_path)) == {"id10005": "train", "id10006": "", "id10280": "test"}


def test_what_the_input_folder_is_called_says_nothing_about_the_split(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path / "test", video, [Path(name).name for name in CUTS])
    assert set(splits(listed(tmp_path / "test")).values()) == {""}


def test_a_whole_recording_beside_the_cuts_is_named_and_not_used(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path, video, [*CUTS, "raw/WMh3ye5tBsE.mp4"])
    listing = listed(tmp_path)
    assert refusals(listing) == {"raw/WMh3ye5tBsE.mp4": "not-listed"}
    assert len(listing.sources) == 3


def test_pictures_of_voxceleb1_are_refused_in_one_sentence(tmp_path: Path) -> None:
    picture = tmp_path / "unzippedIntervalFaces/data/A.J._Buckley/1.6/J9lHsKG98U8/1/01.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"picture")
    with pytest.raises(UserError, match="one picture a second is no video"):
        listed(tmp_path)


@pytest.mark.parametrize("above", ["", "dev/mp4/", "vox2_test_mp4/mp4/"])
def test_voxceleb2_is_known_wherever_its_tree_begins(
    tmp_path: Path, video: Path, above: str
) -> None:
    plant(tmp_path, video, [above + name for name in CROPS])
    write_lists(tmp_path, {"vox2_meta.csv": META_2})
    listing = listed(tmp_path)
    assert listing.layout == "voxceleb2"
    assert list(people(listing).values()) == ["id00012", "id00017"]
    assert splits(listing) == {"id00012": "train", "id00017": "test"}
    assert recordings(listing) == ["_raOc3-IRsw", "-01dZ4uEK6E"]
    assert listing.missing == ("id00015 (no video of this person)",)


def test_one_person_s_folder_of_voxceleb2_is_still_that_person(tmp_path: Path, video: Path) -> None:
    plant(tmp_path / "id00012", video, ["_raOc3-IRsw/00110.mp4"])
    assert list(people(listed(tmp_path / "id00012")).values()) == ["id00012"]


def test_voxceleb2_without_the_table_is_split_by_the_folders(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"dev/mp4/{CROPS[0]}", f"test/mp4/{CROPS[1]}"])
    assert splits(listed(tmp_path)) == {"id00012": "train", "id00017": "test"}


@pytest.mark.parametrize(
    ("videos", "sounds"), [("dev/mp4", "dev/aac"), ("vox2_dev_mp4/mp4", "vox2_dev_aac/aac")]
)
def test_voxceleb2_s_sound_is_found_beside_the_pictures(
    tmp_path: Path, video: Path, videos: str, sounds: str
) -> None:
    plant(tmp_path, video, [f"{videos}/{name}" for name in CROPS])
    write_lists(tmp_path, {f"{sounds}/id00012/_raOc3-IRsw/00110.m4a": "sound"})
    heard = {source.identity: source.sound for source in listed(tmp_path).sources}
    assert heard == {
        "id00012": tmp_path / f"{sounds}/id00012/_raOc3-IRsw/00110.m4a",
        "id00017": None,
    }


def test_a_track_without_its_video_is_missing(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"dev/mp4/{CROPS[0]}"])
    there, gone = CROPS[0].replace("mp4", "txt"), "id00012/_raOc3-IRsw/00111.txt"
    write_lists(tmp_path, {f"dev/txt/{there}": "", f"dev/txt/{gone}": ""})
    assert listed(tmp_path).missing == ("id00012/_raOc3-IRsw/00111",)


def test_blank_lines_of_a_table_do_no_harm(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, CROPS)
    write_lists(tmp_path, {"vox2_meta.csv": META_2.replace("\n", "\n\n ,\n")})
    assert splits(listed(tmp_path)) == {"id00012": "train", "id00017": "test"}


def test_a_table_without_the_set_is_refused_by_name(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, CROPS)
    write_lists(tmp_path, {"vox2_meta.csv": "VoxCeleb2 ID ,Gender \nid00012 ,m \n"})
    with pytest.raises(UserError, match=r"vox2_meta.csv: has no column 'Set'"):
        listed(tmp_path)
