"""Scoring videos: the same for this project's models and for anybody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.evaluation.donors import joined
from talkingface.evaluation.floors import mean_frame, unit
from talkingface.evaluation.image_score import ImageScore
from talkingface.evaluation.item import Item
from talkingface.evaluation.likeness import likeness
from talkingface.evaluation.reading import Reader
from talkingface.evaluation.results import Failure, VideoRow
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.metrics.distribution import ClipDistribution, FrameDistribution
from talkingface.metrics.face_embedding import FaceEmbedder
from talkingface.metrics.leak import leak_metrics
from talkingface.metrics.motion import motion_metrics
from talkingface.metrics.perceptual_distance import PerceptualDistance
from talkingface.video.footage import count_frames, read_footage

# What can be compared between the faces of two people.
ACROSS_PEOPLE = frozenset(
    (
        *("aed", "aed_mouth", "aed_eyes", "apd", "apd_yaw", "apd_pitch", "apd_roll"),
        *("jite_pose", "jite_expression", "mouth_amplitude", "pose_amplitude", "blink_peak"),
        *("face_share", "face_share_target"),
    )
)

# A swap shows the portrait's own person, so that the head's place and size are compared as well.
OF_SWAPS = ACROSS_PEOPLE | {"apd_translation", "apd_scale", "leak_head", "leak_face"}

# Between two readings, since a reader that reads motion smaller than it is does so on both sides.
RATIOS = frozenset(("msi_ratio", "mouth_amplitude", "pose_amplitude", "blink_peak"))


@dataclass(frozen=True)
class Tools:
    """The backbones there are; each that is None leaves its metrics out.

    Attributes:
        size: side of the square frames that everything is compared at.
        device: where image metrics are computed.
        distance: LPIPS.
        frames: FID and KID of all videos together.
        videos: FVD of all videos together.
        embedder: faces to embeddings, for CSIM; needs a reader.
        reader: reads head pose, expression and landmarks.
        still_frames: how many frames a video FID and KID look at, evenly spaced.
    """

    size: int
    device: torch.device
    distance: PerceptualDistance | None = None
    frames: FrameDistribution | None = None
    videos: ClipDistribution | None = None
    embedder: FaceEmbedder | None = None
    reader: Reader | None = None
    still_frames: int = 16


@dataclass
class Scores:
    """What scoring found.

    Attributes:
        rows: one a video.
        overall: metrics of all videos together.
        rulers: motion metrics of the reader's reading of true frames against exact labels, by
            metric, a value a video; empty without exact labels.
        missing: why metrics of all videos together have no value, by metric.
        failed: videos that could not be scored.
    """

    rows: list[VideoRow] = field(default_factory=list)
    overall: dict[str, float] = field(default_factory=dict)
    rulers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[str, str] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)


def score(items: Iterable[Item], tools: Tools, clock: Stopwatch) -> Scores:
    """Score videos; one that cannot be scored is listed, and the others go on.

    Args:
        items: what to score; an iterator may make each video just before it is asked for.
        tools: the backbones.
        clock: gets the time of each stage.
    """
    scores, pixels = Scores(), []
    for item in items:
        try:
            # Readers that are processes of their own begin while this one compares pixels.
            if tools.reader is not None:
                tools.reader.expect(item.made)
                tools.reader.expect(item.motion_target)
                if item.donors is not None:
                    tools.reader.expect(item.donors.head)
            pixels.append((item, _score_pixels(item, tools, clock)))
        except UserError as error:
            scores.failed.append(Failure(item.name, str(error)))
        finally:
            if tools.videos is not None:
                tools.videos.end_video()
    for item, values in pixels:
        try:
            scores.rows.append(_row(item, values | _score_faces(item, tools, clock, scores.rulers)))
        except UserError as error:
            scores.failed.append(Failure(item.name, str(error)))
    for distribution in (tools.frames, tools.videos):
        if distribution is not None:
            scores.missing |= distribution.reasons()
            found = distribution.compute()
            scores.overall |= {n: x for n, x in found.items() if n not in scores.missing}
    return scores


def _row(item: Item, values: dict[str, float]) -> VideoRow:
    scored = item.frames if item.scored is None else int(item.scored.sum())
    return VideoRow(item.name, item.identity, item.source_name, item.driving_name, scored, values)


def _score_pixels(item: Item, tools: Tools, clock: Stopwatch) -> dict[str, float]:
    frames = count_frames(item.made)
    if frames != item.frames:
        raise UserError(
            f"{item.made}: {frames} frames, but {item.frames} are asked for: a video has to have "
            "as many frames as what drives it."
        )
    if item.target is None:
        return {}
    source = unit(next(read_footage(item.source, tools.size, chunk=1)))[0]
    floors = {"still": source, "mean": mean_frame(read_footage(item.target, tools.size))}
    floors = {name: frame.to(tools.device) for name, frame in floors.items()}
    images, first = ImageScore(floors, tools.distance), 0
    countable = np.arange(frames) if item.scored is None else np.flatnonzero(item.scored)
    places = np.linspace(0, len(countable) - 1, tools.still_frames).round().astype(int)
    stills = countable[places] if len(countable) else countable
    for made, true in _pairs(item, tools):
        index = np.arange(first, first + len(made))
        first += len(made)
        scored = np.ones(len(made), bool) if item.scored is None else item.scored[index]
        with clock.timing("pixels", len(made)):
            images.add(made, true, torch.from_numpy(scored).to(tools.device))
        chosen = torch.from_numpy(np.isin(index, stills)).to(tools.device)
        if tools.frames is not None and chosen.any():
            with clock.timing("inception", 2 * int(chosen.sum())):
                tools.frames.update(made[chosen], true[chosen])
        if tools.videos is not None:
            with clock.timing("i3d", 2 * len(made)):
                tools.videos.update(made, true)
    return images.result()


def _score_faces(
    item: Item, tools: Tools, clock: Stopwatch, rulers: dict[str, list[float]]
) -> dict[str, float]:
    """Return what readings of the faces say; add what the reader's own error does to that."""
    if tools.reader is None:
        return {}
    made = tools.reader.read(item.made)
    donors = item.donors.read(tools.reader.read) if item.donors else None
    read = joined(*donors) if donors else tools.reader.read(item.motion_target)
    exact = item.exact if tools.reader.reads_labels else None
    names, true = tools.reader.expression_names, exact or read
    values = motion_metrics(made, true, names, item.scored)
    if exact is not None:
        own = motion_metrics(read, exact, names, item.scored)
        for name in own.keys() - RATIOS:
            rulers[name].append(own[name])
        ratios = motion_metrics(made, read, names, item.scored)
        values |= {name: ratios[name] for name in RATIOS}
    if item.donors is not None and donors is not None:
        known = item.donors.exact if exact else None
        values |= leak_metrics(made, *(known or donors))
        if known is not None:
            for name, value in leak_metrics(read, *known).items():
                rulers[name].append(value)
    if item.target is None:
        kept = ACROSS_PEOPLE if donors is None else OF_SWAPS
        values = {name: value for name, value in values.items() if name in kept}
    if tools.embedder is not None:
        seen = read if item.target else tools.reader.read(item.source)
        with clock.timing("embedder", item.frames):
            values["csim"] = likeness(item, tools.embedder, made, seen, tools.size)
    return values


def _pairs(item: Item, tools: Tools) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield pieces of video and target, (T, 3, S, S) in [0, 1]."""
    assert item.target is not None
    paths = (item.made, item.target)
    for made, true in zip_longest(*(read_footage(path, tools.size) for path in paths)):
        if made is None or true is None or len(made) != len(true):
            raise UserError(f"{item.target}: holds other than {item.frames} frames.")
        yield unit(made).to(tools.device), unit(true).to(tools.device)
