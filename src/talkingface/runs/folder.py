"""A run has one identity: the configuration that determines its result names its folder."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from talkingface.errors import UserError
from talkingface.runs.arm_names import TECHNIQUES
from talkingface.runs.lock import locked
from talkingface.runs.ranks import is_first_rank
from talkingface.settings import claim_folder

# What determines the result; devices, paths, loggers and progress bars do not.
IDENTITY_SECTIONS = ("name", "seed", "steps", "batch_size", "pretrained", "data", "model")
NOT_IDENTITY = ("data.root", "data.workers", "data.backend", "data.memory", "pretrained.path")
# The filter that is tuned for a baseline looks ahead as far as STAC would.
_EVER_COUNTING = (*(f"model.{name}.enabled" for name in TECHNIQUES), "model.stac.lookahead")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Attributes:
        path: the folder.
        name: `<experiment>/cra-<0 or 1>_stac-<0 or 1>_seed-<seed>_<hash of the identity>`.
    """

    path: Path
    name: str

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def done(self) -> Path:
        """Marker of a finished run; holds the final metrics."""
        return self.path / "DONE"

    def final_metrics(self) -> dict[str, float]:
        """Return the metrics of a finished run."""
        return json.loads(self.done.read_text())

    def newest_checkpoint(self) -> Path | None:
        """Return the checkpoint with the highest step, if there is any."""
        return max(self.checkpoints.glob("step-*.ckpt"), default=None)

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Mark the run as finished and keep its final metrics."""
        partial = self.path / "DONE.partial"
        partial.write_text(json.dumps(dict(metrics), indent=2) + "\n")
        partial.replace(self.done)


def open_run(
    root: Path, config: Mapping[str, Any], repository: Path, *, fresh: bool = False
) -> RunFolder:
    """Make or reopen the folder of the run that a resolved configuration describes.

    Args:
        root: folder of all runs.
        config: the whole resolved configuration, plain containers.
        repository: where the code is, for its version.
        fresh: start over; a folder that is there moves to `<root>/.replaced`.

    Raises:
        UserError: the folder holds a run with another configuration.
    """
    identity = run_identity(config)
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:6]
    arm = "_".join(f"{name}-{int(config['model'][name]['enabled'])}" for name in TECHNIQUES)
    name = f"{config['name']}/{arm}_seed-{config['seed']}_{digest}"
    path = root / name
    if fresh and path.exists() and is_first_rank():
        with locked(path):
            _move_aside(path, root / ".replaced" / name)
    new = not path.exists()
    claim_folder(path, identity)
    if new:
        for file, content in (("config", config), ("environment", _environment(repository))):
            (path / f"{file}.json").write_text(json.dumps(content, indent=2) + "\n")
    return RunFolder(path, name)


def _move_aside(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while (place := target.with_name(f"{target.name}.{number}")).exists():
        number += 1
    path.rename(place)


def below(root: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern at or below a folder, those in hidden folders left out."""
    return [
        path
        for path in root.rglob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]


def find_checkpoint(path: Path) -> Path:
    """Return the checkpoint that a path means: the file itself, or a run folder's best or newest.

    A folder above several runs means the run whose checkpoint was written last.

    Raises:
        UserError: there is no checkpoint at or below the path.
    """
    if path.is_file():
        return path
    for pattern in ("best.ckpt", "step-*.ckpt"):
        found = sorted(below(path, pattern), key=lambda p: (p.stat().st_mtime, p.name))
        if found:
            return found[-1]
    raise UserError(
        f"{path}: no checkpoint here. Give a .ckpt file or a run folder (runs/<experiment>/<run>)."
    )


def content_digest(path: Path) -> str:
    """Return what tells a file's content from any other's."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def run_identity(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a resolved configuration that determine the result, by dotted name.

    Of a technique that is off nothing is constructed, so that its other fields do not count: arms
    with any CRA and STAC have the same baseline, and the same start.
    """
    off = tuple(f"model.{name}." for name in TECHNIQUES if not config["model"][name]["enabled"])
    return {
        name: value
        for name, value in result_fields(config).items()
        if name in _EVER_COUNTING or not name.startswith(off)
    }


def result_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that determine the result of some run, by dotted name.

    Those of techniques that are off are among them.
    """
    flat: dict[str, Any] = {}

    def walk(prefix: str, node: Any) -> None:
        if isinstance(node, Mapping):
            for key, value in node.items():
                walk(f"{prefix}.{key}" if prefix else key, value)
        elif prefix not in NOT_IDENTITY:
            flat[prefix] = node

    walk("", {name: config[name] for name in IDENTITY_SECTIONS})
    return flat | {"trainer.precision": config["trainer"]["precision"]}


def _environment(repository: Path) -> dict[str, Any]:
    names = ("torch", "lightning", "torchmetrics", "hydra-core", "decord", "av", "numpy")
    return {
        "code": _git(repository, "rev-parse", "HEAD"),
        "code_changed": bool(_git(repository, "status", "--porcelain")),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in names},
    }


def _git(repository: Path, *words: str) -> str:
    """Return git's answer, or "" where the code is no checkout or git is not installed."""
    try:
        answer = subprocess.run(
            ["git", *words], cwd=repository, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
