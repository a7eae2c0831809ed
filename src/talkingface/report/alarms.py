"""What must not be overlooked, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from talkingface.report.arms import ArmRuns, baseline_of
from talkingface.report.collect import Collected
from talkingface.report.results import has_baseline
from talkingface.report.states import STATES, Standing
from talkingface.report.versions import code_warnings
from talkingface.runs.arm_names import BASELINE

_ENOUGH_SEEDS = 3
_MISSING = ("failed", "preempted", "waiting", "unfinished")


def summary(standings: Sequence[Standing]) -> list[tuple[str, int]]:
    """Return how many runs stand where, in the order of STATES."""
    counts = Counter(standing.state for standing in standings)
    known = [state for state in STATES if counts[state]]
    return [(state, counts[state]) for state in [*known, *sorted(counts.keys() - set(STATES))]]


def alarms(collected: Collected) -> list[str]:
    """Return a sentence for everything that is missing or makes a figure less sure."""
    found = [
        _missing(standing)
        for state in _MISSING
        for standing in collected.standings
        if standing.state == state
    ]
    found += _about_seeds(collected.arms)
    found += _about_baselines(collected.arms)
    found += _about_evaluations(collected)
    return [*found, *code_warnings(collected.runs), *collected.notes]


def named(standing: Standing) -> str:
    """Return the arm and its seed, where it is known."""
    return f"{standing.arm}, seed {standing.seed}" if standing.seed else standing.arm


def _missing(standing: Standing) -> str:
    words = {
        "waiting": "has not begun",
        "unfinished": "is unfinished",
        "preempted": "was preempted",
    }
    run = standing.run
    at = f" at step {run.reached} of {run.steps}" if run is not None and run.reached else ""
    reason = f": {standing.error}" if standing.error else ""
    place = f" [{standing.folder}]" if standing.folder else ""
    verb = words.get(standing.state, standing.state)
    return f"{named(standing)} {verb}{at}{reason}{place}"


def _about_seeds(arms: Sequence[ArmRuns]) -> list[str]:
    counts = {arm.label: sum(run.final is not None for run in arm.runs.values()) for arm in arms}
    found = []
    few = [f"{label} ({count})" for label, count in counts.items() if count < _ENOUGH_SEEDS]
    if few:
        found.append(
            f"Fewer than {_ENOUGH_SEEDS} finished seeds: {', '.join(few)}. One seed has no "
            "interval, and the interval of two is very wide; neither is evidence."
        )
    seeds = {tuple(s for s, run in arm.runs.items() if run.final is not None) for arm in arms}
    if len(seeds) > 1:
        found.append(
            "The arms have different seeds finished, so that their means are not of the same "
            "seeds. The differences to the baseline are, seed by seed."
        )
    return found


def _about_baselines(arms: Sequence[ArmRuns]) -> list[str]:
    if not arms:
        return []
    if not has_baseline(arms):
        return ["No run has both techniques off: there is no baseline and no differences to it."]
    lone = [
        arm.label for arm in arms if arm.technique != BASELINE and baseline_of(arm, arms) is None
    ]
    if not lone:
        return []
    return [f"No baseline with the same other fields, hence no differences: {'; '.join(lone)}."]


def _about_evaluations(collected: Collected) -> list[str]:
    found = []
    for run in collected.runs:
        if run.evaluations and run.final is None:
            found.append(f"Left out: evaluations of an unfinished run, {run.folder}.")
        elif any(evaluation.outdated for evaluation in run.evaluations):
            found.append(
                f"{run.folder}: a checkpoint is not the file that was evaluated. It was trained "
                "on or copied since; evaluate again to be sure."
            )
    finished = [run for run in collected.runs if run.final is not None]
    conditions = {(e.split, e.reference) for run in finished for e in run.evaluations}
    for split, reference in sorted(conditions):
        missing = sum(
            (split, reference) not in {(e.split, e.reference) for e in run.evaluations}
            for run in finished
        )
        if missing:
            found.append(
                f"{missing} of {len(finished)} finished runs have no evaluation of {split} "
                f"identities under the {reference} reference; compare makes it."
            )
    return found
