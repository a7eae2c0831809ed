"""The baseline training that all arms of one seed start from, trained first where it is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from talkingface.errors import UserError
from talkingface.runs.arm import PREEMPTED_STATUS, record_arm, run_arm
from talkingface.runs.arm_names import TECHNIQUES
from talkingface.runs.forwarding import forwarding
from talkingface.runs.preemptible import ANNOUNCED
from talkingface.runs.ranks import is_first_rank, launch_variables
from talkingface.runs.slurm import requeue
from talkingface.runs.sweep_record import SweepRecord


def start_of(cfg: DictConfig, place: Callable[[DictConfig], Path]) -> Path:
    """Return the folder of the run that `cfg.start` describes, finished.

    It is this run without techniques, changed as `cfg.start` says, and trained by a single process
    of its own: it is short, and its steps are the same on any number of devices. Of several runs
    that need it at once, one trains it; the others, and the other ranks of a run, wait.

    Args:
        cfg: the composed configuration of `train`.
        place: returns the folder of a configuration's run.

    Raises:
        UserError: a field of `start` does not exist, or the training failed.
        SystemExit: a signal ended it after a checkpoint.
    """
    folder = place(start_configuration(cfg))
    if (folder / "DONE").exists():
        return folder
    if is_first_rank():
        _train(cfg)
    while not (folder / "DONE").exists():
        # Should the first rank die, whoever started the ranks ends the others.
        time.sleep(1)
    return folder


def start_configuration(cfg: DictConfig) -> DictConfig:
    """Return the configuration of the run that `cfg` starts from.

    Raises:
        UserError: `cfg.start` names a field that there is not.
    """
    changes = OmegaConf.create(dict(_changes(cfg)))
    base = OmegaConf.create(OmegaConf.to_container(cfg, resolve=False))
    assert isinstance(base, DictConfig)
    OmegaConf.set_struct(base, True)
    try:
        for name, value in changes.items():
            OmegaConf.update(base, str(name), value)
    except OmegaConfBaseException as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"start: {reason}. Its fields are those of train.") from error
    return base


def _train(cfg: DictConfig) -> None:
    alone = {"trainer.devices": 1, "trainer.num_nodes": 1, "trainer.strategy": "auto"}
    alone |= {"wait": True, "fresh": False}
    changes = [f"{name}={_typed(value)}" for name, value in [*_changes(cfg), *alone.items()]]
    overrides = [*HydraConfig.get().overrides.task, *changes]
    record = SweepRecord(Path(cfg.runs) / _name(cfg))
    with forwarding() as signals:
        arm = run_arm("train", overrides, record, signals, dict.fromkeys(launch_variables()))
    if arm.state == "preempted":
        if signals.received and signals.received[-1] in ANNOUNCED:
            requeue()
        record_arm(state="preempted", error="stopped while its start was trained")
        raise SystemExit(PREEMPTED_STATUS)
    if arm.state == "failed":
        raise UserError(f"the start of this run failed: {arm.error}")


def _changes(cfg: DictConfig) -> Iterator[tuple[str, Any]]:
    """Yield what the start has otherwise than this run, by dotted name."""
    plain = OmegaConf.to_container(cfg.start, resolve=True)
    assert isinstance(plain, Mapping)
    yield from _leaves("", plain)
    yield "name", _name(cfg)
    yield "start", None
    yield "pretrained", cfg.pretrained
    yield "evaluation.suites", []
    for technique in TECHNIQUES:
        yield f"model.{technique}.enabled", False


def _name(cfg: DictConfig) -> str:
    return f"{cfg.name}_start"


def _leaves(prefix: str, node: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value


def _typed(value: Any) -> str:
    """Return a value as it is typed in an override."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, list):
        return f"[{','.join(map(_typed, value))}]"
    return f"'{value}'" if isinstance(value, str) else str(value)
