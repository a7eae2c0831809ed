"""What a run has to know of SLURM."""

from __future__ import annotations

import os
import subprocess
import sys


def requeue() -> bool:
    """Put this process's SLURM job back into the queue; return whether that was done.

    Says on stderr why not, where this is a SLURM job at all. An interactive job stays as it is.
    """
    job = os.environ.get("SLURM_JOB_ID")
    if job is None or os.environ.get("SLURM_JOB_NAME") in ("bash", "interactive"):
        return False
    if array := os.environ.get("SLURM_ARRAY_JOB_ID"):
        job = f"{array}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    try:
        subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True, check=True)
    except OSError as error:
        print(f"warning: job {job} was not put back into the queue: {error}", file=sys.stderr)
        return False
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip()
        print(f"warning: job {job} was not put back into the queue: {reason}", file=sys.stderr)
        return False
    return True


def was_restarted() -> bool:
    """Return whether SLURM or torchrun started the same command before, for the same job."""
    names = ("SLURM_RESTART_COUNT", "TORCHELASTIC_RESTART_COUNT")
    return any(os.environ.get(name, "0") != "0" for name in names)
