"""The claims of the ablation, as they were declared before any result was seen."""

from __future__ import annotations

from dataclasses import dataclass

from talkingface.report.claims.rules import AtLeastLower, NotHigher, NotWorse, Rule, Within
from talkingface.runs.arm_names import ARM_ORDER

BASELINE, CRA, STAC, BOTH = ARM_ORDER


def filtered(arm: str) -> str:
    """Return the name of an arm with the filter that was tuned for it."""
    return f"{arm} + filter"


FILTERED = filtered(BASELINE)
BETTER_SINGLE = "the better single arm"
SUITES = ("clean", "rate-3", "rate-4", "jitter-2", "drop-30", "cross", "swap")
GUARDS = ("mouth_amplitude", "pose_amplitude", "blink_peak", "msi_ratio")
ENOUGH_SEEDS = 3


@dataclass(frozen=True)
class Condition:
    """One thing that has to be so.

    Attributes:
        arm: which is judged.
        against: which it is compared with; "" where its own level is judged.
        suite: under which conditions.
        metrics: one, or several whose sum in units of the baseline's means is meant.
        rule: what has to be so.
        primary: whether it is one of the four endpoints that are corrected for being four.
        optional: whether the claim does without it where nobody has the metric.
    """

    arm: str
    against: str
    suite: str
    metrics: tuple[str, ...]
    rule: Rule
    primary: bool = False
    optional: bool = False

    @property
    def name(self) -> str:
        """What is measured, in words."""
        return f"{' + '.join(self.metrics)} at {self.suite}"


@dataclass(frozen=True)
class Beside:
    """A figure to be read beside a claim; nothing is judged by it.

    Attributes:
        arm: whose.
        suite: under which conditions.
        metric: which.
        against: a suite of the same arm, where the relative change from that one is meant.
        meaning: why it is there, "" where it needs no words.
    """

    arm: str
    suite: str
    metric: str
    against: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Claim:
    """A claim holds when all of its conditions hold, and fails when one fails."""

    name: str
    words: str
    conditions: tuple[Condition, ...]
    beside: tuple[Beside, ...] = ()


_TENTH = AtLeastLower(0.10)
_BOUND = "a perfect repair of the reference would bring the baseline here"
_RATES = ("rate-3", "rate-4")
_EVERYWHERE = tuple((suite, (metric,)) for suite in SUITES for metric in ("aed", "apd"))

CLAIMS = (
    Claim(
        "C1",
        "CRA improves in-between frames",
        (
            *(Condition(CRA, BASELINE, s, ("aed",), _TENTH, s == "rate-3") for s in _RATES),
            *(Condition(CRA, BASELINE, s, ("l1",), _TENTH) for s in _RATES),
            *(Condition(CRA, BASELINE, s, ("lpips",), _TENTH, optional=True) for s in _RATES),
            *(Condition(CRA, BASELINE, "clean", (m,), NotWorse(0.015)) for m in ("aed", "l1")),
        ),
    ),
    Claim(
        "C2",
        "CRA disentangles head pose and facial motion",
        (
            Condition(CRA, BASELINE, "swap", ("apd", "aed"), _TENTH, primary=True),
            Condition(CRA, BASELINE, "swap", ("leak_head",), NotHigher("difference")),
            Condition(CRA, BASELINE, "swap", ("leak_face",), NotHigher("difference")),
        ),
    ),
    Claim(
        "C3",
        "CRA buys no smoothness",
        (
            Condition(CRA, "", "clean", ("mouth_amplitude",), Within(0.95, 1.05)),
            Condition(CRA, "", "clean", ("blink_peak",), Within(0.9)),
        ),
        tuple(Beside(BASELINE, "clean", m) for m in ("mouth_amplitude", "blink_peak")),
    ),
    Claim(
        "S1",
        "STAC removes crop jitter",
        (
            Condition(STAC, BASELINE, "jitter-2", ("jite",), AtLeastLower(0.30)),
            Condition(STAC, FILTERED, "jitter-2", ("jite",), _TENTH, primary=True),
        ),
        tuple(Beside(a, "jitter-2", m) for a in (STAC, BASELINE, FILTERED) for m in GUARDS),
    ),
    Claim(
        "S2",
        "STAC keeps facial motion under jitter",
        tuple(
            Condition(STAC, against, "jitter-2", ("aed",), AtLeastLower(0))
            for against in (BASELINE, FILTERED)
        ),
    ),
    Claim(
        "S3",
        "STAC repairs frozen frames",
        (
            Condition(STAC, BASELINE, "drop-30", ("aed",), _TENTH, primary=True),
            Condition(STAC, BASELINE, "drop-30", ("aed", "apd"), _TENTH),
        ),
        tuple(Beside(BASELINE, "clean", m, "drop-30", _BOUND) for m in ("aed", "apd")),
    ),
    Claim(
        "S4",
        "STAC does no harm when the reference is clean",
        tuple(
            Condition(STAC, BASELINE, "clean", (m,), NotWorse(0.02), optional=m == "lpips")
            for m in ("aed", "apd", "lpips")
        ),
    ),
    Claim(
        "X1",
        "the two add up",
        tuple(
            Condition(BOTH, BETTER_SINGLE, suite, metrics, NotHigher("relative"))
            for suite, metrics in (
                *_EVERYWHERE,
                ("jitter-2", ("jite",)),
                ("swap", ("apd", "aed")),
            )
        ),
    ),
)
