"""HDTF: speakers by name, two names of one man, and lists with a byte order mark."""

from pathlib import Path

import pytest

from tests.adapters.trees import listed, people, plant, recordings, refusals, write_lists

LISTS = {
    "HDTF_dataset/WDA_video_url.txt": "\ufeffCarolynMaloney2 https://www.youtube.com/watch?v=-aaaaaaaaa2\n"
    "CarolynMaloney1  https://www.youtube.com/watch?v=aaaaaaaaaa1 \n"
    "WhipJimClyburn https://www.youtube.com/watch?v=gh3YqnvNdio&t=138s\n"
    "JamesClyburn1 https://www.youtube.com/watch?v=gh3YqnvNdio\n"
    "JamesClyburn https://youtu.be/bbbbbbbbbb1\nDeanPhillips https://youtu.be/bbbbbbbbbb2\n",
    "HDTF_dataset/RD_video_url.txt": "Radio1 https://youtu.be/ccccccccc_1\n"
    "Radio11 https://youtu.be/ccccccccc11\n",
    "HDTF_dataset/WDA_crop_wh.txt": "CarolynMaloney1_0.mp4 557 478 0 478\n",
    "HDTF_dataset/WDA_annotion_time.txt": "CarolynMaloney1.mp4 00:30-01:00 01:30-02:30\n",
}
CUTS = (
    "WDA_CarolynMaloney1_000.mp4",
    "WDA_CarolynMaloney2_001.mp4",
    "WDA_WhipJimClyburn_000.mp4",
    "WDA_JamesClyburn1_000.mp4",
    "WDA_JamesClyburn_000.mp4",
    "RD_Radio1_000.mp4",
    "RD_Radio11_000.mp4",
)


def test_a_speaker_is_one_person_whatever_the_lists_call_him(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, CUTS)
    write_lists(tmp_path, LISTS)
    listing = listed(tmp_path)
    assert (listing.layout, listing.identities) == ("hdtf", "person")
    assert people(listing) == {
        "RD_Radio1_000.mp4": "Radio1",
        "RD_Radio11_000.mp4": "Radio11",
        "WDA_CarolynMaloney1_000.mp4": "CarolynMaloney",
        "WDA_CarolynMaloney2_001.mp4": "CarolynMaloney",
        "WDA_JamesClyburn1_000.mp4": "JamesClyburn",
        "WDA_JamesClyburn_000.mp4": "JamesClyburn",
        "WDA_WhipJimClyburn_000.mp4": "JamesClyburn",
    }
    assert {source.split for source in listing.sources} == {""}


def test_two_names_of_one_recording_are_one_recording(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, CUTS)
    write_lists(tmp_path, LISTS)
    assert recordings(listed(tmp_path)).count("gh3YqnvNdio") == 2


def test_names_that_share_a_recording_share_a_person(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["WRA_Xavier1_000.mp4", "WDA_Anna_000.mp4", "WDA_Anna2_000.mp4"])
    lists = {
        "WRA_video_url.txt": "Xavier1 https://www.youtube.com/watch?v=shared_talk\n",
        "WDA_video_url.txt": "Anna https://www.youtube.com/watch?v=shared_talk\n"
        "Anna2 https://www.youtube.com/watch?v=another_one\n",
    }
    write_lists(tmp_path, lists)
    assert set(people(listed(tmp_path)).values()) == {"Anna"}


def test_what_could_not_be_downloaded_is_named_with_its_address(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path / "clips", video, CUTS[:-1])
    write_lists(tmp_path, LISTS)
    assert listed(tmp_path / "clips").missing == (
        "RD_Radio11 https://youtu.be/ccccccccc11",
        "WDA_DeanPhillips https://youtu.be/bbbbbbbbbb2 (the lists have no crop for it)",
    )


def test_whole_recordings_beside_their_cuts_are_not_used_twice(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [*CUTS, "_videos_raw/WDA_JamesClyburn.mp4", "_videos_raw/RD_Radio1.mp4"])
    listing = listed(tmp_path)
    assert listing.layout == "hdtf"
    assert len(listing.sources) == len(CUTS)
    assert set(refusals(listing).values()) == {"not-listed"}


@pytest.mark.parametrize("lists", [LISTS, {}])
def test_the_readme_s_own_names_of_cuts_are_read_too(
    tmp_path: Path, video: Path, lists: dict[str, str]
) -> None:
    plant(tmp_path, video, ["CarolynMaloney1_0.mp4", "WhipJimClyburn_3.mp4", "Radio11_12.mp4"])
    write_lists(tmp_path, lists)
    listing = listed(tmp_path, "auto" if lists else "hdtf")
    assert (listing.layout, set(people(listing).values())) == (
        "hdtf",
        {"CarolynMaloney", "JamesClyburn", "Radio11"},
    )


def test_a_name_that_no_list_has_is_refused_where_there_are_lists(
    tmp_path: Path, video: Path
) -> None:
    plant(tmp_path, video, [*CUTS, "WDA_Nobody_000.mp4"])
    write_lists(tmp_path, LISTS)
    assert refusals(listed(tmp_path)) == {"WDA_Nobody_000.mp4": "not-listed"}
