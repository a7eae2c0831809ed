"""What two arms have in common: a value of each seed and person, for one and for the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.evaluation.results import VideoRow

#: One suite of one arm: its videos by seed and case.
Videos = Mapping[int, Mapping[str, VideoRow]]
Measure = Callable[[VideoRow], float]


@dataclass(frozen=True)
class Cells:
    """Two arms side by side, each person's videos averaged.

    Attributes:
        arm, reference: (seeds, people), NaN in both where either has no value.
        infinite: how many videos have a value without end, which no mean may pass over.
    """

    arm: NDArray[np.float64]
    reference: NDArray[np.float64]
    infinite: int

    @property
    def seeds(self) -> int:
        """How many seeds there are."""
        return len(self.arm)

    @property
    def people(self) -> int:
        """How many people there are."""
        return self.arm.shape[1] if self.seeds else 0


def paired_cells(arm: Videos, reference: Videos, measure: Measure) -> Cells:
    """Return the cells that both arms have; a video without a value in one is left out of both.

    Args:
        arm, reference: the same suite of two arms, or two suites of the same videos.
        measure: the value of a video, NaN where it has none.
    """
    found: dict[int, dict[str, list[tuple[float, float]]]] = {}
    infinite = 0
    for seed in sorted(arm.keys() & reference.keys()):
        people: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for case in sorted(arm[seed].keys() & reference[seed].keys()):
            pair = measure(arm[seed][case]), measure(reference[seed][case])
            if any(map(math.isnan, pair)):
                continue
            infinite += any(map(math.isinf, pair))
            people[arm[seed][case].identity].append(pair)
        if people:
            found[seed] = people
    names = sorted({name for people in found.values() for name in people})
    table = np.full((2, len(found), len(names)), math.nan)
    for row, people in enumerate(found.values()):
        for name, pairs in people.items():
            table[:, row, names.index(name)] = np.mean(pairs, axis=0)
    return Cells(table[0], table[1], infinite)


def value_of(metrics: Sequence[str], baseline: Videos) -> Measure:
    """Return what a video is measured by: a metric, or the sum of several in the baseline's means.

    Args:
        metrics: at least one; each of several is divided by its mean over the baseline's seeds and
            people, so that all weigh the same.
        baseline: the same suite of the baseline.
    """
    if len(metrics) == 1:
        (metric,) = metrics
        return lambda row: row.values.get(metric, math.nan)
    units = {metric: _mean(baseline, metric) for metric in metrics}
    return lambda row: sum(row.values.get(m, math.nan) / unit for m, unit in units.items())


def _mean(videos: Videos, metric: str) -> float:
    cells = paired_cells(videos, videos, value_of((metric,), videos)).arm
    # Of a baseline without error there is no unit, and a sum in it has no value.
    return float(np.nanmean(cells)) or math.nan if np.isfinite(cells).any() else math.nan
