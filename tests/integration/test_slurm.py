"""A real SLURM: submitted by the launcher, preempted, put back into the queue, continued."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import TINY_RUN
from tests.integration.one_node_slurm import one_node_slurm, reason_to_skip
from tests.integration.test_ranks import logged

pytest.importorskip(
    "hydra_plugins.hydra_submitit_launcher",
    reason="the SLURM launcher is not installed: pip install talkingface-motion[slurm]",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip() or "never"),
]
LAUNCHER = (
    "hydra/launcher=slurm",
    "hydra.launcher.cpus_per_task=1",
    "hydra.launcher.timeout_min=20",
    # Else the job that is asked for below may be one that has not begun to train.
    "hydra.launcher.array_parallelism=1",
    "trainer.devices=2",
)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a SLURM of one node."""
    with one_node_slurm(tmp_path_factory.mktemp("slurm")) as environment:
        yield environment


def asked(environment: dict[str, str], *command: str) -> str:
    """Run one of SLURM's commands and return what it says."""
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def wait_for(what: Callable[[], object], seconds: float = 150.0) -> None:
    """Wait until something is the case."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.5)


def test_a_preempted_job_goes_back_into_the_queue_and_continues_in_its_folder(
    talking_heads: Path, tmp_path: Path, slurm: dict[str, str]
) -> None:
    runs = tmp_path / "runs"
    places = (f"data.root={talking_heads}", f"runs={runs}", f"hydra.sweep.dir={runs}/.multirun")
    length = ("steps=60", "trainer.val_every=60", "callbacks.checkpoints.every=1000", "seed=0,1")
    command = [sys.executable, "-m", "talkingface.cli", "sweep", *TINY_RUN, *LAUNCHER]
    with subprocess.Popen(
        [*command, *places, *length],
        env=slurm,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as sweep:
        try:
            wait_for(lambda: any(step >= 3 for step, _ in logged(runs)))
            (job,) = asked(slurm, "squeue", "-h", "-t", "R", "-o", "%A").split()
            asked(slurm, "scancel", "--signal=USR2", job)
            wait_for(lambda: list(runs.glob("*/*/checkpoints/step-*.ckpt")))
            wait_for(lambda: "PENDING" in asked(slurm, "scontrol", "-o", "show", "job", job))
            # SLURM lets a requeued job wait for two minutes.
            asked(slurm, "scontrol", "update", f"JobId={job}", "StartTime=now")
            printed = sweep.communicate(timeout=400)[0]
        finally:
            # A sweep that is left running would hide why the test failed.
            sweep.kill()
    assert sweep.returncode == 0, printed
    assert printed.count("finished ") == 2
    done = [path.parent for path in runs.glob("*/*/DONE")]
    assert len(done) == 2
    parts = sorted(len(list(run.glob("metrics/*"))) for run in done)
    assert parts == [1, 2], "one went on in its folder, the other was never disturbed"
    outputs = "\n".join(path.read_text() for path in runs.glob(".multirun/.submitit/*/*.out"))
    assert "back in the queue" in outputs
    assert "resuming at step" in outputs


def test_one_process_for_two_devices_is_refused(
    talking_heads: Path, tmp_path: Path, slurm: dict[str, str]
) -> None:
    train = [sys.executable, "-m", "talkingface.cli", "train", *TINY_RUN, "trainer.devices=2"]
    places = [f"data.root={talking_heads}", f"runs={tmp_path}"]
    ended = subprocess.run(
        ["srun", "-n1", *train, *places],
        env=slurm,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode != 0
    assert "error: " in ended.stderr
    assert "trainer.devices=2" in ended.stderr
