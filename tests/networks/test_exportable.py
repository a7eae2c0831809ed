"""What is changed for the sake of exported files changes no result."""

import pytest
import torch
import torch.nn.functional as F

from talkingface.networks.blocks import ModulatedConv, sample
from talkingface.networks.config import NetworkConfig
from talkingface.networks.exportable import PortraitPart, RenderPart, portrait_tensors
from talkingface.networks.model import TalkingFace


@pytest.mark.parametrize("side", [16, 64])
def test_a_map_goes_on_outside_its_border(side: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, side, side, generator=generator, requires_grad=True)
    grid = torch.randn(2, 20, 20, 2, generator=generator, requires_grad=True)
    ways = (
        sample(x, grid),
        F.grid_sample(x, grid, padding_mode="border", align_corners=False),
    )
    torch.testing.assert_close(*ways, atol=1e-6, rtol=0)
    weight = torch.randn(ways[0].shape, generator=generator)
    gradients = [torch.autograd.grad((way * weight).sum(), (x, grid)) for way in ways]
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("generator", ["warp", "style"])
def test_settled_layers_paint_the_same(generator: str) -> None:
    network = TalkingFace(NetworkConfig(generator=generator, width="tiny")).eval()
    part = RenderPart(network)
    learning = {type(module) for module in network.generator.modules()}
    assert ModulatedConv in learning
    assert ModulatedConv not in {type(module) for module in part.modules()}
    with torch.no_grad():
        picture = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8)
        kept = PortraitPart(network)(picture)
        assert len(kept) == len(portrait_tensors(network.config))
        code = torch.randn(3, network.config.code_dim)
        appearance = network.appearance(kept[1])
        expected = network.generate(appearance, kept[0], code[None]).frames
        made = part(code, *kept).permute(0, 3, 1, 2) / 127.5 - 1
    assert (made - expected).abs().max() <= 0.51 / 127.5
