"""Small networks with random weights, and moving pictures for them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter


def random_network(size: int = 64) -> TalkingFace:
    """Return the same network each time."""
    torch.manual_seed(0)
    return TalkingFace(NetworkConfig(size=size, width="tiny")).eval()


def random_checkpoint(path: Path, size: int = 64) -> Path:
    """Write `random_network` as a checkpoint."""
    network = random_network(size)
    state = {f"network.{name}": value for name, value in network.state_dict().items()}
    torch.save({"network": vars(network.config), "state_dict": state}, path)
    return path


def moving_picture(number: int, size: int = 64) -> NDArray[np.uint8]:
    """Return a frame whose bright square moves with its number."""
    frame = np.full((size, size, 3), 90, np.uint8)
    frame[:, :, 1] = np.arange(size, dtype=np.uint8)[None]
    left = number * 3 % (size - 16)
    frame[size // 4 : size // 2, left : left + 16] = 220
    return frame


def write_moving(
    path: Path, frames: int, rate: Fraction = Fraction(25), size: int = 64, *, sound: bool = True
) -> Path:
    """Write a video of `moving_picture`, with a tone as long as the pictures."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, round(16000 * frames / rate)).astype(np.float32)
    track = AudioTrack(samples, 16000) if sound else None
    with VideoWriter(path, rate, size, size, audio=track) as writer:
        for number in range(frames):
            writer.write(moving_picture(number, size))
    return path
