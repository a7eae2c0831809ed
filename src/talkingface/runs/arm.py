"""An arm of a sweep is a process of its own, started as if its command had been typed.

In one process with its sweep, an arm that fails on one rank before training would leave the other
ranks at another arm than the first, and nobody would notice.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from talkingface.runs.ranks import is_first_rank

RECORD_VARIABLE = "TALKINGFACE_ARM_RECORD"
# Of a training that a signal ended after a checkpoint: the same command continues it.
PREEMPTED_STATUS = 75
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


@dataclass(frozen=True)
class Arm:
    """How an arm ended.

    Attributes:
        overrides: what it was started with.
        status: the process's exit status, negative for a signal.
        seconds: wall-clock.
        state: "finished", "skipped" (it had been finished before), "preempted" (a signal stopped it
            after a checkpoint) or "failed".
        folder: its run's folder, "" when it did not come that far.
        error: why it failed, "" otherwise.
        metrics: its final metrics.
        stopped_by: the signal that was passed on to it, if any.
    """

    overrides: Sequence[str]
    status: int
    seconds: float
    state: str
    folder: str
    error: str
    metrics: Mapping[str, float]
    stopped_by: signal.Signals | None


def record_arm(**fields: Any) -> None:
    """Tell the sweep that started this process, if any, about its run; the first rank alone does.

    Args:
        fields: of `state`, `folder`, `error` and `metrics`; those of earlier calls stay.
    """
    path = os.environ.get(RECORD_VARIABLE)
    if path and is_first_rank():
        partial = Path(f"{path}.partial")
        partial.write_text(json.dumps(_read(Path(path)) | fields))
        partial.replace(path)


def run_arm(verb: str, overrides: Sequence[str]) -> Arm:
    """Run one arm to its end, passing on SIGINT, SIGTERM and SIGUSR1."""
    command = [sys.executable, "-m", "talkingface.cli", verb, *overrides, "hydra.mode=RUN"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        environment = os.environ | {RECORD_VARIABLE: str(record)}
        # In a session of its own, an interrupt from the terminal reaches it once, through here.
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        with _forwarding(process) as received:
            status = process.wait()
        told = {"state": "", "folder": "", "error": "", "metrics": {}} | _read(record)
    seconds = time.monotonic() - began
    if status not in (0, PREEMPTED_STATUS):
        told |= {"state": "failed", "error": told["error"] or _reason(status)}
    return Arm(overrides, status, seconds, stopped_by=received[-1] if received else None, **told)


def arms_table(arms: Sequence[Arm]) -> str:
    """Return a line an arm: state, time, what tells it from the others; its folder, its error."""
    lines = [f"{'state':10}{'seconds':>8}  arm"]
    for arm, own in zip(arms, own_overrides(arms), strict=True):
        lines.append(f"{arm.state:10}{arm.seconds:8.0f}  {own}")
        lines += [f"{'':20}{text}" for text in (arm.folder, arm.error) if text]
    return "\n".join(lines)


def own_overrides(arms: Sequence[Arm]) -> list[str]:
    """Return what each arm was started with, without what all arms have in common."""
    shared = set.intersection(*(set(arm.overrides) for arm in arms)) if len(arms) > 1 else set()
    return [" ".join(o for o in arm.overrides if o not in shared) for arm in arms]


@contextmanager
def _forwarding(process: subprocess.Popen[bytes]) -> Iterator[list[signal.Signals]]:
    """Pass signals on to a process; yields the list of those that came."""
    received: list[signal.Signals] = []

    def forward(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if process.poll() is None:
            process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _reason(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}
