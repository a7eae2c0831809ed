"""The running average follows its definition."""

import pytest
import torch
from torch.optim.swa_utils import AveragedModel

from callbacks.ema import RunningAverage


@pytest.mark.parametrize("decay", [0.0, 0.3, 0.999])
def test_the_average_forgets_its_first_weights(decay: float) -> None:
    callback = RunningAverage(decay)
    model = torch.nn.Linear(1, 1, bias=False)
    averaged = AveragedModel(model, use_buffers=False, **callback._kwargs)
    expected, copied = 0.0, False
    for step in range(30):
        with torch.no_grad():
            model.weight.fill_(float(step))
        averaged.update_parameters(model)
        share = min(decay, (1 + step) / (10 + step))
        expected = expected * share + step * (1 - share) if copied else float(step)
        copied = True
        assert averaged.module.weight.item() == pytest.approx(expected, rel=1e-5)
    assert averaged.module.weight.item() > 20
