"""The arms of the ablation by name: which techniques are on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ARM_ORDER = ("baseline", "CRA", "STAC", "CRA+STAC")
BASELINE = ARM_ORDER[0]
TECHNIQUES = ("cra", "stac")


def arm_name(model: Mapping[str, Any]) -> str:
    """Return which techniques are on in a model's configuration, one of ARM_ORDER."""
    techniques = [name for name in TECHNIQUES if model[name]["enabled"]]
    return "+".join(techniques).upper() or BASELINE
