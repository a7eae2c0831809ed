"""`talkingface animate`: a portrait talks like a reference video, with the reference's sound."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig
from torch import Tensor
from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.faces.crop import Box, crop_frame
from talkingface.faces.framing import driving_box, middle_square, portrait_box
from talkingface.faces.models import FACE_LANDMARKER, find_model
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import reenact
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
    info = probe(driving)
    checkpoint = find_checkpoint(Path(cfg.checkpoint))
    network = load_network(checkpoint).to(choose_device(cfg.device))
    size = network.config.size
    portrait, box = _portrait_and_box(cfg, source, driving, size)
    frames = _cropped(driving, box, size)
    columns = 3 if cfg.side_by_side else 1
    with VideoWriter(output, info.rate, columns * size, size, sound_from=driving) as writer:
        written = 0
        for made, true in tqdm(
            _generate(network, portrait, frames, cfg.chunk),
            "animating",
            round(info.duration * info.rate),
            unit="frame",
        ):
            writer.write(np.concatenate([portrait, true, made], 1) if cfg.side_by_side else made)
            written += 1
    seconds = float(written / info.rate)
    sound = "with the reference's sound" if info.has_audio else "silent, as the reference is"
    print(f"{output}: {written} frames, {seconds:.2f} s at {info.rate} frames/s, {sound}.")


def _portrait_and_box(
    cfg: DictConfig, source: Path, driving: Path, size: int
) -> tuple[NDArray[np.uint8], Box]:
    """Return the cropped portrait at the network's size, and the driving video's crop."""
    picture = read_picture(source)
    if cfg.crop == "whole":
        first = next(constant_rate_frames(driving))[1]
        return crop_frame(picture, middle_square(picture), size), middle_square(first)
    if cfg.crop != "face":
        raise UserError(f"crop={cfg.crop}: must be face or whole.")
    model = find_model(FACE_LANDMARKER, Path(cfg.landmarker) if cfg.landmarker else None)
    box = portrait_box(picture, source, model, cfg.crop_scale)
    return crop_frame(picture, box, size), driving_box(driving, model, cfg.crop_scale)


def _cropped(driving: Path, box: Box, size: int) -> Iterator[NDArray[np.uint8]]:
    return (crop_frame(frame, box, size) for _, frame in constant_rate_frames(driving))


def _pieces(frames: Iterator[NDArray[np.uint8]], chunk: int) -> Iterator[Tensor]:
    while piece := list(islice(frames, chunk)):
        yield to_tensor(np.stack(piece))


def _generate(
    network: TalkingFace,
    portrait: NDArray[np.uint8],
    frames: Iterator[NDArray[np.uint8]],
    chunk: int,
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Yield each generated frame beside the driving frame it follows; memory stays constant."""
    device = next(network.parameters()).device
    source = to_tensor(portrait[None]).to(device)
    pieces = (piece.to(device) for piece in _pieces(frames, chunk))
    for true, made in reenact(network, source[0], pieces):
        yield from zip(to_uint8(made), to_uint8(true), strict=True)
