"""The share of a machine that one of several arms gets."""

from __future__ import annotations

import os
from pathlib import Path


def share_of_machine(place: int, places: int) -> dict[str, str]:
    """Return the environment variables that keep an arm to its share.

    GPUs are dealt out in turn; with fewer GPUs than arms, several arms share one. Without a GPU,
    each arm gets its part of the CPU cores, at least one.

    Args:
        place: which of the places, from 0 on.
        places: how many arms run at a time.
    """
    threads = {"OMP_NUM_THREADS": str(max(_cores() // places, 1))}
    gpus = _gpus()
    if not gpus:
        return threads
    own = gpus[place::places] or [gpus[place % len(gpus)]]
    return threads | {"CUDA_VISIBLE_DEVICES": ",".join(own)}


def _cores() -> int:
    # macOS cannot tell which of the cores are ours.
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def _gpus() -> list[str]:
    """Return the names of the GPUs that this process may use."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip()]
    return [str(number) for number in range(len(list(Path("/proc/driver/nvidia/gpus").glob("*"))))]
