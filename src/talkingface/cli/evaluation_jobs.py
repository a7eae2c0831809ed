"""From the configuration of `evaluate` to what is evaluated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from data_modules.splits import split_clips
from talkingface.cli.evaluation_settings import (
    check_settings,
    checked_size,
    listed,
    output_of,
    required,
    side_of,
)
from talkingface.errors import UserError
from talkingface.evaluation.cases import PAIR_LIST_VERSION, SWAP_LIST_VERSION, Case
from talkingface.evaluation.generate import generate
from talkingface.evaluation.item import Item
from talkingface.evaluation.items import Folders, cases_of, item_of_case
from talkingface.evaluation.job import Job
from talkingface.evaluation.results import Failure
from talkingface.evaluation.suites import Suite, named_suites
from talkingface.faces.reading_files import content_hash
from talkingface.manifest import Clip, DatasetInfo, read_dataset
from talkingface.motion.path import MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import content_digest, find_checkpoint
from talkingface.video.footage import find_footage


@dataclass(frozen=True)
class Plan:
    """What is evaluated.

    Attributes:
        cfg: the verb's configuration.
        suites: each with its cases; without cases where folders of footage are compared.
        size: side of the frames, pixels.
        output: folder of the results, one below it a suite.
        synthetic: whether motions and people are known exactly.
        checkpoint: of the model, with its network; None where the videos are somebody else's.
    """

    cfg: DictConfig
    suites: Sequence[tuple[Suite, list[Case]]]
    size: int
    output: Path
    synthetic: bool = False
    checkpoint: Path | None = None
    network: TalkingFace | None = None

    @property
    def root(self) -> Path:
        """Data set folder."""
        return Path(self.cfg.data.root)

    def jobs(self) -> Iterator[Job]:
        """Yield a job a suite.

        Raises:
            UserError: folders cannot be used.
        """
        for suite, cases in self.suites:
            yield self._dataset_job(suite, cases) if self.cfg.data.root else self._folder_job(suite)

    def _dataset_job(self, suite: Suite, cases: list[Case]) -> Job:
        folder = self.output / suite.name
        made = {c.name: folder / "predictions" / f"{c.name}.mkv" for c in cases}
        if self.network is None:
            made = find_footage(Path(self.cfg.predictions))
        rendered = self.output / ".targets" if self.synthetic else None
        items, failed = [], []
        for case in cases:
            try:
                place = _found(made, case.name, self.cfg.predictions)
                items.append(item_of_case(self.root, case, suite, self.size, place, rendered))
            except UserError as error:
                failed.append(Failure(case.name, str(error)))
        by_name = {case.name: case for case in cases}

        def make(item: Item) -> int:
            assert self.network is not None
            path, case = MotionPath(**self.cfg.path), by_name[item.name]
            return generate(self.network, self.root, case, suite, path, item.made)

        versions = {"cross": PAIR_LIST_VERSION, "swap": SWAP_LIST_VERSION}
        pair_list = versions.get(suite.task)
        return Job(
            suite,
            items,
            folder,
            self._of(items),
            make if self.network is not None else None,
            failed,
            "own" if self.cfg.pairs and pair_list else pair_list,
        )

    def _folder_job(self, suite: Suite) -> Job:
        names = ("predictions", "targets", "sources", "drivings")
        given = {name: Path(self.cfg[name]) for name in names if self.cfg[name]}
        items, failed = Folders(**given).items(suite)
        pair_list = "own" if suite.task == "cross" else None
        folder = self.output / suite.name
        return Job(suite, items, folder, self._of(items), None, failed, pair_list)

    def _of(self, items: Iterable[Item]) -> dict[str, Any]:
        if self.checkpoint is None:
            hashes = sorted(f"{item.name} {content_hash(item.made)}" for item in items)
            content = hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]
            return {"predictions": str(self.cfg.predictions), "content": content}
        path = OmegaConf.to_container(self.cfg.path)
        digest = content_digest(self.checkpoint)
        return {"checkpoint": str(self.checkpoint), "weights": digest, "path": path}


def plan_of(cfg: DictConfig) -> Plan:
    """Return what a configuration asks for.

    Raises:
        UserError: the checkpoint, the data set, a folder or a setting cannot be used.
    """
    suites = named_suites(listed(cfg.suites))
    check_settings(cfg, suites)
    if cfg.predictions and not cfg.data.root:
        size = cfg.size or side_of(Path(cfg.targets or cfg.predictions))
        return Plan(
            cfg, [(suite, []) for suite in suites], checked_size(size), output_of(cfg, None)
        )
    checkpoint = network = None
    if not cfg.predictions and not cfg.inputs:
        checkpoint = find_checkpoint(Path(cfg.checkpoint))
        _fill_in(cfg, checkpoint)
    info, clips = _clips(cfg)
    pairs = Path(cfg.pairs) if cfg.pairs else None
    cases = [(suite, cases_of(clips, suite, pairs)) for suite in suites]
    if checkpoint is not None:
        network = load_network(checkpoint).to(choose_device(cfg.device))
    size = network.config.size if network else cfg.size or info.size
    if cfg.size not in (None, size):
        raise UserError(f"size={cfg.size}: this model makes frames of {size} pixels.")
    output, synthetic = output_of(cfg, checkpoint), info.kind == "synthetic"
    return Plan(cfg, cases, checked_size(size), output, synthetic, checkpoint, network)


def _clips(cfg: DictConfig) -> tuple[DatasetInfo, Sequence[Clip]]:
    info, clips = read_dataset(Path(required(cfg.data.root, "data")))
    if cfg.split == "all":
        return info, clips
    val, test = (required(cfg.data[n], f"data.{n}") for n in ("val_identities", "test_identities"))
    splits = split_clips(clips, val, test, cfg.data.splits or "auto")
    if cfg.split not in splits:
        raise UserError(f"split={cfg.split}: must be train, val, test or all.")
    return info, splits[cfg.split]


def _found(made: dict[str, Path], name: str, folder: str | None) -> Path:
    if name not in made:
        raise UserError(f"{folder}: holds no video named {name}.")
    return made[name]


def _fill_in(cfg: DictConfig, checkpoint: Path) -> None:
    """Take what was left open from the run that the checkpoint belongs to."""
    missing = [name for name, value in cfg.data.items() if value is None]
    stored = checkpoint.parent.parent / "config.json"
    if not missing or (cfg.split == "all" and "root" not in missing):
        return
    needed = [name for name in missing if name != "splits"]
    if not stored.is_file() and needed:
        wanted = " ".join(f"data.{name}=..." for name in needed)
        raise UserError(f"{checkpoint}: lies in no run's folder, so give {wanted}.")
    trained = json.loads(stored.read_text())["data"] if stored.is_file() else {}
    for name in missing:
        cfg.data[name] = trained.get(name)
