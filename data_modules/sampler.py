"""The data order as a pure function of (seed, step, rank, world size)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

Key = tuple[int, int]


class StepSampler(Sampler[list[Key]]):
    """Batches of (epoch, index) keys, one batch a step; starting at step k is resuming there.

    An epoch shows every sample once, in an order drawn from (seed, epoch); the last samples of
    an epoch that fill no whole global batch are left out of it.

    Args:
        samples: number of samples in the data set.
        batch_size: samples a step on this rank.
        steps: number of the step at which training ends.
        seed: seed of the order.
        rank, world_size: which slice of each global batch this rank sees.
    """

    def __init__(
        self,
        samples: int,
        batch_size: int,
        steps: int,
        seed: int,
        rank: int = 0,
        world_size: int = 1,
    ):
        self.samples, self.batch_size, self.steps = samples, batch_size, steps
        self.seed, self.rank, self.world_size = seed, rank, world_size
        self.start = 0
        self._order: tuple[int, NDArray[np.int64]] | None = None
        self.steps_per_epoch = max(samples // (batch_size * world_size), 1)

    def batch(self, step: int) -> list[Key]:
        """Return the keys that this rank sees at a step."""
        epoch, position = divmod(step, self.steps_per_epoch)
        order = self._order_of(epoch)
        first = (position * self.world_size + self.rank) * self.batch_size
        places = (first + np.arange(self.batch_size)) % self.samples
        return [(epoch, int(order[place])) for place in places]

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        """Return an epoch's order; drawing it takes longer than a step where clips are many."""
        if self._order is None or self._order[0] != epoch:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.samples)
            self._order = epoch, order
        return self._order[1]

    def __iter__(self) -> Iterator[list[Key]]:
        """Yield the batches from `start` to the last step."""
        return (self.batch(step) for step in range(self.start, self.steps))

    def __len__(self) -> int:
        """Return the number of steps of the whole run, whatever `start` is."""
        return self.steps
