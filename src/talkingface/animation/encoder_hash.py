"""Which motion encoder made a code."""

from __future__ import annotations

import hashlib

from talkingface.networks.model import TalkingFace


def encoder_hash(network: TalkingFace) -> str:
    """Return a fingerprint of the weights that turn frames into codes.

    Codes may be used with another checkpoint exactly when this is equal.
    """
    digest = hashlib.sha256()
    for name, value in sorted(network.motion.state_dict().items()):
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
