"""Poses and expressions that the tests of synthetic heads name in words."""

import numpy as np

from talkingface.manifest import POSE_NAMES
from talkingface.synthetic.deform import EXPRESSION_NAMES


def pose(**values: float) -> np.ndarray:
    """Return (1, 6): zeros but for the named values."""
    return np.array([[values.get(name, 0.0) for name in POSE_NAMES]])


def face(**values: float) -> np.ndarray:
    """Return (1, 9): the face at rest but for the named values."""
    assert values.keys() <= set(EXPRESSION_NAMES)
    return np.array([[values.get(name, 0.0) for name in EXPRESSION_NAMES]])
