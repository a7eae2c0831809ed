"""The page's table of where every arm and seed stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import duration
from talkingface.report.run_files import RunFiles
from talkingface.report.states import Standing

_HEADS = ("arm", "seed", "state", "step", "newest val/l1", "wall clock", "last metric", "folder")


def state_section(standings: Sequence[Standing]) -> Markup:
    """Return a row an arm and seed."""
    rows = []
    for arm, group in groupby(standings, key=lambda standing: standing.arm):
        first, *others = group
        head = element("th", arm, scope="rowgroup", rowspan=1 + len(others))
        rows += [_row(first, head), *(_row(standing) for standing in others)]
    heads = element("tr", *(element("th", head) for head in _HEADS))
    table = element("table", element("thead", heads), element("tbody", *rows))
    about = "Wall clock is as the sweep measured it, else by the times of the run's files."
    return joined(element("p", about, class_="muted"), element("div", table, class_="wide"))


def newest(run: RunFiles | None, metric: str) -> str:
    """Return the newest value of a validation metric and its step, "" where there is none."""
    curve = run.curves.get(metric) if run is not None else None
    return f"{curve[-1][1]:.4g} at {curve[-1][0]}" if curve else ""


def _row(standing: Standing, head: Markup | None = None) -> Markup:
    run = standing.run
    error = element("div", standing.error, class_="words") if standing.error else None
    cells = [
        element("td", standing.seed),
        element(
            "td",
            element("span", standing.state, class_=f"state {standing.state}"),
            error,
            class_="words",
        ),
        element("td", *_progress(run), class_="number"),
        element("td", newest(run, "val/l1"), class_="number"),
        element("td", "" if standing.seconds is None else duration(standing.seconds)),
        element("td", _when(run.last_written()) if run is not None else "", class_="number"),
        element("td", standing.folder or "none yet", class_="path"),
    ]
    return element("tr", head, *cells)


def _progress(run: RunFiles | None) -> list[Markup | str]:
    if run is None:
        return []
    return [
        element("progress", value=run.reached, max=run.steps, aria_label="steps reached"),
        f" {run.reached} of {run.steps}",
    ]


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
