"""The page's tables: scores, what was evaluated, speeds, and the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from talkingface.evaluation.differences import flattened
from talkingface.evaluation.protocol import Protocol
from talkingface.evaluation.results import Results, Timing
from talkingface.evaluation.summary_table import ABOUT, ScoreRow, floors_of, remedies, score_rows
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import number


def score_section(results: Results) -> Markup:
    """Return the metrics under their groups; those that are missing with the reason."""
    floors = floors_of(results)
    ruler = any(row.ruler for row in score_rows(results))
    heads = ["metric", "mean", "95 % interval", *["ruler's error"] * ruler, *floors.values()]
    heads += ["videos", ""]
    bodies = [
        element("tbody", _group(group, len(heads)), *(_score(row, ruler, floors) for row in rows))
        for group, rows in groupby(score_rows(results), key=lambda row: row.metric.group)
    ]
    return joined(
        element("p", ABOUT, class_="muted"),
        element("div", element("table", _head(heads), *bodies, class_="scores"), class_="wide"),
        *(element("p", text, class_="muted") for text in remedies(results)),
        _meanings(results),
    )


def of_table(results: Results) -> Markup:
    """Return which model or predictions were evaluated."""
    return _table((), [[name, _words(value)] for name, value in results.of.items()])


def timing_section(timings: Mapping[str, Timing]) -> Markup:
    """Return how fast each stage was."""
    if not timings:
        return element("p", "No times were taken.")
    rows = []
    for stage, timing in timings.items():
        speed = timing.frames_per_second
        fast = "\N{EN DASH}" if speed is None else number(speed, 1)
        rows.append([stage, str(timing.frames), number(timing.seconds, 1), fast])
    return _table(("stage", "frames", "seconds", "frames/s"), rows)


def protocol_section(protocol: Protocol) -> Markup:
    """Return every field that two evaluations must share, folded together."""
    about = (
        "Two evaluations may be compared where their hashes are the same. The model that is "
        "evaluated, paths, machines and times are no part of it."
    )
    cases = protocol.fields.get("cases") or []
    heads = list(dict.fromkeys(key for case in cases for key in case))
    rows = [[_words(case.get(key)) for key in heads] for case in cases]
    return joined(
        element("p", about, class_="muted"),
        element(
            "details",
            element("summary", f"Protocol {protocol.digest}"),
            _table((), [[name, _words(value)] for name, value in flattened(protocol)]),
        ),
        element("details", element("summary", f"Cases ({len(cases)})"), _table(heads, rows)),
    )


def _meanings(results: Results) -> Markup:
    rows = [[row.head, row.metric.meaning] for row in score_rows(results)]
    return element("details", element("summary", "What the metrics mean"), _table((), rows))


def _group(name: str, columns: int) -> Markup:
    return element("tr", element("th", name, scope="rowgroup", colspan=columns), class_="group")


def _score(row: ScoreRow, ruler: bool, floors: Iterable[str]) -> Markup:
    name = element("th", row.head, scope="row", title=row.metric.meaning)
    values = [row.mean, row.interval, *[row.ruler] * ruler]
    values += [row.floors.get(key, "") for key in floors]
    mark = "difference bad" if row.below else "muted"
    return element(
        "tr",
        name,
        *(element("td", value, class_="number") for value in [*values, row.videos]),
        element("td", element("span", row.note, class_=mark) if row.note else None),
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    body = element(
        "tbody",
        *(
            element(
                "tr",
                element("th", first, scope="row"),
                *(element("td", text, class_="words") for text in others),
            )
            for first, *others in rows
        ),
    )
    return element("div", element("table", _head(heads) if heads else None, body), class_="wide")


def _head(heads: Iterable[str]) -> Markup:
    return element("thead", element("tr", *(element("th", head, scope="col") for head in heads)))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return "none" if value is None else str(value)
