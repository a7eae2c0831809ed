"""Learning curves of a run, read from the CSV files of all its resumptions."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

Curve = list[tuple[int, float]]


def read_curves(folder: Path) -> dict[str, Curve]:
    """Return (step, value) in rising steps for each column of a run's metrics.

    A resumption may repeat steps; a step counts as it was seen last. The last line of a file that
    is being written may be cut off and is left out until it is whole.

    Args:
        folder: of the run, with metrics/from-step-<n>/metrics.csv.
    """
    seen: dict[str, dict[int, float]] = defaultdict(dict)
    for file in sorted(folder.glob("metrics/from-step-*/metrics.csv"), key=_first_step):
        lines = file.read_text().splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines.pop()
        for row in csv.DictReader(lines):
            step = row.pop("step", None)
            for name, text in row.items():
                if step and name and text:
                    seen[name][int(float(step))] = float(text)
    return {name: sorted(points.items()) for name, points in seen.items()}


def _first_step(file: Path) -> tuple[int, str]:
    number = file.parent.name.rpartition("-")[2]
    return (int(number) if number.isdecimal() else 0, file.parent.name)


def thinned(curve: Curve, most: int) -> tuple[Curve, int]:
    """Return at most `most` points, and of how many neighbours each is the mean.

    Values that are not finite are left out.
    """
    finite = [(step, value) for step, value in curve if math.isfinite(value)]
    width = max(1, math.ceil(len(finite) / most))
    pieces = [finite[start : start + width] for start in range(0, len(finite), width)]
    return [_mean_point(piece) for piece in pieces], width


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """Return the mean over several curves at the steps that all of them have."""
    tables = [dict(curve) for curve in curves]
    shared = set.intersection(*(set(table) for table in tables)) if tables else set()
    return [(step, float(np.mean([table[step] for table in tables]))) for step in sorted(shared)]


def _mean_point(piece: Curve) -> tuple[int, float]:
    # The last step, so that the curve ends where the run has got to.
    return piece[-1][0], float(np.mean([value for _, value in piece]))
