"""How wrong a ruler is on people whom it has not seen: one row a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.manifest import POSE_NAMES, Track
from talkingface.metrics.ruler_conditions import soften
from talkingface.metrics.ruler_network import Labels, RulerNetwork
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.video.frames import to_tensor

_SOFTNESS = 1.5
_BATCH = 64


class Error(NamedTuple):
    """How wrong one value is.

    Attributes:
        mean: mean absolute error, in the value's unit.
        share: the same in deviations of the value over the natural frames learned from.
        within: mean absolute error in deviations once each person's mean error is taken off: what
            is left in a comparison of two videos of one person.
        slope: by how much the reading grows where the truth grows by one, by least squares; nan
            where the truth never changes.
        soft: `share` on frames scaled down by 1.5 and up again, as generated frames are soft.
    """

    mean: float
    share: float
    within: float
    slope: float
    soft: float


Errors = dict[str, Error]


def measure_errors(network: RulerNetwork, people: list[NDArray[np.uint8]], truth: Track) -> Errors:
    """Return the error of each pose value and expression, and of "landmarks".

    Args:
        network: in eval mode.
        people: frames (N, S, S, 3) of each person.
        truth: the exact labels of all of them, in order.

    Returns:
        One Error a name. That of "landmarks" is a distance in pixels of a frame of 256, its
        deviation that of the landmarks' places; its slope is 1 by definition of a distance.
    """
    sharp, soft = _read(network, people, 1.0), _read(network, people, _SOFTNESS)
    person = np.repeat(np.arange(len(people)), [len(frames) for frames in people])
    errors = {}
    columns = zip(_columns(truth, sharp, soft), network.spread.tolist(), strict=False)
    for (name, true_N, sharp_N, soft_N), deviation in columns:
        off_N = sharp_N - true_N
        mean_off = np.bincount(person, off_N) / np.bincount(person)
        errors[name] = Error(
            mean=float(np.abs(off_N).mean()),
            share=float(np.abs(off_N).mean()) / deviation,
            within=float(np.abs(off_N - mean_off[person]).mean()) / deviation,
            slope=_slope(true_N, sharp_N),
            soft=float(np.abs(soft_N - true_N).mean()) / deviation,
        )
    return errors | {"landmarks": _landmark_error(truth, sharp, soft, person)}


def error_table(errors: Errors) -> str:
    """Return the errors as a Markdown table."""
    lines = [
        "| | mean absolute error | in deviations | within a person | slope | on soft frames |",
        "|---|---|---|---|---|---|",
    ]
    for name, error in errors.items():
        unit = {"yaw": "°", "pitch": "°", "roll": "°", "landmarks": " px at 256"}.get(name, "")
        slope = "" if name == "landmarks" else f"{error.slope:.3f}"
        lines.append(
            f"| {name} | {error.mean:.3g}{unit} | {error.share:.3f} | {error.within:.3f} | {slope} "
            f"| {error.soft:.3f} |"
        )
    return "\n".join(lines)


def _columns(
    truth: Track, sharp: Labels, soft: Labels
) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
    true, read, read_soft = (
        np.concatenate([labels.pose, labels.expression], axis=1).astype(np.float64)
        for labels in (truth, sharp, soft)
    )
    for k, name in enumerate((*POSE_NAMES, *EXPRESSION_NAMES)):
        yield name, true[:, k], read[:, k], read_soft[:, k]


def _slope(true_N: NDArray[np.float64], read_N: NDArray[np.float64]) -> float:
    spread_N = true_N - true_N.mean()
    power = float(spread_N @ spread_N)
    return float(spread_N @ read_N) / power if power else float("nan")


def _landmark_error(truth: Track, sharp: Labels, soft: Labels, person: NDArray[np.int64]) -> Error:
    spread = truth.landmarks - truth.landmarks.mean(axis=0)
    deviation = 256 * float(np.linalg.norm(spread, axis=-1).mean())
    off_NL2 = 256 * (sharp.landmarks.numpy() - truth.landmarks)
    within_NL2 = np.concatenate(
        [off_NL2[person == k] - off_NL2[person == k].mean(axis=0) for k in np.unique(person)]
    )
    mean, within, softly = (
        float(np.linalg.norm(off, axis=-1).mean())
        for off in (off_NL2, within_NL2, 256 * (soft.landmarks.numpy() - truth.landmarks))
    )
    return Error(mean, mean / deviation, within / deviation, 1.0, softly / deviation)


@torch.no_grad()
def _read(network: RulerNetwork, people: list[NDArray[np.uint8]], softness: float) -> Labels:
    device = next(network.parameters()).device
    read: list[Labels] = []
    for frames in people:
        for first in range(0, len(frames), _BATCH):
            batch: Tensor = to_tensor(frames[first : first + _BATCH]).to(device)
            read.append(network(soften(batch, softness) if softness > 1 else batch))
    pose, expression, landmarks = (torch.cat(part).cpu() for part in zip(*read, strict=True))
    return Labels(pose, expression, landmarks)
