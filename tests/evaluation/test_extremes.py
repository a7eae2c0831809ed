"""The page shows the best, the median and the worst video, whatever direction is better."""

import math

import pytest

from talkingface.errors import UserError
from talkingface.evaluation.extremes import chosen_videos, deciding_metric
from tests.evaluation.outcomes import a_row


def cases(metric: str, *values: float, wanted: str | None = None) -> dict[str, str]:
    rows = [a_row(f"video {k}", **{metric: value}) for k, value in enumerate(values)]
    return {label: row.case for label, row in chosen_videos(rows, wanted).items()}


def test_best_median_and_worst_follow_the_metrics_direction() -> None:
    values = (0.3, 0.1, 0.5, 0.2, 0.4)
    expected = {"best": "video 1", "median": "video 0", "worst": "video 2"}
    assert cases("lpips", *values) == expected
    assert cases("csim", *values) == {**expected, "best": "video 2", "worst": "video 1"}
    ratios = {"best": "video 1", "median": "video 2", "worst": "video 0"}
    assert cases("mouth_amplitude", 0.5, 1.1, 1.2) == ratios


def test_a_video_is_shown_once_and_one_without_a_value_never() -> None:
    assert cases("l1", 0.1, 0.2) == {"best": "video 0", "worst": "video 1"}
    assert cases("l1", math.nan, 0.2) == {"best": "video 1"}
    assert cases("l1", math.nan) == {}
    assert chosen_videos([]) == {}


def test_the_metric_is_lpips_or_l1_or_aed_or_what_was_asked_for() -> None:
    rows = [a_row("a", lpips=math.nan, aed=0.1, l1=0.1, jite=0.2, face_share_target=1.0)]
    assert deciding_metric(rows) == "l1"
    assert deciding_metric([a_row("a", jite=0.1, aed=0.2)]) == "aed"
    assert deciding_metric([a_row("a", jite=0.1)]) == "jite"
    assert deciding_metric(rows, "jite") == "jite"
    for unusable in ("lpips", "face_share_target", "zebra"):
        with pytest.raises(UserError, match=f"{unusable}: no video has .* l1, aed, jite"):
            deciding_metric(rows, unusable)
