"""How far the motion of a made video is from the true one, from what a face reader says of both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.faces.landmark_sets import MOUTH, POINTS
from talkingface.manifest import Track
from talkingface.metrics.expression_groups import ExpressionGroups, expression_groups
from talkingface.metrics.liveliness import liveliness_metrics
from talkingface.metrics.steadiness import angle_error, steadiness_metrics

# Landmark distances are told in pixels of a picture of this side, whatever the footage's size.
PIXELS = 256


def motion_metrics(
    made: Track,
    true: Track,
    expression_names: Sequence[str],
    scored_T: NDArray[np.bool_] | None = None,
) -> dict[str, float]:
    """Compare the motion of one made video of T frames with the true one.

    Both tracks come from the same reader. Frames in which it saw no face on either side are left
    out, and so are accelerations that reach over such a frame. What cannot be measured is NaN.

    Args:
        made: what the reader says of the made video; landmarks (T, 68, 2) are iBUG's, in [0, 1].
        true: the same of the target.
        expression_names: the columns of both expressions, MediaPipe's or a synthetic head's.
        scored_T: which frames the errors of single frames are averaged over, as the missing
            frames of a rate-k suite; None means all. Whatever reaches over time uses all frames.

    Returns:
        Errors of single frames, see `frame_errors`; errors of acceleration, see
        `steadiness.steadiness_metrics`; guards, see `liveliness.liveliness_metrics`; and
        "face_share" and "face_share_target", the share of the frames with a face in [0, 1].

    Raises:
        UserError: the videos differ in length; the message names no file.
        ValueError: the tracks hold other landmarks or expressions than they should.
    """
    if len(made) != len(true):
        raise UserError(
            f"{len(made)} frames, but its target has {len(true)}. Every frame is compared with "
            "the target's frame of the same number: give footage of equal length."
        )
    _check(made, true, expression_names, scored_T)
    groups = expression_groups(expression_names)
    usable_T = made.face & true.face
    scored = usable_T if scored_T is None else usable_T & scored_T
    return {
        **frame_errors(made, true, groups, scored),
        **steadiness_metrics(made, true, usable_T, PIXELS),
        **liveliness_metrics(made, true, groups, usable_T),
        "face_share": float(made.face.mean()),
        "face_share_target": float(true.face.mean()),
    }


def frame_errors(
    made: Track, true: Track, groups: ExpressionGroups, scored_T: NDArray[np.bool_]
) -> dict[str, float]:
    """Return the errors averaged over the scored frames; NaN when there are none.

    "aed", "aed_mouth", "aed_eyes": mean absolute difference of the expressions. MediaPipe's lie in
    [0, 1]; a synthetic head's parameters are not all in one unit (jaw and blinks in [0, 1], the
    others in [-1, 1]), so values of the two sets do not compare.
    "apd", "apd_yaw", "apd_pitch", "apd_roll": mean absolute difference of the angles, degrees.
    "apd_translation": the same of the head's place, percent of the picture's side.
    "apd_scale": the same of the logarithm of its size, times 100, which is about percent.
    "akd", "akd_mouth": mean distance of the landmarks, pixels at 256; "akd_local": the same with
    each frame's mean landmark taken away on both sides.
    """
    expression_TE = np.abs(_difference(made.expression, true.expression)[scored_T])
    angles_T3 = np.abs(angle_error(made, true)[scored_T])
    place_T3 = np.abs(_difference(made.pose, true.pose)[scored_T, 3:])
    points_TLC = PIXELS * _difference(made.landmarks, true.landmarks)[scored_T]
    local_TLC = points_TLC - points_TLC.mean(axis=1, keepdims=True)
    return {
        "aed": _mean(expression_TE),
        "aed_mouth": _mean(expression_TE[:, groups.mouth]),
        "aed_eyes": _mean(expression_TE[:, groups.eyes]),
        "apd": _mean(angles_T3),
        **{
            f"apd_{name}": _mean(angles_T3[:, i]) for i, name in enumerate(("yaw", "pitch", "roll"))
        },
        # A pose's place is told in halves of the side.
        "apd_translation": 50 * _mean(place_T3[:, :2]),
        "apd_scale": 100 * _mean(place_T3[:, 2]),
        "akd": _mean(np.linalg.norm(points_TLC, axis=-1)),
        "akd_mouth": _mean(np.linalg.norm(points_TLC[:, list(MOUTH)], axis=-1)),
        "akd_local": _mean(np.linalg.norm(local_TLC, axis=-1)),
    }


def _check(
    made: Track, true: Track, names: Sequence[str], scored_T: NDArray[np.bool_] | None
) -> None:
    for track in (made, true):
        if track.landmarks.shape[1:] != (POINTS["ibug68"], 2):
            raise ValueError(f"landmarks {track.landmarks.shape}, not iBUG's 68 points")
        if track.expression.shape[1:] != (len(names),):
            raise ValueError(f"expressions {track.expression.shape}, but {len(names)} names")
    if scored_T is not None and scored_T.shape != (len(made),):
        raise ValueError(f"scored frames {scored_T.shape} of a video of {len(made)}")


def _difference(made: NDArray[np.floating], true: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.subtract(made, true, dtype=np.float64)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")
