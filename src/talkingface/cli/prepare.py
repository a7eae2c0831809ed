"""`talkingface prepare`: raw videos become a data set of face crops."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from omegaconf import DictConfig

from talkingface.errors import UserError
from talkingface.faces.crop_path import CropMode
from talkingface.faces.identity import IdentitySettings
from talkingface.model_files import FACE_LANDMARKER, find_model
from talkingface.prepare.clip_settings import ClipSettings, Framing, People
from talkingface.prepare.engine import prepare
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.order import Duplicates, Order
from talkingface.prepare.worker import Limits


def run(cfg: DictConfig) -> None:
    """Prepare the videos of `cfg.input` and print what became of them.

    Raises:
        UserError: a field has a wrong value, the model is missing, or no video can be used.
    """
    print(prepare(_order(cfg)).text())


def _order(cfg: DictConfig) -> Order:
    order = Order(
        source=Path(cfg.input).expanduser(),
        root=Path(cfg.output).expanduser(),
        model=Path(),
        layout=str(cfg.layout),
        clips=_clip_settings(cfg),
        filters=_filters(cfg.filters),
        duplicates=_one_of(cfg.filters.duplicates, "filters.duplicates", Duplicates),
        identity=_identity_settings(cfg.identity),
        limits=_limits(cfg.limits),
        workers=_whole(cfg.workers, "workers"),
        shard=_whole(cfg.shard, "shard"),
        shards=_whole(cfg.shards, "shards"),
    )
    # Last, since it may have to be downloaded.
    explicit = Path(cfg.landmarker).expanduser() if cfg.landmarker else None
    return replace(order, model=find_model(FACE_LANDMARKER, explicit))


def _clip_settings(cfg: DictConfig) -> ClipSettings:
    if (size := _whole(cfg.size, "size")) < 32 or size % 2:
        raise UserError(f"size={cfg.size}: must be even and 32 or more.")
    whole = cfg.max_seconds
    seconds = None if whole is None else _number(whole, "max_seconds", above=0)
    return ClipSettings(
        size=size,
        rate=_rate(cfg.rate),
        max_seconds=seconds,
        clip_seconds=_number(cfg.clip_seconds, "clip_seconds", above=0),
        people=_one_of(cfg.people, "people", People),
        framing=_one_of(cfg.crop.framing, "crop.framing", Framing),
        crop_mode=_one_of(cfg.crop.mode, "crop.mode", CropMode),
        crop_scale=_number(cfg.crop.scale, "crop.scale", above=0),
        crop_smoothing=_number(cfg.crop.smoothing, "crop.smoothing", least=0),
    )


def _filters(cfg: DictConfig) -> FilterLimits:
    names = [field.name for field in fields(FilterLimits)]
    return FilterLimits(**{name: _number(cfg[name], f"filters.{name}", least=0) for name in names})


def _limits(cfg: DictConfig) -> Limits:
    whole = cfg.file_seconds
    return Limits(
        stall_seconds=_number(cfg.stall_seconds, "limits.stall_seconds", above=0),
        file_seconds=None if whole is None else _number(whole, "limits.file_seconds", above=0),
        memory=_number(cfg.memory, "limits.memory", above=0),
    )


def _whole(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UserError(f"{name}={value}: must be a whole number.")


def _number(value: Any, name: str, *, least: float = -math.inf, above: float = -math.inf) -> float:
    """Return a finite number within bounds.

    Raises:
        UserError: it is something else.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isfinite(number) and number >= least and number > above:
        return number
    bound = f"above {above:g}" if above > -math.inf else f"{least:g} or more"
    raise UserError(f"{name}={value}: must be a number, {bound}.")


def _one_of(value: Any, name: str, choices: Any) -> Any:
    allowed = get_args(choices)
    if value not in allowed:
        raise UserError(f"{name}={value}: choose one of {', '.join(allowed)}.")
    return value


def _rate(value: Any) -> Fraction | None:
    if value is None:
        return None
    try:
        rate = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise UserError(f"rate={value}: must be above 0, as 25, 12.5 or 30000/1001.")
    return rate


def _identity_settings(cfg: DictConfig) -> IdentitySettings:
    return IdentitySettings(
        source=cfg["from"],
        table=Path(cfg.table).expanduser() if cfg.table else None,
        file_column=cfg.file_column,
        column=cfg.column,
    )
