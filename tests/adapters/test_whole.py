"""Trees of the published shapes become data sets: names, splits and lists reach the manifest."""

import csv
from pathlib import Path

import pytest

from talkingface.inspection.page import InspectionSettings, page
from talkingface.manifest import read_dataset
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.engine import prepare
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.order import Order
from tests.adapters.trees import plant, write_lists
from tests.report.html_text import text_of

pytestmark = pytest.mark.slow

# Of each layout: videos, lists, (identity, split) of each clip, what is missing.
TREES: dict[str, tuple[list[str], dict[str, str], set[tuple[str, str]], list[str]]] = {
    "voxceleb1": (
        [
            "train/id10005#WMh3ye5tBsE#000001#000020.mp4",
            "test/id10280#-kTeDw8rT3g#000001#000020.mp4",
        ],
        {
            "vox-metadata.csv": "video_id,start,end,bbox,fps,width,height,partition,person_id\n"
            "WMh3ye5tBsE,1,20,1-2-3-4,25,9,9,train,id10005\n"
            "-kTeDw8rT3g,1,20,1-2-3-4,25,9,9,test,id10280\n"
            "-kTeDw8rT3g,30,60,1-2-3-4,25,9,9,test,id10280\n"
        },
        {("id10005", "train"), ("id10280", "test")},
        ["id10280#-kTeDw8rT3g#000030#000060"],
    ),
    "voxceleb2": (
        ["dev/mp4/id00012/_raOc3-IRsw/00110.mp4", "dev/mp4/id00017/-01dZ4uEK6E/00001.mp4"],
        {"vox2_meta.csv": "VoxCeleb2 ID ,Set \nid00012 ,dev \nid00017 ,test \nid00099 ,dev \n"},
        {("id00012", "train"), ("id00017", "test")},
        ["id00099 (no video of this person)"],
    ),
    "hdtf": (
        ["WDA_CarolynMaloney1_000.mp4", "RD_Radio11_000.mp4"],
        {
            "WDA_video_url.txt": "\ufeffCarolynMaloney1 https://youtu.be/aaaaaaaaaa1\n",
            "RD_video_url.txt": "Radio11 https://youtu.be/bbbbbbbbbb1\nRadio2 https://youtu.be/c\n",
        },
        {("CarolynMaloney", ""), ("Radio11", "")},
        ["RD_Radio2 https://youtu.be/c"],
    ),
    "celebv_hq": (
        ["processed/_0tf2n3rlJU_0.mp4", "processed/-a_b_c_d_ef_10.mp4"],
        {
            "celebvhq_info.json": '{"clips": {"_0tf2n3rlJU_0": {}, "-a_b_c_d_ef_10": {}, '
            '"gone_video1_0": {}}}'
        },
        {("_0tf2n3rlJU", ""), ("-a_b_c_d_ef", "")},
        ["gone_video1_0"],
    ),
    "mead": (
        ["M003/video/front/angry/level_1/001.mp4", "W011/video/top/sad/level_2/030.mp4"],
        {},
        {("M003", ""), ("W011", "")},
        ["M003/front/angry/level_2"],
    ),
    "grid": (
        ["s1/bbaf2n.mpg", "s34/bbaf2n.mpg"],
        {},
        {("s1", ""), ("s34", "")},
        ["s1: 1 of 1000 sentences"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", TREES)
def test_a_published_tree_becomes_a_data_set(
    tmp_path: Path, faces: dict[str, Path], model: Path, layout: str
) -> None:
    names, lists, expected, missing = TREES[layout]
    root = tmp_path / "out"
    plant(tmp_path / "in", faces["silent"], names)
    write_lists(tmp_path / "in", lists)
    heard = "id00012" if layout == "voxceleb2" else None
    if heard:
        plant(tmp_path / "in", faces["sound"], ["dev/aac/id00012/_raOc3-IRsw/00110.m4a"])
    order = Order(
        tmp_path / "in",
        root,
        model,
        clips=ClipSettings(size=64),
        filters=FilterLimits(min_seconds=0.5),
        duplicates="keep",
        workers=1,
    )
    prepare(order)
    info, clips = read_dataset(root)
    assert {(clip.identity, clip.split) for clip in clips} == expected
    assert {clip.source for clip in clips} == set(names)
    assert {clip.identity for clip in clips if clip.has_audio} == ({heard} if heard else set())
    assert info.identities == ("recording" if layout == "celebv_hq" else "person")
    with (root / "missing.csv").open(newline="") as file:
        assert [row[0] for row in csv.reader(file)][1] == missing[0]
    assert f"{len(clips)} clips" in text_of(page(root, InspectionSettings(clips=1)))
