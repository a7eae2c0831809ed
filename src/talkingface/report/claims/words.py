"""Figures of the claims as text."""

from __future__ import annotations

import math

from talkingface.report.claims.bootstrap import Figure
from talkingface.report.claims.judge import JudgedCondition
from talkingface.report.numbers import number


def percent(share: float, places: int = 1) -> str:
    """Return a share as percent with its sign."""
    return number(100 * share, places, sign=True) if math.isfinite(share) else "unknown"


def percent_text(figure: Figure) -> str:
    """Return a relative change with its interval, in percent."""
    return f"{percent(figure.value)} % [{percent(figure.low)}, {percent(figure.high)}]"


def level_text(figure: Figure) -> str:
    """Return a mean with its interval."""
    places = digits(figure.value)
    ends = ", ".join(number(end, places) for end in (figure.low, figure.high))
    return f"{number(figure.value, places)} [{ends}]"


def digits(value: float) -> int:
    """Return how many decimals show three digits of a value."""
    if not (math.isfinite(value) and value):
        return 2
    return min(6, max(0, 2 - math.floor(math.log10(abs(value)))))


def figure_text(judged: JudgedCondition) -> str:
    """Return a condition's figure with its interval; a dash where there is none."""
    if judged.figure is None:
        return "\N{EN DASH}"
    statistic = judged.condition.rule.statistic
    if statistic == "relative":
        return percent_text(judged.figure)
    if statistic == "level":
        return level_text(judged.figure)
    ends = (number(v, 3, sign=True) for v in (judged.figure.low, judged.figure.high))
    return f"{number(judged.figure.value, 3, sign=True)} [{', '.join(ends)}]"


def p_text(judged: JudgedCondition) -> str:
    """Return a p-value, marked where it has been corrected."""
    if judged.p is None:
        return ""
    text = "< .001" if judged.p < 0.001 else f"{judged.p:.3f}"
    return f"{text} (Holm)" if judged.condition.primary else text


def condition_text(judged: JudgedCondition) -> str:
    """Return what is compared with what."""
    condition = judged.condition
    versus = f" against {judged.against}" if judged.against else ""
    return f"{condition.name}, {condition.arm}{versus}"


def verdict_text(judged: JudgedCondition) -> str:
    """Return the verdict, with the reason where there is one."""
    return f"{judged.verdict}: {judged.reason}" if judged.reason else judged.verdict
