"""What each arm costs: frames, time, parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from talkingface.numbers import is_number
from talkingface.report.arms import ArmRuns
from talkingface.report.run_files import RunFiles, read_json
from talkingface.report.states import Standing


@dataclass(frozen=True)
class Cost:
    """Means over an arm's finished runs; None where no run knows.

    Attributes:
        arm: its technique.
        runs: finished ones.
        decoded, encoded: frames of the whole training.
        seconds: wall clock of the training.
        parameters: of the network at inference.
        milliseconds: a frame at inference.
    """

    arm: str
    runs: int
    decoded: float | None
    encoded: float | None
    seconds: float | None
    parameters: float | None
    milliseconds: float | None


def costs(
    arms: Mapping[str, ArmRuns], standings: Sequence[Standing], notes: list[str]
) -> list[Cost]:
    """Return the cost of each arm.

    Args:
        arms: by technique.
        standings: of all runs, which know how long they took.
        notes: receives a sentence about each cost.json that cannot be read.
    """
    seconds = {id(standing.run): standing.seconds for standing in standings}
    found = []
    for technique, arm in arms.items():
        runs = [run for run in arm.runs.values() if run.final is not None]
        inference = [_inference(run, notes) for run in runs]
        found.append(
            Cost(
                technique,
                len(runs),
                _mean([_frames(run, "decoded_frames") for run in runs]),
                _mean([_frames(run, "encoded_frames") for run in runs]),
                _mean([seconds.get(id(run)) for run in runs]),
                _mean([it.get("parameters") for it in inference]),
                _mean([it.get("ms_per_frame") for it in inference]),
            )
        )
    return found


def _frames(run: RunFiles, name: str) -> float | None:
    curves = [curve for key, curve in run.curves.items() if key.rpartition("/")[2] == name]
    if not curves or not curves[0]:
        return None
    return float(np.mean([value for _, value in curves[0]])) * run.steps


def _inference(run: RunFiles, notes: list[str]) -> dict[str, float]:
    file = run.folder / "cost.json"
    try:
        fields = read_json(file) if file.exists() else {}
    except ValueError as error:
        notes.append(f"Left out: {error}.")
        return {}
    return {name: float(value) for name, value in fields.items() if is_number(value)}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return float(np.mean(known)) if known else None
