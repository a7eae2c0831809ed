"""Finding the networks that an evaluation needs; those that cannot be had are named as missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from talkingface.errors import UserError
from talkingface.metrics.distribution import Features
from talkingface.metrics.face_embedding import FaceEmbedder, load_embedder
from talkingface.metrics.feature_networks import I3D, INCEPTION, I3DFeatures, InceptionFeatures
from talkingface.metrics.perceptual_distance import PerceptualDistance, find_backbone
from talkingface.metrics.ruler import Ruler, find_ruler, load_ruler
from talkingface.model_files import FACE_LANDMARKER, MissingModelError, file_sha256, find_model

#: What can be asked for, and the metrics that are missing with it.
FAMILIES: Mapping[str, Sequence[str]] = {
    "lpips": ("lpips", "tlp"),
    "fid": ("fid", "kid"),
    "fvd": ("fvd",),
    "csim": ("csim",),
    "faces": ("aed", "apd", "akd", "jite", "msi_ratio", "mouth_amplitude", "blink_peak"),
}


@dataclass(frozen=True)
class BackboneSettings:
    """Which networks are wanted, and where their files are; None looks in the usual places.

    Attributes:
        families: names of FAMILIES.
        lpips_network: "alex", "vgg" or "squeeze".
        reader: "mediapipe" or "ruler".
        size: side of the frames that the ruler reads.

    Raises:
        UserError: an unknown name.
    """

    families: tuple[str, ...]
    lpips_network: str
    reader: str
    size: int
    landmarker: Path | None = None
    ruler: Path | None = None
    lpips: Path | None = None
    inception: Path | None = None
    i3d: Path | None = None
    embedder: Path | None = None

    def __post_init__(self) -> None:
        """Check the names."""
        for name in self.families:
            if name not in FAMILIES:
                raise UserError(f"metrics: no {name!r}; there are {', '.join(FAMILIES)}.")
        if self.reader not in ("mediapipe", "ruler"):
            raise UserError(f"reader={self.reader}: must be mediapipe, ruler or auto.")


@dataclass
class Backbones:
    """The networks there are; each that is None leaves its metrics out.

    Attributes:
        distance: LPIPS.
        inception, i3d: features for FID and KID, and for FVD.
        embedder: faces to embeddings, for CSIM.
        landmarker: path of MediaPipe's model.
        ruler: reader of synthetic heads.
        models: "name" and "sha256" of each file, by its role.
        libraries: packages that take part.
        missing: why a metric has no value, by its name.
    """

    distance: PerceptualDistance | None = None
    inception: Features | None = None
    i3d: Features | None = None
    embedder: FaceEmbedder | None = None
    landmarker: Path | None = None
    ruler: Ruler | None = None
    models: dict[str, dict[str, str]] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=lambda: ["torch", "torchmetrics"])
    missing: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def find_backbones(settings: BackboneSettings, device: torch.device) -> Backbones:
    """Return the networks that were found; for the same settings again, the same ones.

    They are looked for, downloaded and read once, however many runs a command compares.

    Raises:
        UserError: a file has other content than it has to have. One that is nowhere to be had is
            no error: its metrics are missing.
    """
    found = Backbones()
    for family in settings.families:
        try:
            _ADDERS[family](found, settings, device)
        except MissingModelError as error:
            found.missing |= dict.fromkeys(FAMILIES[family], str(error))
    if found.embedder is not None and found.landmarker is None and found.ruler is None:
        found.embedder = None
        found.missing["csim"] = "needs a face reader to align faces; add faces to metrics."
    return found


def _add_lpips(found: Backbones, settings: BackboneSettings, device: torch.device) -> None:
    weights = find_backbone(settings.lpips_network, settings.lpips)
    found.distance = PerceptualDistance(settings.lpips_network, weights).to(device)
    _record(found, "lpips", weights, "lpips", "torchvision")


def _add_inception(found: Backbones, settings: BackboneSettings, device: torch.device) -> None:
    weights = find_model(INCEPTION, settings.inception)
    found.inception = InceptionFeatures(weights).to(device)
    _record(found, "inception", weights, "torch-fidelity")


def _add_i3d(found: Backbones, settings: BackboneSettings, device: torch.device) -> None:
    found.i3d = I3DFeatures(settings.i3d).to(device)
    _record(found, "i3d", find_model(I3D, settings.i3d))


def _add_embedder(found: Backbones, settings: BackboneSettings, device: torch.device) -> None:
    found.embedder = load_embedder(settings.embedder, device)
    found.models["embedder"] = {"name": found.embedder.name, "sha256": found.embedder.sha256}
    found.libraries.append("onnxruntime")


def _add_reader(found: Backbones, settings: BackboneSettings, device: torch.device) -> None:
    if settings.reader == "ruler":
        path = find_ruler(settings.size, settings.ruler)
        found.ruler = load_ruler(path, settings.size)
        found.ruler.network.to(device)
        _record(found, "ruler", path)
    else:
        found.landmarker = find_model(FACE_LANDMARKER, settings.landmarker)
        _record(found, "landmarker", found.landmarker, "mediapipe")


def _record(found: Backbones, role: str, path: Path, *libraries: str) -> None:
    found.models[role] = {"name": path.name, "sha256": file_sha256(path)}
    found.libraries += [name for name in libraries if name not in found.libraries]


_ADDERS: dict[str, Callable[[Backbones, BackboneSettings, torch.device], Any]] = {
    "lpips": _add_lpips,
    "fid": _add_inception,
    "fvd": _add_i3d,
    "csim": _add_embedder,
    "faces": _add_reader,
}
