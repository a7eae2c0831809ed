"""When a condition of a claim holds, fails or stays undecided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from talkingface.report.claims.bootstrap import Figure, Statistic

Verdict = Literal["holds", "fails", "undecided"]
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class AtLeastLower:
    """Lower than the reference by a share of it, 0 for lower at all."""

    share: float
    statistic: Statistic = "relative"

    @property
    def words(self) -> str:
        """The rule as a reader wants it."""
        return f"at least {100 * self.share:g} % lower" if self.share else "lower"

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the figure is held against."""
        return (-self.share,)

    def judge(self, figure: Figure, p: float | None) -> Verdict:
        """Return the verdict; `p` is the adjusted one where it has to be significant."""
        includes_zero = figure.low <= 0 <= figure.high
        if includes_zero or figure.low > -self.share:
            return "fails"
        significant = p is None or p < SIGNIFICANT
        return "holds" if figure.value <= -self.share and significant else "undecided"


@dataclass(frozen=True)
class NotWorse:
    """Higher than the reference by a share of it at the most, with the whole interval."""

    share: float
    statistic: Statistic = "relative"

    @property
    def words(self) -> str:
        """The rule as a reader wants it."""
        return f"at most {100 * self.share:g} % higher"

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the figure is held against."""
        return (self.share,)

    def judge(self, figure: Figure, p: float | None) -> Verdict:
        """Return the verdict."""
        if figure.high <= self.share:
            return "holds"
        return "fails" if figure.low > self.share else "undecided"


@dataclass(frozen=True)
class NotHigher:
    """Not surely higher: the interval does not lie wholly above zero."""

    statistic: Statistic

    @property
    def words(self) -> str:
        """The rule as a reader wants it."""
        return "not significantly higher"

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the figure is held against."""
        return (0.0,)

    def judge(self, figure: Figure, p: float | None) -> Verdict:
        """Return the verdict; `p` is the adjusted one of a claim that asks this many times."""
        significant = p is None or p < SIGNIFICANT
        return "fails" if figure.low > 0 and significant else "holds"


@dataclass(frozen=True)
class Within:
    """A mean within a band, with the whole interval; without an upper end where that is None."""

    least: float
    most: float | None = None
    statistic: Statistic = "level"

    @property
    def words(self) -> str:
        """The rule as a reader wants it."""
        if self.most is None:
            return f"at least {self.least:g}"
        return f"within {self.least:g} to {self.most:g}"

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the figure is held against."""
        return (self.least,) if self.most is None else (self.least, self.most)

    def holds_of(self, low: float, high: float) -> bool:
        """Whether an interval is inside."""
        return self.least <= low and (self.most is None or high <= self.most)

    def judge(self, figure: Figure, p: float | None) -> Verdict:
        """Return the verdict."""
        if self.holds_of(figure.low, figure.high):
            return "holds"
        above = self.most is not None and figure.low > self.most
        return "fails" if figure.high < self.least or above else "undecided"


Rule = AtLeastLower | NotWorse | NotHigher | Within
