"""Learning rates: the motion encoder has its own, and both follow the run's plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn

from lightning_modules.settings import GuidanceSettings, Optimisation


def two_rates(
    motion: Sequence[nn.Parameter], parts: Iterable[nn.Module | None], plan: Optimisation
) -> torch.optim.Optimizer:
    """Return Adam with two groups: the parameters of motion, and all others of the parts."""
    first = {id(parameter) for parameter in motion}
    everything = [p for part in parts if part is not None for p in part.parameters()]
    rest = [parameter for parameter in everything if id(parameter) not in first]
    groups: list[dict[str, Any]] = [{"params": [*motion]}, {"params": rest}]
    return torch.optim.Adam(groups, lr=plan.lr, betas=(0.9, 0.99), fused=True)


def set_rates(
    groups: Sequence[dict[str, Any]], guidance: GuidanceSettings, plan: Optimisation, step: int
) -> None:
    """Give both groups of `two_rates` their learning rates at a step."""
    start = guidance.warmup_steps
    motion, rest = groups
    if step >= start:
        factor = plan.factor(step, start)
        motion["lr"], rest["lr"] = plan.motion_lr * factor, plan.lr * factor
    else:
        progress = step / start
        peak = (1 - progress) * guidance.lr + progress * plan.motion_lr
        motion["lr"], rest["lr"] = (lr * plan.warm(step) for lr in (peak, plan.lr))
