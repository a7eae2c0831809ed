"""The state of all random numbers travels with the checkpoint, each rank's own."""

from __future__ import annotations

import random
from typing import Any

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback

State = dict[str, Any]


class RandomState(Callback):
    """Continue Python's, NumPy's, torch's and CUDA's random numbers where a checkpoint left them.

    Training itself draws from generators seeded by its samples; this is for what a new loss, layer
    or callback may draw from global state. On another number of ranks than were saved, the numbers
    go on from the run's seed.
    """

    def __init__(self) -> None:
        self._loaded: list[State] | None = None

    def state_dict(self) -> dict[str, Any]:
        """Return the states of all ranks; called by all of them together."""
        states: list[Any] = [_state()]
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            states = [None] * torch.distributed.get_world_size()
            torch.distributed.all_gather_object(states, _state())
        return {"ranks": states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Keep the states until training goes on."""
        self._loaded = state_dict["ranks"]

    def on_train_batch_start(self, trainer: L.Trainer, pl_module: Any, *args: Any) -> None:
        """Before the first step, when everything else is set up, go on from the states."""
        if self._loaded is not None and len(self._loaded) == trainer.world_size:
            _restore(self._loaded[trainer.global_rank])
        self._loaded = None


def _state() -> State:
    version, words, gauss = random.getstate()
    numpy: Any = np.random.get_state(legacy=False)
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return {
        "python": [version, list(words), gauss],
        "numpy": [numpy["state"]["key"].tolist(), int(numpy["state"]["pos"])],
        "numpy_normal": [int(numpy["has_gauss"]), float(numpy["gauss"])],
        "torch": torch.get_rng_state(),
        "cuda": cuda,
    }


def _restore(state: State) -> None:
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    key, position = state["numpy"]
    np.random.set_state(("MT19937", np.array(key, np.uint32), position, *state["numpy_normal"]))
    torch.set_rng_state(state["torch"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
