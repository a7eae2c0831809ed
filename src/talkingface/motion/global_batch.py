"""What a rank has to know of the other ranks' clips, so that a global batch has one loss.

All functions are called by all ranks together, and do nothing where there is one rank. A training
whose ranks average their gradients then takes the same steps on any number of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.distributed as ranks
from torch import Tensor


def rank_count() -> int:
    """Return how many ranks train together."""
    return ranks.get_world_size() if ranks.is_available() and ranks.is_initialized() else 1


def rank() -> int:
    """Return which of them this process is, from 0 on."""
    return ranks.get_rank() if ranks.is_available() and ranks.is_initialized() else 0


def mean_over_ranks(value: Tensor) -> Tensor:
    """Return the mean of all ranks' values.

    The gradient goes to the own value alone, with weight 1: averaging gradients over the ranks
    afterwards makes it that of the mean.
    """
    if rank_count() == 1:
        return value
    mean = value.detach().clone()
    ranks.all_reduce(mean)
    # In this order all ranks get the same bits: what is added to the mean is exactly zero.
    return mean / rank_count() + (value - value.detach())


def global_clips(code_BTZ: Tensor) -> tuple[Tensor, int]:
    """Return all ranks' codes (G, T, Z) in the order of the global batch, and the own first row.

    They come without gradient. All ranks have the same number of clips.
    """
    if rank_count() == 1:
        return code_BTZ.detach(), 0
    parts = [torch.empty_like(code_BTZ) for _ in range(rank_count())]
    ranks.all_gather(parts, code_BTZ.detach().contiguous())
    return torch.cat(parts), rank() * len(code_BTZ)


def means_over_ranks(values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the mean over all ranks of each number, without gradient, in one exchange."""
    if rank_count() == 1:
        return {name: value.detach() for name, value in values.items()}
    stacked = torch.stack([value.detach().float() for value in values.values()])
    return dict(zip(values, mean_over_ranks(stacked).unbind(), strict=True))
