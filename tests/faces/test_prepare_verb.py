from fractions import Fraction
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from talkingface.cli.prepare import run
from talkingface.errors import UserError
from talkingface.video.write import VideoWriter

CONFIGURATION = Path(__file__).resolve().parents[2] / "conf" / "prepare.yaml"


def configured(*overrides: str):
    cfg = OmegaConf.load(CONFIGURATION)
    del cfg["defaults"]
    return OmegaConf.merge(cfg, OmegaConf.from_dotlist(["input=in", "output=out", *overrides]))


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("size=63", "size=63"),
        ("size=8", "size=8"),
        ("rate=fast", "rate=fast"),
        ("rate=-25", "rate=-25"),
        ("rate=30/0", "rate=30/0"),
        ("crop.mode=wobbly", "crop.mode=wobbly"),
        ("crop.scale=0", "crop.scale=0"),
        ("crop.framing=wide", "crop.framing=wide: choose one of tight, head, shoulders"),
        ("people=none", "people=none: choose one of main, all"),
        ("workers=0", "workers=0"),
        ("shard=2", "shard=2: must be from 0 to 0"),
        ("clip_seconds=0", "clip_seconds=0: must be a number, above 0"),
        ("max_seconds=long", "max_seconds=long"),
        ("max_seconds=0", "max_seconds=0: must be a number, above 0"),
        ("size=big", "size=big: must be a whole number"),
        ("workers=2.7", "workers=2.7: must be a whole number"),
        ("shards=null", "shards=None: must be a whole number"),
        ("filters.min_face=-1", "filters.min_face=-1: must be a number, 0 or more"),
        ("filters.duplicates=drop", "filters.duplicates=drop: choose one of reject, keep"),
        ("limits.memory=0", "limits.memory=0"),
        ("landmarker=/absent/face_landmarker.task", "/absent/face_landmarker.task: no such file"),
    ],
)
def test_wrong_value_is_named_before_anything_is_written(tmp_path, monkeypatch, override, named):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=named):
        run(configured(override))
    assert list(tmp_path.iterdir()) == []


def test_missing_input_is_named(tmp_path, monkeypatch, model):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="absent: no such file or folder"):
        run(configured("input=absent", f"landmarker={model}"))
    assert list(tmp_path.iterdir()) == []


def test_what_became_of_the_videos_is_printed(tmp_path, model, portrait, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.mp4").write_text("no video")
    with VideoWriter(tmp_path / "in" / "good.mp4", Fraction(12), 320, 320) as writer:
        for _ in range(12):
            writer.write(portrait[:320, 80:400])
    run(configured(f"landmarker={model}", "workers=1", "size=32", "rate=30000/1001"))
    printed = capsys.readouterr().out
    found = "1 clips of 2 videos (layout: files, identities: 1, frames: 30, minutes: 0.0): out"
    assert found in printed
    assert "not kept: 1, see out/rejects.csv" in printed
    assert "broken.mp4: not-video" in printed
