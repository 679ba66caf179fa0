"""What the share could be whatever those without an answer would have said."""

from dataclasses import dataclass

from evaltool.stats.shares import Verdict


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest possible share of `eligible` units, with the counts behind them."""

    count_low: int
    count_high: int
    eligible: int

    @property
    def low(self) -> float:
        return self.count_low / self.eligible

    @property
    def high(self) -> float:
        return self.count_high / self.eligible

    def verdict(self, target: float) -> Verdict:
        """`met` (`not_met`) if the target is reached (missed) whatever the others would have said."""
        if self.low >= target:
            return "met"
        return "not_met" if self.high < target else "cannot_tell"


def worst_case(x: int, n: int, m: int) -> Bounds | None:
    """Bounds when x of n answers count and m eligible units gave none; `None` if there is no unit at all.

    Formula: [x / (n + m), (x + m) / (n + m)]. Assumes nothing about those without an answer.
    Source: Manski 1989, doi:10.2307/145818. Reference: R 4.2.2, from the definition.

    >>> bounds = worst_case(51, 87, 37)
    >>> f"{bounds.low:.2f} {bounds.high:.2f} {bounds.verdict(0.3)}"
    '0.41 0.71 met'
    """
    return Bounds(x, x + m, n + m) if n + m else None
