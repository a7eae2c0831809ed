"""The share of waiting is that of the loader, and validation is no part of it."""

import time

import lightning as L
import pytest
import torch
from hydra import compose, initialize_config_module
from torch.utils.data import Dataset

from callbacks.throughput import Throughput
from data_modules.loader import ClipLoader


class Items(Dataset[dict[str, torch.Tensor]]):
    def __init__(self, seconds: float):
        self.seconds = seconds

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        time.sleep(self.seconds)
        return {"driving": torch.zeros(4, 3, 2, 2)}


class Sleeper(L.LightningModule):
    """Steps and validations that take as long as they are told to."""

    def __init__(self, step: float):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seconds, self.step, self.logged = step, 0, []

    def training_step(self, batch: dict[str, torch.Tensor], index: int) -> torch.Tensor:
        time.sleep(self.seconds)
        self.step += 1
        return self.weight.sum()

    def validation_step(self, batch: dict[str, torch.Tensor], index: int) -> None:
        time.sleep(2)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)

    def log_now(self, values: dict[str, float]) -> None:
        self.logged.append(values)


def loader(seconds: float, steps: int) -> ClipLoader:
    return ClipLoader(Items(seconds), batch_sampler=[[0, 1]] * steps)


@pytest.mark.parametrize(("load", "step"), [(0.0, 0.1), (0.1, 0.1)])
def test_the_logged_share_is_that_of_the_loader(load: float, step: float) -> None:
    module = Sleeper(step)
    trainer = L.Trainer(
        accelerator="cpu", max_epochs=1, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
        val_check_interval=5, callbacks=[Throughput(5)],
    )  # fmt: skip
    trainer.fit(module, loader(load, 10), loader(0, 1))
    first, second = module.logged
    for found in (first, second):
        assert found["speed/waiting_for_data"] == pytest.approx(
            2 * load / (2 * load + step), abs=0.2
        )
        assert found["speed/loader_processes"] == 0
    # Two samples of four frames a step; with the validation it would be a fifth as fast or less.
    assert second["speed/frames_per_second"] > 0.4 * 8 / (2 * load + step)


def test_what_other_callbacks_do_after_a_step_is_not_the_step() -> None:
    with initialize_config_module("conf", version_base="1.3"):
        assert next(iter(compose("train").callbacks)) == "throughput"
