"""A finished run is evaluated by the command that trained it, and only as far as is missing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from talkingface.metrics.ruler import Ruler, save_ruler
from talkingface.metrics.ruler_network import RulerNetwork
from tests.conftest import TINY_RUN
from tests.integration.command import talkingface_here

STAGE = (
    "evaluation=ablation",
    "evaluation.suites=[clean,swap]",
    "evaluation.filter_suites=[jitter-2]",
    "evaluation.filters={gaussian: [0.5, 2], kalman: [0.02]}",
)


@pytest.mark.slow
def test_a_finished_run_gets_what_is_missing_and_then_nothing(
    talking_heads: Path, tmp_path: Path
) -> None:
    save_ruler(Ruler(RulerNetwork(64).eval(), 64, {}, {}), tmp_path / "ruler.pt")
    models = f"evaluation.models.ruler={tmp_path / 'ruler.pt'}"
    words = ("train", *TINY_RUN, f"data.root={talking_heads}", f"runs={tmp_path}", "name=tiny")
    talkingface_here(*words)
    (run,) = tmp_path.glob("tiny/*")
    before = (run / "DONE").stat().st_mtime_ns
    assert not (run / "evaluation").exists()
    talkingface_here(*words, *STAGE, models)
    assert (run / "DONE").stat().st_mtime_ns == before, "it belongs to no run's identity"
    places = {path.parent.relative_to(run / "evaluation").as_posix()
              for path in run.glob("evaluation/*/*/summary.json")}  # fmt: skip
    assert places == {"test/clean", "test/swap", "test_filtered/jitter-2"}
    chosen = json.loads((run / "evaluation/filter.json").read_text())
    best = min(chosen["candidates"], key=lambda candidate: candidate["jite"])
    assert len(chosen["candidates"]) == 3
    assert (best["smoothing"], best["strength"]) == (chosen["smoothing"], chosen["strength"])
    filtered = json.loads((run / "evaluation/test_filtered/jitter-2/summary.json").read_text())
    assert filtered["of"]["path"]["smoothing"] == chosen["smoothing"]
    assert json.loads((run / "cost.json").read_text()).keys() == {"parameters", "ms_per_frame"}
    shutil.rmtree(run / "evaluation/test/swap")
    printed = talkingface_here(*words, *STAGE, models)
    assert printed.count("evaluated already") == 2
    assert (run / "evaluation/test/swap/summary.json").exists()
    again = (
        "import sys; from talkingface.cli.main import main; "
        "assert main(sys.argv[1:]) == 0; print('torch' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", again, *words, *STAGE, models],
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert "finished already; nothing to do" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "False", "nothing heavy is imported"


@pytest.mark.slow
def test_a_missing_reader_is_said_and_looked_for_again(
    talking_heads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKINGFACE_MODELS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    words = ("train", *TINY_RUN, f"data.root={talking_heads}", f"runs={tmp_path}", "name=tiny")
    for _ in range(2):
        printed = talkingface_here(*words, *STAGE)
        assert "jite is missing: " in printed
    assert not list(tmp_path.glob("tiny/*/evaluation/filter.json"))
