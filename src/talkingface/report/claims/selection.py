"""Which arms are the four of the ablation, where a sweep has control arms as well."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.arms import (
    SWITCHES,
    ArmRuns,
    agrees_but_for_switches,
    baseline_of,
    differing_fields,
    value_text,
)
from talkingface.report.claims.declared import BASELINE
from talkingface.runs.arm_names import ARM_ORDER


def judged_arms(arms: Sequence[ArmRuns]) -> tuple[dict[str, ArmRuns], list[str]]:
    """Return one arm a technique that differ in nothing else, and sentences about the choice.

    Of several baselines the one counts that most techniques agree with. There is no arm at all
    without a baseline.
    """
    sets = [_around(base, arms) for base in arms if base.technique == BASELINE]
    if not sets:
        return {}, []
    chosen, notes = max(sets, key=lambda it: (len(it[0]), sum(len(a.runs) for a in it[0].values())))
    several = [t for t in chosen if sum(arm.technique == t for arm in arms) > 1]
    if several:
        labels = "; ".join(chosen[technique].label for technique in several)
        notes = [
            *notes,
            "Several arms of one technique: the claims are judged on those whose other fields "
            f"agree ({labels}); the others are controls.",
        ]
    return chosen, notes


def _around(baseline: ArmRuns, arms: Sequence[ArmRuns]) -> tuple[dict[str, ArmRuns], list[str]]:
    chosen, notes = {BASELINE: baseline}, []
    for technique in ARM_ORDER[1:]:
        candidates = [
            arm
            for arm in arms
            if arm.technique == technique and baseline_of(arm, [baseline]) is baseline
        ]
        # A control differs in a field of its technique, which the baseline has at its usual value.
        exact = [arm for arm in candidates if agrees_but_for_switches(arm, baseline)]
        found = exact or candidates
        if len(found) == 1:
            chosen[technique] = found[0]
            if not exact:
                notes.append(
                    f"{technique} is judged on the only arm of it, which differs from the baseline "
                    f"in more than switches ({_differences(found[0], baseline)})."
                )
        elif found:
            labels = "; ".join(arm.label for arm in found)
            notes.append(f"{technique} is not judged: none of {labels} has the baseline's fields.")
    return chosen, notes


def _differences(arm: ArmRuns, baseline: ArmRuns) -> str:
    fields = differing_fields([baseline.identity, arm.identity]).items()
    return ", ".join(
        f"{field}={value_text(own)}" for field, (_, own) in fields if field not in SWITCHES
    )
