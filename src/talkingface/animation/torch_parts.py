"""A trained network in PyTorch, as what animates."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.animation.encoder_hash import encoder_hash
from talkingface.animation.parts import Pixels, Portrait
from talkingface.networks.model import TalkingFace
from talkingface.video.frames import to_tensor, to_uint8


class TorchParts:
    """See `animation.parts.Parts`.

    Args:
        network: in eval mode, on the device that it is to run on.
        batch: frames at a time.
    """

    def __init__(self, network: TalkingFace, batch: int = 8) -> None:
        self.network = network
        self.batch = batch
        self.size = network.config.size
        self.pose_dim = network.pose_dim
        self.corrects = network.corrects
        self.encoder = encoder_hash(network)
        self.scale = network.statistics.scale.float().cpu()
        self.mean = network.statistics.mean.float().cpu()
        self._device = next(network.parameters()).device

    @torch.inference_mode()
    def portrait(self, picture_SS3: Pixels) -> Portrait:
        """Read a cropped portrait."""
        image_13SS = to_tensor(picture_SS3[None]).to(self._device)
        code_1Z = self.network.motion(image_13SS).code
        appearance = self.network.appearance(image_13SS)
        return Portrait(code_1Z[0].float().cpu().numpy(), (appearance, code_1Z))

    @torch.inference_mode()
    def read(self, frames_BSS3: Pixels) -> NDArray[np.float32]:
        """Return the motion codes (B, Z) of cropped frames."""
        code_BZ = self.network.motion(to_tensor(frames_BSS3).to(self._device)).code
        found: NDArray[np.float32] = code_BZ.float().cpu().numpy()
        return found

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes."""
        return self.network.correct(code_BTZ, time_BT, fresh_BT)

    @torch.inference_mode()
    def render(self, portrait: Portrait, code_BZ: NDArray[np.float32]) -> Pixels:
        """Return the portrait's frames (B, S, S, 3) for motion codes."""
        appearance, source_1Z = portrait.features
        driving_1BZ = torch.from_numpy(code_BZ).to(self._device)[None]
        return to_uint8(self.network.generate(appearance, source_1Z, driving_1BZ).frames)
