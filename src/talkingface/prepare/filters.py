"""Deciding from what was measured whether a piece becomes a clip."""

from __future__ import annotations

import math
from collections.abc import Iterator

from talkingface.manifest import Measures
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.reasons import Reason


def decide(measures: Measures, seconds: float, limits: FilterLimits) -> tuple[Reason, str]:
    """Return the first limit that a piece does not keep, with the figures; or KEPT and "".

    The limits are tried in the order of `Reason`. A measure that is NaN breaks no limit, but a
    piece of which no frame shows a face is never kept.

    Args:
        measures: of the piece.
        seconds: its length.
        limits: what is asked for.
    """
    return next(_objections(measures, seconds, limits), (Reason.KEPT, ""))


def _objections(
    measures: Measures, seconds: float, limits: FilterLimits
) -> Iterator[tuple[Reason, str]]:
    m = measures
    if seconds < limits.min_seconds:
        yield Reason.TOO_SHORT, f"{seconds:.2f} s, least {limits.min_seconds:g} s"
    if math.isnan(m.face_share) or m.face_share == 0:
        yield Reason.NO_FACE, "no frame shows a face"
    if m.face_share < limits.min_face_share:
        yield Reason.FACE_LOST, f"in {m.face_share:.0%}, least {limits.min_face_share:.0%}"
    if m.face_px < limits.min_face:
        yield Reason.FACE_SMALL, f"{m.face_px:.0f} pixels high, least {limits.min_face:g}"
    if m.sharpness < limits.min_sharpness:
        yield Reason.FACE_BLURRED, f"sharpness {m.sharpness:.2f}, least {limits.min_sharpness:g}"
    for name, low, high, most in (
        ("yaw", m.yaw_low, m.yaw_high, limits.max_yaw),
        ("pitch", m.pitch_low, m.pitch_high, limits.max_pitch),
    ):
        if max(-low, high) > most:
            yield Reason.FACE_TURNED, f"{name} {low:.0f} to {high:.0f} degrees, most {most:g}"
    if m.covered > limits.max_covered:
        yield Reason.FACE_COVERED, f"in {m.covered:.0%}, most {limits.max_covered:.0%}"
    if m.outside > limits.max_outside:
        yield Reason.FACE_CUT_OFF, f"{m.outside:.0%} of the crop, most {limits.max_outside:.0%}"
    if m.crowded > limits.max_crowded:
        yield Reason.SEVERAL_FACES, f"in {m.crowded:.0%}, most {limits.max_crowded:.0%}"
    if m.movement < limits.min_movement:
        yield Reason.STATIC, f"movement {m.movement:.4f}, least {limits.min_movement:g}"
