"""Is the motion as steady as the true one? Errors of acceleration, which stillness cannot win."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.manifest import Track

# The bridge of the nose and the corners of the eyes, which no expression moves.
RIGID_IBUG68 = (27, 28, 29, 30, 36, 39, 42, 45)
# A target whose landmarks accelerate less, in pixels a frame squared, is still.
_STILL = 0.01


def steadiness_metrics(
    made: Track, true: Track, usable_T: NDArray[np.bool_], pixels: int
) -> dict[str, float]:
    """Compare accelerations: second differences over time, in all runs of three usable frames.

    A reader that follows a face smooths it a little: MediaPipe told 0.56 to 0.65 of a white jitter
    of 3 pixels, and its own scatter counts as acceleration. Compare values of one reader only.

    "jite": mean length of the error of the acceleration of the rigid landmarks, averaged over
    them, pixels at `pixels` a frame squared. A frozen face gets the target's own acceleration.
    "jite_pose": mean Euclidean norm over yaw, pitch and roll of the same error, degrees a frame
    squared. "jite_expression": mean norm over all expressions, in their units a frame squared.
    "msi_ratio": motion stability index, made over true. The index is 1 over the variance over
    time of a landmark's acceleration (x and y added up), averaged over all landmarks. 1 is
    faithful, above 1 smoother than the truth, infinity frozen; NaN when the target is still.
    Everything is NaN when no three usable frames follow each other.
    """
    middle = usable_T[:-2] & usable_T[1:-1] & usable_T[2:]
    if not middle.any():
        return dict.fromkeys(("jite", "jite_pose", "jite_expression", "msi_ratio"), float("nan"))

    def acceleration(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.diff(values.astype(np.float64), n=2, axis=0)[middle]

    made_TLC, true_TLC = (pixels * acceleration(track.landmarks) for track in (made, true))
    rigid_TLC = (made_TLC - true_TLC)[:, list(RIGID_IBUG68)]
    expression_TE = acceleration(made.expression) - acceleration(true.expression)
    return {
        "jite": float(np.linalg.norm(rigid_TLC, axis=-1).mean()),
        "jite_pose": float(np.linalg.norm(acceleration(angle_error(made, true)), axis=-1).mean()),
        "jite_expression": float(np.linalg.norm(expression_TE, axis=-1).mean()),
        "msi_ratio": _ratio(_variance(true_TLC), _variance(made_TLC)),
    }


def angle_error(made: Track, true: Track) -> NDArray[np.float64]:
    """Return (T, 3) made minus true yaw, pitch and roll, the shorter way round, in degrees."""
    error = made.pose[:, :3].astype(np.float64) - true.pose[:, :3]
    return (error + 180) % 360 - 180


def _variance(acceleration_TLC: NDArray[np.float64]) -> float:
    return float(acceleration_TLC.var(axis=0).sum(axis=-1).mean())


def _ratio(true: float, made: float) -> float:
    if true < _STILL**2:
        return float("nan")
    return true / made if made > 0 else float("inf")
