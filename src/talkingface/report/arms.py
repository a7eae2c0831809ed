"""Runs grouped into arms: equal in everything that determines the result but the seed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talkingface.report.run_files import RunFiles
from talkingface.runs.arm_names import ARM_ORDER, BASELINE, TECHNIQUES

ABSENT = "(absent)"
# Of a technique that is off these mean nothing, so that they keep no baseline from its arm.
_OF_TECHNIQUES = tuple(f"model.{name}." for name in TECHNIQUES)
#: The fields that turn techniques on.
SWITCHES = {f"model.{name}.enabled" for name in TECHNIQUES}


@dataclass(frozen=True)
class ArmRuns:
    """One arm.

    Attributes:
        label: which techniques are on, and the fields in which it differs from other such arms.
        technique: which techniques are on.
        identity: what determines the result, without the seed.
        runs: by seed, in rising order.
    """

    label: str
    technique: str
    identity: Mapping[str, Any]
    runs: Mapping[int, RunFiles]

    def final(self, metric: str) -> dict[int, float]:
        """Return a final metric of the finished runs by seed."""
        finals = {seed: run.final or {} for seed, run in self.runs.items()}
        return {seed: final[metric] for seed, final in finals.items() if metric in final}


def group_runs(runs: Sequence[RunFiles]) -> tuple[list[ArmRuns], list[RunFiles]]:
    """Return the arms, baseline first, and the runs left out as further copies of others.

    Of copies, that is runs equal in seed as well, the one that came farthest stays.
    """
    groups: dict[str, dict[int, RunFiles]] = defaultdict(dict)
    copies = []
    for run in sorted(runs, key=lambda run: (run.final is None, -run.reached, str(run.folder))):
        group = groups[json.dumps(run.identity, sort_keys=True)]
        if run.seed in group:
            copies.append(run)
        else:
            group[run.seed] = run
    by_technique: dict[str, list[dict[int, RunFiles]]] = defaultdict(list)
    for group in groups.values():
        by_technique[next(iter(group.values())).technique].append(group)
    arms = [
        arm
        for technique in sorted(by_technique, key=ARM_ORDER.index)
        for arm in _labelled(technique, by_technique[technique])
    ]
    return arms, copies


def baseline_of(arm: ArmRuns, arms: Sequence[ArmRuns]) -> ArmRuns | None:
    """Return the arm with both techniques off and the same other fields, if there is one."""
    if arm.technique == BASELINE:
        return None
    candidates = [
        other
        for other in arms
        if other.technique == BASELINE and _comparable(other) == _comparable(arm)
    ]
    exact = [other for other in candidates if agrees_but_for_switches(other, arm)]
    best = exact or candidates
    return best[0] if len(best) == 1 else None


def agrees_but_for_switches(one: ArmRuns, other: ArmRuns) -> bool:
    """Whether two arms are equal in all but which techniques are on."""
    names = (one.identity.keys() | other.identity.keys()) - SWITCHES
    return all(one.identity.get(name, ABSENT) == other.identity.get(name, ABSENT) for name in names)


def differing_fields(identities: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the fields that are not the same everywhere, with the value of each identity.

    Fields of one last name that agree everywhere (`steps` and `data.steps`, which follows it) are
    given once, by the shortest name.
    """
    found: dict[tuple[str, str], str] = {}
    names = sorted({name for identity in identities for name in identity}, key=_shortest_first)
    for name in names:
        texts = [json.dumps(identity.get(name, ABSENT)) for identity in identities]
        if len(set(texts)) > 1:
            found.setdefault((name.rpartition(".")[2], "\n".join(texts)), name)
    kept = [name for name in names if name in found.values()]
    return {name: [identity.get(name, ABSENT) for identity in identities] for name in kept}


def value_text(value: Any) -> str:
    """Return a value as it would be typed in an override."""
    return value if isinstance(value, str) else json.dumps(value)


def _shortest_first(name: str) -> tuple[int, str]:
    return name.count("."), name


def _labelled(technique: str, groups: Sequence[Mapping[int, RunFiles]]) -> list[ArmRuns]:
    identities = [next(iter(group.values())).identity for group in groups]
    differing = differing_fields(identities)
    arms = []
    for place, (identity, group) in enumerate(zip(identities, groups, strict=True)):
        own = [
            f"{short_name(name, identity)}={value_text(values[place])}"
            for name, values in differing.items()
        ]
        label = ", ".join([technique, *own])
        arms.append(ArmRuns(label, technique, identity, dict(sorted(group.items()))))
    return sorted(arms, key=lambda arm: arm.label)


def short_name(name: str, identity: Mapping[str, Any]) -> str:
    """Return the shortest end of a dotted name that no other field has."""
    parts = name.split(".")
    for start in range(len(parts) - 1, 0, -1):
        end = ".".join(parts[start:])
        if not any(other != name and f".{other}".endswith(f".{end}") for other in identity):
            return end
    return name


def _comparable(arm: ArmRuns) -> dict[str, Any]:
    return {k: v for k, v in arm.identity.items() if not k.startswith(_OF_TECHNIQUES)}
