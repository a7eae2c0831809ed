"""One video against its target in image space, piece by piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import torch
from torch import Tensor

from talkingface.metrics.image import frame_metrics, pixel_metrics
from talkingface.metrics.perceptual_distance import PerceptualDistance, TemporalDistance


class ImageScore:
    """Gathers the image metrics of one video; memory does not grow with its length.

    Args:
        floors: frames (3, H, W) in [0, 1] by name that are scored beside the video as if they were
            all of its frames: what a model scores that does not follow its driver.
        distance: LPIPS; None leaves out "lpips" and "tlp".
    """

    def __init__(self, floors: Mapping[str, Tensor], distance: PerceptualDistance | None):
        self._guesses = {f"_{name}": frame_3HW for name, frame_3HW in floors.items()}
        self._distance = distance
        self._sums: dict[str, float] = defaultdict(float)
        self._counts: dict[str, int] = defaultdict(int)
        self._errors: dict[str, Tensor] = {}
        self._temporal = TemporalDistance(distance) if distance else None

    def add(self, made_T3HW: Tensor, true_T3HW: Tensor, scored_T: Tensor) -> None:
        """Take the next frames, in [0, 1], of the video and of its target.

        Args:
            made_T3HW, true_T3HW: consecutive frames.
            scored_T: which of them count; changes over time are always taken over all frames.
        """
        for name, guess in (("", made_T3HW), *self._guesses.items()):
            shown_T3HW = guess.expand_as(true_T3HW)
            if scored_T.any():
                # Floors go without SSIM, which takes longer than all the rest.
                compare = pixel_metrics if name else frame_metrics
                pair = shown_T3HW[scored_T], true_T3HW[scored_T]
                for metric, value_T in compare(*pair).items():
                    self._add(metric + name, value_T)
            self._add_jitter(name, shown_T3HW - true_T3HW)
        if self._distance is not None and scored_T.any():
            self._add("lpips", self._distance(made_T3HW[scored_T], true_T3HW[scored_T]))
        if self._temporal is not None:
            self._temporal.update(made_T3HW, true_T3HW)

    def result(self) -> dict[str, float]:
        """Return the means over the frames taken.

        "l1", "psnr", "ssim", "ms_ssim", "lpips": per frame, then averaged. "jitter": how much
        changes of speed differ from the true ones, the mean absolute second difference over time
        of the error, which a frozen picture cannot win. "tlp": see `TemporalDistance`. Those
        of the floors carry the floor's name, such as "l1_still".
        """
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        return means | ({"tlp": self._temporal.compute()} if self._temporal else {})

    def _add_jitter(self, name: str, error_T3HW: Tensor) -> None:
        # Second differences reach over the borders of pieces.
        if name in self._errors:
            error_T3HW = torch.cat([self._errors[name], error_T3HW])
        if len(error_T3HW) > 2:
            change_T = error_T3HW.diff(n=2, dim=0).abs().mean(dim=(1, 2, 3))
            self._add("jitter" + name, change_T)
        self._errors[name] = error_T3HW[-2:]

    def _add(self, name: str, value_T: Tensor) -> None:
        self._sums[name] += float(value_T.double().sum())
        self._counts[name] += len(value_T)
