"""What plain numbers must be before a method looks at them. The caller leaves missing ones out."""

import math
from collections.abc import Iterable, Sequence

from evaltool.errors import StatisticsError


def check_count(name: str, value: float) -> None:
    """Raises: StatisticsError: if the value is no whole number from 0 up."""
    if not (math.isfinite(value) and value >= 0 and value == int(value)):
        raise StatisticsError(f"{name} is {value}, which is no count", mend="Give a whole number from 0 up.")


def check_share_of(x: float, n: float, *, whole: bool = True) -> None:
    """Raises: StatisticsError: if x of n cannot be. An effective n need not be `whole`."""
    if whole:
        check_count("x", x)
        check_count("n", n)
    if not (0 <= x <= n and math.isfinite(n)):
        raise StatisticsError(f"{x} of {n} cannot be: x counts among the n answers")


def check_probability(name: str, value: float, *, open_ends: bool = False) -> None:
    """Raises: StatisticsError: if the value is outside 0-1 (or at an end, where `open_ends`)."""
    inside = 0 < value < 1 if open_ends else 0 <= value <= 1
    if not inside:
        within = "between 0 and 1" if open_ends else "from 0 to 1"
        raise StatisticsError(f"{name} is {value}", mend=f"Give a share {within} (0.3 is 30 %).")


def check_choice(name: str, value: str, known: Iterable[str]) -> None:
    """Raises: StatisticsError: if the value is none of the known ones."""
    names = list(known)
    if value not in names:
        raise StatisticsError(f"{name} is «{value}»", mend=f"Known: {', '.join(names)}.")


def check_numbers(name: str, values: Sequence[float]) -> None:
    """Raises: StatisticsError: if a value is NaN or infinite."""
    if not all(math.isfinite(value) for value in values):
        raise StatisticsError(f"{name} holds a value that is no number", mend="Leave missing values out.")
