"""The running average follows its definition."""

import lightning as L
import pytest
import torch
from torch.utils.data import DataLoader

from callbacks.ema import RunningAverage


class Counter(L.LightningModule):
    """Its weight is the number of steps done; its buffer too."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.register_buffer("steps", torch.zeros(1))

    def training_step(self, batch: torch.Tensor, batch_index: int) -> torch.Tensor:
        self.steps += 1
        return -self.weight.sum()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=1.0)


@pytest.mark.parametrize("decay", [0.0, 0.3, 0.999])
def test_the_average_forgets_its_first_weights(decay: float) -> None:
    model = Counter()
    trainer = L.Trainer(
        accelerator="cpu", max_epochs=1, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, callbacks=[RunningAverage(decay)],
    )  # fmt: skip
    trainer.fit(model, DataLoader(torch.zeros(30, 1), batch_size=1))
    expected = 1.0
    for step in range(1, 30):
        share = min(decay, (1 + step) / (10 + step))
        expected = expected * share + (step + 1) * (1 - share)
    # At its end the average takes the weights' place.
    assert model.weight.item() == pytest.approx(expected, rel=1e-5)
    assert model.weight.item() > 20
    assert model.steps.item() == 30
