"""Every metric of an evaluation: its direction, unit and meaning, in the order of the tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher", "nearer 1", ""]

# What needs no model: the source frame held still, and the mean of the driving frames.
FLOORS = {"_still": "source held still", "_mean": "mean of the driver"}


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: in files and tables.
        better: which values are better; "" where it describes the data.
        unit: "" for a plain number.
        group: heading that it stands under.
        meaning: one sentence.
        main: whether the page shows its values video by video.
        of_set: whether it compares all videos at once, so that no video has a value of it.
    """

    name: str
    better: Better
    unit: str
    group: str
    meaning: str
    main: bool = False
    of_set: bool = False

    def loss(self, value: float) -> float:
        """Return how far a value is from the best: smaller is better; 0 without a direction."""
        distance = {"lower": value, "higher": -value, "nearer 1": abs(value - 1)}
        return distance.get(self.better, 0.0)

    def is_below(self, value: float, ruler: float | None) -> bool:
        """Whether a value is as good as what the ruler gives true frames, or better.

        Such a value cannot be told from a perfect one: it may be the ruler's own error. Only
        what has a best value, 0 or 1, has an error.
        """
        if ruler is None or self.better in ("", "higher") or not math.isfinite(ruler):
            return False
        return self.loss(value) <= self.loss(ruler)


PICTURE, TIME, SET = "Pictures", "Pictures over time", "All frames together"
PERSON, FACE, HEAD = "Person", "Expression", "Head"
POINTS, MOTION, GUARD = "Landmarks", "Acceleration", "Is it alive?"

_METRICS = (
    Metric("l1", "lower", "", PICTURE, "Mean absolute difference of pixels in [0, 1].", True),
    Metric(
        "psnr", "higher", "dB", PICTURE, "Peak signal-to-noise ratio of each frame, averaged.",
        True,
    ),
    Metric(
        "ssim", "higher", "", PICTURE, "Structural similarity, 11x11 Gaussian window, sigma 1.5.",
        True,
    ),
    Metric("ms_ssim", "higher", "", PICTURE, "Structural similarity over several scales."),
    Metric(
        "lpips", "lower", "", PICTURE, "Distance of deep features, as trained on human judgement.",
        True,
    ),
    Metric(
        "tlp", "lower", "", TIME,
        "Difference between the LPIPS from frame to frame and that of the target.", True,
    ),
    Metric(
        "jitter", "lower", "", TIME,
        "Mean absolute second difference over time of the pixel error, in [0, 1].", True,
    ),
    Metric(
        "fid", "lower", "", SET, "Fréchet distance of Inception features of all frames.",
        of_set=True,
    ),
    Metric(
        "kid", "lower", "", SET,
        "Kernel distance of Inception features, unbiased for few frames.", of_set=True,
    ),
    Metric("kid_std", "", "", SET, "Deviation of KID over its random subsets.", of_set=True),
    Metric(
        "fvd", "lower", "", SET, "Fréchet distance of video features of 16-frame clips.",
        of_set=True,
    ),
    Metric(
        "csim", "higher", "", PERSON,
        "Cosine between face embeddings, of the target or, across people, of the source.", True,
    ),
    Metric(
        "aed", "lower", "", FACE,
        "Mean absolute difference of expression coefficients, not a distance of identities.", True,
    ),
    Metric("aed_mouth", "lower", "", FACE, "aed over the coefficients of the mouth alone."),
    Metric("aed_eyes", "lower", "", FACE, "aed over the coefficients of the eyes alone."),
    Metric(
        "leak_face", "lower", "", FACE,
        "Share of the head donor's own expression that shows in a swap.",
    ),
    Metric("apd", "lower", "°", HEAD, "Mean absolute difference of the three head angles.", True),
    Metric("apd_yaw", "lower", "°", HEAD, "apd of the turn to the side alone."),
    Metric("apd_pitch", "lower", "°", HEAD, "apd of the nod alone."),
    Metric("apd_roll", "lower", "°", HEAD, "apd of the tilt alone."),
    Metric(
        "apd_translation", "lower", "% of the side", HEAD,
        "Mean absolute difference of the head's place.",
    ),
    Metric("apd_scale", "lower", "%", HEAD, "Mean absolute difference of the head's size."),
    Metric(
        "leak_head", "lower", "", HEAD,
        "Share of the face donor's own head angles that shows in a swap.",
    ),
    Metric(
        "akd", "lower", "px at 256", POINTS, "Mean distance of 68 facial landmarks.", True,
    ),
    Metric("akd_mouth", "lower", "px at 256", POINTS, "akd of the mouth's landmarks alone."),
    Metric(
        "akd_local", "lower", "px at 256", POINTS,
        "akd after each frame's mean is removed from its landmarks.",
    ),
    Metric(
        "jite", "lower", "px/frame² at 256", MOTION,
        "Mean error of acceleration of landmarks that no expression moves; no still face wins it.",
        True,
    ),
    Metric(
        "jite_pose", "lower", "°/frame²", MOTION,
        "Mean error of the acceleration of the head's angles.",
    ),
    Metric(
        "jite_expression", "lower", "/frame²", MOTION,
        "Mean error of the acceleration of the expression.",
    ),
    Metric(
        "msi_ratio", "nearer 1", "", MOTION,
        "Motion stability of the landmarks over the target's; above 1 is smoother than the truth.",
    ),
    Metric(
        "mouth_amplitude", "nearer 1", "", GUARD,
        "Deviation over time of the mouth's opening, over the target's.", True,
    ),
    Metric(
        "pose_amplitude", "nearer 1", "", GUARD,
        "Deviation over time of the head's pose, over the target's.",
    ),
    Metric(
        "blink_peak", "nearer 1", "", GUARD,
        "How far the lids shut at the target's blinks, over the target's.",
    ),
    Metric("face_share", "higher", "", GUARD, "Share of the frames in which a face is found."),
    Metric(
        "face_share_target", "", "", GUARD,
        "Share of the target's frames in which a face is found.",
    ),
)  # fmt: skip

_STANDING_FOR = {"_still": "the source frame held still", "_mean": "the mean of the driving frames"}
_WITH_FLOORS = frozenset({"l1", "psnr", "jitter"})
_FLOORS = tuple(
    Metric(
        metric.name + suffix, metric.better, metric.unit, metric.group,
        f"{metric.name} of {_STANDING_FOR[suffix]}: what needs no model.",
    )
    for suffix in FLOORS
    for metric in _METRICS
    if metric.name in _WITH_FLOORS
)  # fmt: skip

METRICS = {metric.name: metric for metric in _METRICS + _FLOORS}


def describe(name: str) -> Metric:
    """Return what is known of a metric; one that is not in the table has no direction."""
    return METRICS.get(name) or Metric(name, "", "", "Others", "Not described by this version.")


def in_table_order(names: Iterable[str]) -> list[str]:
    """Return names in the order of the table, unknown ones last."""
    places = {name: place for place, name in enumerate(METRICS)}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


def label(name: str) -> str:
    """Return a metric's name with its unit."""
    unit = describe(name).unit
    return f"{name} ({unit})" if unit else name
