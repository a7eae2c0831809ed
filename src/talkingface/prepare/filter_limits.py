"""Which of the measured pieces become clips."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FilterLimits:
    """Bounds on what was measured; conf/prepare.yaml explains each field."""

    min_seconds: float = 1.0
    min_face: float = 64
    min_face_share: float = 0.9
    min_sharpness: float = 0.0
    max_yaw: float = 90
    max_pitch: float = 60
    max_covered: float = 0.5
    max_crowded: float = 0.5
    min_movement: float = 0.0
    max_outside: float = 0.35
