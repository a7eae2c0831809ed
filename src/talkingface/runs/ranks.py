"""Which process of a run this is, before anything has been set up between them."""

from __future__ import annotations

import os


def launch_variables() -> list[str]:
    """Return the variables by which whoever started this process made it one of several."""
    names = {
        *("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"),
        *("MASTER_ADDR", "MASTER_PORT"),
    }
    started = ("SLURM_", "TORCHELASTIC_")
    return [name for name in os.environ if name in names or name.startswith(started)]


def is_first_rank() -> bool:
    """Return whether this process is the first, or the only one, of its run.

    Reads what Lightning, torchrun and SLURM tell the processes that they start.
    """
    names = ("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK", "SLURM_PROCID")
    return all(os.environ.get(name, "0") == "0" for name in names)
