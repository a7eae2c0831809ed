"""All that a report is about, read from a folder of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.errors import UserError
from talkingface.report.arms import ArmRuns, group_runs
from talkingface.report.run_files import RunFiles, read_run
from talkingface.report.states import Standing, standings
from talkingface.runs.folder import below
from talkingface.runs.sweep_record import Arm, recorded_arms


@dataclass(frozen=True)
class Collected:
    """A sweep as it stands.

    Attributes:
        root: the folder that was read.
        arms: the baseline first.
        standings: of every arm and seed.
        notes: sentences about what was left out.
    """

    root: Path
    arms: Sequence[ArmRuns]
    standings: Sequence[Standing]
    notes: Sequence[str]

    @property
    def runs(self) -> list[RunFiles]:
        """The runs of all arms."""
        return [run for arm in self.arms for run in arm.runs.values()]


def collect(root: Path) -> Collected:
    """Read all runs at or below a folder, and what sweeps say of them.

    Raises:
        UserError: the folder is missing, or there is neither a run nor a sweep's record.
    """
    if not root.is_dir():
        raise UserError(f"{root}: no such folder. Give the folder above the runs of a sweep.")
    notes: list[str] = []
    runs = []
    for file in sorted(below(root, "config.json")):
        try:
            run = read_run(file.parent)
        except (ValueError, KeyError, TypeError) as error:
            notes.append(f"Left out: {file.parent}: {error}.")
            continue
        if run is not None:
            runs.append(run)
            notes += run.notes
    swept = _swept(root, notes)
    if not (runs or swept or notes):
        raise UserError(f"{root}: no run here. Train some, or give the folder above them.")
    arms, copies = group_runs(runs)
    notes += [f"Left out: {run.folder} repeats a run of the same arm and seed." for run in copies]
    return Collected(root, arms, standings(arms, swept), notes)


def _swept(root: Path, notes: list[str]) -> list[Arm]:
    try:
        return recorded_arms(root)
    except (ValueError, KeyError, TypeError) as error:
        notes.append(f"The sweep's own record is left out: {error}.")
        return []
