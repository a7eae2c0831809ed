"""The same losses on any number of ranks, and a job that ends when one of them does."""

import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import TINY_RUN
from tests.integration.command import talkingface

EVERYTHING = (
    *TINY_RUN,
    "batch_size=4",
    "data.clip_length=5",
    "data.stride=1",
    "model.decodes=4",
    "model.cra.enabled=true",
    "model.cra.pair_every=2",
    "model.stac.enabled=true",
    "model.adversarial.enabled=true",
    "model.adversarial.start=0.5",
)
TWO = ("trainer.devices=2", "trainer.rank_timeout=20")
TORCHRUN = (sys.executable, "-m", "torch.distributed.run")
COMMAND = (sys.executable, "-m", "talkingface.cli")
Losses = dict[tuple[int, str], float]


@pytest.fixture
def losses(talking_heads: Path, tmp_path: Path) -> Callable[..., Losses]:
    """Train with everything on and return the losses by step and name."""

    def train(folder: str, *words: str) -> Losses:
        places = (f"data.root={talking_heads}", f"runs={tmp_path / folder}")
        talkingface("train", *EVERYTHING, *places, *words)
        return logged(tmp_path / folder)

    return train


def logged(runs: Path) -> Losses:
    """Return the losses that the only run below a folder has logged, by step and name."""
    found = {}
    for log in sorted(runs.glob("*/*/metrics/*/metrics.csv"), key=lambda p: p.stat().st_mtime):
        for row in csv.DictReader(log.open()):
            for name, value in row.items():
                if value and name.startswith(("train/", "codes/", "val/l1")):
                    found[int(float(row["step"])), name] = float(value)
    return found


@pytest.mark.slow
def test_one_and_two_ranks_have_the_same_losses(losses: Callable[..., Losses]) -> None:
    alone, together = losses("alone"), losses("together", *TWO)
    assert alone.keys() == together.keys()
    assert {(4, "train/cycle"), (3, "train/pair"), (5, "train/matching")} <= alone.keys()
    # Rounding makes weights with next to no gradient differ from Adam's first step on.
    for (step, name), value in alone.items():
        if step <= 2:
            assert together[step, name] == pytest.approx(value, abs=1e-5, rel=1e-5), (step, name)
    last = alone[6, "train/loss"]
    assert together[6, "train/loss"] == pytest.approx(last, rel=0.02)


@pytest.mark.slow
def test_a_run_goes_on_with_another_number_of_ranks(
    losses: Callable[..., Losses], tmp_path: Path
) -> None:
    whole = losses("whole")
    losses("halves", *TWO)
    (run,) = (tmp_path / "halves").glob("*/*")
    (run / "DONE").unlink()
    for late in ("step-00000006.ckpt", "best.ckpt"):
        (run / "checkpoints" / late).unlink()
    (before,) = run.glob("metrics/from-step-0/metrics.csv")
    before.unlink()
    goes_on = losses("halves")
    assert {step for step, name in goes_on if name == "train/loss"} == {4, 5, 6}
    for step in (4, 5, 6):
        assert goes_on[step, "train/loss"] == pytest.approx(whole[step, "train/loss"], rel=0.02)


def _started(talking_heads: Path, runs: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start an endless training of two ranks and wait until it trains."""
    places = (f"data.root={talking_heads}", f"runs={runs}", "steps=100000")
    rare = ("trainer.val_every=50000", "callbacks.checkpoints.every=50000")
    command = [*COMMAND, "train", *TINY_RUN, *places, *rare, *TWO, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 120
    while not logged(runs) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_rank_that_dies_or_hangs_ends_the_job(
    talking_heads: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with _started(talking_heads, tmp_path / "runs") as process:
        children = subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
        )
        os.kill(int(children.stdout.split()[0]), number)
        printed = process.communicate(timeout=60)[0].decode()
    assert process.returncode not in (0, None), printed
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, check=False)
    assert left.stdout == b""


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
@pytest.mark.long
def test_torchrun_starts_the_ranks_of_two_nodes(
    losses: Callable[..., Losses], talking_heads: Path, tmp_path: Path
) -> None:
    alone = losses("alone")
    place = f"--master-addr=127.0.0.1 --master-port={_port()} --nnodes=2 --nproc-per-node=1"
    train = ("-m", "talkingface.cli", "train", *EVERYTHING, "trainer.num_nodes=2")
    where = (f"data.root={talking_heads}", f"runs={tmp_path / 'nodes'}")
    agents = [
        subprocess.Popen(
            [*TORCHRUN, *place.split(), f"--node-rank={node}", *train, *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for node in (0, 1)
    ]
    printed = [agent.communicate(timeout=200)[0].decode() for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0], "\n".join(printed)
    together = logged(tmp_path / "nodes")
    assert together[2, "train/loss"] == pytest.approx(alone[2, "train/loss"], abs=1e-5, rel=1e-5)
    assert len(list((tmp_path / "nodes").glob("*/*/DONE"))) == 1


@pytest.mark.slow
def test_fewer_ranks_than_asked_for_are_refused(talking_heads: Path, tmp_path: Path) -> None:
    agent = "--nnodes=1 --nproc-per-node=1 --master-addr=127.0.0.1"
    command = [*TORCHRUN, *agent.split()]
    command += [f"--master-port={_port()}", "-m", "talkingface.cli", "train", *TINY_RUN, *TWO]
    command += [f"data.root={talking_heads}", f"runs={tmp_path}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode != 0
    assert "error: trainer.devices=2 and trainer.num_nodes=1 do not fit" in ended.stderr


@pytest.mark.slow
def test_a_batch_that_ranks_cannot_share_is_refused(talking_heads: Path, tmp_path: Path) -> None:
    places = (f"data.root={talking_heads}", f"runs={tmp_path}")
    printed = talkingface("train", *TINY_RUN, *places, *TWO, "batch_size=3", status=2)
    assert "error: batch_size=3 cannot be divided by 2 ranks" in printed


@pytest.mark.slow
def test_two_ranks_resume_bit_for_bit(losses: Callable[..., Losses], tmp_path: Path) -> None:
    whole = losses("whole", *TWO)
    losses("halves", *TWO)
    (run,) = (tmp_path / "halves").glob("*/*")
    (run / "DONE").unlink()
    for late in ("step-00000006.ckpt", "best.ckpt"):
        (run / "checkpoints" / late).unlink()
    shutil.rmtree(run / "metrics")
    goes_on = losses("halves", *TWO)
    assert goes_on == {key: value for key, value in whole.items() if key[0] > 3}
