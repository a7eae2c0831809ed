"""Every arm of a sweep is a process of its own: none disturbs another, and none runs twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from talkingface.runs.arm import PREEMPTED_STATUS
from talkingface.runs.checkpoint import load_checkpoint
from talkingface.runs.sweep_record import SweepRecord
from tests.conftest import TINY_RUN
from tests.integration.command import talkingface

QUICK = (*TINY_RUN, "steps=2", "trainer.val_every=2")


def states(printed: str) -> list[str]:
    """Return the states in a sweep's table."""
    words = [line.split()[0] for line in printed.splitlines() if line]
    return [word for word in words if word in ("finished", "skipped", "preempted", "failed")]


@pytest.mark.slow
def test_a_failing_arm_leaves_the_others_correct_and_a_rerun_does_what_is_missing(
    talking_heads: Path, tmp_path: Path
) -> None:
    places = (f"data.root={talking_heads}", f"runs={tmp_path / 'runs'}", "name=arms")
    printed = talkingface("sweep", *QUICK, *places, "model.decodes=3,2", status=2)
    assert states(printed) == ["failed", "finished"]
    assert "data.clip_length=2: must be at least model.decodes=3" in printed
    assert printed.splitlines()[-1] == "error: failed, of the multirun's jobs: model.decodes=3"
    (done,) = (tmp_path / "runs/arms").glob("*/DONE")
    before = done.stat().st_mtime_ns
    assert states(talkingface("sweep", *QUICK, *places, "seed=0,1")) == ["skipped", "finished"]
    assert done.stat().st_mtime_ns == before, "a single run and the same arm share a folder"


@pytest.mark.slow
def test_arms_of_two_ranks_never_mix_when_one_fails_before_training(
    talking_heads: Path, tmp_path: Path
) -> None:
    witness = {
        "_target_": "tests.integration.witness.Witness",
        "folder": str(tmp_path),
        "clips": "${seed}",
        "frames": 0,
    }
    callback = [f"callbacks.samples.{key}={value}" for key, value in witness.items()]
    ranks = ("trainer.devices=2", "trainer.strategy=ddp_find_unused_parameters_true")
    places = (f"data.root={talking_heads}", f"runs={tmp_path / 'runs'}")
    words = ("sweep", *QUICK, *places, "seed=0,1", *ranks, *callback)
    environment = os.environ | {"TALKINGFACE_WITNESS": "seen", "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "talkingface.cli", *words]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=environment
    )
    assert ended.returncode == 2, ended.stderr
    assert "failing as told" in ended.stdout, ended.stderr
    seen = {path.name: path.read_text() for path in tmp_path.glob("seen.rank-*")}
    assert seen == {"seen.rank-0": "1 of 2", "seen.rank-1": "1 of 2"}
    finished = [path.parent.name for path in (tmp_path / "runs").glob("*/*/DONE")]
    assert [name.split("_")[2] for name in finished] == ["seed-1"]


@pytest.mark.slow
def test_arms_run_side_by_side_each_with_its_share_of_the_machine(
    talking_heads: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    places = (f"data.root={talking_heads}", f"runs={runs}", "name=arms")
    two = ("hydra.launcher.at_once=2", "seed=0,1,2", "model.decodes=2,3")
    printed = talkingface("sweep", *QUICK, *places, *two, status=2)
    assert sorted(states(printed)) == ["failed"] * 3 + ["finished"] * 3
    assert len(list(runs.glob("arms/*/DONE"))) == 3
    arms = SweepRecord(runs / "arms").arms()
    took = sum(arm.seconds for arm in arms)
    began = min(path.stat().st_ctime for path in runs.glob("arms/*/config.json"))
    ended = max(path.stat().st_mtime for path in runs.glob("arms/.arms/*.json"))
    assert took > 1.2 * (ended - began), "they ran one after another"


@pytest.mark.slow
def test_optuna_chooses_what_the_next_arm_trains_with(talking_heads: Path, tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_optuna_sweeper", reason="the extra is not installed")
    places = (f"data.root={talking_heads}", f"runs={tmp_path / 'runs'}")
    study = (f"hydra.sweeper.storage=sqlite:///{tmp_path}/study.db", "hydra.sweeper.n_trials=2")
    printed = talkingface("sweep", "+sweeps=optuna", *QUICK, *places, *study)
    assert states(printed) == ["finished", "finished"]
    found = [json.loads(p.read_text()) for p in (tmp_path / "runs").glob("loss_weights/*/DONE")]
    best = min(metrics["val/l1"] for metrics in found)
    assert f"Best value: {best}" in printed


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_preempted_sweep_saves_its_arm_and_starts_no_other(
    talking_heads: Path, tmp_path: Path, number: signal.Signals
) -> None:
    runs = tmp_path / "runs"
    places = (f"data.root={talking_heads}", f"runs={runs}", "callbacks.checkpoints.every=100000")
    words = ("sweep", *TINY_RUN, *places, "steps=100000", "trainer.val_every=50000", "seed=0,1")
    command = [sys.executable, "-m", "talkingface.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as sweep:
        deadline = time.monotonic() + 120
        while not lines(runs) and time.monotonic() < deadline:
            time.sleep(0.1)
        sweep.send_signal(number)
        printed = sweep.communicate(timeout=60)[0].decode()
    assert sweep.returncode == PREEMPTED_STATUS, printed
    assert states(printed) == ["preempted"]
    (saved,) = runs.glob("*/*/checkpoints/step-*.ckpt")
    assert load_checkpoint(saved)["step"] == int(saved.stem.removeprefix("step-")) > 0
    found = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, check=False)
    assert found.stdout == b"", "the arm goes on"


def lines(runs: Path) -> list[str]:
    """Return the logged lines of all runs, without their heads."""
    logs = runs.glob("*/*/metrics/*/metrics.csv")
    return [line for log in logs for line in log.read_text().splitlines()[1:]]
