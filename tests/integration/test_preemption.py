"""A signal to all processes of a training, as SLURM sends it, ends it with a checkpoint."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from talkingface.runs.arm import PREEMPTED_STATUS
from talkingface.runs.checkpoint import load_checkpoint
from tests.conftest import TINY_RUN
from tests.integration.test_ranks import logged


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR2])
def test_loaders_and_ranks_outlive_a_signal_until_the_checkpoint_is_written(
    talking_heads: Path, tmp_path: Path, number: signal.Signals, ranks: int
) -> None:
    words = ("steps=100000", "trainer.val_every=50000", "callbacks.checkpoints.every=50000")
    places = (f"data.root={talking_heads}", f"runs={tmp_path}")
    size = ("data.workers=2", f"trainer.devices={ranks}")
    command = [sys.executable, "-m", "talkingface.cli", "train", *TINY_RUN, *words, *places, *size]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        deadline = time.monotonic() + 120
        while not logged(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(process.pid, number)
        printed = process.communicate(timeout=60)[0].decode()
    assert process.returncode == PREEMPTED_STATUS, printed
    assert "Traceback" not in printed
    (saved,) = tmp_path.glob("*/*/checkpoints/step-*.ckpt")
    assert load_checkpoint(saved)["step"] > 0
