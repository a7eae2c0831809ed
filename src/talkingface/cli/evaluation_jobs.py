"""From the configuration of `evaluate` to what is evaluated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.evaluation.cases import Case
from talkingface.evaluation.evaluation import Job
from talkingface.evaluation.generate import generate
from talkingface.evaluation.item import Item
from talkingface.evaluation.items import cases_of, items_of_dataset, items_of_folders
from talkingface.evaluation.results import Failure
from talkingface.evaluation.suites import Suite, named_suites
from talkingface.manifest import Clip, read_dataset
from talkingface.motion.path import MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import content_digest, find_checkpoint
from talkingface.video.footage import find_footage, read_footage


@dataclass
class Plan:
    """What is evaluated.

    Attributes:
        cfg: the verb's configuration.
        suites: in order.
        size: side of the frames, pixels.
        output: folder of the results, one below it a suite.
        root: data set folder; None where folders of footage are compared.
        clips: those of the split.
        synthetic: whether motions and people are known exactly.
        checkpoint: of the model; None where the videos are somebody else's.
    """

    cfg: DictConfig
    suites: list[Suite]
    size: int
    output: Path
    root: Path | None = None
    clips: Sequence[Clip] = ()
    synthetic: bool = False
    checkpoint: Path | None = None
    network: TalkingFace | None = None

    def cases(self) -> Iterator[tuple[Suite, list[Case]]]:
        """Yield the cases of each suite; there have to be clips."""
        pairs = Path(self.cfg.pairs) if self.cfg.pairs else None
        for suite in self.suites:
            yield suite, cases_of(self.clips, suite, pairs)

    def jobs(self) -> Iterator[Job]:
        """Yield a job a suite.

        Raises:
            UserError: folders or pairs cannot be used.
        """
        if self.root is None:
            yield from map(self._folder_job, self.suites)
            return
        for suite, cases in self.cases():
            yield self._dataset_job(suite, cases, self.root)

    def _dataset_job(self, suite: Suite, cases: list[Case], root: Path) -> Job:
        folder = self.output / suite.name
        made, failed = {c.name: folder / "predictions" / f"{c.name}.mkv" for c in cases}, []
        if self.network is None:
            there = find_footage(Path(self.cfg.predictions))
            absent = f"{self.cfg.predictions}: holds no video of this name."
            failed = [Failure(case.name, absent) for case in cases if case.name not in there]
            made = {name: there.get(name, path) for name, path in made.items()}
        rendered = self.output / ".targets"
        items = items_of_dataset(
            root, cases, suite, self.size, made, rendered, synthetic=self.synthetic
        )
        by_name = {case.name: case for case in cases}

        def make(item: Item) -> int:
            assert self.network is not None
            path = MotionPath(**self.cfg.path)
            return generate(self.network, root, by_name[item.name], suite, path, item.made)

        return Job(
            suite,
            items,
            folder,
            self._of(),
            make if self.network is not None else None,
            failed,
            self.cfg.pairs is not None,
        )

    def _folder_job(self, suite: Suite) -> Job:
        names = ("targets", "sources", "drivings")
        folders = {name: Path(self.cfg[name]) if self.cfg[name] else None for name in names}
        items, absent = items_of_folders(Path(self.cfg.predictions), suite, **folders)
        reason = f"{self.cfg.predictions}: holds no video of this name."
        failed = [Failure(name, reason) for name in absent]
        return Job(suite, items, self.output / suite.name, self._of(), None, failed)

    def _of(self) -> dict[str, Any]:
        if self.checkpoint is None:
            return {"predictions": str(Path(self.cfg.predictions))}
        path = OmegaConf.to_container(self.cfg.path)
        digest = content_digest(self.checkpoint)
        return {"checkpoint": str(self.checkpoint), "weights": digest, "path": path}


def plan_of(cfg: DictConfig) -> Plan:
    """Return what a configuration asks for.

    Raises:
        UserError: the checkpoint, the data set, a folder or a setting cannot be used.
    """
    suites = named_suites(list(cfg.suites))
    if cfg.predictions and not cfg.data.root:
        return _folders_plan(cfg, suites)
    checkpoint = None
    if not cfg.predictions and not cfg.inputs:
        checkpoint = find_checkpoint(Path(cfg.checkpoint))
        _fill_in(cfg, checkpoint)
    info, clips = read_dataset(Path(_given(cfg.data.root, "data")))
    if cfg.split != "all":
        numbers = [_given(cfg.data[n], f"data.{n}") for n in ("val_identities", "test_identities")]
        splits = split_clips(clips, *numbers)
        if cfg.split not in splits:
            raise UserError(f"split={cfg.split}: must be train, val, test or all.")
        clips = splits[cfg.split]
    network = None
    if checkpoint is not None:
        network = load_network(checkpoint).to(choose_device(cfg.device))
    size = network.config.size if network else cfg.size or info.size
    if checkpoint is not None and cfg.size not in (None, size):
        raise UserError(f"size={cfg.size}: this model makes frames of {size} pixels.")
    return Plan(
        cfg,
        suites,
        size,
        _output(cfg, checkpoint),
        Path(cfg.data.root),
        clips,
        info.kind == "synthetic",
        checkpoint,
        network,
    )


def _folders_plan(cfg: DictConfig, suites: list[Suite]) -> Plan:
    size = cfg.size
    if size is None:
        first = next(iter(find_footage(Path(cfg.targets or cfg.predictions)).values()))
        height, width = next(read_footage(first, chunk=1)).shape[1:3]
        if height != width:
            raise UserError(
                f"{first}: frames of {width}x{height} pixels. Faces are compared in square "
                "crops: set size=256 to scale everything to that."
            )
        size = width
    return Plan(cfg, suites, size, _output(cfg, None))


def _output(cfg: DictConfig, checkpoint: Path | None) -> Path:
    if cfg.output:
        return Path(cfg.output)
    if checkpoint is not None:
        return checkpoint.parent.parent / "evaluation" / cfg.split
    predictions = Path(cfg.predictions or cfg.inputs)
    return predictions.with_name(f"{predictions.name}.evaluation")


def _given(value: Any, name: str) -> Any:
    if value is None:
        raise UserError(f"give {name}=..., or a checkpoint that lies in the folder of its run.")
    return value


def _fill_in(cfg: DictConfig, checkpoint: Path) -> None:
    """Take what was left open from the run that the checkpoint belongs to."""
    missing = [name for name, value in cfg.data.items() if value is None]
    stored = checkpoint.parent.parent / "config.json"
    if not missing or (cfg.split == "all" and "root" not in missing):
        return
    if not stored.is_file():
        wanted = " ".join(f"data.{name}=..." for name in missing)
        raise UserError(f"{checkpoint}: lies in no run's folder, so give {wanted}.")
    trained = json.loads(stored.read_text())["data"]
    for name in missing:
        cfg.data[name] = trained[name]
