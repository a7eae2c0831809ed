"""Inference: a driving video becomes codes, and codes become frames of a portrait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from talkingface.motion.path import Driving
from talkingface.motion.steadying import marked
from talkingface.networks.model import TalkingFace


@torch.no_grad()
def encode_driving(network: TalkingFace, pieces: Iterable[tuple[Tensor, Tensor]]) -> Driving:
    """Read the motion of a driving video that comes in pieces; frames are not kept.

    Args:
        network: in eval mode.
        pieces: frames (T, 3, S, S) in [-1, 1] and their times (T,) in seconds, in order; at least
            one frame in all.

    Returns:
        Codes, times and repeats of all frames, on the CPU.
    """
    device = next(network.parameters()).device
    codes, times, fresh = [], [], []
    for piece in network.steady(marked(pieces)):
        codes.append(network.motion(piece.frames.to(device)).code.float().cpu())
        times.append(piece.time)
        fresh.append(piece.fresh)
    return Driving(torch.cat(codes), torch.cat(times), torch.cat(fresh))


@torch.no_grad()
def generate_frames(
    network: TalkingFace, source_3SS: Tensor, code_TZ: Tensor, chunk: int = 16
) -> Iterator[Tensor]:
    """Yield the portrait's frames (3, S, S) in [-1, 1] for each code, on the network's device.

    Args:
        network: in eval mode.
        source_3SS: the portrait in [-1, 1].
        code_TZ: motion codes, see `motion.path.MotionPath`.
        chunk: frames generated at a time.
    """
    source = source_3SS[None].to(next(network.parameters()).device)
    appearance, source_code = network.appearance(source), network.motion(source).code
    for code_BZ in code_TZ.to(source.device).split(chunk):
        yield from network.generate(appearance, source_code, code_BZ[None]).frames
