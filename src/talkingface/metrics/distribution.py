"""Do generated frames and clips look like true ones, all taken together? FID, KID and FVD."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from talkingface.metrics.reservoir import Reservoir

CLIP_FRAMES = 16
Features = Callable[[Tensor], Tensor]


class FrameDistribution:
    """FID (Heusel et al. 2017) and KID (Binkowski et al. 2018) of frames.

    FID of few frames is too large, the more so the fewer: compare figures of equally many frames
    only, and below 10 000 of them look at KID, whose expected value does not depend on their
    number, and which may be a little below zero.

    Args:
        features: frames (T, 3, H, W) in [0, 1] to (T, F); `feature_networks.InceptionFeatures`.
        chunk: frames that go through the network at a time.
        subsets: random subsets that KID is averaged over.
        subset_size: frames in each. Of no more frames than that, there is one subset: all.
        capacity: frames that KID is computed from; of more, a random choice. Memory ends there.
    """

    def __init__(
        self,
        features: Features,
        chunk: int = 16,
        subsets: int = 100,
        subset_size: int = 1000,
        capacity: int = 10_000,
    ):
        self._features, self._chunk = features, chunk
        self._subsets, self._subset_size = subsets, min(subset_size, capacity)
        self._frechet = _Frechet()
        self._made, self._true = Reservoir(capacity), Reservoir(capacity)

    @property
    def frames(self) -> int:
        """How many frames there were."""
        return self._made.seen

    def update(self, made_T3HW: Tensor, true_T3HW: Tensor) -> None:
        """Add generated frames and as many true ones, (T, 3, H, W) in [0, 1]."""
        for made, true in zip(
            made_T3HW.split(self._chunk), true_T3HW.split(self._chunk), strict=True
        ):
            made_TF, true_TF = self._features(made), self._features(true)
            self._frechet.add(made_TF, true_TF)
            self._made.add(made_TF.float())
            self._true.add(true_TF.float())

    def compute(self) -> dict[str, float]:
        """Return "fid", "kid" and "kid_std", over subsets; NaN where `reasons` tells why."""
        kid, spread = self._kid()
        return {"fid": self._frechet.compute(), "kid": kid, "kid_std": spread}

    def reasons(self) -> dict[str, str]:
        """Return why results are undefined, by their names."""
        if self.frames < 2:
            reason = f"needs 2 frames at the least, there were {self.frames}"
            return dict.fromkeys(("fid", "kid", "kid_std"), reason)
        if self.frames <= self._subset_size:
            reason = f"{self.frames} frames make one subset, {self._subset_size} fit into one"
            return {"kid_std": reason}
        return {}

    def _kid(self) -> tuple[float, float]:
        if self.frames < 2:
            return math.nan, math.nan
        one = self.frames <= self._subset_size
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.filterwarnings("ignore", message="Metric `Kernel Inception Distance`")
            # torchmetrics draws subsets from torch's global generator.
            torch.default_generator.manual_seed(0)
            metric = KernelInceptionDistance(
                nn.Identity(),
                subsets=1 if one else self._subsets,
                subset_size=min(self.frames, self._subset_size),
            )
            metric.update(self._true.rows(), real=True)
            metric.update(self._made.rows(), real=False)
            kid, spread = metric.compute()
        return float(kid), math.nan if one else float(spread)


class ClipDistribution:
    """FVD of 16-frame clips, one after another without overlap (Unterthiner et al. 2018).

    FVD of few clips is too large: published figures take 2048 and more.

    Args:
        features: clips (N, 16, 3, H, W) in [0, 1] to (N, F); `feature_networks.I3DFeatures`.
    """

    def __init__(self, features: Features):
        self._features = features
        self._frechet = _Frechet()
        self._pending: tuple[Tensor, Tensor] | None = None
        self.clips = 0

    def update(self, made_T3HW: Tensor, true_T3HW: Tensor) -> None:
        """Add the next frames of a video, (T, 3, H, W) in [0, 1], however many there are."""
        made, true = made_T3HW, true_T3HW
        if self._pending is not None:
            made, true = (torch.cat(x) for x in zip(self._pending, (made, true), strict=True))
        whole = len(made) // CLIP_FRAMES * CLIP_FRAMES
        for start in range(0, whole, CLIP_FRAMES):
            clip = slice(start, start + CLIP_FRAMES)
            self._frechet.add(self._features(made[None, clip]), self._features(true[None, clip]))
            self.clips += 1
        self._pending = made[whole:].clone(), true[whole:].clone()

    def end_video(self) -> None:
        """Say that a video is over: what is left of it makes no clip, and the next starts anew."""
        self._pending = None

    def compute(self) -> dict[str, float]:
        """Return "fvd"; NaN where `reasons` tells why."""
        return {"fvd": self._frechet.compute()}

    def reasons(self) -> dict[str, str]:
        """Return why results are undefined, by their names."""
        if self.clips >= 2:
            return {}
        return {"fvd": f"needs 2 clips of {CLIP_FRAMES} frames at the least, found {self.clips}"}


class _Frechet:
    """The Frechet distance of two streams of features, of which only the moments are kept."""

    def __init__(self) -> None:
        self._metric: FrechetInceptionDistance | None = None
        self._rows = 0

    def add(self, made_NF: Tensor, true_NF: Tensor) -> None:
        if self._metric is None:
            self._metric = FrechetInceptionDistance(_AsTheyAre(made_NF.shape[1]))
        self._metric.update(true_NF.double(), real=True)
        self._metric.update(made_NF.double(), real=False)
        self._rows += len(made_NF)

    def compute(self) -> float:
        if self._metric is None or self._rows < 2:
            return math.nan
        # Rounding may put the distance of nearly equal features a hair below zero.
        return max(float(self._metric.compute()), 0.0)


class _AsTheyAre(nn.Identity):
    """Stands where torchmetrics expects a network: the features are there already."""

    def __init__(self, num_features: int):
        super().__init__()
        self.num_features = num_features
