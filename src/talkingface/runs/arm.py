"""An arm of a sweep is a process of its own, started as if its command had been typed.

In one process with its sweep, an arm that fails on one rank before training would leave the other
ranks at another arm than the first, and nobody would notice.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from talkingface.runs.forwarding import Forwarding
from talkingface.runs.ranks import is_first_rank
from talkingface.runs.sweep_record import Arm, SweepRecord, change_record

RECORD_VARIABLE = "TALKINGFACE_ARM_RECORD"
# Of a training that a signal ended after a checkpoint: the same command continues it.
PREEMPTED_STATUS = 75
_STATES = {0: "finished", PREEMPTED_STATUS: "preempted"}


def record_arm(**fields: Any) -> None:
    """Tell the sweep that started this process, if any, about its run; the first rank alone does.

    Args:
        fields: of `state`, `folder`, `error` and `metrics`; those of earlier calls stay.
    """
    path = os.environ.get(RECORD_VARIABLE)
    if path and is_first_rank():
        change_record(path, **fields)


def run_arm(
    verb: str,
    overrides: Sequence[str],
    record: SweepRecord,
    signals: Forwarding,
    environment: Mapping[str, str | None] | None = None,
) -> Arm:
    """Run one arm to its end.

    Args:
        verb: what it runs.
        overrides: with what.
        record: where its state is kept while it runs and afterwards.
        signals: what passes signals on to it.
        environment: variables to be set for it, or with None to be left out.
    """
    command = [sys.executable, "-m", "talkingface.cli", verb, *overrides, "hydra.mode=RUN"]
    blank = {"state": "running", "folder": "", "error": "", "metrics": {}, "seconds": 0.0}
    path = record.write(overrides, **blank)
    wanted = {**os.environ, RECORD_VARIABLE: str(path), **(environment or {})}
    told = {name: value for name, value in wanted.items() if value is not None}
    began = time.monotonic()
    # In a session of its own, an interrupt from the terminal reaches it once, through here.
    process = subprocess.Popen(command, env=told, start_new_session=True)
    signals.add(process)
    status = process.wait()
    signals.processes.remove(process)
    if status not in (0, PREEMPTED_STATUS):
        _end_what_is_left(process.pid)
    return _ended(record, overrides, status, time.monotonic() - began)


def _ended(record: SweepRecord, overrides: Sequence[str], status: int, seconds: float) -> Arm:
    arm = replace(record.read(overrides), seconds=seconds)
    if not is_first_rank():
        error = "" if status in _STATES else _reason(status)
        return replace(arm, state=_STATES.get(status, "failed"), error=error)
    if status == PREEMPTED_STATUS:
        arm = replace(arm, state="preempted")
    elif status:
        arm = replace(arm, state="failed", error=arm.error or _reason(status))
    elif arm.state == "running":
        arm = replace(arm, state="failed", error="it ended without finishing its run")
    record.write(overrides, state=arm.state, error=arm.error, seconds=seconds)
    return arm


def _reason(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _end_what_is_left(group: int, patience: float = 10.0) -> None:
    """Kill a failed arm's ranks that hang, once all others had time to end by themselves."""
    deadline = time.monotonic() + patience
    try:
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
