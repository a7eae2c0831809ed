"""The command `talkingface` on a small synthetic data set, and what is measured around it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from talkingface.cli.train import train
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset

# Past the guidance warm-up, where all networks train; validations are short and out of the count.
# One thread: with more, other work on the machine makes threads wait for each other, at random.
TRAINING = (
    "batch_size=4",
    "data.val_identities=1",
    "data.test_identities=1",
    "data.val_batches=1",
    "model.network.width=tiny",
    "model.guidance.steps=0",
    "trainer.accelerator=cpu",
    "trainer.precision=32-true",
    "trainer.threads=1",
    "callbacks.samples.clips=0",
)


@dataclass(frozen=True)
class Command:
    """Runs `talkingface` in a process of its own.

    Attributes:
        folder: where data, runs and whatever the process prints go.
    """

    folder: Path

    @property
    def output(self) -> Path:
        """What the last process printed."""
        return self.folder / "output.txt"

    def synthesize(self, people: int = 8) -> None:
        """Make the data set: a clip of 50 frames at 64 px of each person."""
        settings = SynthesisSettings(
            identities=people, clips_per_identity=1, shared_motions=0,
            seconds=2, rate="25", size=64, seed=7,
        )  # fmt: skip
        synthesize_dataset(self.folder / "data", settings, workers=2)

    def train_here(self, callback: Mapping[str, Any], *overrides: str) -> None:
        """Train a new run in this process, with one callback more than others have."""
        shutil.rmtree(self.folder / "here", ignore_errors=True)
        given = [*TRAINING, *self._places("here"), *overrides]
        with initialize_config_module("conf", version_base="1.3"):
            cfg = compose("train", overrides=given)
        OmegaConf.update(cfg, "callbacks.benchmark", callback, force_add=True)
        with self.output.open("w") as file, redirect_stdout(file), redirect_stderr(file):
            train(cfg)

    def seconds(self, verb: str, *overrides: str, runs: str = "runs", status: int = 0) -> float:
        """Return the wall clock of a training or a sweep from start to end.

        Raises:
            RuntimeError: it ended with another exit status than expected.
        """
        given = [*TRAINING, *self._places(runs), *overrides]
        command = [sys.executable, "-m", "talkingface.cli", verb, *given]
        # The benchmark's own callbacks are in the folder above this file's.
        path = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
        with self.output.open("w") as file:
            start = time.perf_counter()
            ended = subprocess.run(
                command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False
            )
            spent = time.perf_counter() - start
        if ended.returncode != status:
            raise RuntimeError(f"{' '.join(command)}\n{self.output.read_text()[-4000:]}")
        return spent

    def _places(self, runs: str) -> tuple[str, str]:
        return f"data.root={self.folder / 'data'}", f"runs={self.folder / runs}"


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Return the median and the range of some figures."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"
