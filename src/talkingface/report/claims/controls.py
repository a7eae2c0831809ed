"""Control arms beside the arms that they change: what else could explain an effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talkingface.report.arms import ArmRuns, differing_fields, short_name, value_text
from talkingface.report.claims.bootstrap import Figure, figure
from talkingface.report.claims.declared import BASELINE, CLAIMS, filtered
from talkingface.report.claims.judge import compared
from talkingface.report.claims.measured import Measured
from talkingface.runs.arm_names import ARM_ORDER

_PRIMARY = [c for claim in CLAIMS for c in claim.conditions if c.primary]
#: What controls are looked at for: the primary endpoints, and what clean references cost.
ENDPOINTS = (
    *((condition.suite, condition.metrics) for condition in _PRIMARY),
    *(("clean", (metric,)) for metric in ("aed", "apd", "l1")),
)
#: Of a face that hardly moves, small errors are no merit.
GUARD = ("clean", ("mouth_amplitude",))


@dataclass(frozen=True)
class ControlRow:
    """An arm beside another.

    Attributes:
        arm: a control, or an arm that is judged.
        against: the baseline, or the arm that the control changes.
        changes: relative ones of ENDPOINTS, in their order; None where one of them lacks a suite.
        amplitude: how far mouths move on clean references, as a share of the true ones.
    """

    arm: str
    against: str
    changes: Sequence[Figure | None]
    amplitude: Figure | None


def control_arms(arms: Sequence[ArmRuns], judged: Mapping[str, ArmRuns]) -> dict[str, ArmRuns]:
    """Return the arms that are not judged, by the fields in which they differ from those that are.

    Arms on other data are no controls.

    Args:
        arms: all there are.
        judged: by technique.
    """
    chosen = {id(arm) for arm in judged.values()}
    controls: dict[str, ArmRuns] = {}
    for arm in arms:
        reference = judged.get(arm.technique)
        if id(arm) in chosen or reference is None or _data(arm) != _data(reference):
            continue
        fields = differing_fields([reference.identity, arm.identity])
        own = [
            f"{short_name(field, arm.identity)}={value_text(value)}"
            for field, (_, value) in fields.items()
            if field != "name"
        ]
        label = ", ".join([arm.technique, *own])
        if label == arm.technique or label in controls:
            label += f", name={value_text(arm.identity['name'])}"
        controls[label] = arm
    return controls


def _data(arm: ArmRuns) -> Any:
    return arm.identity.get("data.fingerprint")


def control_rows(
    measured: Mapping[str, Measured], controls: Mapping[str, ArmRuns]
) -> list[ControlRow]:
    """Return each technique's arm and then its controls; none where no control was evaluated.

    Args:
        measured: the videos of the arms, of the controls, and of both with filters.
        controls: by name.
    """
    rows = []
    for technique in ARM_ORDER:
        names = [name for name, arm in controls.items() if arm.technique == technique]
        both = [each for name in names for each in (name, filtered(name))]
        own = [name for name in both if any(measured[name].values())]
        if not own:
            continue
        if technique != BASELINE:
            rows.append(_row(measured, technique, BASELINE))
        for name in own:
            rows.append(_row(measured, name, BASELINE))
            if technique != BASELINE:
                rows.append(_row(measured, name, technique))
    return rows


def _row(measured: Mapping[str, Measured], arm: str, against: str) -> ControlRow:
    changes = [_change(measured, arm, against, *endpoint) for endpoint in ENDPOINTS]
    own = compared(measured, arm, "", *GUARD)
    amplitude = figure(own, "level") if own.seeds and not own.infinite else None
    return ControlRow(arm, against, changes, amplitude)


def _change(
    measured: Mapping[str, Measured], arm: str, against: str, suite: str, metrics: Sequence[str]
) -> Figure | None:
    cells = compared(measured, arm, against, suite, metrics)
    return figure(cells, "relative") if cells.seeds and not cells.infinite else None
