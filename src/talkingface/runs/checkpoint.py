"""Networks back from a checkpoint, without running any code that a file may hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from talkingface.errors import UserError
from talkingface.networks.blocks import channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.tensor_files import read_tensors


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of plain containers and tensors.

    Raises:
        UserError: not a checkpoint, or one that holds more than that.
    """
    checkpoint: Any = read_tensors(path)
    if not isinstance(checkpoint, dict) or not {"network", "state_dict"} <= checkpoint.keys():
        raise UserError(f"{path}: holds no network. Give a .ckpt file from `talkingface train`.")
    return checkpoint


def load_network(path: Path) -> TalkingFace:
    """Return the network of a checkpoint (its running average where one was kept), in eval mode.

    Raises:
        UserError: not a checkpoint of this version's networks.
    """
    checkpoint = load_checkpoint(path)
    try:
        network = TalkingFace(NetworkConfig(**checkpoint["network"]))
        network.load_state_dict(network_weights(checkpoint))
    except (TypeError, RuntimeError) as error:
        raise UserError(
            f"{path}: written by another version of the networks "
            f"({str(error).splitlines()[0]}). Train again, or use the version that wrote it."
        ) from error
    return channels_last(network).eval().requires_grad_(False)


def check_parts(path: Path, stored: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Find out whether a checkpoint's weights fit those that are to take them.

    Args:
        path: of the checkpoint, to be named.
        stored, own: its weights by name, and the others.

    Raises:
        UserError: one has a part that the other has not, or of another shape.
    """
    known = stored.keys() | own.keys()
    different = [name for name in sorted(known) if _shape(stored, name) != _shape(own, name)]
    if different:
        raise UserError(
            f"{path}: written by another version of the networks (first difference: "
            f"{different[0]}). Train under another name, start over with fresh=true, or use the "
            "version that wrote it."
        )


def _shape(weights: Mapping[str, Any], name: str) -> Any:
    return weights[name].shape if name in weights else None


def network_weights(checkpoint: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Return the weights of the network alone, without the training's other modules."""
    prefix = "network."
    state: dict[str, torch.Tensor] = checkpoint["state_dict"]
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
