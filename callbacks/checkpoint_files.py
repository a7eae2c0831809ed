"""Checkpoints are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from talkingface.errors import UserError


class WholeCheckpoints(TorchCheckpointIO):
    """Write beside the target, then rename: neither SIGKILL nor a full disk leaves half a file.

    Lightning's own way goes through the folder for temporary files, and on another disk than the
    run's that means a copy which can be cut off.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write a checkpoint.

        Raises:
            UserError: it cannot be written; what was there before is still there.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # One name for all: what a killed process left is overwritten by the next one.
        partial = path.with_name("checkpoint.partial")
        try:
            with partial.open("wb") as file:
                torch.save(checkpoint, file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        # PyTorch's writer turns the errors of a full disk into its own.
        except (OSError, RuntimeError) as error:
            partial.unlink(missing_ok=True)
            reason = str(error).splitlines()[0]
            raise UserError(
                f"{path}: the checkpoint could not be written ({reason}). Make room on the disk; "
                "the same command goes on from the checkpoint before."
            ) from error
