"""`talkingface animate`: a portrait talks like a reference video, with the reference's sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from omegaconf import DictConfig

from talkingface.animation.framing import Framing
from talkingface.animation.making import Settings, animate
from talkingface.animation.reference import read_motion
from talkingface.animation.still import read_still
from talkingface.animation.torch_parts import TorchParts
from talkingface.cli.watching import ProgressBars
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import find_checkpoint


def run(cfg: DictConfig) -> None:
    """Animate one portrait with one reference video and say what was written."""
    source, driving, output = (Path(cfg[name]) for name in ("source", "driving", "output"))
    if output.suffix.lower() not in (".mp4", ".mov", ".m4v"):
        raise UserError(f"{output}: must end in .mp4, .mov or .m4v.")
    settings = Settings(MotionPath(**cfg.path), _output_rate(cfg.output_rate))
    perturbation, framing = Perturbation.named(cfg.perturb), framing_of(cfg)
    network = load_network(find_checkpoint(Path(cfg.checkpoint))).to(choose_device(cfg.device))
    parts = TorchParts(network, cfg.chunk)
    with ProgressBars() as watch:
        still = read_still(parts, source, framing)
        motion, reference = read_motion(parts, driving, framing, perturbation, watch)
        beside = reference if cfg.side_by_side else None
        made = animate(parts, still, motion, settings, output, beside, watch)
    sound = "with the reference's sound" if made.has_sound else "silent, as the reference is"
    seconds = float(made.frames / made.rate)
    print(f"{output}: {made.frames} frames, {seconds:.2f} s at {made.rate} frames/s, {sound}.")


def framing_of(cfg: DictConfig) -> Framing:
    """Return how portrait and reference are cropped.

    Raises:
        UserError: a choice that is not offered.
    """
    return Framing(cfg.crop, cfg.crop_scale, Path(cfg.landmarker) if cfg.landmarker else None)


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
