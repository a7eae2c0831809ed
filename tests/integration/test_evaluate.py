"""Whole evaluations by the command: our model, somebody else's videos, and what goes wrong."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from talkingface.evaluation.result_files import read_results
from talkingface.manifest import clip_path, read_dataset
from talkingface.video.footage import read_footage
from tests.conftest import TINY_RUN
from tests.integration.command import talkingface, talkingface_here

QUICK = ("metrics=[]", "page.frames=6")


@pytest.fixture(scope="module")
def run_folder(talking_heads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained for a few steps by the command."""
    runs = tmp_path_factory.mktemp("runs")
    talkingface_here("train", *TINY_RUN, f"data.root={talking_heads}", f"runs={runs}", "name=tiny")
    return next(runs.glob("tiny/*"))


def rows_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "videos.csv").open()))


@pytest.mark.slow
def test_a_checkpoint_gets_a_row_a_video_a_summary_and_a_page(
    run_folder: Path, talking_heads: Path, tmp_path: Path
) -> None:
    words = ("evaluate", run_folder, f"output={tmp_path}", "suites=[clean,rate-3,cross]", *QUICK)
    printed = talkingface(*words)
    assert "cross" in printed
    rows = rows_of(tmp_path / "clean")
    assert len(rows) == 2
    for row in rows:
        frames = np.concatenate(list(read_footage(clip_path(talking_heads, row["source"]), 64)))
        frames = frames / 255
        for name, guess in (("l1_still", frames[:1]), ("l1_mean", frames.mean(axis=0))):
            assert float(row[name]) == pytest.approx(np.abs(frames - guess).mean(), abs=1e-4)
    summary = json.loads((tmp_path / "clean/summary.json").read_text())["metrics"]
    assert summary["l1"]["mean"] == pytest.approx(np.mean([float(row["l1"]) for row in rows]))
    assert [int(row["frames"]) for row in rows_of(tmp_path / "rate-3")] == [18, 18]
    # The truth of synthetic people is known even where one is driven by another.
    crossed = rows_of(tmp_path / "cross")
    assert all(row["source"] != row["driving"] and float(row["l1"]) > 0 for row in crossed)
    assert (tmp_path / "clean/page.html").read_text().count("data:video/mp4;base64,") >= 2
    assert not list(tmp_path.glob("*/predictions"))
    assert talkingface_here(*words).count("evaluated already") == 3


@pytest.mark.slow
def test_another_systems_videos_get_the_figures_of_the_same_frames(
    run_folder: Path, talking_heads: Path, tmp_path: Path
) -> None:
    ours = ("suites=[jitter-2]", *QUICK)
    talkingface("evaluate", run_folder, f"output={tmp_path / 'ours'}", "keep=true", *ours)
    (tmp_path / "true").mkdir()
    for row in rows_of(tmp_path / "ours/jitter-2"):
        shutil.copy(clip_path(talking_heads, row["case"]), tmp_path / "true")
    theirs = (
        f"predictions={tmp_path / 'ours/jitter-2/predictions'}",
        f"output={tmp_path / 'theirs'}",
    )
    talkingface("evaluate", *theirs, f"targets={tmp_path / 'true'}", *ours)
    talkingface(
        "evaluate", *theirs[:1], f"data={talking_heads}", "data.val_identities=1",
        "data.test_identities=2", f"output={tmp_path / 'by_data'}", *ours,
    )  # fmt: skip
    known = read_results(tmp_path / "ours/jitter-2")
    for name in ("theirs", "by_data"):
        results = read_results(tmp_path / name / "jitter-2")
        assert results.protocol.digest == known.protocol.digest
        assert results.scores["l1"].mean == pytest.approx(known.scores["l1"].mean)


@pytest.mark.slow
def test_what_another_system_may_see_is_written_for_it(talking_heads: Path, tmp_path: Path) -> None:
    words = ("suites=[rate-3,cross]", "split=all", f"inputs={tmp_path}")
    talkingface("evaluate", f"data={talking_heads}", *words)
    _, clips = read_dataset(talking_heads)
    for suite, frames in (("rate-3", 10), ("cross", 30)):
        names = {path.stem for path in (tmp_path / suite / "references").iterdir()}
        assert len(names) == len(clips)
        for part in ("portraits", "targets"):
            assert {path.stem for path in (tmp_path / suite / part).iterdir()} == names
        one = min(names)
        seen = sum(len(x) for x in read_footage(tmp_path / suite / "references" / f"{one}.mkv"))
        assert seen == frames


def test_a_bad_video_is_listed_at_the_end_and_the_others_are_scored(
    talking_heads: Path, tmp_path: Path
) -> None:
    _, clips = read_dataset(talking_heads)
    for folder in ("made", "true"):
        (tmp_path / folder).mkdir()
        for clip in clips[:4]:
            shutil.copy(clip_path(talking_heads, clip.clip), tmp_path / folder)
    names = [clip.clip for clip in clips[:4]]
    (tmp_path / "made" / f"{names[0]}.mp4").write_bytes(b"no video")
    (tmp_path / "made" / f"{names[1]}.mp4").unlink()
    short = tmp_path / "short"
    words = (f"predictions={tmp_path / 'made'}", f"targets={tmp_path / 'true'}", *QUICK)
    printed = talkingface_here("evaluate", *words, f"output={short}", status=2)
    assert f"{names[0]}.mp4: cannot be read as video" in printed
    assert f"{names[1]}: {tmp_path / 'made'}: holds no video of this name" in printed
    rows = rows_of(short / "clean")
    assert sorted(row["case"] for row in rows) == sorted(names[2:])
    assert all(float(row["l1"]) == 0 and float(row["psnr"]) == 100 for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("metrics=[vmaf]",), "metrics: no 'vmaf'; there are lpips"),
        (("suites=[wobbly]",), "suites: no 'wobbly'. There are clean, cross"),
        (("predictions=nowhere", "targets=nowhere", "size=64"), "nowhere: no such folder"),
        (("predictions={heads}/clips",), "needs targets=..., drivings=... or data=..."),
        (("split=all", "inputs=x"), "give data=..."),
        (("reader=eyes", "data={heads}", "checkpoint={run}"), "must be mediapipe, ruler or auto"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    words: tuple[str, ...], message: str, talking_heads: Path, run_folder: Path, tmp_path: Path
) -> None:
    filled = [word.format(heads=talking_heads, run=run_folder) for word in words]
    if not any(word.startswith(("checkpoint", "predictions", "inputs")) for word in filled):
        filled.append(f"checkpoint={run_folder}")
    printed = talkingface_here("evaluate", *filled, f"output={tmp_path}", status=2)
    assert message in printed
    assert len(printed.strip().splitlines()) == 1
