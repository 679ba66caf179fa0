"""Rounding for readers: the parts of a whole add up to the whole as it is printed."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from evaltool.results import Estimate
from evaltool.text import round_half_up


def per_cent(row: Estimate) -> Decimal:
    """The row's share in per cent, exact: from the counts where it has them, so that 44.5 is no 44.4999.

    A weighted share is not that of its counts.
    """
    if row.count is not None and row.n and not row.weighting:
        return 100 * Decimal(row.count) / Decimal(row.n)
    return 100 * Decimal(str(row.estimate or 0))


def parts_of(whole: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """The parts in whole numbers that add up to the rounded whole.

    Method: largest remainder; each part differs by less than one from its exact value.
    """
    floors = [part.quantize(Decimal(1), rounding=ROUND_FLOOR) for part in parts]
    left = int(round_half_up(whole) - sum(floors))
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    raised = set(by_remainder[:left])
    return [floor + (index in raised) for index, floor in enumerate(floors)]


def answers_of(parts: Sequence[Decimal]) -> list[Decimal]:
    """The answers to a question in whole per cents that add up to 100, unless equal ones would become unequal."""
    fitted = parts_of(Decimal(100), parts)
    return fitted if len(set(zip(parts, fitted, strict=True))) == len(set(parts)) else [*map(round_half_up, parts)]
