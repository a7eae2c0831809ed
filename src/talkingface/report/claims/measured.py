"""Each arm's videos by suite and seed, read from its runs' folders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from talkingface.errors import UserError
from talkingface.evaluation.result_files import read_results
from talkingface.evaluation.results import Results
from talkingface.report.arms import ArmRuns
from talkingface.report.claims.cells import Videos
from talkingface.report.claims.declared import filtered

SPLIT = "test"
#: Videos by suite.
Measured = Mapping[str, Videos]


def read_measured(
    arms: Mapping[str, ArmRuns], controls: Mapping[str, ArmRuns], notes: list[str]
) -> dict[str, Measured]:
    """Return the videos of finished runs, and of those with tuned filters.

    Of evaluations of one suite that were made in different ways, the arms' commonest way counts.

    Args:
        arms: by technique.
        controls: by name.
        notes: receives a sentence about everything that is left out.
    """
    read = {}
    for name, arm in {**arms, **controls}.items():
        read[name] = _read(arm, SPLIT, notes)
        read[filtered(name)] = _read(arm, f"{SPLIT}_filtered", notes)
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    for name in (each for arm in arms for each in (arm, filtered(arm))):
        for suite, seeds in read[name].items():
            ways[suite].update(results.protocol.digest for results in seeds.values())
    measured: dict[str, Measured] = {}
    for name, suites in read.items():
        alone = sorted(suites.keys() - ways.keys())
        if alone:
            notes.append(f"Not shown: {name} at {', '.join(alone)}, where no arm was evaluated.")
        measured[name] = {
            suite: _of_one_way(name, suite, seeds, ways[suite].most_common(1)[0][0], notes)
            for suite, seeds in suites.items()
            if suite in ways
        }
    return measured


def suites_of(measured: Mapping[str, Measured], declared: Sequence[str]) -> list[str]:
    """Return the suites that any arm has, the declared ones first."""
    found = {suite for suites in measured.values() for suite, seeds in suites.items() if seeds}
    return [s for s in declared if s in found] + sorted(found - set(declared))


def _read(arm: ArmRuns, split: str, notes: list[str]) -> dict[str, dict[int, Results]]:
    found: dict[str, dict[int, Results]] = defaultdict(dict)
    for seed, run in arm.runs.items():
        if run.final is None:
            continue
        for file in sorted(run.folder.glob(f"evaluation/{split}/*/summary.json")):
            try:
                found[file.parent.name][seed] = read_results(file.parent)
            except UserError as error:
                notes.append(f"Not judged: {error}")
    return found


def _of_one_way(
    name: str, suite: str, seeds: Mapping[int, Results], digest: str, notes: list[str]
) -> Videos:
    others = [str(seed) for seed, results in seeds.items() if results.protocol.digest != digest]
    if others:
        notes.append(
            f"Not judged: {name} at {suite}, seed {', '.join(others)}, evaluated in another way "
            "than most. Evaluate again with the settings of the others."
        )
    return {
        seed: {row.case: row for row in results.rows}
        for seed, results in seeds.items()
        if results.protocol.digest == digest
    }
