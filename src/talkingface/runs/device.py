"""Which device a command runs on."""

from __future__ import annotations

import torch

from talkingface.errors import UserError


def choose_device(name: str) -> torch.device:
    """Return the device of a name; "auto" is a GPU where there is one.

    Raises:
        UserError: no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(
            f"device {name!r} cannot be used here ({str(error).splitlines()[0]}). "
            "Use device=cpu or device=auto."
        ) from error
    return device
