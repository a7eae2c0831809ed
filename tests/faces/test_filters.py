from dataclasses import fields, replace

import pytest

from talkingface.manifest import Measures
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.filters import decide
from talkingface.reasons import Reason

GOOD = Measures(
    face_px=120, sharpness=0.5, yaw_low=-20, yaw_high=30, pitch_low=-10, pitch_high=10,
    mouth_mean=0.2, mouth_std=0.1, face_share=1.0, covered=0.0, crowded=0.0, movement=0.01,
    outside=0.0,
)  # fmt: skip
LIMITS = FilterLimits(min_sharpness=0.3, min_movement=0.002)

# In the order in which they are tried.
BAD = {
    Reason.NO_FACE: {"face_share": 0.0},
    Reason.FACE_LOST: {"face_share": 0.5},
    Reason.FACE_SMALL: {"face_px": 40.0},
    Reason.FACE_BLURRED: {"sharpness": 0.1},
    Reason.FACE_TURNED: {"yaw_low": -95.0},
    Reason.FACE_COVERED: {"covered": 0.9},
    Reason.FACE_CUT_OFF: {"outside": 0.5},
    Reason.SEVERAL_FACES: {"crowded": 0.8},
    Reason.STATIC: {"movement": 0.0005},
}


def test_good_piece_is_kept_without_a_word():
    assert decide(GOOD, 5.0, LIMITS) == (Reason.KEPT, "")


def test_short_piece_is_named_with_its_length():
    assert decide(GOOD, 0.4, LIMITS) == (Reason.TOO_SHORT, "0.40 s, least 1 s")


@pytest.mark.parametrize("reason", BAD)
def test_each_limit_has_its_reason_and_its_figures(reason):
    found, detail = decide(replace(GOOD, **BAD[reason]), 5.0, LIMITS)
    assert found == reason
    assert detail


@pytest.mark.parametrize("name", ["yaw_high", "pitch_low", "pitch_high"])
def test_head_may_turn_too_far_any_way(name):
    turned = replace(GOOD, **{name: 99.0 if name.endswith("high") else -99.0})
    assert decide(turned, 5.0, LIMITS)[0] == Reason.FACE_TURNED


def test_first_broken_limit_is_named_in_the_order_of_the_reasons():
    order = list(BAD)
    assert order == [reason for reason in Reason if reason in BAD]
    for first in range(len(order)):
        broken = {}
        for reason in reversed(order[first:]):
            broken |= BAD[reason]
        assert decide(replace(GOOD, **broken), 5.0, LIMITS)[0] == order[first]
        assert decide(replace(GOOD, **broken), 0.1, LIMITS)[0] == Reason.TOO_SHORT


def test_values_on_the_limit_are_kept():
    edge = replace(
        GOOD, face_px=64, face_share=0.9, sharpness=0.3, yaw_high=90, covered=0.5, outside=0.35,
        crowded=0.5, movement=0.002,
    )  # fmt: skip
    assert decide(edge, 1.0, LIMITS)[0] == Reason.KEPT


def test_what_was_not_measured_breaks_no_limit_but_a_face_must_have_been_seen():
    unknown = {field.name: float("nan") for field in fields(Measures)}
    assert decide(Measures(**unknown | {"face_share": 1.0}), 5.0, LIMITS)[0] == Reason.KEPT
    assert decide(Measures(), 5.0, LIMITS)[0] == Reason.NO_FACE


def test_other_limits_decide_otherwise():
    wide = FilterLimits(min_seconds=0, min_face=20, max_yaw=180)
    assert decide(replace(GOOD, face_px=40, yaw_low=-95), 0.2, wide)[0] == Reason.KEPT
