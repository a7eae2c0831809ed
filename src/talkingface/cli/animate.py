"""`talkingface animate`: a portrait talks like a reference video, with the reference's sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from omegaconf import DictConfig
from torch import Tensor
from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.faces.crop import Box, crop_frame
from talkingface.faces.framing import driving_box, middle_square, portrait_box
from talkingface.model_files import FACE_LANDMARKER, find_model
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import find_checkpoint
from talkingface.video.frames import to_tensor, to_uint8
from talkingface.video.picture import read_picture
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter


def run(cfg: DictConfig) -> None:
    """Animate one portrait with one reference video and say what was written."""
    source, driving, output = (Path(cfg[name]) for name in ("source", "driving", "output"))
    if output.suffix.lower() not in (".mp4", ".mov", ".m4v"):
        raise UserError(f"{output}: must end in .mp4, .mov or .m4v.")
    path, output_rate = MotionPath(**cfg.path), _output_rate(cfg.output_rate)
    perturbation = Perturbation.named(cfg.perturb)
    info = probe(driving)
    checkpoint = find_checkpoint(Path(cfg.checkpoint))
    network = load_network(checkpoint).to(choose_device(cfg.device))
    size = network.config.size
    portrait, box = portrait_and_box(cfg, source, driving, size)
    reference = Reference(driving, info.rate, box, size)
    total = round(info.duration * info.rate)
    pieces = tqdm(reference.pieces(cfg.chunk), "reading motion", -(-total // cfg.chunk))
    codes = encode_driving(network, perturbation.apply(pieces, driving.name))
    rate = output_rate or info.rate
    frames = round(info.duration * rate) or 1
    wanted = torch.tensor([float(k / rate) for k in range(frames)], dtype=torch.float64)
    wanted_codes = path.apply(network, codes, wanted)
    made = generate_frames(network, to_tensor(portrait[None])[0], wanted_codes, cfg.chunk)
    columns = 3 if cfg.side_by_side else 1
    with VideoWriter(
        output, rate, columns * size, size, crf=16, gop=50, tune=None, sound_from=driving
    ) as writer:
        beside = reference.frames(rate) if cfg.side_by_side else repeat(None, frames)
        for frame, true in tqdm(zip(made, beside, strict=False), "animating", frames, unit="frame"):
            pixels = to_uint8(frame[None])[0]
            writer.write(pixels if true is None else np.concatenate([portrait, true, pixels], 1))
    seconds = float(frames / rate)
    sound = "with the reference's sound" if info.has_audio else "silent, as the reference is"
    print(f"{output}: {frames} frames, {seconds:.2f} s at {rate} frames/s, {sound}.")


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


@dataclass(frozen=True)
class Reference:
    """The driving video, cropped; read from the file anew each time, never kept."""

    path: Path
    rate: Fraction
    box: Box
    size: int

    def frames(self, rate: Fraction) -> Iterator[NDArray[np.uint8]]:
        """Yield the cropped frames (S, S, 3) at a constant rate."""
        for _, frame in constant_rate_frames(self.path, rate):
            yield crop_frame(frame, self.box, self.size)

    def pieces(self, chunk: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield `chunk` frames at a time in [-1, 1], with their times in seconds."""
        frames = self.frames(self.rate)
        first = 0
        while piece := list(islice(frames, chunk)):
            times = [float((first + k) / self.rate) for k in range(len(piece))]
            yield to_tensor(np.stack(piece)), torch.tensor(times, dtype=torch.float64)
            first += len(piece)


def portrait_and_box(
    cfg: DictConfig, source: Path, driving: Path, size: int
) -> tuple[NDArray[np.uint8], Box]:
    """Return the cropped portrait at the network's size, and the driving video's crop.

    Args:
        cfg: crop, landmarker and crop_scale.
        source: the portrait's file.
        driving: the driving video's file.
        size: side of the cropped portrait, pixels.

    Raises:
        UserError: a file cannot be read, or shows no usable face.
    """
    picture = read_picture(source)
    if cfg.crop == "whole":
        first = next(constant_rate_frames(driving))[1]
        return crop_frame(picture, middle_square(picture), size), middle_square(first)
    if cfg.crop != "face":
        raise UserError(f"crop={cfg.crop}: must be face or whole.")
    model = find_model(FACE_LANDMARKER, Path(cfg.landmarker) if cfg.landmarker else None)
    box = portrait_box(picture, source, model, cfg.crop_scale)
    return crop_frame(picture, box, size), driving_box(driving, model, cfg.crop_scale)
