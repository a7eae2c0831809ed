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
from talkingface.errors import UserError
from talkingface.evaluation.cases import PAIR_LIST_VERSION, Case
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
from talkingface.video.footage import find_footage, read_footage

_SMALLEST = 32


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

        pair_list = "own" if self.cfg.pairs else PAIR_LIST_VERSION
        return Job(
            suite,
            items,
            folder,
            self._of(items),
            make if self.network is not None else None,
            failed,
            pair_list if suite.task == "cross" else None,
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
    _check(cfg, suites)
    if cfg.predictions and not cfg.data.root:
        size = cfg.size or _side_of(Path(cfg.targets or cfg.predictions))
        return Plan(cfg, [(suite, []) for suite in suites], _checked(size), _output(cfg, None))
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
    output, synthetic = _output(cfg, checkpoint), info.kind == "synthetic"
    return Plan(cfg, cases, _checked(size), output, synthetic, checkpoint, network)


def listed(value: Any) -> list[str]:
    """Return a list, also where one value was given without brackets."""
    return [value] if isinstance(value, str) else list(value)


def _check(cfg: DictConfig, suites: Sequence[Suite]) -> None:
    if cfg.predictions and cfg.inputs:
        raise UserError("predictions=... and inputs=...: give one of them.")
    if cfg.predictions and len(suites) > 1:
        raise UserError("predictions are what a system made of one suite: give one in suites=[...]")
    if cfg.targets and (cfg.data.root or not cfg.predictions):
        raise UserError("targets=... is for predictions=... without data=...: leave one out.")
    for name, least in (("workers", 1), ("still_frames", 2)):
        if cfg[name] < least:
            raise UserError(f"{name}={cfg[name]}: must be at least {least}.")


def _clips(cfg: DictConfig) -> tuple[DatasetInfo, list[Clip]]:
    info, clips = read_dataset(Path(_given(cfg.data.root, "data")))
    if cfg.split == "all":
        return info, clips
    numbers = [_given(cfg.data[n], f"data.{n}") for n in ("val_identities", "test_identities")]
    splits = split_clips(clips, *numbers)
    if cfg.split not in splits:
        raise UserError(f"split={cfg.split}: must be train, val, test or all.")
    return info, splits[cfg.split]


def _side_of(folder: Path) -> int:
    first = next(iter(find_footage(folder).values()))
    height, width = next(read_footage(first, chunk=1)).shape[1:3]
    if height != width:
        raise UserError(
            f"{first}: frames of {width}x{height} pixels. Faces are compared in square crops: "
            "set size=256 to scale everything to that."
        )
    return width


def _checked(size: int) -> int:
    if size < _SMALLEST:
        raise UserError(f"size={size}: must be at least {_SMALLEST} pixels.")
    return size


def _output(cfg: DictConfig, checkpoint: Path | None) -> Path:
    output = cfg.output
    if not output and checkpoint is not None:
        output = checkpoint.parent.parent / "evaluation" / cfg.split
    elif not output:
        given = Path(cfg.predictions or cfg.inputs).resolve()
        output = given.with_name(f"{given.name}.evaluation")
    if not cfg.inputs:
        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{output}: cannot be made ({error}). Choose output=...") from error
    return Path(output)


def _found(made: dict[str, Path], name: str, folder: str | None) -> Path:
    if name not in made:
        raise UserError(f"{folder}: holds no video named {name}.")
    return made[name]


def _given(value: Any, name: str) -> Any:
    if value is None:
        raise UserError(
            f"give {name}=... (split=all needs no numbers of identities), or the checkpoint of a "
            "run that was trained on the data."
        )
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
