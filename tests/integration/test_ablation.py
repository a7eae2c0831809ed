"""The whole experiment is one command: shared starts, arms, their evaluation; resumable."""

import json
from pathlib import Path

import pytest

from talkingface.metrics.ruler import ruler_name
from tests.conftest import TINY_RUN
from tests.integration.command import talkingface

_LEFT_OUT = ("model.guidance.steps", "steps=", "data.clip_length", "model.decodes", "data.val_id")
_QUICK = (
    *(word for word in TINY_RUN if not word.startswith(_LEFT_OUT)),
    "steps=1",
    "start.steps=3",
    "start.model.guidance.steps=1",
    "start.data.stride=2",
    "data.val_identities=2",
    "evaluation.suites=[clean,swap]",
    "evaluation.filter_suites=[jitter-2]",
    "evaluation.filters.gaussian=[1,3]",
    "~evaluation.filters.kalman",
)


@pytest.mark.slow
@pytest.mark.long
def test_one_command_trains_measures_and_a_second_one_does_what_is_missing(
    talking_heads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, runs = tmp_path / "models", tmp_path / "runs"
    models.mkdir()
    monkeypatch.setenv("TALKINGFACE_MODELS", str(models))
    size = ("size=64", "people=4", "frames=8", "steps=4", "held_out=2", "workers=1")
    talkingface("ruler", *size, f"output={models / ruler_name(64)}")
    words = ("sweep", "+sweeps=ablation", *_QUICK, f"data.root={talking_heads}", f"runs={runs}")
    words = (*words, "seed=0", "hydra.launcher.at_once=2")
    printed = talkingface(*words)
    assert printed.count("finished ") >= 4
    assert len(list(runs.glob("ablation_start/*/DONE"))) == 1, "all arms share one start"
    arms = [path.parent for path in runs.glob("ablation/*/DONE")]
    assert len(arms) == 4
    assert all((arm / "evaluation/test/swap/videos.csv").exists() for arm in arms)
    assert all(json.loads((arm / "cost.json").read_text())["parameters"] > 0 for arm in arms)
    (baseline,) = (arm for arm in arms if arm.name.startswith("cra-0_stac-0"))
    choice = json.loads((baseline / "evaluation/filter.json").read_text())
    assert [one["strength"] for one in choice["candidates"]] == [1, 3]
    assert (baseline / "evaluation/test_filtered/jitter-2/summary.json").exists()
    missing = arms[0] / "evaluation/test/clean/summary.json"
    other = arms[1] / "evaluation/test/clean/summary.json"
    missing.unlink()
    before = other.stat().st_mtime_ns
    printed = talkingface(*words)
    assert missing.exists()
    assert other.stat().st_mtime_ns == before
    assert printed.count("skipped ") == 3
    report = talkingface("report", str(runs / "ablation"))
    assert "C1 undecided" in report, "one seed decides nothing"
    assert (runs / "ablation/report/claims.svg").stat().st_size > 0
