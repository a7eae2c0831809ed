"""The cheap part of the evaluation, on fixed windows of validation clips while training."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from data_modules.dataset import ClipBatch
from talkingface.metrics.image import frame_metrics
from talkingface.networks.model import TalkingFace
from talkingface.networks.motion_encoder import Motion
from talkingface.video.frames import to_signed


class Validated(NamedTuple):
    """A validation batch as the network makes it.

    Attributes:
        values: "l1", "psnr", "ssim" of generated frames and "l1_still" of the source held still,
            means over the batch, see `metrics.image.frame_metrics`.
        generated: frames (B, T, 3, S, S) in [-1, 1].
        motion: what was read of the driving frames, float32.
    """

    values: dict[str, Tensor]
    generated: Tensor
    motion: Motion


def validate(network: TalkingFace, batch: ClipBatch) -> Validated:
    """Reenact the sources of a batch with its driving frames and compare them."""
    source, driving = to_signed(batch["source"]), to_signed(batch["driving"])
    motion = Motion(*(x.float() for x in network.read_clip(driving)))
    fresh = torch.ones(driving.shape[:2], dtype=torch.bool, device=driving.device)
    code = network.correct(motion.code, batch["time"], fresh)
    made = network.generate(network.appearance(source), network.motion(source).code, code)
    pairs = ((x.float().clamp(-1, 1) + 1) / 2 for x in (made.frames, driving.flatten(0, 1)))
    values = {name: value_N.mean() for name, value_N in frame_metrics(*pairs).items()}
    values["l1_still"] = (source[:, None] - driving).abs().mean() / 2
    return Validated(values, made.frames.unflatten(0, driving.shape[:2]), motion)
