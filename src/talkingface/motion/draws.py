"""Random numbers of each clip, from the clip's own seed."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


class Draws:
    """Draw for B clips at once, each from a generator of its own.

    What a clip draws does not depend on its place in the batch, on the clips beside it, or on how
    many ranks share the global batch. All draws are made on the CPU.

    Args:
        seeds: one integer a clip.
    """

    def __init__(self, seeds: Iterable[int]):
        self.generators = [torch.Generator().manual_seed(int(seed)) for seed in seeds]

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.generators)

    def uniform(self, *shape: int) -> Tensor:
        """Return (B, *shape) numbers in [0, 1)."""
        return torch.stack([torch.rand(shape, generator=g) for g in self.generators])

    def normal(self, *shape: int) -> Tensor:
        """Return (B, *shape) numbers of deviation 1 around 0."""
        return torch.stack([torch.randn(shape, generator=g) for g in self.generators])

    def below(self, limit: int, *shape: int) -> Tensor:
        """Return (B, *shape) whole numbers from 0 up to, and without, `limit`."""
        return torch.stack([torch.randint(limit, shape, generator=g) for g in self.generators])
