"""Sentences that stand beside a claim: levels, bounds, and which filter was tuned."""

from __future__ import annotations

from collections.abc import Mapping

from talkingface.report.arms import ArmRuns
from talkingface.report.claims.bootstrap import figure
from talkingface.report.claims.cells import paired_cells, value_of
from talkingface.report.claims.declared import BASELINE, Beside, Claim
from talkingface.report.claims.measured import Measured
from talkingface.report.claims.rules import Within
from talkingface.report.claims.words import level_text, percent_text
from talkingface.report.run_files import read_json


def details(claim: Claim, measured: Mapping[str, Measured]) -> list[str]:
    """Return a sentence for each figure to be read beside a claim, as far as it is there."""
    sentences = [_sentence(claim, beside, measured) for beside in claim.beside]
    return [sentence for sentence in sentences if sentence]


def filter_notes(baseline: ArmRuns, notes: list[str]) -> list[str]:
    """Return a sentence about the filter that was tuned for each seed of the baseline.

    Args:
        baseline: with evaluation/filter.json in its runs' folders.
        notes: receives a sentence about each file that cannot be read.
    """
    found = []
    for seed, run in baseline.runs.items():
        file = run.folder / "evaluation/filter.json"
        if not file.exists():
            continue
        try:
            chosen = read_json(file)
            words = ", ".join(f"{k} {chosen[k]}" for k in ("strength", "lookahead"))
            tried = len(chosen["candidates"])
            found.append(
                f"Filter of the baseline, seed {seed}: {chosen['smoothing']}, {words}; "
                f"the best of {tried} by {chosen['metric']} on {chosen['split']} identities."
            )
        except (ValueError, KeyError, TypeError) as error:
            notes.append(f"Left out: the filter's tuning {file}: {error}.")
    return found


def _sentence(claim: Claim, beside: Beside, measured: Mapping[str, Measured]) -> str:
    suites = measured.get(beside.arm, {})
    videos = suites.get(beside.suite, {})
    other = suites.get(beside.against, {}) if beside.against else videos
    cells = paired_cells(videos, other, value_of((beside.metric,), videos))
    if not cells.seeds or cells.infinite:
        return ""
    found = figure(cells, "relative" if beside.against else "level")
    where = f"{beside.arm}: {beside.metric} at {beside.suite}"
    if beside.against:
        return f"{where} is {percent_text(found)} from {beside.against}: {beside.meaning}."
    outside = any(
        isinstance(condition.rule, Within)
        and condition.metrics == (beside.metric,)
        and not condition.rule.holds_of(found.value, found.value)
        for condition in claim.conditions
    )
    warning = ""
    if outside and beside.arm == BASELINE:
        warning = ", outside itself: a baseline this young moves less or more than the truth"
    return f"{where} {level_text(found)}{warning}."
