"""`talkingface report` on runs that the command made, finished and not."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TINY_RUN
from tests.integration.test_commands import talkingface
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
    assert written == {"report.html", "report.md", "report.csv"}


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
def test_real_runs_resumed_failed_and_finished_are_all_on_the_page(
    talking_heads: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    grid = ("model.cra.enabled=false,true", "model.stac.enabled=false,true", "seed=0,1")
    words = (*TINY_RUN, *WINDOWS, f"data.root={talking_heads}", f"runs={runs}", "name=ablation")
    talkingface("sweep", *words, *grid)
    talkingface("evaluate", next(runs.glob("ablation/seed-0_*")))
    unfinished = next(runs.glob("ablation/seed-1_*"))
    (unfinished / "DONE").unlink()
    removed = sorted(runs.glob("ablation/seed-0_*"))[-1]
    shutil.rmtree(removed)
    printed = talkingface("report", runs / "ablation")
    assert "6 finished, 1 unfinished" in printed
    html = (runs / "ablation/report/report.html").read_text()
    assert html.count("data:video/mp4;base64,") == 4
    assert str(unfinished) in html
    assert str(removed) not in html
    assert len(re.findall('class="chart"', html)) >= 10
    rows = list(csv.DictReader((runs / "ablation/report/report.csv").open()))
    arms = {row["arm"] for row in rows if row["reference"] == "validation"}
    assert arms == {"baseline", "CRA", "STAC", "CRA+STAC", "source held still"}
    evaluated = [row for row in rows if row["reference"] == "clean" and row["metric"] == "psnr"]
    assert [row["seeds"] for row in evaluated if row["seeds"] != "0"] == ["1"]
