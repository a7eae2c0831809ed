"""Protocols and results of evaluations, for tests."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from talkingface.evaluation.protocol import Protocol, ProtocolCase, make_protocol
from talkingface.evaluation.results import Failure, Results, Timing, VideoRow, summarise

SHA = "7be5be791159472b1c8a6a4d1cb5e1d9e0bd5dd6df5c0cc1d5a8a0a2f7f0a001"


def a_case(name: str = "anna", **changes: Any) -> ProtocolCase:
    values = {"case": name, "source": name, "driving": name, "frames": 20, "target": SHA}
    return ProtocolCase(**{**values, **changes})


def a_protocol(**changes: Any) -> Protocol:
    values: dict[str, Any] = {
        "task": "self",
        "suite": "clean",
        "metrics": {"l1": {}, "ms_ssim": {"scales": 4}, "lpips": {"backbone": "alex"}},
        "reader": "ruler",
        "libraries": ["torch", "lpips"],
        "models": {"lpips": {"name": "alex", "sha256": SHA}},
        "size": 64,
        "cases": [a_case("anna"), a_case("ben")],
        "pair_list": None,
    }
    return make_protocol(**{**values, **changes})


def a_row(case: str, identity: str | None = None, **values: float) -> VideoRow:
    return VideoRow(case, identity or case, f"{case}_source", f"{case}_driver", 20, values)


def four_rows() -> list[VideoRow]:
    """Four videos of three people; the last has no reading of its face."""
    return [
        a_row("anna", l1=0.01, lpips=0.11, aed=0.020, l1_still=0.05, l1_mean=0.04),
        a_row("ben", l1=0.02, lpips=0.12, aed=0.022, l1_still=0.05, l1_mean=0.04),
        a_row("ben, again", "ben", l1=0.03, lpips=0.13, aed=0.024, l1_still=0.05, l1_mean=0.04),
        a_row("cleo", l1=0.04, lpips=0.14, aed=math.nan, l1_still=0.05, l1_mean=0.04),
    ]


def some_results(
    rows: Sequence[VideoRow] | None = None,
    of: Mapping[str, Any] | None = None,
    protocol: Protocol | None = None,
) -> Results:
    return summarise(
        protocol or a_protocol(),
        of or {"checkpoint": "runs/mine", "step": 100},
        four_rows() if rows is None else rows,
        of_set={"fid": 12.5},
        missing={"csim": "no face embedder is configured"},
        ruler={"aed": 0.03},
        timings={"generate": Timing(80, 4.0), "score": Timing(80, 2.5)},
        failed=[Failure("dora", "no face in the portrait")],
    )
