"""A trained network in PyTorch, as what animates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.animation.encoder_hash import encoder_hash
from talkingface.animation.parts import Pixels, Portrait
from talkingface.networks.exportable import PortraitPart, ReadPart, RenderPart, halved
from talkingface.networks.model import TalkingFace

Precision = Literal["fp32", "bf16"]


class TorchParts:
    """See `animation.parts.Parts`.

    Args:
        network: in eval mode, on the device that it is to run on.
        batch: frames at a time.
        precision: bf16 computes convolutions in bfloat16, places and pixels in float32.
        compiled: compile what runs frame by frame, in the first call, for `batch` frames.
    """

    def __init__(
        self,
        network: TalkingFace,
        batch: int = 8,
        precision: Precision = "fp32",
        compiled: bool = False,
    ) -> None:
        self.batch = batch
        self.size = network.config.size
        self.pose_dim = network.pose_dim
        self.corrects, self.steadies = network.corrects, network.config.steady
        self.lookahead = network.config.lookahead
        self.encoder = encoder_hash(network)
        self.scale = network.statistics.scale.float().cpu()
        self.mean = network.statistics.mean.float().cpu()
        self._network = network
        self._device = network.statistics.mean.device
        self._bf16, self._compiled = precision == "bf16", compiled
        parts = (part(network).eval() for part in (PortraitPart, ReadPart, RenderPart))
        self._portrait, read, render = (halved(part) if self._bf16 else part for part in parts)
        self._read: Callable[..., Tensor] = read
        self._render: Callable[..., Tensor] = render
        if compiled:
            self._read, self._render = (torch.compile(p, dynamic=False) for p in (read, render))

    @torch.inference_mode()
    def portrait(self, picture_SS3: Pixels) -> Portrait:
        """Read a cropped portrait."""
        with self._autocast():
            kept = self._portrait(self._tensor(picture_SS3[None]))
        return Portrait(kept[0][0].cpu().numpy(), kept)

    @torch.inference_mode()
    def read(self, frames_BSS3: Pixels) -> NDArray[np.float32]:
        """Return the motion codes (B, Z) of cropped frames."""
        with self._autocast():
            found: NDArray[np.float32] = self._in_batches(self._read, frames_BSS3)
        return found

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes."""
        return self._network.correct(code_BTZ, time_BT, fresh_BT)

    @torch.inference_mode()
    def recombine(self, head_UZ: Tensor, face_UZ: Tensor) -> Tensor:
        """Return codes of one code's head pose and another's facial motion."""
        return self._network.recombine(head_UZ, face_UZ)

    @torch.inference_mode()
    def render(self, portrait: Portrait, code_BZ: NDArray[np.float32]) -> Pixels:
        """Return the portrait's frames (B, S, S, 3) for motion codes."""
        with self._autocast():
            found: Pixels = self._in_batches(self._render, code_BZ, *portrait.features)
        return found

    def _in_batches(
        self, part: Callable[..., Tensor], given: NDArray[np.generic], *rest: Tensor
    ) -> Any:
        """Run a part; a compiled one never sees another number of frames than `batch`."""
        if not self._compiled:
            return part(self._tensor(given), *rest).cpu().numpy()
        made = []
        for first in range(0, len(given), self.batch):
            piece = given[first : first + self.batch]
            full = np.concatenate([piece, np.repeat(piece[-1:], self.batch - len(piece), axis=0)])
            made.append(part(self._tensor(full), *rest)[: len(piece)].cpu().numpy())
        return np.concatenate(made)

    def _tensor(self, given: NDArray[np.generic]) -> Tensor:
        # A picture from a file is read-only, which PyTorch warns of.
        return torch.from_numpy(np.require(given, requirements=("C", "W"))).to(self._device)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16)
