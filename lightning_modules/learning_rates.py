"""Learning rates: the motion encoder has its own, and both follow the run's plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn

from lightning_modules.settings import GuidanceSettings, Optimisation


def own_rates(
    motion: Sequence[nn.Parameter],
    corrector: nn.Module | None,
    parts: Iterable[nn.Module | None],
    plan: Optimisation,
) -> torch.optim.Optimizer:
    """Return Adam with groups for motion, all other parameters of the parts, and a corrector."""
    corrections = [] if corrector is None else [*corrector.parameters()]
    apart = {id(parameter) for parameter in [*motion, *corrections]}
    everything = [p for part in parts if part is not None for p in part.parameters()]
    rest = [parameter for parameter in everything if id(parameter) not in apart]
    groups: list[dict[str, Any]] = [{"params": [*motion]}, {"params": rest}]
    if corrections:
        groups.append({"params": corrections})
    return torch.optim.Adam(groups, lr=plan.lr, betas=(0.9, 0.99), fused=True)


def set_rates(
    groups: Sequence[dict[str, Any]], guidance: GuidanceSettings, plan: Optimisation, step: int
) -> None:
    """Give the groups of `own_rates` their learning rates at a step."""
    start = guidance.warmup_steps
    motion, rest, *correction = groups
    for group in correction:
        group["lr"] = plan.corrector_lr * plan.factor(max(step, start), start)
    if step >= start:
        factor = plan.factor(step, start)
        motion["lr"], rest["lr"] = plan.motion_lr * factor, plan.lr * factor
    else:
        progress = step / start
        peak = (1 - progress) * guidance.lr + progress * plan.motion_lr
        motion["lr"], rest["lr"] = (lr * plan.warm(step) for lr in (peak, plan.lr))
