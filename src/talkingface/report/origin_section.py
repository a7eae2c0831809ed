"""The page's tables of where the runs differ: configuration, code and packages."""

from __future__ import annotations

from collections.abc import Sequence

from talkingface.report.arms import ArmRuns, value_text
from talkingface.report.markup import Markup, element, joined
from talkingface.report.run_files import RunFiles
from talkingface.report.versions import code_versions, configuration_differences, version_text


def difference_section(arms: Sequence[ArmRuns]) -> Markup:
    """Return the fields in which the arms differ, an arm a column."""
    differing = configuration_differences(arms)
    if not differing:
        return element("p", "The runs differ in nothing but the seed.")
    rows = [[name, *map(value_text, values)] for name, values in differing.items()]
    about = "What determines the result; seeds, devices and paths of data are left out."
    heads = ["field", *(arm.label for arm in arms)]
    return joined(element("p", about, class_="muted"), _table(heads, rows))


def version_section(runs: Sequence[RunFiles]) -> Markup:
    """Return each version of code and packages with the runs that it made."""
    versions = code_versions(runs)
    if not versions:
        return element("p", "No run has begun.")
    names = list(dict.fromkeys(name for version, _ in versions for name in version))
    heads = ["", *(f"{len(made)} of {len(runs)} runs" for _, made in versions)]
    rows = [
        [name.replace("_", " "), *(version_text(version.get(name)) for version, _ in versions)]
        for name in names
    ]
    table = _table(heads, rows)
    if len(versions) == 1:
        return table
    lists = [
        element("p", f"{head}: ", ", ".join(str(run.folder) for run in made), class_="muted")
        for head, (_, made) in zip(heads[1:], versions, strict=True)
    ]
    return joined(table, *lists)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *map(_row, rows)),
    )
    return element("div", table, class_="wide")


def _row(cells: Sequence[str]) -> Markup:
    first, *others = cells
    values = (element("td", text, class_="words") for text in others)
    return element("tr", element("th", first, scope="row"), *values)
