"""An exported network in PyTorch's own exported files, as what animates."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.animation.parts import Pixels, Portrait
from talkingface.errors import UserError
from talkingface.export.folder import Export, Part, part_names
from talkingface.motion.recombination import plain_recombination

_ONLY_WEIGHTS = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"


class ExportedParts:
    """See `animation.parts.Parts`. Runs on the CPU.

    PyTorch's reader of these files is not made for files of strangers: give it your own only.

    Args:
        export: a folder with files of torch.export.
        batch: frames at a time.

    Raises:
        UserError: a file is missing or was changed.
    """

    def __init__(self, export: Export, batch: int = 8) -> None:
        self.batch = batch
        self.size, self.pose_dim = export.network.size, export.network.pose_dim
        self.corrects, self.steadies = export.network.corrector, export.network.steady
        self.lookahead = export.network.lookahead
        self.encoder = export.encoder
        self.scale, self.mean = torch.tensor(export.scale), torch.tensor(export.mean)
        self._parts = {part: _load(export, part) for part in part_names(export.network)}

    def portrait(self, picture_SS3: Pixels) -> Portrait:
        """Read a cropped portrait."""
        kept = self._run("portrait", _tensor(picture_SS3[None]))
        return Portrait(kept[0][0].numpy(), kept)

    def read(self, frames_BSS3: Pixels) -> NDArray[np.float32]:
        """Return the motion codes (B, Z) of cropped frames."""
        code_BZ: NDArray[np.float32] = self._run("read", _tensor(frames_BSS3)).numpy()
        return code_BZ

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes."""
        if not self.corrects:
            return code_BTZ
        videos = zip(code_BTZ.float(), time_BT.float(), fresh_BT, strict=True)
        return torch.cat([self._run("correct", *(x[None] for x in video)) for video in videos])

    def recombine(self, head_UZ: Tensor, face_UZ: Tensor) -> Tensor:
        """Return codes of one code's head pose and another's facial motion."""
        if "recombine" not in self._parts:
            return plain_recombination(head_UZ, face_UZ, self.pose_dim)
        made: Tensor = self._run("recombine", head_UZ, face_UZ)
        return made

    def render(self, portrait: Portrait, code_BZ: NDArray[np.float32]) -> Pixels:
        """Return the portrait's frames (B, S, S, 3) for motion codes."""
        frames: Pixels = self._run("render", _tensor(code_BZ), *portrait.features).numpy()
        return frames

    @torch.no_grad()
    def _run(self, part: Part, *given: Tensor) -> Any:
        return self._parts[part](*given)


def _tensor(given: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(given))


def _load(export: Export, part: Part) -> Callable[..., Any]:
    content = io.BytesIO(export.content(part, "torch"))
    with _only_weights(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return torch.export.load(content).module()
        except RuntimeError as error:
            raise UserError(
                f"{export.root}: {part}.pt2 cannot be read by this version of PyTorch "
                f"({str(error).splitlines()[0]}). Export again with it, or use runtime=onnx."
            ) from error


@contextmanager
def _only_weights() -> Iterator[None]:
    """Keep PyTorch from unpickling anything else when reading it as weights fails."""
    before = os.environ.get(_ONLY_WEIGHTS)
    os.environ[_ONLY_WEIGHTS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ONLY_WEIGHTS]
        else:
            os.environ[_ONLY_WEIGHTS] = before
