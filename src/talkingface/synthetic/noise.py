"""Smooth random textures, a pure function of a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def value_noise(seed: int, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """Return (H, W) smooth noise of about unit deviation on a lattice of `cells` (down, across)."""
    rng = np.random.default_rng([seed, 0x0E, *cells])
    lattice = rng.normal(size=(cells[0] + 1, cells[1] + 1))
    top, down = _steps(cells[0], shape[0])
    left, across = _steps(cells[1], shape[1])
    rows = lattice[top] + down[:, None] * (lattice[top + 1] - lattice[top])
    return 1.5 * (rows[:, left] + across * (rows[:, left + 1] - rows[:, left]))


def fractal_noise(
    seed: int, shape: tuple[int, int], cells: tuple[int, int], octaves: int = 3
) -> Floats:
    """Return (H, W) noise whose octaves halve in size and weight."""
    total = np.zeros(shape)
    for k in range(octaves):
        total += 0.5**k * value_noise(seed + 101 * k, shape, (cells[0] << k, cells[1] << k))
    return total


def _steps(cells: int, samples: int) -> tuple[NDArray[np.int64], Floats]:
    """Return each sample's lattice cell and its eased place in the cell."""
    at = np.linspace(0, cells, samples)
    cell = np.minimum(at.astype(np.int64), cells - 1)
    t = at - cell
    return cell, t * t * (3.0 - 2.0 * t)
