"""A yes-no answer of the same persons before and after: the change with its interval, and McNemar's tests."""

from dataclasses import dataclass
from math import sqrt

from scipy.stats import binom, chi2

from evaltool.stats.checks import check_count, check_probability
from evaltool.stats.shares import NO_ANSWERS, Interval, wilson

NOBODY_CHANGED = "nobody changed"


@dataclass(frozen=True)
class PairedChange:
    """Shares before and after among the same `n` persons, and the change (after minus before) with its interval."""

    n: int
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    confidence: float
    warning: str = ""


@dataclass(frozen=True)
class McNemarTest:
    """P values (two-sided) from those who changed; the asymptotic ones are `None` if nobody did."""

    midp: float
    exact: float
    chi2: float | None
    chi2_p: float | None
    corrected_chi2: float | None
    corrected_p: float | None
    warning: str = ""


def paired_change(*, yes_yes: int, yes_no: int, no_yes: int, no_no: int, confidence: float = 0.95) -> PairedChange:
    """Change of a share among the same persons, with Newcombe's interval; `yes_no` were yes before and no after.

    Formula: change ∓ √(a² - 2φab + b²) where a and b are the distances of the two shares to their Wilson limits and φ
    is the correlation of the two answers, its numerator lessened by n/2 (to 0 at least) where positive, 0 at an empty
    margin.
    Assumes: pairs are independent of one another.
    Missing: only persons with both answers; none: a warning.
    Source: Newcombe 1998c, method 10, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    Reference: R 4.2.2, from the formula.

    >>> found = paired_change(yes_yes=17, yes_no=3, no_yes=11, no_no=14)
    >>> f"{found.change:.3f} {found.low:.4f} {found.high:.4f}"
    '0.178 0.0157 0.3244'
    """
    counts = {"yes_yes": yes_yes, "yes_no": yes_no, "no_yes": no_yes, "no_no": no_no}
    for name, count in counts.items():
        check_count(name, count)
    check_probability("the confidence", confidence, open_ends=True)
    n = sum(counts.values())
    before, after = yes_yes + yes_no, yes_yes + no_yes
    ends = wilson(before, n, confidence=confidence), wilson(after, n, confidence=confidence)
    if ends[0] is None or ends[1] is None:
        return PairedChange(0, None, None, None, None, None, confidence, NO_ANSWERS)
    p, q = before / n, after / n
    phi = _phi(before, after, yes_yes, n)
    low = q - p - _distance(q - ends[1].low, ends[0].high - p, phi)
    high = q - p + _distance(ends[1].high - q, p - ends[0].low, phi)
    warning = "" if yes_no or no_yes else NOBODY_CHANGED
    return PairedChange(n, p, q, (no_yes - yes_no) / n, *Interval(low, high), confidence, warning)


def mcnemar(*, yes_no: int, no_yes: int) -> McNemarTest:
    """McNemar's tests of a change; the mid-p is the one to use.

    Formula: X ~ Bin(b + c, 1/2): exact = 2 P(X ≤ min(b, c)), at most 1; mid-p = exact - P(X = b), 1 - P(X = b)/2 at b =
    c; chi2 = (b-c)²/(b+c); corrected = (|b-c| - 1)²/(b+c), 0 at b = c. 1 degree of freedom.
    Assumes: pairs are independent of one another.
    Missing: only persons with both answers. Nobody changed: both exact p values are 1, the asymptotic ones `None`, with
    a warning.
    Source: Fagerland, Lydersen & Laake 2013, doi:10.1186/1471-2288-13-91.
    Reference: R 4.2.2 mcnemar.test, binom.test.

    >>> f"{mcnemar(yes_no=3, no_yes=11).midp:.4f}"
    '0.0352'
    """
    check_count("yes_no", yes_no)
    check_count("no_yes", no_yes)
    changed, apart = yes_no + no_yes, abs(yes_no - no_yes)
    if not changed:
        return McNemarTest(1.0, 1.0, None, None, None, None, NOBODY_CHANGED)
    here = float(binom.pmf(yes_no, changed, 0.5))
    exact = min(1.0, 2 * float(binom.cdf(min(yes_no, no_yes), changed, 0.5)))
    midp = exact - here if apart else 1 - here / 2
    plain, corrected = apart**2 / changed, max(0, apart - 1) ** 2 / changed
    return McNemarTest(midp, exact, plain, float(chi2.sf(plain, 1)), corrected, float(chi2.sf(corrected, 1)))


def _phi(before: int, after: int, yes_yes: int, n: int) -> float:
    """Newcombe's correlation of the two answers."""
    margins = before * (n - before) * after * (n - after)
    if not margins:
        return 0.0
    product = yes_yes * n - before * after  # ad - bc
    return (max(0.0, product - n / 2) if product > 0 else product) / sqrt(margins)


def _distance(a: float, b: float, phi: float) -> float:
    return sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))
