"""Whole commands, from synthetic people to a playable talking video."""

import csv
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from talkingface.manifest import clip_path, read_dataset
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter
from tests.conftest import TINY_RUN
from tests.integration.command import talkingface, talkingface_here


@pytest.fixture(scope="module")
def run_folder(talking_heads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained for a few steps by the command."""
    runs = tmp_path_factory.mktemp("runs")
    talkingface("train", *TINY_RUN, f"data.root={talking_heads}", f"runs={runs}", "name=tiny")
    return next(runs.glob("tiny/*"))


@pytest.mark.parametrize("rate", ["30000/1001", "10", "25/2"])
def test_a_checkpoint_becomes_a_playable_file_in_step_with_its_reference(
    run_folder: Path, talking_heads: Path, tmp_path: Path, rate: str
) -> None:
    _, clips = read_dataset(talking_heads)
    portrait, with_sound = (clip_path(talking_heads, clips[i].clip) for i in (0, 1))
    driving, output = tmp_path / "driving 'é'.mp4", tmp_path / "out.mp4"
    frames = [frame for _, frame in constant_rate_frames(with_sound)]
    with VideoWriter(driving, Fraction(rate), 64, 64, sound_from=with_sound) as writer:
        for frame in frames:
            writer.write(frame)
    where = (f"source={portrait}", f'driving="{driving}"', f"output={output}")
    talkingface("animate", f"checkpoint={run_folder}", "crop=whole", "side_by_side=true", *where)
    made, true = probe(output), probe(driving)
    assert made.rate == true.rate == Fraction(rate)
    assert abs(made.duration - true.duration) <= 1 / true.rate
    assert (made.width, made.height, made.has_audio) == (3 * 64, 64, True)
    with av.open(str(output)) as container:
        sound = np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])
    assert np.abs(sound).max() > 0.05
    first = next(constant_rate_frames(output))[1]
    assert first[:, 128:].std() > 5
    assert np.abs(first[:, 64:128].astype(int) - frames[0]).mean() < 8


def test_another_output_rate_keeps_the_duration_and_the_sound(
    run_folder: Path, talking_heads: Path, tmp_path: Path
) -> None:
    _, clips = read_dataset(talking_heads)
    driving, output = clip_path(talking_heads, clips[1].clip), tmp_path / "out.mp4"
    where = (f"source={driving}", f"driving={driving}", f"output={output}", "crop=whole")
    ways = ("output_rate=30000/1001", "path.smoothing=kalman", "path.lookahead=2")
    talkingface_here("animate", f"checkpoint={run_folder}", *where, *ways)
    made, true = probe(output), probe(driving)
    assert made.rate == Fraction(30000, 1001)
    assert abs(made.duration - true.duration) <= 1 / made.rate
    assert made.has_audio


def test_bad_input_is_one_line_and_leaves_no_output(
    run_folder: Path, talking_heads: Path, tmp_path: Path
) -> None:
    _, clips = read_dataset(talking_heads)
    driving = clip_path(talking_heads, clips[0].clip)
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(b"no video at all")
    output = tmp_path / "out.mp4"
    good = {
        "source": driving,
        "driving": driving,
        "checkpoint": run_folder,
        "output": output,
        "crop": "whole",
    }
    for wrong in (
        {"driving": garbage},
        {"source": tmp_path / "missing.png"},
        {"checkpoint": garbage},
        {"crop": "nose"},
        {"output": tmp_path / "out.gif"},
        {"output_rate": "0"},
        {"path.smoothing": "median"},
        {"device": "abacus"},
    ):
        fields = [f"{name}={value}" for name, value in {**good, **wrong}.items()]
        printed = talkingface_here("animate", *fields, status=2)
        (line,) = [x for x in printed.splitlines() if x.startswith("error:")]
        assert str(next(iter(wrong.values()))) in line
        assert "Traceback" not in printed
        assert not output.exists()


@pytest.mark.slow
def test_real_faces_are_found_and_animated(
    run_folder: Path, shared_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    driving = shared_dir / "clips/aoc__V-Express_025d01.mp4"
    talkingface(
        "animate",
        f"checkpoint={run_folder}",
        f"source={shared_dir / 'portraits/LIA-ad1800-macron.png'}",
        f"driving={driving}",
        f"output={output}",
        f"landmarker={shared_dir / 'models/face_landmarker.task'}",
    )
    made, true = probe(output), probe(driving)
    assert made.has_audio
    assert made.rate == true.rate
    assert abs(made.duration - true.duration) <= 1 / true.rate


@pytest.mark.slow
def test_arms_are_compared_in_one_table_and_one_video(
    run_folder: Path, talking_heads: Path, tmp_path: Path
) -> None:
    arm = ("model.stac.enabled=true", "model.decodes=4", "data.clip_length=4", "data.stride=1")
    start = ("model.guidance.steps=0", f"pretrained={run_folder}", "steps=2", "trainer.val_every=2")
    places = (f"data.root={talking_heads}", f"runs={tmp_path}")
    for switch in ("false", "true"):
        words = (*TINY_RUN, *start, *arm, f"model.stac.enabled={switch}", *places, "name=arms")
        talkingface("train", *words)
    _, clips = read_dataset(talking_heads)
    portrait, driving = (clip_path(talking_heads, clips[i].clip) for i in (0, 1))
    where = (f"runs={tmp_path / 'arms'}", f"output={tmp_path / 'out'}", "crop=whole", "metrics=[]")
    printed = talkingface("compare", *where, f"source={portrait}", f"driving={driving}")
    rows = list(csv.DictReader((tmp_path / "out/runs.csv").open()))
    found = [(row["reference"], row["arm"]) for row in rows]
    assert found == [(r, a) for r in ("clean", "jitter-2") for a in ("baseline", "STAC")]
    assert all(f"{float(row['l1']):.4f}" in printed for row in rows)
    assert rows[0]["jitter"] != rows[2]["jitter"]
    made, true = probe(tmp_path / "out/comparison.mp4"), probe(driving)
    assert (made.width, made.has_audio) == (3 * 128, True)
    assert abs(made.duration - true.duration) <= 1 / true.rate
