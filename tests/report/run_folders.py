"""Run folders as `train` leaves them, written without training."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from talkingface.evaluation.protocol import ProtocolCase, make_protocol
from talkingface.evaluation.result_files import write_results
from talkingface.evaluation.results import VideoRow, summarise
from talkingface.runs.folder import open_run
from talkingface.runs.sweep_record import SweepRecord


def configuration(
    cra: bool, stac: bool, seed: int, name: str, lr: float, ramp: int
) -> dict[str, Any]:
    return {
        "name": name,
        "seed": seed,
        "steps": 100,
        "batch_size": 2,
        "pretrained": None,
        "data": {"root": "/somewhere", "size": 64, "steps": 100, "seed": seed},
        "model": {
            "optimisation": {"lr": lr, "steps": 100},
            "cra": {"enabled": cra, "ramp": ramp},
            "stac": {"enabled": stac, "lookahead": None},
        },
        "trainer": {"precision": "32-true"},
    }


def write_run(
    root: Path,
    cra: bool = False,
    stac: bool = False,
    seed: int = 0,
    l1: float | None = 0.1,
    name: str = "ablation",
    lr: float = 1e-3,
    ramp: int = 500,
) -> Path:
    """Write a run that has finished with a value, or is half done with None; return its folder."""
    run = open_run(root, configuration(cra, stac, seed, name, lr, ramp), root)
    steps = (25, 50) if l1 is None else (25, 50, 75, 100)
    write_log(run.path, 0, [{"step": step, "val/l1": 1 / step} for step in steps])
    if l1 is not None:
        run.finish({"val/l1": l1, "val/l1_still": 0.2, "val/pose_amplitude": 0.9})
    return run.path


def write_log(run: Path, first: int, rows: list[dict[str, float]]) -> Path:
    """Write what one process logged after it began at a step."""
    file = run / f"metrics/from-step-{first}/metrics.csv"
    file.parent.mkdir(parents=True)
    columns = sorted({name for row in rows for name in row})
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


def write_evaluation(
    run: Path, reference: str, mean: Mapping[str, float], smoothing: str = "none"
) -> None:
    """Write what `evaluate` leaves in a run's folder."""
    of = {
        "checkpoint": str(run / "checkpoints/best.ckpt"),
        "weights": "92a5",
        "path": {"smoothing": smoothing},
    }
    case = ProtocolCase("anna", "anna", "anna", 50, None)
    protocol = make_protocol(
        task="self", suite=reference, metrics={}, reader=None, libraries=["torch"], models={},
        size=64, cases=[case], pair_list=None,
    )  # fmt: skip
    rows = [VideoRow("anna", "anna", "anna", "anna", 50, dict(mean))]
    write_results(run / "evaluation/test" / reference, summarise(protocol, of, rows))


def write_sweep(root: Path, *arms: Mapping[str, Any]) -> None:
    """Write the sweep's own record; each arm gives what differs from one that waits."""
    record = SweepRecord(root)
    for place, arm in enumerate(arms):
        fields = {"overrides": [f"steps={place}"]} | dict(arm)
        record.write(fields.pop("overrides"), place=place, **fields)
