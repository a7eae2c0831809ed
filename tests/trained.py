"""A network that has really learned a little, within seconds, for tests of what runs it."""

import functools
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from talkingface.networks.blocks import channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.synthetic.clip import render_motion
from talkingface.video.frames import to_tensor

SIZE = 64


def synthetic_frames(count: int) -> NDArray[np.uint8]:
    """Frames (count, 64, 64, 3) of one synthetic head."""
    return render_motion(5, 6, np.arange(count) / 12, SIZE)


@functools.cache
def trained_network(steps: int = 32) -> TalkingFace:
    """A tiny network of all parts that has learned to reenact one synthetic head."""
    torch.manual_seed(0)
    config = NetworkConfig(size=SIZE, width="tiny", corrector=True, recombines=True)
    network = channels_last(TalkingFace(config))
    frames = to_tensor(synthetic_frames(32))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for step in range(steps):
        order = torch.randperm(32, generator=torch.Generator().manual_seed(step))[:4]
        made = network(frames[order[:1]], frames[order[1:]][None])
        loss = (made - frames[order[1:]]).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    code = network.motion(frames).code[None]
    network.statistics.update(code)
    assert network.recombination is not None
    network.recombination.update(code, None)
    with torch.no_grad():
        assert network.corrector is not None
        for layer in network.corrector.exits:
            torch.nn.init.normal_(layer.weight, std=0.05)
    return network.eval().requires_grad_(False)


def save_checkpoint(network: TalkingFace, path: Path) -> Path:
    """Save what a training saves of its network."""
    weights = {f"network.{name}": value for name, value in network.state_dict().items()}
    torch.save({"network": asdict(network.config), "state_dict": weights}, path)
    return path
