"""Guards against motion that is steady because it is dead: amplitudes and blinks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import Track
from talkingface.metrics.expression_groups import ExpressionGroups

# A target that deviates less has no amplitude to compare with: jaw opening, and degrees.
_STILL_JAW, _STILL_HEAD = 0.01, 0.1
# How much further than usual the lids must shut, so that eyes that look down are no blink.
_BLINK_HEIGHT = 0.2
_BLINK_REACH = 2


def liveliness_metrics(
    made: Track, true: Track, groups: ExpressionGroups, usable_T: NDArray[np.bool_]
) -> dict[str, float]:
    """Return ratios of made to true motion; 1 is faithful, 0 is a still face.

    "mouth_amplitude": of the deviations over time of the jaw's opening. "pose_amplitude": of the
    root mean squares over yaw, pitch and roll of their deviations. Both are NaN when the target
    keeps still or no frame is usable.
    "blink_peak": mean over the target's blinks of how far the made lids shut, at most, within two
    frames, over how far the true ones do; NaN when the target does not blink.
    """
    jaws = [track.expression[usable_T, groups.jaw, None] for track in (made, true)]
    heads = [track.pose[usable_T, :3] for track in (made, true)]
    lids_T = [track.expression[:, groups.blinks].mean(axis=1) for track in (made, true)]
    return {
        "mouth_amplitude": _amplitude_ratio(jaws[0], jaws[1], _STILL_JAW),
        "pose_amplitude": _amplitude_ratio(heads[0], heads[1], _STILL_HEAD),
        "blink_peak": _blink_peak(lids_T[0], lids_T[1], usable_T, groups.shut),
    }


def blink_frames(
    lids_T: NDArray[np.floating], usable_T: NDArray[np.bool_], shut: float
) -> list[int]:
    """Return the frame at which each blink is at its height.

    A blink is a run of usable frames in which the lids are shut further than `shut` and further
    than usual, that is, than their median by 0.2; its height is the run's highest value.

    Args:
        lids_T: (T,) how far the lids are shut.
        usable_T: (T,) frames to look at.
        shut: see `ExpressionGroups.shut`.
    """
    if not usable_T.any():
        return []
    level = max(shut, float(np.median(lids_T[usable_T])) + _BLINK_HEIGHT)
    closed_T = np.concatenate([[False], (lids_T > level) & usable_T, [False]])
    edges = np.flatnonzero(np.diff(closed_T.astype(int)))
    return [
        int(start + lids_T[start:end].argmax())
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _amplitude_ratio(
    made_TC: NDArray[np.floating], true_TC: NDArray[np.floating], still: float
) -> float:
    if not len(true_TC):
        return float("nan")
    made, true = (
        float(np.sqrt(values.astype(np.float64).var(axis=0).mean()))
        for values in (made_TC, true_TC)
    )
    return made / true if true >= still else float("nan")


def _blink_peak(
    made_T: NDArray[np.floating],
    true_T: NDArray[np.floating],
    usable_T: NDArray[np.bool_],
    shut: float,
) -> float:
    ratios = []
    for peak in blink_frames(true_T, usable_T, shut):
        near = slice(max(peak - _BLINK_REACH, 0), peak + _BLINK_REACH + 1)
        ratios.append(float(made_T[near][usable_T[near]].max() / true_T[peak]))
    return float(np.mean(ratios)) if ratios else float("nan")
