"""What is known of a sweep's arms: one small file each, so that several machines may write them."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from talkingface.runs.ranks import is_first_rank

LAUNCH_VARIABLE = "TALKINGFACE_SWEEP_LAUNCH"
_FOLDER = ".arms"


@dataclass(frozen=True)
class Arm:
    """One arm of a sweep.

    Attributes:
        overrides: what it is started with.
        state: "waiting", "running", "finished", "skipped" (it had been finished before),
            "preempted" (a signal stopped it after a checkpoint) or "failed".
        folder: its run's folder, "" when it has not come that far.
        error: why it failed, "" otherwise.
        seconds: wall-clock of its last process.
        metrics: its final metrics.
        place: its number in the sweep, from 0 on.
        launch: which start of the sweep it belongs to.
    """

    overrides: Sequence[str]
    state: str = "waiting"
    folder: str = ""
    error: str = ""
    seconds: float = 0.0
    metrics: Mapping[str, float] = field(default_factory=dict)
    place: int = 0
    launch: str = ""


class SweepRecord:
    """The arms of one sweep, kept in `<runs>/<name>/.arms`.

    Args:
        experiment: folder of the experiment's runs, `<runs>/<name>`.
    """

    def __init__(self, experiment: Path):
        self.folder = experiment / _FOLDER

    def plan(self, grid: Iterable[Sequence[str]], first: int = 0) -> None:
        """Note the arms that this start of the sweep is going to run, and their numbers."""
        for place, overrides in enumerate(grid, first):
            self.write(overrides, **asdict(Arm(list(overrides), place=place, launch=this_launch())))

    def write(self, arm: Sequence[str], **changes: Any) -> Path:
        """Change some fields of an arm, on the first rank alone, and return its file."""
        path = self._file(arm)
        if is_first_rank():
            self.folder.mkdir(parents=True, exist_ok=True)
            own = {"overrides": list(arm), "launch": this_launch()}
            change_record(path, **own | changes)
        return path

    def read(self, overrides: Sequence[str]) -> Arm:
        """Return an arm as it stands."""
        path = self._file(overrides)
        return _arm(path) if path.exists() else Arm(list(overrides))

    def arms(self, launch: str | None = None) -> list[Arm]:
        """Return all arms, or those of one start of the sweep; of a run's several, the newest."""
        files = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        newest = {arm.folder or " ".join(arm.overrides): arm for arm in map(_arm, files)}
        found = [arm for arm in newest.values() if launch in (None, arm.launch)]
        return sorted(found, key=lambda arm: (arm.place, list(arm.overrides)))

    def _file(self, overrides: Sequence[str]) -> Path:
        digest = hashlib.sha256("\0".join(overrides).encode()).hexdigest()
        return self.folder / f"{digest[:16]}.json"


def recorded_arms(root: Path) -> list[Arm]:
    """Return the arms of all sweeps recorded at or below a folder.

    Raises:
        ValueError: a record cannot be read.
    """
    places = sorted(path.parent for path in root.rglob(_FOLDER))
    return [arm for place in places for arm in SweepRecord(place).arms()]


def change_record(path: str | Path, **changes: Any) -> None:
    """Change some fields of an arm's file, all at once or not at all."""
    path = Path(path)
    before = json.loads(path.read_text()) if path.exists() else {}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(before | changes, indent=2) + "\n")
    partial.replace(path)


def this_launch() -> str:
    """Return the name of this start of the sweep, the same in all processes that it starts."""
    return os.environ.setdefault(LAUNCH_VARIABLE, uuid.uuid4().hex)


def arms_table(arms: Sequence[Arm]) -> str:
    """Return a line an arm: state, time, what tells it from the others; its folder, its error."""
    lines = [f"{'state':10}{'seconds':>8}  arm"]
    for arm, own in zip(arms, own_overrides(arms), strict=True):
        lines.append(f"{arm.state:10}{arm.seconds:8.0f}  {own}")
        lines += [f"{'':20}{text}" for text in (arm.folder, arm.error) if text]
    return "\n".join(lines)


def own_overrides(arms: Sequence[Arm]) -> list[str]:
    """Return what each arm was started with, without what all arms have in common."""
    shared = set.intersection(*(set(arm.overrides) for arm in arms)) if len(arms) > 1 else set()
    return [" ".join(o for o in arm.overrides if o not in shared) for arm in arms]


def _arm(path: Path) -> Arm:
    known = {each.name for each in fields(Arm)}
    content = json.loads(path.read_text())
    return Arm(**{name: value for name, value in content.items() if name in known})
