"""The nearest valid names to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_GOOD_ENOUGH = 0.6
_NEARLY_BEST = 0.08
_LAST_PART_ONLY = 0.9


def nearest(name: str, valid: Iterable[str], count: int = 3) -> list[str]:
    """The valid names most like `name`, best first; empty when none is alike.

    Dotted names are compared whole, and by their last part alone, so that `max_steps` finds
    `trainer.max_steps`.
    """
    scored = sorted(((_likeness(name, other), other) for other in set(valid)), reverse=True)
    if not scored or scored[0][0] < _GOOD_ENOUGH:
        return []
    worst = max(_GOOD_ENOUGH, scored[0][0] - _NEARLY_BEST)
    return [other for score, other in scored[:count] if score >= worst]


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """` Did you mean 'a' or 'b'?`, or an empty string when no valid name is alike."""
    quoted = [f"'{other}'" for other in nearest(name, valid)]
    if not quoted:
        return ""
    *first, last = quoted
    return f" Did you mean {', '.join(first)} or {last}?" if first else f" Did you mean {last}?"


def _likeness(name: str, other: str) -> float:
    def ratio(a: str, b: str) -> float:
        return SequenceMatcher(None, a.lower(), b.lower(), autojunk=False).ratio()

    last_parts = ratio(name.rpartition(".")[2], other.rpartition(".")[2])
    return max(ratio(name, other), _LAST_PART_ONLY * last_parts)
