"""The one place where losses get their weights and are summed."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def weighted(losses: Mapping[str, Tensor], weights: Mapping[str, float]) -> dict[str, Tensor]:
    """Scale every loss by the weight of its name.

    Raises:
        KeyError: a loss has no weight; a forgotten weight must not pass for zero or one.
    """
    return {name: value * weights[name] for name, value in losses.items()}


def total(losses: Mapping[str, Tensor]) -> Tensor:
    """Sum weighted losses to the scalar that is differentiated."""
    return torch.stack([value.float() for value in losses.values()]).sum()
