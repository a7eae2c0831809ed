"""The 68 facial landmarks of the iBUG order as fixed points of the chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import EYE_HALF, EYE_X, MOUTH_HALF, MOUTH_V, Chart
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.skin import brow_line, lip_borders

# Azimuth in degrees and canonical height from the ear to the chin.
_JAW = (
    *((86, -0.05), (85, -0.26), (83, -0.46), (79, -0.66), (71, -0.83)),
    *((58, -0.95), (41, -1.03), (21, -1.08), (0, -1.10)),
)
_BROW = (0.52, 0.43, 0.33, 0.22, 0.12)
_BRIDGE = (0.02, -0.12, -0.26, -0.415)
_NOSE_BASE = ((-0.14, -0.475), (-0.07, -0.51), (0.0, -0.53), (0.07, -0.51), (0.14, -0.475))


@dataclass(frozen=True)
class LandmarkPlaces:
    """Where the landmarks lie on the head's mesh.

    Attributes:
        vertices: (68, 3) vertices of the head part.
        weights: (68, 3) their weights; each row sums to 1.
    """

    vertices: NDArray[np.int64]
    weights: NDArray[np.float64]


def landmark_places(identity: Identity, chart: Chart) -> LandmarkPlaces:
    """Return the places of jaw 0-16, brows 17-26, nose 27-35, eyes 36-47 and mouth 48-67."""
    found = [chart.locate_angle(np.radians(-angle), v) for angle, v in _JAW]
    found += [chart.locate_angle(np.radians(angle), v) for angle, v in _JAW[-2::-1]]
    heights = brow_line(np.array(_BROW))
    found += [chart.locate(-x, v) for x, v in zip(_BROW, heights, strict=True)]
    found += [chart.locate(x, v) for x, v in zip(_BROW[::-1], heights[::-1], strict=True)]
    found += [chart.locate(0.0, v) for v in _BRIDGE]
    found += [chart.locate(x, v) for x, v in _NOSE_BASE]
    for centre in (-EYE_X, EYE_X):
        third = EYE_HALF / 3.0
        rims = (
            *((-EYE_HALF, False), (-third, False), (third, False)),
            *((EYE_HALF, False), (third, True), (-third, True)),
        )
        found += [chart.locate(centre + dx, 0.0, lower) for dx, lower in rims]
    found += _mouth(identity, chart)
    return LandmarkPlaces(np.array([f[0] for f in found]), np.array([f[1] for f in found]))


def _mouth(identity: Identity, chart: Chart) -> list[tuple[list[int], list[float]]]:
    def outer(share: float, up: bool) -> tuple[list[int], list[float]]:
        x = share * MOUTH_HALF
        upper, lower = lip_borders(identity, np.array(x))
        return chart.locate(x, float(upper if up else lower))

    corners = [chart.locate(side * MOUTH_HALF, MOUTH_V) for side in (-1, 1)]
    above = [outer(share, True) for share in (-0.58, -0.18, 0.0, 0.18, 0.58)]
    below = [outer(share, False) for share in (0.58, 0.26, 0.0, -0.26, -0.58)]
    inner_up = [chart.locate(share * MOUTH_HALF, MOUTH_V) for share in (-0.36, 0.0, 0.36)]
    inner_low = [chart.locate(share * MOUTH_HALF, MOUTH_V, True) for share in (0.36, 0.0, -0.36)]
    inner_corners = [chart.locate(side * 0.86 * MOUTH_HALF, MOUTH_V) for side in (-1, 1)]
    return [
        corners[0], *above, corners[1], *below,
        inner_corners[0], *inner_up, inner_corners[1], *inner_low,
    ]  # fmt: skip
