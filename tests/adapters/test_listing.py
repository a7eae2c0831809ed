"""Which layout is taken, and folders of no published layout."""

from pathlib import Path

import pytest

from talkingface.adapters.adapter import Adapter
from talkingface.adapters.listing import PUBLISHED, list_sources
from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings
from tests.adapters.trees import (
    STEM,
    found_in,
    listed,
    people,
    plant,
    recordings,
    refusals,
    write_lists,
)


def test_a_layout_that_nobody_knows_is_refused_with_all_names(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"layout=vox: unknown; choose one of auto, files, .*grid"):
        listed(tmp_path, "vox")


def test_layouts_have_names_of_their_own() -> None:
    names = [kind.name for kind in PUBLISHED]
    assert len({*names, "auto", "files"}) == len(names) + 2


@pytest.mark.parametrize("kind", PUBLISHED)
def test_an_empty_folder_is_of_no_published_layout(tmp_path: Path, kind: type[Adapter]) -> None:
    assert not kind(tmp_path).recognises([])


def test_two_layouts_that_fit_are_both_named(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["RD_abcdefgh_001.mp4"])
    assert listed(tmp_path).layout == "hdtf"
    write_lists(tmp_path, {"celebvhq_info.json": '{"clips": {"RD_abcdefgh_001": {}}}'})
    with pytest.raises(UserError, match=r"could be hdtf or celebv_hq\. Set layout="):
        listed(tmp_path)
    assert listed(tmp_path, "celebv_hq").layout == "celebv_hq"


def test_lists_of_another_data_set_beside_this_one_are_not_read(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path / "mine", video, ["RD_abcdefgh_001.mp4"])
    write_lists(tmp_path, {"other/celebvhq_info.json": '{"clips": {"RD_abcdefgh_001": {}}}'})
    assert listed(tmp_path / "mine").layout == "hdtf"


def test_each_file_is_another_person_also_where_names_come_back(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path, video, ["a/1.mp4", "b/1.mp4", "b/anna.mp4"])
    listing = listed(tmp_path)
    assert (listing.layout, listing.identities) == ("files", "file")
    assert people(listing) == {"a/1.mp4": "a/1.mp4", "b/1.mp4": "b/1.mp4", "b/anna.mp4": "anna"}
    assert recordings(listing) == ["a/1.mp4", "b/1.mp4", "b/anna.mp4"]


def test_folders_are_people_also_where_files_are_links(tmp_path: Path, video: Path) -> None:
    plant(tmp_path / "blobs", video, ["1f2e", "3d4c"])
    for who, blob in (("anna", "1f2e"), ("bert", "3d4c")):
        (tmp_path / "in" / who).mkdir(parents=True)
        (tmp_path / "in" / who / "take1.mp4").symlink_to(tmp_path / "blobs" / blob)
    listing = listed(tmp_path / "in", identity=IdentitySettings("folder"))
    assert listing.identities == "person"
    assert set(people(listing).values()) == {"anna", "bert"}


def test_a_file_that_the_table_lacks_has_no_identity_and_one_that_is_gone_is_missing(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path / "in", video, ["a/1.mp4", "b/1.mp4", "b/2.mp4"])
    write_lists(
        tmp_path, {"who.csv": "\ufefffile,identity\na/1.mp4, anna \nb/1.mp4,bert\n3.mp4,c\n"}
    )
    identity = IdentitySettings("table", tmp_path / "who.csv")
    listing = listed(tmp_path / "in", identity=identity)
    assert people(listing) == {"a/1.mp4": "anna", "b/1.mp4": "bert"}
    assert refusals(listing) == {"b/2.mp4": "no-identity"}
    assert listing.missing == ("3.mp4",)


def test_who_says_who_is_seen_has_to_mean_files(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"s1/{code}.mpg" for code in ("bbaf2n", "lwiz5s")])
    assert listed(tmp_path, identity=IdentitySettings("folder")).layout == "files"
    with pytest.raises(UserError, match=r"identity\.from=folder: the layout grid says itself"):
        listed(tmp_path, "grid", IdentitySettings("folder"))


def test_one_video_alone_is_a_data_set_too(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["anna.mp4"])
    listing = list_sources(tmp_path / "anna.mp4", "auto", found_in(tmp_path), STEM)
    assert people(listing) == {"anna.mp4": "anna"}
