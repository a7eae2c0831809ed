"""`talkingface prepare`: raw videos become a data set of face crops."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings
from talkingface.faces.prepare_clip import ClipSettings
from talkingface.faces.prepare_folder import Summary, prepare_folder
from talkingface.model_files import FACE_LANDMARKER, find_model

CROP_MODES = ("fixed", "tracked")


def run(cfg: DictConfig) -> None:
    """Prepare all videos of `cfg.input` and print what became of them.

    Raises:
        UserError: a field has a wrong value, the model is missing, or no video can be used.
    """
    settings = _clip_settings(cfg)
    if int(cfg.workers) < 1:
        raise UserError(f"workers={cfg.workers}: must be 1 or more.")
    explicit = Path(cfg.landmarker).expanduser() if cfg.landmarker else None
    summary = prepare_folder(
        Path(cfg.input).expanduser(),
        Path(cfg.output).expanduser(),
        find_model(FACE_LANDMARKER, explicit),
        settings,
        _identity_settings(cfg.identity),
        int(cfg.workers),
    )
    print(_report(summary, Path(cfg.output)))


def _clip_settings(cfg: DictConfig) -> ClipSettings:
    if cfg.size < 32 or cfg.size % 2:
        raise UserError(f"size={cfg.size}: must be even and 32 or more.")
    if cfg.crop.mode not in CROP_MODES:
        raise UserError(f"crop.mode={cfg.crop.mode}: choose one of {', '.join(CROP_MODES)}.")
    if cfg.crop.scale <= 0:
        raise UserError(f"crop.scale={cfg.crop.scale}: must be above 0.")
    return ClipSettings(
        size=cfg.size,
        rate=_rate(cfg.rate),
        max_seconds=cfg.max_seconds,
        crop_mode=cfg.crop.mode,
        crop_scale=float(cfg.crop.scale),
        crop_smoothing=float(cfg.crop.smoothing),
        min_face=float(cfg.min_face),
        min_face_share=float(cfg.min_face_share),
        min_seconds=float(cfg.min_seconds),
    )


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


def _report(summary: Summary, output: Path) -> str:
    frames = sum(clip.frames for clip in summary.clips)
    minutes = float(sum(clip.frames / clip.rate for clip in summary.clips)) / 60
    people = len({clip.identity for clip in summary.clips})
    lines = [
        f"prepared {len(summary.clips)} of {len(summary.clips) + len(summary.rejected)} videos "
        f"(identities: {people}, frames: {frames}, minutes: {minutes:.1f}): {output}"
    ]
    if summary.rejected:
        lines.append(f"rejected {len(summary.rejected)}, see {output / 'rejected.csv'}:")
        lines += [f"  {file}: {reason}" for file, reason in summary.rejected]
    return "\n".join(lines)
