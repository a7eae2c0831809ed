"""Whatever draws from global random numbers draws the same after a resume."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import Callback
from omegaconf import DictConfig

from talkingface.cli.train import train


class Draws(Callback):
    """Stand in the place of the sample videos and write down what each step draws."""

    def __init__(self, folder: str, clips: int, frames: int):
        self.file = Path(folder) / "draws.txt"

    def on_before_optimizer_step(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Draw from everything."""
        self.file.parent.mkdir(exist_ok=True)
        drawn = random.random(), np.random.normal(), torch.rand(()).item()
        with self.file.open("a") as file:
            file.write(f"{pl_module.step} {drawn}\n")


@pytest.mark.slow
def test_a_resumed_run_draws_the_same_random_numbers(tiny_run: Callable[..., DictConfig]) -> None:
    cfg = tiny_run(f"callbacks.samples._target_={__name__}.Draws", "data.workers=1")
    train(cfg)
    (folder,) = Path(cfg.runs).glob("*/*")
    file = folder / "samples/draws.txt"
    straight = file.read_text().splitlines()
    for late in ("DONE", "checkpoints/step-00000006.ckpt", "checkpoints/best.ckpt"):
        (folder / late).unlink()
    file.unlink()
    train(cfg)
    assert len(straight) == 6
    assert file.read_text().splitlines() == straight[3:]
