"""What a sweep wrote about its arms, in `sweep.json` beside the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.report.run_files import read_json
from talkingface.runs.folder import below

SWEEP_FILE = "sweep.json"


@dataclass(frozen=True)
class SweepArm:
    """One arm with one seed, as the sweep knows it.

    Attributes:
        overrides: what it was started with.
        state: waiting, running, finished, skipped, preempted or failed.
        folder: its run's folder as the sweep wrote it, "" when it did not come that far.
        error: why it failed or stopped, "" otherwise.
        seconds: wall-clock of its last process.
    """

    overrides: tuple[str, ...]
    state: str
    folder: str
    error: str
    seconds: float

    def names(self, run: Path) -> bool:
        """Whether this is the arm of a run's folder, which may have moved with its sweep."""
        return bool(self.folder) and (
            Path(self.folder).resolve() == run.resolve()
            or Path(self.folder).parts[-2:] == run.resolve().parts[-2:]
        )


def read_sweeps(root: Path) -> list[SweepArm]:
    """Read the arms of all sweeps recorded at or below a folder, the oldest first.

    Raises:
        ValueError: a record cannot be read.
    """
    files = sorted(below(root, SWEEP_FILE), key=lambda file: file.stat().st_mtime)
    return [
        SweepArm(
            overrides=tuple(arm.get("overrides", ())),
            state=arm["state"],
            folder=arm.get("folder") or "",
            error=arm.get("error") or "",
            seconds=float(arm.get("seconds") or 0),
        )
        for file in files
        for arm in read_json(file).get("arms", ())
    ]


def own_words(arms: Sequence[SweepArm]) -> list[str]:
    """Return what each arm was started with, without what all arms have in common."""
    shared = set.intersection(*(set(a.overrides) for a in arms)) if len(arms) > 1 else set()
    return [" ".join(word for word in arm.overrides if word not in shared) for arm in arms]
