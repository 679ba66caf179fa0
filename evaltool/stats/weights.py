"""Weights against nonresponse: raking to the roster's margins, weighting classes, and what unequal weights cost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count, check_numbers, check_share_of

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
_CLOSE = 1e-12
_ROUNDS = 2000


@dataclass(frozen=True)
class Kish:
    """What unequal weights cost: `deff` times the variance, as if only `n_eff` of `n` had answered."""

    n: int
    deff: float | None
    n_eff: float | None
    cv: float | None
    warning: str = ""


def kish(weights: Sequence[float] | Floats) -> Kish:
    """Kish's design effect of unequal weights, the effective number of answers, and the weights' relative spread.

    Formula: deff = n Σw² / (Σw)², n_eff = n / deff, cv² = deff - 1.
    Assumes: that the weights have nothing to do with the answers; clusters and strata are not in it.
    Missing: a missing weight is an error. No answer or weights that sum to 0: no number, with a warning.
    Source: Kish 1992, Journal of Official Statistics 8:183.
    Reference: R 4.2.2, from the definition.

    >>> f"{kish([1, 2, 2, 0.8, 1.1, 3]).n_eff:.2f}"
    '4.94'
    """
    w = _checked(weights)
    if not w.sum():
        return Kish(len(w), None, None, None, "No weight is above 0.")
    deff = float(len(w) * (w @ w) / w.sum() ** 2)
    return Kish(len(w), deff, len(w) / deff, math.sqrt(max(deff - 1, 0)))


@dataclass(frozen=True)
class EmptyCategory:
    """A category of the roster from which nobody answered: no weight can speak for it."""

    margin: str
    category: str
    units: float


@dataclass(frozen=True, eq=False)
class Raking:
    """Weights whose sums are the margins in `used`; margins with an empty category are left out, the category named."""

    weights: Floats | None
    used: tuple[str, ...]
    empty: tuple[EmptyCategory, ...]
    rounds: int
    warning: str = ""

    @property
    def possible(self) -> bool:
        """Whether every margin could be met."""
        return self.weights is not None and not self.empty


def rake(
    rows: Mapping[str, Sequence[str]],
    margins: Mapping[str, Mapping[str, float]],
    *,
    start: Sequence[float] | Floats | None = None,
) -> Raking:
    """Weights that bring the respondents (`rows`: a column each margin) to the roster's `margins`, one after another.

    Formula: iterative proportional fitting from `start` (1 each): w ← w · N_c / Σ_c w, margin by margin, until each sum
    differs by less than 1e-12 of its total.
    Assumes: that within the margins' categories answering has nothing to do with the answers.
    Missing: a row without a category is an error (give "unknown" a margin, or collapse). A margin with a category that
    nobody answered from is left out, said, and named in `empty`. Without convergence: no weights.
    Source: Deming & Stephan 1940, doi:10.1214/aoms/1177731829.
    Reference: R 4.2.2, survey 4.1.1 rake.

    >>> raked = rake({"site": ["A", "A", "B"]}, {"site": {"A": 10, "B": 8}})
    >>> [float(w) for w in raked.weights]
    [5.0, 5.0, 8.0]
    """
    n = len(next(iter(rows.values()), ()))
    w = np.ones(n) if start is None else _checked(start)
    if any(len(rows.get(name, ())) != len(w) for name in margins):
        raise StatisticsError("The margins' columns and the weights must be equally long", where=", ".join(margins))
    _check_totals(margins)
    coded = {name: _coded(name, rows[name], margin) for name, margin in margins.items()}
    empty = tuple(gap for name, margin in margins.items() for gap in _empty(name, rows[name], w, margin))
    used = tuple(name for name in margins if name not in {gap.margin for gap in empty})
    said = " ".join(f"Nobody with {gap.margin} = {gap.category} answered: {gap.margin} is left out." for gap in empty)
    if not len(w) or not used:
        return Raking(None if not len(w) else w, (), empty, 0, said or "There is nothing to weight.")
    fitted, rounds = _fit(w, [coded[name] for name in used])
    if fitted is None:
        said = f"{said} Raking did not settle in {rounds} rounds: collapse categories or leave out a margin.".strip()
    return Raking(fitted, used, empty, rounds, said)


def _fit(w: Floats, parts: Sequence[tuple[Codes, Floats]]) -> tuple[Floats | None, int]:
    for rounds in range(1, _ROUNDS + 1):
        for codes, totals in parts:
            sums = np.bincount(codes, weights=w, minlength=len(totals))
            factors = np.divide(totals, sums, out=np.zeros_like(totals), where=sums > 0)
            w = w * factors[codes]
        if all(_reached(w, codes, totals) for codes, totals in parts):
            return w, rounds
    return None, _ROUNDS


def _reached(w: Floats, codes: Codes, totals: Floats) -> bool:
    sums = np.bincount(codes, weights=w, minlength=len(totals))
    return bool(np.abs(sums - totals).max() <= _CLOSE * totals.sum())


def _coded(name: str, column: Sequence[str], margin: Mapping[str, float]) -> tuple[Codes, Floats]:
    place = {category: number for number, category in enumerate(margin)}
    unknown = sorted({str(category) for category in column if category not in place})
    if unknown:
        mend = "Give each category a total, and those without one a category such as 'unknown'."
        raise StatisticsError(f"The margin has no total for {', '.join(unknown)}", where=name, mend=mend)
    return np.array([place[category] for category in column], dtype=np.intp), np.array([*margin.values()], dtype=float)


def _empty(name: str, column: Sequence[str], w: Floats, margin: Mapping[str, float]) -> list[EmptyCategory]:
    present = {category for category, weight in zip(column, w, strict=True) if weight > 0}
    return [EmptyCategory(name, each, total) for each, total in margin.items() if total > 0 and each not in present]


def _check_totals(margins: Mapping[str, Mapping[str, float]]) -> None:
    for name, margin in margins.items():
        check_numbers(f"the margin {name}", [*margin.values()])
        if min(margin.values(), default=0) < 0:
            raise StatisticsError("A total is below 0", where=name)
    totals = {name: sum(margin.values()) for name, margin in margins.items()}
    if totals and max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
        sums = ", ".join(f"{name} {total:g}" for name, total in totals.items())
        raise StatisticsError(f"The margins count different rosters: {sums}", mend="Take all margins from one roster.")


@dataclass(frozen=True)
class Collapsed:
    """Which category each one became (`into`), the respondents' column and the margin after it."""

    into: Mapping[str, str]
    column: tuple[str, ...]
    margin: Mapping[str, float]
    warning: str = ""


def collapse(
    column: Sequence[str], margin: Mapping[str, float], *, smallest: int = 5, ordered: bool = False
) -> Collapsed:
    """Join categories of a margin until each has at least `smallest` respondents, before raking.

    Rule: the category with the fewest respondents (the first, of equals) joins the one with the next fewest; where the
    margin's order means something (`ordered`), the smaller of its neighbours. Names are joined with " + ".
    Assumes: that the joined answer alike.
    Missing: a category that the margin does not have is an error.
    Source: Kalton & Flores-Cervantes 2003, Journal of Official Statistics 19:81.
    Reference: by hand, from the rule.

    >>> collapse(["a"] * 6 + ["b"] * 2 + ["c"] * 9, {"a": 10, "b": 4, "c": 12}).margin
    {'a + b': 14, 'c': 12}
    """
    codes, _ = _coded("collapse", column, margin)
    counts = np.bincount(codes, minlength=len(margin))
    groups = [([category], int(count)) for category, count in zip(margin, counts, strict=True)]
    while len(groups) > 1 and min(count for _, count in groups) < smallest:
        groups = _joined(groups, ordered=ordered)
    into = {category: " + ".join(names) for names, _ in groups for category in names}
    totals = {" + ".join(names): sum(margin[name] for name in names) for names, _ in groups}
    said = [f"{name} are one category now." for name in totals if name not in margin]
    if len(groups) == 1:
        said.append("One category is left: this margin changes nothing but the sum.")
    return Collapsed(into, tuple(into[category] for category in column), totals, " ".join(said))


def _joined(groups: list[tuple[list[str], int]], *, ordered: bool) -> list[tuple[list[str], int]]:
    least = min(range(len(groups)), key=lambda place: groups[place][1])
    others = [place for place in range(len(groups)) if place != least and (not ordered or abs(place - least) == 1)]
    partner = min(others, key=lambda place: groups[place][1])
    first, second = sorted((least, partner))
    joined = (groups[first][0] + groups[second][0], groups[first][1] + groups[second][1])
    return [joined if place == first else group for place, group in enumerate(groups) if place != second]


@dataclass(frozen=True, eq=False)
class Trimmed:
    """Weights within the limits, with the same sum; `changed` of them were cut."""

    weights: Floats | None
    changed: int
    warning: str = ""


def trim(weights: Sequence[float] | Floats, *, upper: float, lower: float = 0.0) -> Trimmed:
    """Cut weights to `lower`-`upper` and share out what was cut evenly among the others, until all lie within.

    Rule: w ← min(max(w, lower), upper); the difference goes in equal parts to the weights that were not cut; repeated
    until none is outside. The sum stays; the margins of a raking do not: trim last, and show both.
    Assumes: that the cut weights were too large (or too small) by chance; what it gains in spread it can lose in bias.
    Missing: a missing weight is an error. Limits that the sum cannot keep: no weights, with a warning.
    Source: Potter 1990, Proceedings of the ASA Survey Research Methods Section, 225.
    Reference: R 4.2.2, survey 4.1.1 trimWeights(strict=TRUE).

    >>> [round(float(w), 3) for w in trim([1, 1, 2, 8], upper=4).weights]
    [2.333, 2.333, 3.333, 4.0]
    """
    w = _checked(weights)
    if not 0 <= lower < upper:
        raise StatisticsError(f"the limits {lower} and {upper} are none", mend="Give 0 ≤ lower < upper.")
    if len(w) and not lower * len(w) <= w.sum() <= upper * len(w):
        return Trimmed(None, 0, "The weights cannot keep their sum within these limits.")
    cut = np.zeros(len(w), dtype=bool)
    while (outside := (w < lower) | (w > upper)).any():
        cut |= outside
        inside = np.clip(w, lower, upper)
        if cut.all():
            return Trimmed(None, 0, "Every weight is outside these limits.")
        w = np.where(cut, inside, inside + (w - inside).sum() / (~cut).sum())
    return Trimmed(w, int(cut.sum()))


@dataclass(frozen=True)
class WeightingClasses:
    """The share with each class weighted to its part of the roster, beside the plain one."""

    factors: tuple[float | None, ...]
    unadjusted: float | None
    adjusted: float | None
    se_fpc: float | None
    kish: Kish
    warning: str = ""


def weighting_classes(roster: Sequence[int], respondents: Sequence[int], successes: Sequence[int]) -> WeightingClasses:
    """A share adjusted by classes: of `roster` units in each class, `respondents` answered, and `successes` count.

    Formula: factor = N_c / n_c; adjusted = Σ (N_c/N) p_c; se² = Σ (N_c/N)² (1 - n_c/N_c) p_c(1-p_c) / (n_c - 1).
    Assumes: that within a class answering has nothing to do with the answers; the standard error speaks of this roster.
    Missing: a class that nobody answered from has no factor, and the share is not adjusted (collapse first); a class
    with one answer of several units has no variance, so there is no standard error. Both are said.
    Source: Little & Rubin 2002, section 3.3.
    Reference: R 4.2.2, survey 4.1.1 svydesign(strata=~class, fpc=~N).

    >>> f"{weighting_classes([25, 35], [11, 21], [5, 12]).adjusted:.3f}"
    '0.523'
    """
    for units, n, x in zip(roster, respondents, successes, strict=True):
        check_share_of(x, n)
        check_count("roster", units)
        if n > units:
            raise StatisticsError(f"{n} respondents of {units} units cannot be")
    used = [cell for cell in zip(roster, respondents, successes, strict=True) if cell[0]]
    factors = tuple(units / n if n else None for units, n in zip(roster, respondents, strict=True))
    spread = kish([units / n for units, n, _ in used if n for _ in range(n)])
    unadjusted = sum(successes) / sum(respondents) if sum(respondents) else None
    if not used or any(n == 0 for _, n, _ in used):
        warning = "Nobody answered from one of the classes: the share is not adjusted. Collapse classes first."
        return WeightingClasses(factors, unadjusted, None, None, spread, warning)
    adjusted = sum(units * x / n for units, n, x in used) / sum(roster)
    se = _stratified_se(used)
    warning = "" if se is not None else "A class with one answer of several units has no variance of its own."
    return WeightingClasses(factors, unadjusted, adjusted, se, spread, warning)


def _stratified_se(cells: Sequence[tuple[int, int, int]]) -> float | None:
    total = sum(units for units, _, _ in cells)
    silent = [(units, n, x / n) for units, n, x in cells if n < units]
    if any(n == 1 for _, n, _ in silent):
        return None
    return math.sqrt(sum((N / total) ** 2 * (1 - n / N) * p * (1 - p) / (n - 1) for N, n, p in silent))


def _checked(weights: Sequence[float] | Floats) -> Floats:
    w = np.asarray(weights, dtype=float)
    if not np.isfinite(w).all() or (w < 0).any():
        raise StatisticsError("A weight is missing, infinite or below 0", mend="Give every answer a weight from 0 up.")
    return w
