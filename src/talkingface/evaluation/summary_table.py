"""The scores of an evaluation as words: what terminal, Markdown and page have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from talkingface.evaluation.metric_table import FLOORS, Metric, describe
from talkingface.evaluation.results import Results, Score
from talkingface.report.metric_names import ARROWS, is_floor
from talkingface.report.numbers import decimals, number
from talkingface.report.statistics import Estimate

_FEW = 10
BELOW = "not above the ruler's error"
ABOUT = (
    "Mean over videos with its 95 % percentile bootstrap interval. ↓ lower is better, ↑ higher is "
    "better, → 1 nearer to one is better. The ruler's error is what the face reader scores when it "
    f"reads the true frames; a metric that is {BELOW} cannot be told from a perfect one."
)


@dataclass(frozen=True)
class ScoreRow:
    """One metric in words; an empty text where there is nothing to say.

    Attributes:
        metric: what is known of it.
        head: its name, unit and direction.
        mean: over videos.
        interval: "low to high".
        ruler: the ruler's own error.
        floors: what needs no model, by suffix.
        videos: how many have a value.
        note: a mark or a reason.
        below: whether the value is not above the ruler's error.
    """

    metric: Metric
    head: str
    mean: str
    interval: str
    ruler: str
    floors: Mapping[str, str]
    videos: str
    note: str
    below: bool


def score_rows(results: Results) -> list[ScoreRow]:
    """Return a row a metric in the order of the table; floors stand in their metric's row."""
    return [
        _row(name, score, results) for name, score in results.scores.items() if not is_floor(name)
    ]


def floors_of(results: Results) -> dict[str, str]:
    """Return the floors that any metric has: their names by suffix."""
    return {
        suffix: name
        for suffix, name in FLOORS.items()
        if any(metric.endswith(suffix) and is_floor(metric) for metric in results.scores)
    }


def title(results: Results) -> str:
    """Return task and suite in words."""
    fields = results.protocol.fields
    return f"{str(fields.get('task', 'unknown')).capitalize()}-reenactment, {fields.get('suite')}"


def counts(results: Results) -> str:
    """Return how many videos, people and failures there are, and how far intervals can be believed.

    Percentile intervals of fewer than ten values cover the truth in less than 90 % of all cases.
    """
    videos, people, failed = len(results.rows), results.identities, len(results.failed)
    text = f"{videos} videos of {people} identities, {failed} failed."
    drawn = people if results.unit == "identity" else videos
    if results.unit == "video" and people < videos:
        text += " Intervals are drawn over videos; as people have several, the true ones are wider."
    if 0 < drawn < _FEW:
        text += f" Intervals from fewer than {_FEW} are too narrow."
    return text


def places_of(values: Iterable[float | None], score: Score | None = None) -> int:
    """Return the decimals that values of one metric need, given the interval of its mean."""
    estimates = [Estimate(value, None, 1) for value in values if value is not None]
    if score is not None and score.mean is not None and score.low is not None:
        half = ((score.high or score.low) - score.low) / 2
        estimates.append(Estimate(score.mean, half, score.videos))
    return decimals(estimates)


def _row(name: str, score: Score, results: Results) -> ScoreRow:
    metric = describe(name)
    floors = {
        suffix: found.mean
        for suffix in FLOORS
        if (found := results.scores.get(name + suffix)) is not None and found.mean is not None
    }
    places = places_of([score.mean, score.ruler, *floors.values()], score)
    interval = ""
    if score.low is not None and score.high is not None:
        interval = f"{number(score.low, places)} to {number(score.high, places)}"
    return ScoreRow(
        metric=metric,
        head=" ".join(filter(None, (name, f"({metric.unit})" * bool(metric.unit), _arrow(metric)))),
        mean="" if score.mean is None else number(score.mean, places),
        interval=interval,
        ruler="" if score.ruler is None else number(score.ruler, places),
        floors={suffix: number(value, places) for suffix, value in floors.items()},
        videos="" if score.mean is None else str(score.videos),
        note=_note(score, len(results.rows)),
        below=score.below_ruler,
    )


def remedies(results: Results) -> list[str]:
    """Return why metrics are missing and what to do, each reason of several sentences once."""
    names: dict[str, list[str]] = {}
    for name, score in results.scores.items():
        if score.missing and score.missing != _first_sentence(score.missing):
            names.setdefault(score.missing, []).append(name)
    return [f"{', '.join(metrics)} missing: {reason}" for reason, metrics in names.items()]


def _first_sentence(reason: str) -> str:
    return reason.partition(". ")[0]


def _arrow(metric: Metric) -> str:
    return ARROWS[metric.better]


def _note(score: Score, videos: int) -> str:
    if score.missing:
        return f"missing: {_first_sentence(score.missing)}"
    notes = [BELOW] if score.below_ruler else []
    if score.videos < videos:
        notes.append(f"{score.videos} of {videos} videos have a value")
    return "; ".join(notes)
