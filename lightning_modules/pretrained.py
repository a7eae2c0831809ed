"""A new run that starts from what another one has learned, in any arm."""

from __future__ import annotations

from pathlib import Path

from lightning_modules.reenactment import ReenactmentModule
from talkingface.errors import UserError
from talkingface.runs.checkpoint import load_checkpoint

# Parts that only one of two arms may have, or that belong to a data set's labels.
_OPTIONAL = (
    "network.corrector.",
    "network.recombination.",
    "arms.alignment.",
    "discriminator.",
    "guidance.",
)
_STATISTICS_OF_LABELS = tuple(
    f"guidance.{labels}_{name}" for labels in ("pose", "expression") for name in ("mean", "std")
)


def start_from(module: ReenactmentModule, path: Path) -> None:
    """Take over the weights of a checkpoint (its running average where one was kept).

    What only the run or only the checkpoint has stays as it is, so that all arms of CRA and STAC
    can start from one baseline. The labels' statistics are those of the run's own data.

    Raises:
        UserError: not a checkpoint, or one of networks of another shape.
    """
    own = module.state_dict()
    stored = load_checkpoint(path)["state_dict"]
    fitting = {k for k in own.keys() & stored.keys() if own[k].shape == stored[k].shape}
    needed = {k for k in own.keys() | stored.keys() if not k.startswith(_OPTIONAL)}
    if missing := sorted(needed - fitting):
        raise UserError(
            f"pretrained={path}: its networks have another shape (first difference: {missing[0]}). "
            "Choose model and model.network as there."
        )
    taken = fitting - set(_STATISTICS_OF_LABELS)
    module.load_state_dict({name: stored[name] for name in taken}, strict=False)
