"""The networks keep their shapes, their cost, and every parameter learns."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.networks.blocks import ModulatedConv, warp
from talkingface.networks.config import SIZES, NetworkConfig
from talkingface.networks.discriminator import Discriminator
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames

# What the method allows at 256 px: (portrait once, driven frame) parameters in millions, and the
# GMAC of a driven frame.
BUDGET_256 = {"small": (1.7, 9.3, 3.7), "large": (3.1, 10.8, 8.7)}
WIDER = [pytest.param(width, marks=pytest.mark.slow) for width in ("small", "large")]
LARGER = [pytest.param(size, marks=pytest.mark.slow) for size in SIZES if size > 64]


def _millions(*modules: torch.nn.Module) -> float:
    return sum(p.numel() for module in modules for p in module.parameters()) / 1e6


@pytest.mark.parametrize("width", ["small", "large"])
def test_cost_at_256_stays_within_the_budget(width: str) -> None:
    portrait, frame, gmac = BUDGET_256[width]
    network = TalkingFace(NetworkConfig(size=256, width=width)).eval().requires_grad_(False)
    picture = torch.zeros(1, 3, 256, 256)
    appearance = network.appearance(picture)
    with FlopCounterMode(display=False) as counter:
        code = network.motion(picture).code
        network.generator(appearance, code, code)
    assert counter.get_total_flops() / 2e9 <= gmac
    assert _millions(network.motion, network.generator) <= frame
    assert _millions(network.appearance) <= portrait


@pytest.mark.parametrize("width", ["tiny", *WIDER])
@pytest.mark.parametrize("size", SIZES)
def test_every_size_gives_frames_in_range(size: int, width: str) -> None:
    network = TalkingFace(NetworkConfig(size=size, width=width))
    with torch.no_grad():
        frames = network(torch.rand(2, 3, size, size), torch.rand(2, 3, 3, size, size))
    assert frames.shape == (2, 3, 3, size, size)
    assert frames.abs().max() <= 1


@pytest.mark.parametrize("size", [64, *LARGER])
def test_gradient_reaches_every_parameter(size: int) -> None:
    network = TalkingFace(NetworkConfig(size=size))
    frames = network(torch.rand(2, 3, size, size), torch.rand(2, 2, 3, size, size))
    (frames - torch.rand_like(frames)).abs().mean().backward()
    dead = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not dead


def test_gradient_reaches_every_discriminator_parameter() -> None:
    discriminator = Discriminator()
    judged = discriminator(torch.rand(2, 3, 64, 64))
    sum(score.sum() for score, _ in judged).backward()
    assert all(p.grad is not None and p.grad.any() for p in discriminator.parameters())


def test_zero_flow_leaves_a_picture_and_a_known_flow_shifts_it() -> None:
    picture = torch.rand(1, 3, 16, 16)
    still = torch.zeros(1, 16, 16, 2)
    torch.testing.assert_close(warp(picture, still), picture, atol=1e-5, rtol=0)
    three_pixels_right = still.clone()
    three_pixels_right[..., 0] = 3 * 2 / 16
    moved = warp(picture, three_pixels_right)
    torch.testing.assert_close(moved[..., :-3], picture[..., 3:], atol=1e-5, rtol=0)


def test_modulation_equals_demodulated_weights() -> None:
    layer = ModulatedConv(16, 32, 8)
    x, code = torch.randn(2, 16, 8, 8), torch.randn(2, 8)
    made = layer(x, code)
    for b in range(2):
        weight = layer.weight * layer.style(code[b])[None, :, None, None]
        weight = weight * layer.gain / weight.square().sum(dim=(1, 2, 3), keepdim=True).sqrt()
        plain = torch.nn.functional.conv2d(x[b : b + 1], weight, padding=1)
        expected = torch.nn.functional.leaky_relu(plain + layer.bias[:, None, None], 0.2)
        torch.testing.assert_close(made[b : b + 1], expected, atol=1e-4, rtol=1e-4)


def test_pieces_of_a_video_give_the_same_frames_as_the_whole() -> None:
    network = TalkingFace(NetworkConfig(corrector=True)).eval()
    clip, time = torch.rand(5, 3, 64, 64) * 2 - 1, torch.arange(5) / 25
    whole = encode_driving(network, [(clip, time)])
    parts = encode_driving(network, [(clip[:2], time[:2]), (clip[2:], time[2:])])
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=0)
    codes = MotionPath().apply(network, whole, whole.time)
    together, in_twos = (
        torch.stack([*generate_frames(network, clip[0], codes, chunk)]) for chunk in (5, 2)
    )
    torch.testing.assert_close(together, in_twos, atol=5e-4, rtol=0)


@pytest.mark.parametrize("wrong", [{"size": 100}, {"width": "huge"}])
def test_a_size_or_width_that_is_not_offered_is_refused(wrong: dict) -> None:
    with pytest.raises(UserError, match="must be one of"):
        NetworkConfig(**wrong)
