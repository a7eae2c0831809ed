"""What a metric's name says: which direction is better, what is a floor, what comes first."""

from __future__ import annotations

from collections.abc import Iterable

from talkingface.evaluation.metric_table import FLOORS, Better, describe, in_table_order

ARROWS: dict[str, str] = {"lower": "↓", "higher": "↑", "nearer 1": "→\N{NO-BREAK SPACE}1", "": ""}


def better(metric: str) -> Better:
    """Return which values of a metric are better, "" where that is not known."""
    name = metric.rpartition("/")[2]
    return "lower" if name.startswith("guide_") else describe(name).better


def is_floor(metric: str) -> bool:
    """Whether the value describes the data rather than a model."""
    return metric.endswith(tuple(FLOORS))


def in_order(metrics: Iterable[str]) -> list[str]:
    """Return the models' metrics, floors left out, in the order of the table of metrics."""
    models = {metric for metric in metrics if not is_floor(metric)}
    places = {
        name: k for k, name in enumerate(in_table_order(m.rpartition("/")[2] for m in models))
    }
    return sorted(models, key=lambda metric: (places[metric.rpartition("/")[2]], metric))


def is_main(metric: str) -> bool:
    """Whether a metric belongs in a narrow table: those of training, and the main ones."""
    return "/" in metric or describe(metric).main or describe(metric).of_set
