"""Inference: a portrait moved by a driving video that arrives in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from talkingface.networks.model import TalkingFace


@torch.no_grad()
def reenact(
    network: TalkingFace, source_3SS: Tensor, clips: Iterable[Tensor]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Move a portrait with driving frames that come in pieces.

    Args:
        network: in eval mode.
        source_3SS: the portrait in [-1, 1].
        clips: pieces (T, 3, S, S) in [-1, 1] of one driving video, in order.

    Yields:
        Each piece and what was generated for it, (T, 3, S, S) in [-1, 1].
    """
    source = source_3SS[None]
    appearance, source_code = network.appearance(source), network.motion(source).code
    for clip in clips:
        driving_code = network.motion(clip).code
        yield clip, network.generate(appearance, source_code, driving_code[None]).frames
