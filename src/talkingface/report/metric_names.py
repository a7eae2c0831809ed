"""What a metric's name says: which direction is better, what is a floor, what comes first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Better = Literal["lower", "higher", "nearer 1", ""]

_LOWER = frozenset({"l1", "jitter", "lpips", "fid", "fvd"})
_HIGHER = frozenset({"psnr", "ssim", "ms_ssim", "identity"})
_FIRST = ("l1", "psnr", "ssim", "jitter")
ARROWS: dict[str, str] = {"lower": "↓", "higher": "↑", "nearer 1": "→\N{NO-BREAK SPACE}1", "": ""}
# What needs no model: the source frame held still, and the mean of the driving frames.
FLOORS = {"_still": "source held still", "_mean": "mean of the driver"}


def better(metric: str) -> Better:
    """Return which values of a metric are better, "" where that is not known."""
    name = metric.rpartition("/")[2]
    if name in _LOWER or name.startswith("guide_"):
        return "lower"
    if name in _HIGHER:
        return "higher"
    return "nearer 1" if name.endswith("_amplitude") else ""


def is_floor(metric: str) -> bool:
    """Whether the value describes the data rather than a model."""
    return metric.endswith(tuple(FLOORS))


def in_order(metrics: Iterable[str]) -> list[str]:
    """Return the models' metrics, floors left out, the image metrics first."""
    models = {metric for metric in metrics if not is_floor(metric)}

    def order(metric: str) -> tuple[int, str]:
        name = metric.rpartition("/")[2]
        return (_FIRST.index(name) if name in _FIRST else len(_FIRST), metric)

    return sorted(models, key=order)
