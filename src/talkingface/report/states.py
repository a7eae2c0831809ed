"""Where every arm and seed stands: what the run folders show, and what the sweep says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.report.arms import ArmRuns
from talkingface.report.run_files import RunFiles
from talkingface.runs.arm_names import arm_name
from talkingface.runs.sweep_record import Arm, own_overrides

# In the order in which the summary names them.
STATES = ("finished", "running", "unfinished", "preempted", "waiting", "failed")
_SEED, _SWITCHES = "seed=", ("model.cra.enabled=", "model.stac.enabled=")


@dataclass(frozen=True)
class Standing:
    """One arm with one seed.

    Attributes:
        arm: its label; what it was started with, where it has no folder yet.
        seed: as text, "" where it is not known.
        state: one of STATES; "unfinished" is a run of which no sweep says anything.
        folder: of the run, "" when it did not come that far.
        error: why it failed or stopped, "" otherwise.
        seconds: wall clock, None where it is not known.
        run: its files, None when it has no folder.
    """

    arm: str
    seed: str
    state: str
    folder: str
    error: str
    seconds: float | None
    run: RunFiles | None


def standings(arms: Sequence[ArmRuns], swept: Sequence[Arm]) -> list[Standing]:
    """Return the standing of every run, and of what a sweep has not yet begun or could not begin.

    An arm's seeds stand together, in rising order.
    """
    found: list[Standing] = []
    claimed: set[int] = set()
    for arm in arms:
        for seed, run in arm.runs.items():
            places = [place for place, entry in enumerate(swept) if _is_of(entry, run.folder)]
            claimed.update(places)
            said = swept[places[-1]] if places else None
            found.append(_of_run(arm.label, seed, run, said))
    rest = [
        _without_run(entry, words)
        for place, (entry, words) in enumerate(zip(swept, own_overrides(swept), strict=True))
        if place not in claimed
    ]
    every = found + list(dict.fromkeys(rest))
    order = list(dict.fromkeys(standing.arm for standing in every))
    return sorted(every, key=lambda standing: (order.index(standing.arm), standing.seed.zfill(9)))


def _is_of(entry: Arm, run: Path) -> bool:
    """Whether an arm is a run's, which may have moved with its sweep."""
    return bool(entry.folder) and (
        Path(entry.folder).resolve() == run.resolve()
        or Path(entry.folder).parts[-2:] == run.resolve().parts[-2:]
    )


def _of_run(label: str, seed: int, run: RunFiles, said: Arm | None) -> Standing:
    state, error, seconds = "unfinished", "", run.seconds()
    # Of a resumed run the sweep measured the last process alone, of a skipped one the skipping.
    if said is not None and said.state != "skipped" and said.seconds and not run.resumed:
        seconds = said.seconds
    if run.final is not None:
        state = "finished"
    elif said is not None and said.state not in ("finished", "skipped"):
        state, error = said.state, said.error
    return Standing(label, str(seed), state, str(run.folder), error, seconds, run)


def _without_run(entry: Arm, words: str) -> Standing:
    """Name an arm by its words; by its techniques too where both are among them."""
    given = dict(word.split("=", 1) for word in entry.overrides if "=" in word)
    seed = given.get("seed", "")
    cra, stac = (given.get(switch[:-1], "").lower() for switch in _SWITCHES)
    other = [w for w in words.split(" ") if w and not w.startswith((_SEED, *_SWITCHES))]
    label = words
    if {cra, stac} <= {"true", "false"}:
        model = {"cra": {"enabled": cra == "true"}, "stac": {"enabled": stac == "true"}}
        label = ", ".join([arm_name(model), *other])
    # A folder that was there once is no finished run any more.
    state = "unfinished" if entry.state in ("finished", "skipped") else entry.state
    error = entry.error
    if state != entry.state:
        error = f"the sweep says {entry.state}, but there is no such folder"
    return Standing(
        label or "(all defaults)", seed, state, entry.folder, error, entry.seconds or None, None
    )
