"""Means over videos with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.95
DRAWS = 10_000
# Indices held at a time, so that memory stays the same for any number of videos.
_HELD = 1 << 22


@dataclass(frozen=True)
class Mean:
    """A mean over videos.

    Attributes:
        mean: of the videos that have a value; None without any, or where it is infinite.
        low, high: ends of the 95 % interval; None where fewer than two things were drawn from.
        videos: how many have a value.
        left_out: how many have none.
        missing: why there is no mean, else None.
    """

    mean: float | None
    low: float | None
    high: float | None
    videos: int
    left_out: int
    missing: str | None


def mean_of(values: Sequence[float], people: Sequence[str] | None = None, seed: int = 0) -> Mean:
    """Return the mean over videos and its 95 % percentile bootstrap interval.

    The same values give the same interval.

    Args:
        values: one a video; NaN is left out; where one is infinite, there is no mean.
        people: who each video shows; where given, people are drawn with all their videos, as
            videos of one person are not independent. None draws videos.
        seed: of the draws.
    """
    every = np.asarray(values, dtype=np.float64)
    is_known = ~np.isnan(every)
    known = every[is_known]
    left_out = every.size - known.size
    if infinite := int(np.isinf(every).sum()):
        # Without these the mean would praise what is worst.
        reason = f"infinite for {infinite} of {every.size} videos"
        return Mean(None, None, None, known.size, left_out, reason)
    if not known.size:
        reason = f"none of {every.size} videos has a value" if every.size else "no video"
        return Mean(None, None, None, 0, left_out, reason)
    mean = float(known.mean())
    sums: NDArray[np.float64] = known
    counts: NDArray[np.float64] = np.ones(known.size)
    if people is not None:
        _, which = np.unique(np.asarray(people)[is_known], return_inverse=True)
        sums = np.bincount(which, known).astype(np.float64)
        counts = np.bincount(which).astype(np.float64)
    if sums.size == 1:
        return Mean(mean, None, None, known.size, left_out, None)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(_drawn_means(sums, counts, seed), (tail, 1 - tail))
    return Mean(mean, float(low), float(high), known.size, left_out, None)


def _drawn_means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """Means of draws with replacement of what has these sums over so many values; (DRAWS,)."""
    random = np.random.default_rng(seed)
    means = np.empty(DRAWS)
    at_once = max(1, _HELD // sums.size)
    for start in range(0, DRAWS, at_once):
        block = means[start : start + at_once]
        drawn = random.integers(sums.size, size=(block.size, sums.size), dtype=np.int32)
        block[:] = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return means
