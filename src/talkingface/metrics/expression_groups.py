"""Which expressions belong to the mouth and to the eyes, for both naming sets in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_JAW = ("jaw_open", "jawOpen")
_SYNTHETIC_MOUTH = ("jaw_open", "lip_width", "lip_protrusion", "smile")
_MOUTH_PREFIXES = ("jaw", "mouth")
_EYE_PREFIXES = ("eye", "blink_", "gaze_")
_MEDIAPIPE_BLINKS = ("eyeBlinkLeft", "eyeBlinkRight")
_SYNTHETIC_BLINKS = ("blink_left", "blink_right")
# A lid that is shut reads 1 on synthetic heads, but only 0.5 to 0.85 in MediaPipe's blendshapes.
_MEDIAPIPE_SHUT, _SYNTHETIC_SHUT = 0.4, 0.5


@dataclass(frozen=True)
class ExpressionGroups:
    """Columns of `Track.expression` by what they move.

    Attributes:
        mouth: jaw, lips and smile; not the cheeks.
        eyes: lids and gaze; not the brows.
        jaw: how far the mouth is open.
        blinks: how far the lids are shut, left and right.
        shut: mean of the blink columns above which the eyes may be in a blink.
    """

    mouth: list[int]
    eyes: list[int]
    jaw: int
    blinks: list[int]
    shut: float


def expression_groups(names: Sequence[str]) -> ExpressionGroups:
    """Return the groups of MediaPipe's blendshapes or of a synthetic head's parameters.

    Args:
        names: `faces.landmarker.EXPRESSION` or `synthetic.deform.EXPRESSION_NAMES`.

    Raises:
        ValueError: names of neither set, which lack a jaw or the blinks.
    """
    jaw = [i for i, name in enumerate(names) if name in _JAW]
    blinks = [i for i, name in enumerate(names) if name in _MEDIAPIPE_BLINKS + _SYNTHETIC_BLINKS]
    if len(jaw) != 1 or len(blinks) != 2:
        raise ValueError(f"expressions of an unknown set, without one jaw and two blinks: {names}")
    return ExpressionGroups(
        mouth=[
            i
            for i, name in enumerate(names)
            if name in _SYNTHETIC_MOUTH or name.startswith(_MOUTH_PREFIXES)
        ],
        eyes=[i for i, name in enumerate(names) if name.startswith(_EYE_PREFIXES)],
        jaw=jaw[0],
        blinks=blinks,
        shut=_MEDIAPIPE_SHUT if names[blinks[0]] in _MEDIAPIPE_BLINKS else _SYNTHETIC_SHUT,
    )
