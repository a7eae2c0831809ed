"""How much of one donor's motion shows where only the other's should."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import Track

# Deviations over time below which a donor keeps still: expression units, and degrees.
MOVING_FACE, MOVING_HEAD = 0.02, 0.5
# Donors that move more alike than this cannot be told apart.
_ALIKE = 0.98


def leak_metrics(made: Track, head: Track, face: Track) -> dict[str, float]:
    """Regress what was made of two donors on both of them, all of T frames at the same times.

    Values are deviations from their means over time; the coefficients are of least squares.

    Args:
        made: what was made of the head donor's pose and the face donor's expression.
        head: of the donor of the head pose.
        face: of the donor of the facial motion.

    Returns:
        "leak_face": the absolute coefficient with which the head donor's own expression shows in
        the made one, averaged over the columns in which both donors move, weighted by how far the
        head donor moves in them. "leak_head": the same of the face donor's yaw, pitch and roll in
        the made pose. 0 is none, 1 is as much as the donor itself moves; NaN where nothing moves.
    """
    seen_T = made.face & head.face & face.face
    angles = [_centred(track.pose[seen_T, :3]) for track in (made, head, face)]
    values = [_centred(track.expression[seen_T]) for track in (made, face, head)]
    return {
        "leak_head": _leak(angles[0], angles[1], angles[2], MOVING_HEAD),
        "leak_face": _leak(values[0], values[1], values[2], MOVING_FACE),
    }


def _leak(
    made_TC: NDArray[np.float64],
    meant_TC: NDArray[np.float64],
    other_TC: NDArray[np.float64],
    moving: float,
) -> float:
    """Return how much of the other donor shows in what was made of the meant one."""
    weights, leaks = [], []
    for made_T, meant_T, other_T in zip(made_TC.T, meant_TC.T, other_TC.T, strict=True):
        if len(made_T) < 3 or min(meant_T.std(), other_T.std()) < moving:
            continue
        if abs(np.corrcoef(meant_T, other_T)[0, 1]) > _ALIKE:
            continue
        both_T2 = np.stack([meant_T, other_T], axis=1)
        leaks.append(abs(np.linalg.lstsq(both_T2, made_T, rcond=None)[0][1]))
        weights.append(other_T.std())
    return float(np.average(leaks, weights=weights)) if leaks else float("nan")


def _centred(values_TC: NDArray[np.floating]) -> NDArray[np.float64]:
    wide_TC = values_TC.astype(np.float64)
    return wide_TC - wide_TC.mean(axis=0) if len(wide_TC) else wide_TC
