"""Layers shared by the networks: convolutions, residual blocks, modulation and warping."""

from __future__ import annotations

import math
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2
Network = TypeVar("Network", bound=nn.Module)


def channels_last(network: Network) -> Network:
    """Lay a network's weights out so that convolutions run fastest, on CPU and GPU alike."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def leaky(x: Tensor) -> Tensor:
    """Apply the one non-linearity of all networks."""
    return F.leaky_relu(x, SLOPE)


class Conv(nn.Conv2d):
    """A "same" convolution with He initialisation for the leaky non-linearity after it."""

    bias: nn.Parameter

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1):
        super().__init__(in_channels, out_channels, kernel, stride, padding=kernel // 2)
        nn.init.kaiming_normal_(self.weight, a=SLOPE)
        nn.init.zeros_(self.bias)


class ResBlock(nn.Module):
    """x + conv(act(conv(act(x)))), the second convolution starting at a tenth of its scale."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = Conv(channels, channels)
        self.second = Conv(channels, channels)
        with torch.no_grad():
            self.second.weight.mul_(0.1)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Keep the shape (B, C, H, W)."""
        return x_BCHW + self.second(leaky(self.first(leaky(x_BCHW))))


class ModulatedConv(nn.Module):
    """A convolution whose input channels are scaled by a code, with demodulation (StyleGAN2).

    Computed as y = d(s) * (W (*) (s * x)), which equals demodulated weights but needs no grouped
    convolution, so that a batch of different codes stays one dense convolution.

    Args:
        in_channels, out_channels: channels of the maps.
        code_dim: length of the code.
        upsample: whether the map is doubled (nearest) before the 3x3 convolution.
    """

    def __init__(self, in_channels: int, out_channels: int, code_dim: int, upsample: bool = False):
        super().__init__()
        self.upsample = upsample
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, 3, 3))
        nn.init.kaiming_normal_(self.weight, a=SLOPE)
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.style = nn.Linear(code_dim, in_channels)
        nn.init.normal_(self.style.weight, std=1 / math.sqrt(code_dim))
        nn.init.ones_(self.style.bias)
        self.gain = math.sqrt(2 / (1 + SLOPE**2))

    def forward(self, x_BCHW: Tensor, code_BD: Tensor) -> Tensor:
        """Return (B, out_channels, H, W), or twice the side, after the non-linearity."""
        style_BC = self.style(code_BD)
        demod_BO = self.gain * torch.rsqrt(style_BC.square() @ self.power().t() + 1e-8)
        x_BCHW = x_BCHW * style_BC[:, :, None, None].to(x_BCHW.dtype)
        convolve = conv_of_merged if self.upsample else conv_same
        y_BOHW = convolve(x_BCHW, self.kernels())
        y_BOHW = torch.addcmul(self.bias[:, None, None], y_BOHW, demod_BO[:, :, None, None])
        return leaky(y_BOHW)

    def power(self) -> Tensor:
        """Return the power of the weights, (out_channels, in_channels)."""
        return self.weight.square().sum(dim=(2, 3))

    def kernels(self) -> Tensor:
        """Return the kernels that the map, which is not doubled, is convolved with."""
        return merged_kernels(self.weight) if self.upsample else self.weight


def conv_same(x_BCHW: Tensor, weight_OC33: Tensor) -> Tensor:
    """Return the 3x3 convolution of a map, of the same side."""
    return F.conv2d(x_BCHW, weight_OC33, padding=1)


def conv_of_doubled(x_BCHW: Tensor, weight_OC33: Tensor) -> Tensor:
    """Return the 3x3 convolution of a map doubled by nearest neighbour, (B, O, 2H, 2W).

    Of the nine places under the kernel many are copies of one another. Each of the four positions
    within a doubled pixel sees 2x2 places of the small map, through sums of the kernel's weights:
    4/9 of the multiplications, and the doubled map is never made.
    """
    return conv_of_merged(x_BCHW, merged_kernels(weight_OC33))


def merged_kernels(weight_OC33: Tensor) -> Tensor:
    """Return the sums of the kernel's weights that the four positions see, (4 * O, C, 2, 2)."""
    return _merge(_merge(weight_OC33, 3), 3).flatten(0, 2)


def conv_of_merged(x_BCHW: Tensor, kernels_NC22: Tensor) -> Tensor:
    """Do what `conv_of_doubled` does, with kernels merged already."""
    height, width = x_BCHW.shape[2:]
    # Even rows look at the row above and their own, odd rows at their own and the row below.
    y_BHW4O = F.conv2d(x_BCHW, kernels_NC22, padding=1).permute(0, 2, 3, 1)
    y_BHW4O = y_BHW4O.unflatten(-1, (4, -1))
    places = [(row, column) for row in (0, 1) for column in (0, 1)]
    parts = [
        y_BHW4O[:, row : row + height, column : column + width, 2 * row + column]
        for row, column in places
    ]
    grid_BHW22O = torch.stack(parts, dim=3).unflatten(3, (2, 2))
    doubled = grid_BHW22O.transpose(2, 3).flatten(3, 4).flatten(1, 2)
    return doubled.permute(0, 3, 1, 2)


def _merge(weight: Tensor, axis: int) -> Tensor:
    """Sum three taps along an axis to the two that the even and the odd places see, stacked."""
    first, middle, last = weight.unbind(axis)
    even = torch.stack([first, middle + last], axis)
    odd = torch.stack([first + middle, last], axis)
    return torch.stack([even, odd])


def identity_grid(side: int, device: torch.device) -> Tensor:
    """Return the sampling grid (1, side, side, 2) that leaves a picture as it is, x before y."""
    line = (torch.arange(side, device=device, dtype=torch.float32) * 2 + 1) / side - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], dim=-1)[None]


def warp(x_BCHW: Tensor, flow_BHW2: Tensor) -> Tensor:
    """Sample x at identity + flow; flow is in units of half the picture's side.

    Runs in float32 whatever the precision around it: coordinates lose whole pixels in bfloat16,
    and the CPU kernel is several times slower there.
    """
    with torch.autocast(x_BCHW.device.type, enabled=False):
        grid_BHW2 = identity_grid(x_BCHW.shape[-1], x_BCHW.device) + flow_BHW2.float()
        return sample(x_BCHW.float(), grid_BHW2)


def sample(x_BCSS: Tensor, grid_BHW2: Tensor) -> Tensor:
    """Return what a square map shows at the places of a grid, its border going on outside.

    Equals padding_mode="border", for which exported files have a slow path only.

    Args:
        x_BCSS: the map.
        grid_BHW2: places in [-1, 1], x before y.
    """
    edge = 1 - 1 / x_BCSS.shape[-1]
    return F.grid_sample(x_BCSS, grid_BHW2.clamp(-edge, edge), align_corners=False)
