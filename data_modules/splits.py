"""Train, validation and test clips: no identity is ever in two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

from talkingface.errors import UserError
from talkingface.manifest import Clip

Split = Literal["train", "val", "test"]


def split_clips(
    clips: Sequence[Clip], val_identities: int, test_identities: int
) -> dict[Split, list[Clip]]:
    """Divide clips by identity, the same way for every seed and on every machine.

    Identities are ordered by a hash of their name; the first go to test, the next to validation.

    Raises:
        UserError: fewer identities than the three splits need.
    """
    names = sorted({c.identity for c in clips}, key=lambda n: hashlib.sha256(n.encode()).digest())
    if len(names) <= val_identities + test_identities:
        raise UserError(
            f"{len(names)} identities cannot give {val_identities} to validation, "
            f"{test_identities} to test and any to training: add clips or lower "
            "data.val_identities and data.test_identities."
        )
    test = set(names[:test_identities])
    val = set(names[test_identities : test_identities + val_identities])
    return {
        "train": [c for c in clips if c.identity not in test | val],
        "val": [c for c in clips if c.identity in val],
        "test": [c for c in clips if c.identity in test],
    }
