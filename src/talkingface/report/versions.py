"""Which code and packages made the runs, and in which fields the runs differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from talkingface.report.arms import ABSENT, ArmRuns, differing_fields
from talkingface.report.run_files import RunFiles


def code_versions(runs: Sequence[RunFiles]) -> list[tuple[Mapping[str, Any], list[RunFiles]]]:
    """Return each version of code, Python and packages with the runs that it made."""
    groups: dict[str, tuple[Mapping[str, Any], list[RunFiles]]] = {}
    for run in runs:
        version = flat(run.environment)
        groups.setdefault(json.dumps(version, sort_keys=True), (version, []))[1].append(run)
    return list(groups.values())


def flat(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's environment with the packages beside code and Python."""
    others = {name: value for name, value in environment.items() if name != "packages"}
    return others | dict(environment.get("packages", {}))


def code_warnings(runs: Sequence[RunFiles]) -> list[str]:
    """Return a sentence for each reason not to trust that the same code made all runs."""
    found = []
    if any(run.environment.get("code_changed") for run in runs):
        count = sum(bool(run.environment.get("code_changed")) for run in runs)
        found.append(f"The code had uncommitted changes when {count} of {len(runs)} runs began.")
    if any(not run.environment.get("code") for run in runs):
        count = sum(not run.environment.get("code") for run in runs)
        found.append(f"The code's version is not known of {count} of {len(runs)} runs.")
    versions = [version for version, _ in code_versions(runs)]
    names = [name for name in differing_fields(versions) if name != "code_changed"]
    if names:
        found.append(f"The runs were not all made by the same versions: {', '.join(names)} differ.")
    return found


def configuration_differences(arms: Sequence[ArmRuns]) -> dict[str, list[Any]]:
    """Return the fields in which the arms differ, with each arm's value."""
    return differing_fields([arm.identity for arm in arms])


def version_text(value: Any) -> str:
    """Return a version as text; a commit by its first ten digits."""
    if value in ("", None, ABSENT):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text[:10] if len(text) == 40 else text
