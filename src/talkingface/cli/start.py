"""The baseline training that all arms of one seed start from, trained first where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from talkingface.errors import UserError
from talkingface.runs.arm import PREEMPTED_STATUS, run_arm
from talkingface.runs.arm_names import TECHNIQUES
from talkingface.runs.forwarding import forwarding
from talkingface.runs.ranks import is_first_rank
from talkingface.runs.sweep_record import Arm, SweepRecord


def start_of(cfg: DictConfig, place: Callable[[DictConfig], Path]) -> Path:
    """Return the folder of the run that `cfg.start` describes, finished.

    It is this run without techniques, changed as `cfg.start` says, and trained by a process of its
    own, since one process trains one run. Of several runs that need it at once, one trains it and
    the others wait.

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
    if not is_first_rank():
        raise UserError(
            f"start: {folder} is not finished, and one of several processes cannot train it. Train "
            f"it first, by the same command with a single process."
        )
    arm = _trained(cfg)
    if arm.state == "preempted":
        raise SystemExit(PREEMPTED_STATUS)
    if arm.state == "failed":
        raise UserError(f"the start of this run failed: {arm.error}")
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


def _trained(cfg: DictConfig) -> Arm:
    changes = [f"{name}={_typed(value)}" for name, value in [*_changes(cfg), ("wait", True)]]
    overrides = [*HydraConfig.get().overrides.task, *changes]
    with forwarding() as signals:
        return run_arm("train", overrides, SweepRecord(Path(cfg.runs) / _name(cfg)), signals)


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
