"""One video of several networks: a column each, and a row for each condition of the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from omegaconf import DictConfig
from PIL import Image, ImageDraw
from tqdm import tqdm

from talkingface.animation.reference import Reference
from talkingface.cli.animate_settings import framing_of
from talkingface.cli.watching import ProgressBars
from talkingface.errors import UserError
from talkingface.evaluation.suites import Suite
from talkingface.faces.crop import crop_frame
from talkingface.motion.path import MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.video.frames import to_tensor, to_uint8
from talkingface.video.picture import read_picture
from talkingface.video.probe import probe
from talkingface.video.write import VideoWriter

_CAPTION = 16


@dataclass(frozen=True)
class Shown:
    """What stands side by side.

    Attributes:
        names: captions of the networks.
        networks: in eval mode, all of one frame size.
        references: names of what happens to the reference, a row each.
        path: what happens to the codes.
        enlarge: how many times larger the frames are shown.
    """

    names: Sequence[str]
    networks: Sequence[TalkingFace]
    references: Sequence[str]
    path: MotionPath
    enlarge: int


def write_comparison(cfg: DictConfig, shown: Shown, output: Path) -> None:
    """Write the video, with the reference's sound.

    Args:
        cfg: source, driving, crop, landmarker, crop_scale and chunk, as for `animate`.
        shown: what stands side by side.
        output: video file to write.

    Raises:
        UserError: portrait or reference cannot be used, or the networks' frames differ in size.
    """
    sizes = {network.config.size for network in shown.networks}
    if len(sizes) > 1:
        raise UserError(f"the runs generate frames of {sorted(sizes)} pixels: compare one size.")
    source, driving, size = Path(cfg.source), Path(cfg.driving), sizes.pop()
    info = probe(driving)
    framing, picture = framing_of(cfg), read_picture(source).pixels
    portrait = crop_frame(picture, framing.portrait(picture, source), size)
    with ProgressBars() as watch:
        reference = Reference(driving, info.rate, framing.driving(driving, watch).box, size)
    frames = round(info.duration * info.rate) or 1
    rows = [_row(shown, reference, name, portrait, frames, cfg.chunk) for name in shown.references]
    cell, columns = size * shown.enlarge, len(shown.networks) + 1
    caption = _captions(["reference", *shown.names], cell)
    height = _CAPTION + cell * len(rows)
    with VideoWriter(
        output, info.rate, columns * cell, height,
        crf=16, gop=50, tune=None, sound_from=driving,
    ) as writer:  # fmt: skip
        for cells in tqdm(zip(*rows, strict=True), "comparing", frames, unit="frame"):
            pictures = [_enlarged(np.concatenate(row, 1), shown.enlarge) for row in cells]
            writer.write(np.concatenate([caption, *pictures]))


def _row(
    shown: Shown,
    reference: Reference,
    name: str,
    portrait: NDArray[np.uint8],
    frames: int,
    chunk: int,
) -> Iterator[list[NDArray[np.uint8]]]:
    """Yield, frame by frame, the reference as it is read and what each network makes of it."""
    perturbation, clip = Suite.named(name).perturbation, reference.path.name
    wanted_U = torch.tensor([float(k / reference.rate) for k in range(frames)], dtype=torch.float64)
    source = to_tensor(portrait[None])[0]
    made = []
    for network in shown.networks:
        codes = encode_driving(network, perturbation.apply(reference.pieces(chunk), clip))
        made.append(
            generate_frames(network, source, shown.path.apply(network, codes, wanted_U), chunk)
        )
    read = perturbation.apply(reference.pieces(chunk), clip)
    for true, *generated in zip(perturbation.shown(read), *made, strict=False):
        yield [to_uint8(frame[None])[0] for frame in (true, *generated)]


def _captions(names: Sequence[str], cell: int) -> NDArray[np.uint8]:
    strip = Image.new("RGB", (cell * len(names), _CAPTION), "white")
    draw = ImageDraw.Draw(strip)
    for column, name in enumerate(names):
        draw.text(((column + 0.5) * cell, _CAPTION / 2), name, fill="black", anchor="mm")
    return np.asarray(strip)


def _enlarged(frame: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    picture = Image.fromarray(frame).resize(
        (width * times, height * times), Image.Resampling.BICUBIC
    )
    return np.asarray(picture)
