"""Numbers as a reader wants them: enough digits, one width a column."""

from __future__ import annotations

import math
from collections.abc import Iterable

from talkingface.report.statistics import Estimate

MINUS = "\N{MINUS SIGN}"


def decimals(estimates: Iterable[Estimate]) -> int:
    """Return how many decimals a column of estimates needs.

    Two digits of its narrowest interval, and at the most four of its largest mean.
    """
    finite = [estimate for estimate in estimates if math.isfinite(estimate.mean)]
    largest = max((abs(estimate.mean) for estimate in finite), default=0.0)
    narrowest = min((e.half for e in finite if e.half), default=0.0)
    most = _decimals(largest, 4) if largest > 0 else 1
    return min(most, _decimals(narrowest, 2)) if narrowest > 0 else most


def _decimals(value: float, digits: int) -> int:
    return min(8, max(0, digits - 1 - math.floor(math.log10(value))))


def number(value: float, places: int, *, sign: bool = False) -> str:
    """Return a value with so many decimals and a true minus sign."""
    text = f"{value:{'+' if sign else ''}.{places}f}"
    return text.replace("-", MINUS)


def with_interval(estimate: Estimate, places: int, *, sign: bool = False) -> str:
    """Return `mean ± half`; the mean alone where there is no interval."""
    mean = number(estimate.mean, places, sign=sign)
    return mean if estimate.half is None else f"{mean} ± {number(estimate.half, places)}"


def duration(seconds: float) -> str:
    """Return a time in the two largest of its units."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Return round numbers, about as many as wanted, from `low` to `high`, inside both."""
    if not high > low:
        return [low]
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]
