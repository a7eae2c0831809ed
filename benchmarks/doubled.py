"""Convolution of a doubled map: doubling first against one convolution of the small map."""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.networks.blocks import conv_of_doubled

# Channels in, channels out and side before doubling, as in the generator at 64 px, small width.
LAYERS = ((96, 48, 16), (128, 96, 8), (192, 128, 4))


def doubled_first(x: Tensor, weight: Tensor) -> Tensor:
    """Return the same convolution the plain way."""
    return F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), weight, padding=1)


def milliseconds(convolve: Callable[[Tensor, Tensor], Tensor], x: Tensor, weight: Tensor) -> float:
    """Return the time of one pass forward and back."""
    start = time.perf_counter()
    for _ in range(10):
        convolve(x, weight).square().sum().backward()
    return (time.perf_counter() - start) * 100


def main() -> None:
    """Measure in alternating rounds and print."""
    for below, above, side in LAYERS:
        x, weight = torch.randn(16, below, side, side), torch.randn(above, below, 3, 3)
        x, weight = (t.to(memory_format=torch.channels_last).requires_grad_() for t in (x, weight))
        kinds = (doubled_first, conv_of_doubled)
        rounds = [[milliseconds(kind, x, weight) for kind in kinds] for _ in range(4)][1:]
        plain, small = (sum(column) / len(rounds) for column in zip(*rounds, strict=True))
        print(
            f"{below} -> {above} channels at {side} -> {2 * side}: "
            f"{plain:.1f} ms, {small:.1f} ms, ratio {plain / small:.2f}"
        )


if __name__ == "__main__":
    main()
