"""Training a ruler on frames of people whom no data set shows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.manifest import POSE_NAMES, Track
from talkingface.metrics.ruler import Ruler
from talkingface.metrics.ruler_conditions import worsened
from talkingface.metrics.ruler_errors import measure_errors
from talkingface.metrics.ruler_network import Labels, RulerNetwork, flatten_labels
from talkingface.networks.blocks import channels_last
from talkingface.runs.precision import resolve_precision
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.synthetic.random_frames import (
    HELD_OUT,
    RandomFrames,
    read_random_frames,
    render_random_frames,
)
from talkingface.video.frames import to_tensor

_WARMUP_SHARE = 0.05
_WEIGHT_DECAY = 0.02
_LARGEST_GRADIENT = 1.0
# Errors below this many deviations weigh by their square: what is far off is not yet understood.
_BEND = 0.5
_ROUGH = 0.5
_AVERAGING = 0.99


@dataclass(frozen=True)
class RulerSettings:
    """What a ruler learns from; the same settings give the same ruler on one machine.

    Attributes:
        size: side of the frames, pixels.
        people: identities it learns from.
        frames: frames of each.
        held_out: further identities on whom alone its error is measured, with as many frames.
        steps: training steps.
        batch_size: frames a step.
        learning_rate: the largest, after the warm-up; a cosine leads from there to 0.
        seed: of people, motions, weights and order.
    """

    size: int
    people: int
    frames: int
    held_out: int
    steps: int
    batch_size: int
    learning_rate: float
    seed: int

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UserError: a value is out of range.
        """
        for name in ("people", "frames", "held_out", "steps", "batch_size"):
            if getattr(self, name) < 1:
                raise UserError(f"{name}={getattr(self, name)}: must be at least 1.")

    @property
    def training(self) -> RandomFrames:
        """The frames that it learns from."""
        return RandomFrames(self.people, self.frames, self.size, self.seed)

    @property
    def testing(self) -> RandomFrames:
        """The frames that its error is measured on: moments of motions, as data sets show them."""
        return RandomFrames(self.held_out, self.frames, self.size, self.seed, HELD_OUT, 1.0)


def make_ruler(folder: Path, settings: RulerSettings, workers: int, device: torch.device) -> Ruler:
    """Render what is missing of the frames, train a ruler on them, and measure its error.

    Args:
        folder: keeps the frames, so that the same command again does not render them anew.
        settings: what to learn from.
        workers: processes that render.
        device: what trains.

    Raises:
        UserError: the folder holds frames of other settings.
    """
    groups = {}
    for name, frames in (("training", settings.training), ("held-out", settings.testing)):
        render_random_frames(folder / name, frames, workers)
        groups[name] = read_random_frames(folder / name, frames)
    network = train_network(*groups["training"], settings, device)
    errors = measure_errors(network, *groups["held-out"])
    seeds = {"training": settings.training.seeds, "held-out": settings.testing.seeds}
    return Ruler(network.cpu(), settings.size, errors, seeds)


def train_network(
    people: list[NDArray[np.uint8]], truth: Track, settings: RulerSettings, device: torch.device
) -> RulerNetwork:
    """Return a network trained on all frames of some people, in eval mode.

    Args:
        people: frames (N, S, S, 3) of each; the first half of them scales the labels.
        truth: the exact labels of all of them, in order.
        settings: how long and how to train.
        device: what trains.
    """
    torch.manual_seed(settings.seed)
    labels = Labels(*(torch.from_numpy(v) for v in (truth.pose, truth.expression, truth.landmarks)))
    natural = torch.arange(len(truth)) % settings.frames < settings.training.natural_frames
    network = channels_last(RulerNetwork(settings.size)).to(device)
    network.set_scale(Labels(*(part[natural].to(device) for part in labels)))
    # A copy of the network, which PyTorch types as any module.
    average: Any = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGING))
    optimiser = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=_WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, settings.steps, pct_start=_WARMUP_SHARE
    )
    mixed = resolve_precision("auto", device.type) == "bf16-mixed"
    bar = tqdm(_batches(people, labels, settings, device), "training", settings.steps, unit="step")
    for frame_B3SS, target in bar:
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            rough_BD, read_BD = network.normalised(frame_B3SS)
        true_BD = (flatten_labels(target) - network.centre) / network.spread
        loss = _loss(read_BD.float(), true_BD) + _ROUGH * _loss(rough_BD.float(), true_BD)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
        average.update_parameters(network)
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    trained: RulerNetwork = average.module
    return trained.eval().requires_grad_(False)


def _loss(read_BD: Tensor, true_BD: Tensor) -> Tensor:
    """Pose and expression weigh as much as all landmarks together."""
    values = len(POSE_NAMES) + len(EXPRESSION_NAMES)
    loss_BD = F.smooth_l1_loss(read_BD, true_BD, reduction="none", beta=_BEND)
    return loss_BD[:, :values].mean() + 0.5 * loss_BD[:, values:].mean()


def _batches(
    people: list[NDArray[np.uint8]], labels: Labels, settings: RulerSettings, device: torch.device
) -> Iterator[tuple[Tensor, Labels]]:
    """Yield batches, each frame under conditions of its own; every epoch has its own order."""
    rng, waiting = random.Random(settings.seed), list[int]()
    for step in range(settings.steps):
        while len(waiting) < settings.batch_size:
            order = list(range(len(labels.pose)))
            rng.shuffle(order)
            waiting += order
        chosen, waiting = waiting[: settings.batch_size], waiting[settings.batch_size :]
        frames = np.stack([people[k // settings.frames][k % settings.frames] for k in chosen])
        target = Labels(*(part[chosen].to(device) for part in labels))
        first = (settings.seed * settings.steps + step) * settings.batch_size
        yield worsened(to_tensor(frames).to(device), target, range(first, first + len(chosen)))
