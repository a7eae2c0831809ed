"""All that a report says about the ablation: verdicts, suites and costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from talkingface.report.claims.controls import ControlRow, control_arms, control_rows
from talkingface.report.claims.costs import Cost, costs
from talkingface.report.claims.declared import BASELINE, FILTERED
from talkingface.report.claims.details import details, filter_notes
from talkingface.report.claims.judge import JudgedClaim, judge_claims
from talkingface.report.claims.measured import read_measured
from talkingface.report.claims.selection import judged_arms
from talkingface.report.claims.suites import SuiteTable, suite_tables
from talkingface.report.collect import Collected


@dataclass(frozen=True)
class Findings:
    """What was found.

    Attributes:
        claims: with their verdicts.
        suites: a table each.
        controls: a row an arm or control, with what it is compared with.
        costs: a row an arm.
        notes: sentences about the choice of arms and what was left out.
    """

    claims: Sequence[JudgedClaim]
    suites: Sequence[SuiteTable]
    controls: Sequence[ControlRow]
    costs: Sequence[Cost]
    notes: Sequence[str]


def find(collected: Collected) -> Findings | None:
    """Return the findings; None unless the baseline and another arm have been evaluated."""
    arms, chosen = judged_arms(collected.arms)
    if BASELINE not in arms:
        return None
    notes = list(chosen)
    controls = control_arms(collected.arms, arms)
    everything = read_measured(arms, controls, notes)
    measured = {name: everything[name] for name in (*arms, FILTERED)}
    if not measured[BASELINE] or not any(measured[arm] for arm in arms if arm != BASELINE):
        return None
    notes += filter_notes(arms[BASELINE], notes)
    claims = [
        replace(claim, details=details(claim.claim, measured)) for claim in judge_claims(measured)
    ]
    return Findings(
        claims,
        suite_tables(measured),
        control_rows(everything, controls),
        costs(arms, collected.standings, notes),
        notes,
    )
