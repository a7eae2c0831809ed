"""The verdict on every declared claim, from the videos of the arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talkingface.report.claims.bootstrap import Figure, figure, holm
from talkingface.report.claims.cells import Cells, paired_cells, value_of
from talkingface.report.claims.declared import (
    BASELINE,
    BETTER_SINGLE,
    CLAIMS,
    CRA,
    ENOUGH_SEEDS,
    STAC,
    Claim,
    Condition,
)
from talkingface.report.claims.measured import Measured
from talkingface.report.claims.rules import Verdict

_NOTHING: Measured = {}


@dataclass(frozen=True)
class JudgedCondition:
    """A condition and what was found.

    Attributes:
        condition: as declared.
        against: the arm it was compared with, of several the one taken.
        figure: None where there is nothing to compute it from.
        p: the p-value, after Holm's correction for a primary endpoint; None for a level.
        verdict: on it.
        reason: why it is undecided in spite of a figure, or has none; "" otherwise.
    """

    condition: Condition
    against: str
    figure: Figure | None
    p: float | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its verdict, its conditions, and sentences to be read beside them."""

    claim: Claim
    verdict: Verdict
    conditions: Sequence[JudgedCondition]
    details: Sequence[str] = ()


def judge_claims(measured: Mapping[str, Measured]) -> list[JudgedClaim]:
    """Return the verdicts on all claims.

    Args:
        measured: each arm's videos by its technique, and those of the baseline with a filter.
    """
    found = [
        (claim, [_measure(measured, condition) for condition in _wanted(claim, measured)])
        for claim in CLAIMS
    ]
    adjusted = _adjusted([condition for _, conditions in found for condition in conditions])
    judged = []
    for claim, conditions in found:
        verdicts = [_judge(one, adjusted) for one in conditions]
        judged.append(JudgedClaim(claim, _of_all([v.verdict for v in verdicts]), verdicts))
    return judged


def compared(
    measured: Mapping[str, Measured], arm: str, against: str, suite: str, metrics: Sequence[str]
) -> Cells:
    """Return the cells of two arms under one suite; `against` "" compares an arm with itself."""
    own = measured.get(arm, _NOTHING).get(suite, {})
    other = measured.get(against or arm, _NOTHING).get(suite, {})
    baseline = measured.get(BASELINE, _NOTHING).get(suite, {})
    return paired_cells(own, other, value_of(metrics, baseline))


def _wanted(claim: Claim, measured: Mapping[str, Measured]) -> list[Condition]:
    """Leave out conditions on metrics that nobody has and that the claim can do without."""
    return [
        condition
        for condition in claim.conditions
        if not condition.optional
        or any(
            compared(measured, name, "", condition.suite, condition.metrics).seeds
            for name in (condition.arm, BASELINE)
        )
    ]


def _measure(measured: Mapping[str, Measured], condition: Condition) -> JudgedCondition:
    against, suite, metrics = condition.against, condition.suite, condition.metrics
    if against == BETTER_SINGLE:
        against = _better_single(measured, suite, metrics)
    cells = compared(measured, condition.arm, against, suite, metrics)
    reason = _missing(measured, condition, against, cells)
    if not cells.seeds or cells.infinite:
        return JudgedCondition(condition, against, None, None, "undecided", reason)
    result = figure(cells, condition.rule.statistic)
    p = None if condition.rule.statistic == "level" else result.p
    return JudgedCondition(condition, against, result, p, "undecided", reason)


def _better_single(measured: Mapping[str, Measured], suite: str, metrics: Sequence[str]) -> str:
    """The single arm with the smaller mean; "" unless there are both."""
    cells = compared(measured, CRA, STAC, suite, metrics)
    if not cells.seeds:
        return BETTER_SINGLE
    return STAC if figure(cells, "difference").value > 0 else CRA


def _missing(
    measured: Mapping[str, Measured], condition: Condition, against: str, cells: Cells
) -> str:
    needed = (CRA, STAC) if against == BETTER_SINGLE else (against,)
    for name in (condition.arm, *needed):
        if name and not measured.get(name, _NOTHING).get(condition.suite):
            return f"no {condition.suite} evaluation of {name}"
    if cells.infinite:
        return f"infinite for {cells.infinite} videos"
    if not cells.seeds:
        return f"no video has {' and '.join(condition.metrics)} in both"
    if cells.seeds < ENOUGH_SEEDS:
        return f"{cells.seeds} of the {ENOUGH_SEEDS} seeds that are the least"
    return ""


def _adjusted(conditions: Sequence[JudgedCondition]) -> dict[str, float]:
    """Return Holm's p-values of the two families: the primary endpoints, and X1's many figures."""
    primary = [one for one in conditions if one.condition.primary]
    additive = [one for one in conditions if one.condition.against == BETTER_SINGLE]
    # An endpoint that is missing counts as one that was not significant: four were declared.
    return {
        name: p
        for family in (primary, additive)
        for name, p in holm(
            {f"{one.condition}": 1.0 if one.p is None else one.p for one in family}
        ).items()
    }


def _judge(found: JudgedCondition, adjusted: Mapping[str, float]) -> JudgedCondition:
    condition, p, verdict, reason = found.condition, found.p, found.verdict, found.reason
    if found.figure is not None:
        corrected = adjusted.get(f"{condition}")
        p = p if corrected is None else corrected
        if not reason:
            verdict = condition.rule.judge(found.figure, corrected)
    return JudgedCondition(condition, found.against, found.figure, p, verdict, reason)


def _of_all(verdicts: Sequence[Verdict]) -> Verdict:
    if "fails" in verdicts:
        return "fails"
    return "holds" if verdicts and all(v == "holds" for v in verdicts) else "undecided"
