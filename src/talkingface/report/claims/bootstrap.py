"""Intervals and p-values by a hierarchical bootstrap: seeds first, then people within each.

The percentile interval of three seeds is too narrow where seeds differ by more than people do, since
three seeds drawn with replacement vary by two thirds of what they should, and by a normal
distribution's tails instead of Student's; it covers about three quarters instead of 95 %. What all
seeds share about a person is averaged over the seeds' draws of people, so that with few people it is
too narrow for that as well. Five seeds are better, and a claim that just holds with three is weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talkingface.report.claims.cells import Cells

DRAWS = 10_000
COVERAGE = 0.95
_SEED = 20_250
# Counts held at a time, so that memory stays the same for any number of people.
_HELD = 1 << 22

Statistic = Literal["relative", "difference", "level"]


@dataclass(frozen=True)
class Figure:
    """A statistic and how sure it is.

    Attributes:
        value: a relative change (-0.1 is 10 % lower), a difference, or a mean.
        low, high: ends of the 95 % interval.
        p: two-sided, against zero; of no meaning for a mean.
        seeds, people: that it was drawn from.
    """

    value: float
    low: float
    high: float
    p: float
    seeds: int
    people: int


def figure(cells: Cells, statistic: Statistic) -> Figure:
    """Return a statistic of cells, the same for the same cells.

    Args:
        cells: at least one.
        statistic: "relative" is the ratio of the means minus 1, "difference" that of the means,
            "level" the mean of the first arm alone.
    """
    known = np.isfinite(cells.arm)
    arm = np.where(known, cells.arm, 0.0).ravel()
    reference = np.where(known, cells.reference, 0.0).ravel()
    columns = np.stack([arm, reference, known.ravel().astype(np.float64)], axis=1)
    value = float(_of_sums(columns.sum(axis=0, keepdims=True), statistic)[0])
    drawn = _of_sums(_drawn_sums(columns, *known.shape), statistic)
    # A draw may meet none of the few cells that there are.
    drawn = drawn[np.isfinite(drawn)]
    if not (np.isfinite(value) and drawn.size):
        return Figure(value, -np.inf, np.inf, 1.0, cells.seeds, cells.people)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return Figure(value, float(low), float(high), _p_value(drawn), cells.seeds, cells.people)


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p-values by name."""
    ordered = sorted(p_values, key=lambda name: (p_values[name], name))
    adjusted: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(ordered):
        largest = max(largest, min(1.0, (len(ordered) - place) * p_values[name]))
        adjusted[name] = largest
    return adjusted


def _p_value(drawn: NDArray[np.float64]) -> float:
    least = int(min((drawn <= 0).sum(), (drawn >= 0).sum()))
    return min(1.0, 2 * (least + 1) / (drawn.size + 1))


def _of_sums(sums: NDArray[np.float64], statistic: Statistic) -> NDArray[np.float64]:
    """The statistic of sums (N, 3) over the first arm, the second, and the cells; (N,)."""
    arm, reference, count = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        if statistic == "relative":
            return arm / reference - 1
        return (arm - reference if statistic == "difference" else arm) / count


def _drawn_sums(columns: NDArray[np.float64], seeds: int, people: int) -> NDArray[np.float64]:
    at_once = max(1, _HELD // (seeds * people))
    starts = range(0, DRAWS, at_once)
    blocks = [
        _counts(seeds, people, start, min(at_once, DRAWS - start)) @ columns for start in starts
    ]
    return np.concatenate(blocks)


@lru_cache(maxsize=4)
def _counts(seeds: int, people: int, start: int, draws: int) -> NDArray[np.float64]:
    """How often each draw takes each cell, (draws, seeds * people); people anew for each seed."""
    random = np.random.default_rng((_SEED, start))
    of_seed = random.integers(seeds, size=(draws, seeds, 1))
    of_person = random.integers(people, size=(draws, seeds, people))
    places = (np.arange(draws)[:, None, None] * seeds + of_seed) * people + of_person
    counts = np.bincount(places.ravel(), minlength=draws * seeds * people)
    return counts.reshape(draws, seeds * people).astype(np.float64)
