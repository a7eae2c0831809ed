"""A ruler: reads pose and expression from synthetic frames, trained on people of its own.

Its error on people whom it has not seen is part of it and belongs beside every figure read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_dir

from talkingface.errors import UserError
from talkingface.manifest import POSE_NAMES, Track
from talkingface.metrics.ruler_errors import Error, Errors
from talkingface.metrics.ruler_network import RulerNetwork
from talkingface.model_files import MODELS_VARIABLE, MissingModelError
from talkingface.synthetic.dataset import GENERATOR_VERSION
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.tensor_files import read_tensors
from talkingface.video.frames import to_tensor

FORMAT = 1
_BATCH = 64


@dataclass(frozen=True)
class Ruler:
    """A trained reader of synthetic frames.

    Attributes:
        network: what reads, in eval mode.
        size: side of the frames that it reads, pixels.
        errors: its error on held-out people, by name; see `ruler_errors.measure_errors`.
        seeds: of the people and motions of "training" and "held-out"; no data set has any of them.
        generator_version: `synthetic.dataset.GENERATOR_VERSION` of the frames that it learned from.
    """

    network: RulerNetwork
    size: int
    errors: Errors
    seeds: dict[str, range]
    generator_version: int = GENERATOR_VERSION

    @torch.no_grad()
    def read(self, pieces: Iterable[NDArray[np.uint8]]) -> Track:
        """Return what the frames of one video show; memory for frames does not grow with them.

        Args:
            pieces: frames (T, S, S, 3) uint8 RGB in order, as `video.footage.read_footage` yields.

        Raises:
            UserError: frames of another size, or none.
        """
        device = next(self.network.parameters()).device
        parts: list[list[NDArray[np.float32]]] = []
        for piece in pieces:
            if piece.shape[1:] != (self.size, self.size, 3):
                raise UserError(
                    f"frames of {piece.shape[2]} x {piece.shape[1]} px: this ruler reads "
                    f"{self.size} x {self.size} px. Scale them, or make a ruler of their size with "
                    f"`{_command(piece.shape[2])}`."
                )
            for first in range(0, len(piece), _BATCH):
                labels = self.network(to_tensor(piece[first : first + _BATCH]).to(device))
                parts.append([part.float().cpu().numpy() for part in labels])
        if not parts:
            raise UserError("no frames: a ruler needs at least one. Give a video that has some.")
        pose, expression, landmarks = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Track(pose, expression, landmarks, face=np.ones(len(pose), bool))


def save_ruler(ruler: Ruler, path: Path) -> None:
    """Write a ruler; the file appears under its name when it is complete."""
    content = {
        "ruler_format": FORMAT,
        "size": ruler.size,
        "generator_version": ruler.generator_version,
        "names": [*POSE_NAMES, *EXPRESSION_NAMES],
        "seeds": {name: [seeds.start, seeds.stop] for name, seeds in ruler.seeds.items()},
        "errors": {name: list(error) for name, error in ruler.errors.items()},
        "weights": ruler.network.state_dict(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        torch.save(content, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_ruler(path: Path, size: int | None = None) -> Ruler:
    """Read a ruler on the CPU, in eval mode.

    Args:
        path: file that `save_ruler` wrote.
        size: side of the frames that it has to read; None takes any.

    Raises:
        UserError: no ruler, or one of another size or another version of the synthetic heads.
    """
    content: Any = read_tensors(path)
    if not isinstance(content, dict) or content.get("ruler_format") != FORMAT:
        raise UserError(f"{path}: no ruler of this version. Make one with `{_command(size)}`.")
    for what, wanted in (("size", size), ("generator_version", GENERATOR_VERSION)):
        if wanted is not None and content[what] != wanted:
            raise UserError(
                f"{path}: a ruler for {what}={content[what]}, needed is {what}={wanted}. Make one "
                f"with `{_command(size or content['size'])}`."
            )
    network = RulerNetwork(content["size"])
    try:
        network.load_state_dict(content["weights"])
    except RuntimeError as error:
        raise UserError(
            f"{path}: its network is another version's ({str(error).splitlines()[0]}). Make the "
            f"ruler again with `{_command(content['size'])}`."
        ) from error
    return Ruler(
        network.eval().requires_grad_(False),
        content["size"],
        {name: Error(*values) for name, values in content["errors"].items()},
        {name: range(*ends) for name, ends in content["seeds"].items()},
        content["generator_version"],
    )


def find_ruler(size: int, explicit: Path | None = None) -> Path:
    """Return the file of a ruler for frames of a size.

    Looks at `explicit` alone when given; else in the folder that the environment variable
    TALKINGFACE_MODELS names, and in the user's cache.

    Raises:
        MissingModelError: there is none; the message says what makes one.
        UserError: there is none at `explicit`.
    """
    folder = os.environ.get(MODELS_VARIABLE)
    usual = [Path(folder) / ruler_name(size)] if folder else []
    places = [explicit] if explicit else [*usual, cached_ruler(size)]
    for place in places:
        if place.is_file():
            return place
    kind = UserError if explicit else MissingModelError
    raise kind(
        f"{' and '.join(map(str, places))}: no ruler for frames of {size} px. Make one with "
        f"`{_command(size)}`, which takes about half an hour on one processor core at 64 px."
    )


def cached_ruler(size: int) -> Path:
    """Return where a ruler lies in the user's cache."""
    return Path(user_cache_dir("talkingface")) / ruler_name(size)


def ruler_name(size: int) -> str:
    """Return the file name of a ruler for frames of a size and today's synthetic heads."""
    return f"ruler-{size}px-heads{GENERATOR_VERSION}.pt"


def _command(size: int | None) -> str:
    return f"talkingface ruler size={size or 64}"
