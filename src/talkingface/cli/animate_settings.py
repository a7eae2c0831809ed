"""The fields of `animate`, as what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from omegaconf import DictConfig, ListConfig

from talkingface.animation.framing import Framing
from talkingface.animation.making import Settings
from talkingface.animation.pairs import (
    SAVED_MOTION,
    Pair,
    all_pairs,
    driving_files,
    motion_files,
    source_files,
)
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer


@dataclass(frozen=True)
class Job:
    """What is to be made.

    Attributes:
        pairs: the videos.
        several: whether lists or folders were given.
        saves: where the motions of references are saved.
    """

    pairs: list[Pair]
    several: bool
    saves: dict[Path, Path]

    @staticmethod
    def is_saved(driving: Path) -> bool:
        """Return whether a reference is a saved motion."""
        return driving.suffix.lower() == SAVED_MOTION


def job_of(cfg: DictConfig) -> Job:
    """Return what is to be made.

    Raises:
        UserError: a folder holds nothing to take, or fields do not go together.
    """
    sources, drivings = _paths(cfg, "source"), _paths(cfg, "driving")
    several = any(
        isinstance(given, ListConfig) or Path(str(given)).is_dir()
        for given in (cfg.source, cfg.driving)
    )
    found = driving_files(drivings)
    saved = list(filter(Job.is_saved, found))
    if saved and cfg.side_by_side:
        raise UserError(
            f"{saved[0]}: side_by_side=true shows the reference's video, which a saved motion does "
            "not hold. Give driving=... the video."
        )
    if several:
        pairs = all_pairs(source_files(sources), found, Path(str(cfg.output or "animated")))
    else:
        pairs = [Pair(sources[0], found[0], Path(str(cfg.output or "animated.mp4")))]
    if saved and cfg.perturb != "clean":
        raise UserError(
            f"{saved[0]}: perturb={cfg.perturb} changes a video before its motion is read. "
            "Give driving=... the video."
        )
    saves = {}
    if cfg.save_motion:
        saves = motion_files(found, Path(str(cfg.save_motion)), several)
    return Job(pairs, several, saves)


def settings_of(cfg: DictConfig) -> Settings:
    """Return how motions are shown.

    Raises:
        UserError: a choice that is not offered.
    """
    return Settings(
        MotionPath(**cfg.path),
        _output_rate(cfg.output_rate),
        Transfer(_switch(cfg, "relative"), cfg.relative_to, cfg.head_strength, cfg.face_strength),
        _switch(cfg, "paste"),
        _switch(cfg, "side_by_side"),
    )


def framing_of(cfg: DictConfig) -> Framing:
    """Return how portrait and reference are cropped.

    Raises:
        UserError: a choice that is not offered.
    """
    landmarker = Path(str(cfg.landmarker)) if cfg.landmarker else None
    # compare, which crops in the same way, leaves the choice of a face out.
    faces = (cfg.get(name, "largest") for name in ("portrait_face", "driving_face"))
    return Framing(cfg.crop, cfg.crop_scale, landmarker, *faces)


def _paths(cfg: DictConfig, field: str) -> list[Path]:
    given = cfg[field]
    files = list(given) if isinstance(given, ListConfig) else [given]
    if not files or None in files:
        raise UserError(f"{field}={given}: names no file. Give at least one.")
    return [Path(str(each)) for each in files]


def _switch(cfg: DictConfig, field: str) -> bool:
    # Hydra takes words such as no for text, which would count as true.
    if not isinstance(cfg[field], bool):
        raise UserError(f"{field}={cfg[field]}: must be true or false.")
    return bool(cfg[field])


def _output_rate(text: str | float | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 240:
        raise UserError(f"output_rate={text}: must be between 1 and 240, such as 25 or 30000/1001.")
    return rate
