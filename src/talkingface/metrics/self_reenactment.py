"""Self-reenactment of one clip: its own first frame moved by all its frames, and two floors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.metrics.image import frame_metrics
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.video.frames import to_tensor

ReadChunk = Callable[[range], NDArray[np.uint8]]


def evaluate_clip(
    network: TalkingFace,
    read: ReadChunk,
    frames: int,
    rate: Fraction,
    path: MotionPath,
    perturbation: Perturbation,
    clip_name: str,
    chunk: int = 32,
) -> dict[str, float]:
    """Measure the reenactment of one clip from its first frame.

    Args:
        network: in eval mode; frames are moved to its device.
        read: returns the given frames as (T, S, S, 3) uint8; called in order, in two passes.
        frames: number of frames in the clip.
        rate: its frames a second.
        path: what happens to the codes.
        perturbation: what happens to the driving frames; portrait and targets stay clean.
        clip_name: the clip's name, which seeds the perturbation.
        chunk: frames in memory at a time.

    Returns:
        "l1", "psnr", "ssim" and "ms_ssim" of the generated frames, averaged over frames, in the
        range [0, 1], and "jitter", how much their changes of speed differ from the true ones: mean
        absolute error of the pixels' second difference over time, which a frozen picture cannot
        win;
        the same with "_still" for the source frame held still, and with "_mean" for the mean of
        the driving frames: what a model scores that does not follow the driver.
    """
    device = next(network.parameters()).device
    chunks = [range(start, min(start + chunk, frames)) for start in range(0, frames, chunk)]
    time_T = torch.arange(frames, dtype=torch.float64) / float(rate)
    summed = torch.zeros(())

    def pieces() -> Iterator[tuple[Tensor, Tensor]]:
        nonlocal summed
        for indices in chunks:
            clip = to_tensor(read(indices))
            summed = summed + clip.sum(dim=0)
            yield clip, time_T[indices.start : indices.stop]

    driving = encode_driving(network, perturbation.apply(pieces(), clip_name))
    mean = (summed / frames)[None].to(device)
    source = to_tensor(read(range(1))).to(device)
    made = generate_frames(network, source[0], path.apply(network, driving, time_T), chunk)
    sums: dict[str, float] = defaultdict(float)
    errors: dict[str, Tensor] = {}
    for indices in chunks:
        clip = to_tensor(read(indices)).to(device)
        generated = torch.stack([next(made) for _ in indices])
        for name, guess in (("", generated), ("_still", source), ("_mean", mean)):
            values = frame_metrics(_unit(guess.expand_as(clip)), _unit(clip))
            for metric, value_T in values.items():
                sums[metric + name] += float(value_T.sum())
            error = _unit(guess.expand_as(clip)) - _unit(clip)
            # Second differences reach over the chunks' borders.
            error = torch.cat([errors[name], error]) if name in errors else error
            sums["jitter" + name] += float(error.diff(n=2, dim=0).abs().mean(dim=(1, 2, 3)).sum())
            errors[name] = error[-2:]
    counts = {name: frames - 2 if name.startswith("jitter") else frames for name in sums}
    return {name: value / max(counts[name], 1) for name, value in sums.items()}


def _unit(signed: Tensor) -> Tensor:
    return (signed.clamp(-1, 1) + 1) / 2
