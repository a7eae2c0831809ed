"""Ranks that were started together have to be as many as asked for, and train one run."""

from __future__ import annotations

from typing import Any

import lightning as L
import torch.distributed as ranks
from lightning.pytorch.callbacks import Callback

from talkingface.errors import UserError


class Agreement(Callback):
    """Compare what the ranks are about to do before any of them does it.

    Args:
        run_name: name of the run that this rank has opened.
        start_step: step at which it would go on.
    """

    def __init__(self, run_name: str, start_step: int):
        self.mine = {"run": run_name, "step": start_step}

    def setup(self, trainer: L.Trainer, pl_module: Any, stage: str) -> None:
        """Compare, once the ranks can talk to each other.

        Raises:
            UserError: there are fewer or more ranks than asked for, or they differ.
        """
        together = ranks.is_available() and ranks.is_initialized()
        found = ranks.get_world_size() if together else 1
        wanted = trainer.num_devices * trainer.num_nodes
        if found != wanted:
            raise UserError(
                f"{wanted} processes were asked for (trainer.devices={trainer.num_devices} on each "
                f"of trainer.num_nodes={trainer.num_nodes}), but {found} train together. Start as "
                "many: under SLURM with --nodes and --ntasks-per-node, with torchrun by --nnodes "
                "and --nproc-per-node."
            )
        if found > 1:
            told: list[Any] = [None] * found
            ranks.all_gather_object(told, self.mine)
            _refuse_differences(told)


def _refuse_differences(told: list[dict[str, Any]]) -> None:
    for rank, theirs in enumerate(told):
        for name, value in theirs.items():
            if value != told[0][name]:
                raise UserError(
                    f"rank {rank} has {name} {value!r}, rank 0 has {told[0][name]!r}: all ranks "
                    "need the same command, the same code and the same files, and fresh=true "
                    "needs ranks that rank 0 starts itself."
                )
