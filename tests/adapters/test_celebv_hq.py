"""CelebV-HQ: recordings for people, ids that hold the very character that ends them."""

import json
from pathlib import Path

import pytest

from talkingface.errors import UserError
from tests.adapters.trees import listed, plant, recordings, refusals, write_lists

CLIPS = ("_0tf2n3rlJU_0", "Y0L0sNxp2XI_1", "-a_b_c_d_ef_10", "gone_video1_0")
LIST = {
    "celebvhq_info.json": json.dumps(
        {
            "meta_info": {"appearance_mapping": [], "action_mapping": []},
            "clips": {name: {"ytb_id": name[:11], "version": "v0.1"} for name in CLIPS},
        }
    )
}


def test_clips_of_one_recording_stay_together_and_the_set_says_that_nobody_knows_more(
    tmp_path: Path, video: Path
) -> None:
    there = ("_0tf2n3rlJU_0", "Y0L0sNxp2XI_1_0", "Y0L0sNxp2XI_1_1", "-a_b_c_d_ef_10")
    plant(tmp_path / "downloaded_celebvhq/processed", video, [f"{name}.mp4" for name in there])
    write_lists(tmp_path, LIST)
    listing = listed(tmp_path)
    assert (listing.layout, listing.identities) == ("celebv_hq", "recording")
    assert recordings(listing) == ["-a_b_c_d_ef", "Y0L0sNxp2XI", "Y0L0sNxp2XI", "_0tf2n3rlJU"]
    assert [source.identity for source in listing.sources] == recordings(listing)
    assert listing.missing == ("gone_video1_0",)


def test_whole_recordings_and_strangers_are_not_clips(tmp_path: Path, video: Path) -> None:
    names = [f"processed/happy/{CLIPS[0]}.mp4", f"processed/sad/{CLIPS[1]}.mp4"]
    raw = [f"raw/{name[:11]}.mp4" for name in CLIPS]
    plant(tmp_path, video, [*names, *raw, "processed/my_holidays_2.mp4"])
    write_lists(tmp_path, LIST)
    listing = listed(tmp_path)
    assert [source.name for source in listing.sources] == names
    assert set(refusals(listing).values()) == {"not-listed"}
    assert len(listing.refused) == 5


def test_names_alone_do_not_make_celebv_hq(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, ["my_holidays_1.mp4", "my_holidays_2.mp4"])
    assert listed(tmp_path).layout == "files"


def test_a_torn_list_is_refused_by_name(tmp_path: Path, video: Path) -> None:
    plant(tmp_path, video, [f"{CLIPS[0]}.mp4"])
    write_lists(tmp_path, {"celebvhq_info.json": LIST["celebvhq_info.json"][:40]})
    with pytest.raises(UserError, match=r"celebvhq_info\.json: not the list of CelebV-HQ"):
        listed(tmp_path)
