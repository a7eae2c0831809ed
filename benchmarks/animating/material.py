"""What is animated where nothing else is given: a random network, a synthetic talking head."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

import numpy as np
import torch

from talkingface.manifest import clip_path, read_dataset
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter


def random_checkpoint(path: Path, size: int, width: str) -> Path:
    """Write a network that nobody has trained; it is as quick as one that somebody has."""
    torch.manual_seed(0)
    network = TalkingFace(NetworkConfig(size=size, width=width))
    state = {f"network.{name}": value for name, value in network.state_dict().items()}
    torch.save({"network": vars(network.config), "state_dict": state}, path)
    return path


def talking_head(folder: Path, size: int, seconds: float = 4.0) -> Path:
    """Render a talking head with sound at 25 frames a second."""
    settings = SynthesisSettings(1, 1, 0, seconds, "25", size, 0)
    synthesize_dataset(folder, settings, workers=1)
    _, clips = read_dataset(folder)
    return clip_path(folder, clips[0].clip)


def repeated(clip: Path, output: Path, frames: int) -> Path:
    """Write a clip over and over until there are so many frames, with sound all along."""
    info = probe(clip)
    shown = [frame for _, frame in constant_rate_frames(clip)]
    noise = np.random.default_rng(0).normal(0, 0.1, round(16000 * frames / info.rate))
    sound = AudioTrack(noise.astype(np.float32), 16000)
    with VideoWriter(output, info.rate, info.width, info.height, audio=sound) as writer:
        for frame in islice(cycle(shown), frames):
            writer.write(frame)
    return output
