"""What `evaluate` checks of its configuration before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from talkingface.errors import UserError
from talkingface.evaluation.suites import Suite
from talkingface.video.footage import find_footage, read_footage

_SMALLEST = 32


def listed(value: Any) -> list[str]:
    """Return a list, also where one value was given without brackets."""
    return [value] if isinstance(value, str) else list(value)


def check_settings(cfg: DictConfig, suites: Sequence[Suite]) -> None:
    """Refuse settings that contradict each other or are out of range.

    Raises:
        UserError: the first of them.
    """
    if cfg.predictions and cfg.inputs:
        raise UserError("predictions=... and inputs=...: give one of them.")
    if cfg.predictions and len(suites) > 1:
        raise UserError("predictions are what a system made of one suite: give one in suites=[...]")
    if cfg.targets and (cfg.data.root or not cfg.predictions):
        raise UserError("targets=... is for predictions=... without data=...: leave one out.")
    if (cfg.predictions or cfg.inputs) and any(suite.task == "swap" for suite in suites):
        raise UserError(
            "suites=[swap] mixes the codes of two videos, which only a model of this project has: "
            "leave swap out for predictions=... and inputs=..."
        )
    for name, least in (("workers", 1), ("still_frames", 2)):
        if cfg[name] < least:
            raise UserError(f"{name}={cfg[name]}: must be at least {least}.")


def side_of(folder: Path) -> int:
    """Return the side of the square frames in a folder of footage.

    Raises:
        UserError: there is none, or its frames are not square.
    """
    first = next(iter(find_footage(folder).values()))
    height, width = next(read_footage(first, chunk=1)).shape[1:3]
    if height != width:
        raise UserError(
            f"{first}: frames of {width}x{height} pixels. Faces are compared in square crops: "
            "set size=256 to scale everything to that."
        )
    return width


def checked_size(size: int) -> int:
    """Return a size that is large enough.

    Raises:
        UserError: it is not.
    """
    if size < _SMALLEST:
        raise UserError(f"size={size}: must be at least {_SMALLEST} pixels.")
    return size


def output_of(cfg: DictConfig, checkpoint: Path | None) -> Path:
    """Return the folder of the results, made.

    Raises:
        UserError: it cannot be made.
    """
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


def required(value: Any, name: str) -> Any:
    """Return a value that has to be there.

    Raises:
        UserError: it is None.
    """
    if value is None:
        raise UserError(
            f"give {name}=... (split=all needs no numbers of identities), or the checkpoint of a "
            "run that was trained on the data."
        )
    return value
