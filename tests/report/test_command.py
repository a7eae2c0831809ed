"""`talkingface report` on runs that the command made, finished and not."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from talkingface.cli.train import train
from talkingface.report.curves import read_curves
from tests.integration.command import talkingface
from tests.report.run_folders import write_run

WINDOWS = ("model.decodes=4", "data.clip_length=6", "data.stride=1")


def test_the_report_is_written_within_seconds_without_torch_or_lightning(tmp_path: Path) -> None:
    write_run(tmp_path / "my, runs", seed=0)
    code = (
        "import sys; from talkingface.cli.main import main; status = main()\n"
        "print([name for name in ('torch', 'lightning') if name in sys.modules]); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, "report", str(tmp_path / "my, runs")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "[]"
    written = {path.name for path in (tmp_path / "my, runs/report").iterdir()}
    assert written == {"report.html", "report.md", "report.csv", "curves-val-l1.svg"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing"], "missing: no such folder"),
        ([], "report needs runs=..."),
        ([".", "points=1"], "points=1: must be at least 2"),
    ],
)
def test_what_cannot_be_reported_is_one_line(words: list[str], message: str) -> None:
    assert message in talkingface("report", *words, status=2)


@pytest.mark.slow
def test_real_runs_resumed_unfinished_and_finished_are_all_on_the_page(
    tiny_run: Callable[..., DictConfig], tmp_path: Path
) -> None:
    for cra, stac, seed in ((0, 0, 0), (1, 1, 0), (0, 0, 1)):
        switches = (f"model.cra.enabled={bool(cra)}", f"model.stac.enabled={bool(stac)}")
        cfg = tiny_run(*WINDOWS, *switches, f"seed={seed}", "name=ablation", "trainer.threads=1")
        train(cfg)
    runs = tmp_path / "runs/ablation"
    # The last run has lost its end: first it is unfinished, then its other half is trained again.
    resumed = next(runs.glob("*_seed-1_*"))
    (resumed / "DONE").unlink()
    (resumed / "checkpoints/step-00000006.ckpt").unlink()
    assert "2 finished, 1 unfinished" in talkingface("report", runs)
    assert f"[{resumed}]" in (runs / "report/report.html").read_text()
    train(cfg)
    assert len(list(resumed.glob("metrics/*"))) == 2
    assert [step for step, _ in read_curves(resumed)["train/pixel"]] == [2, 3, 4, 5, 6]
    assert "3 finished" in talkingface("report", runs)
    html = (runs / "report/report.html").read_text()
    assert html.count("data:video/mp4;base64,") == 2
    assert html.count('class="chart"') >= 10
    rows = list(csv.DictReader((runs / "report/report.csv").open()))
    l1 = {row["arm"]: row for row in rows if row["metric"] == "val/l1"}
    assert list(l1) == ["baseline", "CRA+STAC", "source held still"]
    assert [row["seeds"] for row in l1.values()] == ["2", "1", "0"]
    finals = [json.loads(done.read_text())["val/l1"] for done in runs.glob("*/DONE")]
    assert float(l1["CRA+STAC"]["mean"]) in finals
