"""What one run's folder holds, as far as the run has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkingface.report.curves import Curve, read_curves
from talkingface.runs.arm_names import arm_name
from talkingface.runs.folder import result_fields


@dataclass(frozen=True)
class Evaluation:
    """The means over videos that `evaluate` wrote.

    Attributes:
        split: which identities: train, val or test.
        reference: what happened to the driving frames, such as clean or jitter-2.
        protocol: the other fields on which the figures depend, by dotted name.
        mean: the metrics.
        outdated: whether the checkpoint has been written again since.
    """

    split: str
    reference: str
    protocol: Mapping[str, Any]
    mean: Mapping[str, float]
    outdated: bool


@dataclass(frozen=True)
class RunFiles:
    """One run.

    Attributes:
        folder: its folder.
        config: its resolved configuration.
        technique: which of CRA and STAC are on.
        identity: what determines the result, by dotted name, without the seed and what follows it.
        environment: the version of code and packages; empty where it was not written.
        final: the metrics of a finished run, else None.
        curves: (step, value) by metric.
        evaluations: those in its folder.
        notes: sentences about files that could not be read.
    """

    folder: Path
    config: Mapping[str, Any]
    technique: str
    identity: Mapping[str, Any]
    environment: Mapping[str, Any]
    final: Mapping[str, float] | None
    curves: Mapping[str, Curve]
    evaluations: tuple[Evaluation, ...]
    notes: tuple[str, ...]

    @property
    def seed(self) -> int:
        """The run's seed."""
        return int(self.config["seed"])

    @property
    def steps(self) -> int:
        """Steps wanted."""
        return int(self.config["steps"])

    @property
    def reached(self) -> int:
        """The last step of which something is known."""
        if self.final is not None:
            return self.steps
        return max((curve[-1][0] for curve in self.curves.values()), default=0)

    @property
    def resumed(self) -> bool:
        """Whether more than one process trained it."""
        return len(list(self.folder.glob("metrics/from-step-*"))) > 1

    def seconds(self) -> float | None:
        """Wall clock by the times of its files; None unless finished in one go and never copied."""
        if self.final is None or self.resumed:
            return None
        began = (self.folder / "config.json").stat().st_mtime
        seconds = (self.folder / "DONE").stat().st_mtime - began
        return seconds if seconds >= 1 else None

    def last_written(self) -> float:
        """When the run last wrote a metric, else when it began; seconds since 1970."""
        logs = list(self.folder.glob("metrics/from-step-*/metrics.csv"))
        return max(path.stat().st_mtime for path in [*logs, self.folder / "config.json"])


def read_run(folder: Path) -> RunFiles | None:
    """Read one run's folder; None where its configuration is not that of a training.

    Raises:
        ValueError: a file cannot be read, perhaps because it is being written.
        KeyError: the configuration lacks a field.
    """
    config = read_json(folder / "config.json")
    if not {"model", "seed", "steps", "trainer"} <= config.keys():
        return None
    done, environment = folder / "DONE", folder / "environment.json"
    notes: list[str] = []
    fields = result_fields(config)
    return RunFiles(
        folder=folder,
        config=config,
        technique=arm_name(config["model"]),
        identity=_without_seed(fields, config),
        environment=read_json(environment) if environment.exists() else {},
        final=read_json(done) if done.exists() else None,
        curves=read_curves(folder),
        evaluations=tuple(_evaluations(folder, notes)),
        notes=tuple(notes),
    )


def _without_seed(fields: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return an identity's fields without the seed, and without what follows from it.

    Weights that a run of the same seed has trained are told by that run's experiment.
    """
    identity = {k: v for k, v in fields.items() if k.split(".")[-1] != "seed"}
    if "pretrained.content" in identity:
        run = Path(config["pretrained"]["path"]).parent.parent
        if f"_seed-{config['seed']}_" in run.name:
            identity["pretrained.content"] = run.parent.name
    return identity


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ValueError: it is none; the message names the file.
    """
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read ({error})") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: holds no JSON object")
    return content


def _evaluations(folder: Path, notes: list[str]) -> list[Evaluation]:
    found = []
    for file in sorted(folder.glob("evaluation/*/*/summary.json")):
        # With a filter a run is no arm of its own; claims and controls alone compare with it.
        if file.parent.parent.name.endswith("_filtered"):
            continue
        try:
            found.append(_evaluation(folder, file))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            notes.append(f"Left out: the evaluation {file}: {error}.")
    return found


def _evaluation(folder: Path, file: Path) -> Evaluation:
    summary = read_json(file)
    of, suite = summary["of"], file.parent
    checkpoint = folder / "checkpoints" / Path(of["checkpoint"]).name
    protocol = {f"path.{name}": value for name, value in of["path"].items()}
    protocol |= {"protocol": summary["protocol"], "checkpoint": checkpoint.name}
    scores = summary["metrics"].items()
    mean = {name: score["mean"] for name, score in scores if score["mean"] is not None}
    outdated = checkpoint.exists() and checkpoint.stat().st_mtime > file.stat().st_mtime
    return Evaluation(suite.parent.name, suite.name, protocol, mean, outdated)
