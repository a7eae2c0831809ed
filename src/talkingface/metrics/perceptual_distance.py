"""LPIPS: how different two frames look to a network that learned it from people's judgements."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import lpips
import torch
from torch import Tensor, nn
from torchvision.models import AlexNet_Weights, SqueezeNet1_1_Weights, VGG16_Weights

from talkingface.errors import UserError
from talkingface.model_files import ModelFile, find_model
from talkingface.tensor_files import read_tensors

# Frames that go through the network at a time; VGG16 takes a gigabyte for eight of 256 pixels.
_CHUNK = 8


def _published(url: str) -> ModelFile:
    # torchvision puts the beginning of a file's SHA-256 into its name.
    name = url.rsplit("/", 1)[-1]
    return ModelFile(name, url, name.removesuffix(".pth").rsplit("-", 1)[-1])


BACKBONES = {
    "alex": _published(AlexNet_Weights.IMAGENET1K_V1.url),
    "vgg": _published(VGG16_Weights.IMAGENET1K_V1.url),
    "squeeze": _published(SqueezeNet1_1_Weights.IMAGENET1K_V1.url),
}


class PerceptualDistance(nn.Module):
    """LPIPS 0.1 (Zhang et al. 2018); frozen.

    Args:
        backbone: "alex", which its authors recommend for comparing, "vgg" or "squeeze".
        weights: that backbone's weights as torchvision publishes them, as `find_backbone` returns
            them; what LPIPS itself learned comes with the lpips package.

    Raises:
        UserError: an unknown backbone, or a file that holds other weights.
    """

    def __init__(self, backbone: str, weights: Path):
        super().__init__()
        _check_backbone(backbone)
        # lpips asks torchvision in an old way, and draws weights that are replaced right below.
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.filterwarnings("ignore", module="torchvision")
            self.network = lpips.LPIPS(net=backbone, pnet_rand=True, verbose=False)
        _load(self.network.net, read_tensors(weights), weights, backbone)
        self.eval().requires_grad_(False)

    @torch.no_grad()
    def forward(self, made_T3HW: Tensor, true_T3HW: Tensor) -> Tensor:
        """Return the distance (T,) of frames (T, 3, H, W) in [0, 1], 32 pixels a side or more."""
        device = next(self.network.parameters()).device
        found = [
            self.network(made.to(device), true.to(device), normalize=True).flatten()
            for made, true in zip(made_T3HW.split(_CHUNK), true_T3HW.split(_CHUNK), strict=True)
        ]
        return torch.cat(found)


class TemporalDistance:
    """tLP, of one video: how differently two videos change from frame to frame (Chu et al. 2020).

    |LPIPS(g[t-1], g[t]) - LPIPS(b[t-1], b[t])|, averaged over t, of generated frames g and true
    frames b. A still picture does not win it, unless the true video is still.
    """

    def __init__(self, distance: PerceptualDistance):
        self._distance = distance
        self._last: tuple[Tensor, Tensor] | None = None
        self._sum, self._steps = 0.0, 0

    def update(self, made_T3HW: Tensor, true_T3HW: Tensor) -> None:
        """Add the next frames of the video, (T, 3, H, W) in [0, 1], however many there are."""
        if not len(made_T3HW):
            return
        made, true = made_T3HW, true_T3HW
        if self._last is not None:
            made, true = (torch.cat(x) for x in zip(self._last, (made, true), strict=True))
        if len(made) > 1:
            made_change, true_change = (self._distance(x[:-1], x[1:]) for x in (made, true))
            self._sum += float((made_change - true_change).abs().double().sum())
            self._steps += len(made) - 1
        self._last = made_T3HW[-1:].clone(), true_T3HW[-1:].clone()

    def compute(self) -> float:
        """Return tLP; NaN of fewer than two frames."""
        return self._sum / self._steps if self._steps else float("nan")


def find_backbone(backbone: str = "alex", explicit: Path | None = None) -> Path:
    """Return a checked local copy of a backbone's weights.

    Raises:
        MissingModelError: they are nowhere to be had.
        UserError: an unknown backbone, or other content; see `talkingface.model_files.find_model`.
    """
    _check_backbone(backbone)
    return find_model(BACKBONES[backbone], explicit)


def _check_backbone(backbone: str) -> None:
    if backbone not in BACKBONES:
        raise UserError(f"LPIPS backbone {backbone!r}: unknown; choose one of {[*BACKBONES]}.")


def _load(network: nn.Module, state: Any, weights: Path, backbone: str) -> None:
    """Fill the slices that lpips cuts torchvision's network into."""
    try:
        # A slice's layers keep their numbers: "slice2.3.weight" is "features.3.weight".
        own = {name: f"features.{name.split('.', 1)[1]}" for name in network.state_dict()}
        network.load_state_dict({name: state[published] for name, published in own.items()})
    except (KeyError, TypeError, IndexError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{weights}: not the weights of LPIPS's backbone {backbone} ({reason}). "
            f"Give {BACKBONES[backbone].name}, as {BACKBONES[backbone].url} has it."
        ) from error
