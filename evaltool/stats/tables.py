"""Groups by answer categories: chi-square, Cramér's V, Fisher's exact test, and association of ordered categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, chi2_contingency, fisher_exact

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count
from evaltool.stats.fisher_table import TooManyTablesError, exact_p

Table: TypeAlias = Sequence[Sequence[int]]
ONE_ROW = "fewer than two groups or two answers have a count: nothing to compare"
LOW_EXPECTED = "expected counts below 5: see the exact test"


@dataclass(frozen=True)
class ChiSquareTest:
    """Pearson's and the likelihood ratio chi-square, and how strong the association is."""

    n: int
    chi2: float | None
    df: int
    p: float | None
    g2: float | None
    g2_p: float | None
    min_expected: float | None
    cramers_v: float | None
    cramers_v_corrected: float | None
    warning: str = ""


@dataclass(frozen=True)
class TableTest:
    """One p value, or in words why there is none."""

    p: float | None
    warning: str = ""


@dataclass(frozen=True)
class OrdinalAssociation:
    """Pairs of answers that agree (concordant) or disagree in order, and the measures made of them."""

    concordant: int
    discordant: int
    gamma: float | None
    tau_b: float | None
    somers_d: float | None
    warning: str = ""


@dataclass(frozen=True)
class LinearByLinear:
    """Correlation of the scores and its test."""

    r: float | None
    m2: float | None
    p: float | None
    warning: str = ""


def chi_square(table: Table) -> ChiSquareTest:
    """Chi-square tests of groups (rows) by answers (columns), with Cramér's V plain and corrected for its bias.

    Formula: χ² = Σ (o-e)²/e, G² = 2 Σ o log(o/e), df = (r-1)(c-1); V = √(χ²/(n min(r-1, c-1))); corrected: φ² = χ²/n
    less df/(n-1) (0 at least), r and c less (r-1)²/(n-1) and (c-1)²/(n-1).
    Assumes: independent answers; expected counts of 5 or more, else a warning. Empty rows and columns are dropped.
    Missing: the table holds those who answered. One row or column left: no test and a warning.
    Source: Bergsma 2013, doi:10.1016/j.jkss.2012.10.002.
    Reference: R 4.2.2 chisq.test(correct = FALSE).

    >>> found = chi_square([[9, 11, 4, 2, 1], [6, 8, 8, 5, 2], [3, 9, 7, 6, 6]])
    >>> f"{found.chi2:.2f} {found.df} {found.p:.3f} {found.cramers_v:.3f} {found.cramers_v_corrected:.3f}"
    '11.31 8 0.185 0.255 0.138'
    """
    counts = _filled(_checked(table))
    n, (r, c) = int(counts.sum()), counts.shape
    if min(r, c) < 2:
        return ChiSquareTest(n, None, 0, None, None, None, None, None, None, ONE_ROW)
    pearson = chi2_contingency(counts, correction=False)
    ratio = chi2_contingency(counts, correction=False, lambda_="log-likelihood")
    x2, expected = float(pearson.statistic), float(pearson.expected_freq.min())
    v, corrected = _cramers_v(x2, n, r, c)
    return ChiSquareTest(
        n=n,
        chi2=x2,
        df=int(pearson.dof),
        p=float(pearson.pvalue),
        g2=float(ratio.statistic),
        g2_p=float(ratio.pvalue),
        min_expected=expected,
        cramers_v=v,
        cramers_v_corrected=corrected,
        warning=LOW_EXPECTED if expected < 5 else "",
    )


def _cramers_v(x2: float, n: int, r: int, c: int) -> tuple[float, float | None]:
    v = sqrt(x2 / (n * min(r - 1, c - 1)))
    phi2 = max(0.0, x2 / n - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    smaller = min(rows, columns) - 1
    return v, sqrt(phi2 / smaller) if smaller > 0 else None


def fisher_table_test(table: Table) -> TableTest:
    """Fisher's exact test of a table of any shape, two-sided.

    Formula: sum of the probabilities, given both margins, of all tables not more probable than the observed one.
    Assumes: independent answers. Empty rows and columns are dropped.
    Missing: the table holds those who answered; one row or column left, or too many tables to count, has no p and a
    warning.
    Source: Mehta & Patel 1983, doi:10.1080/01621459.1983.10477989.
    Reference: R 4.2.2 fisher.test.

    >>> f"{fisher_table_test([[3, 0, 2], [1, 5, 4]]).p:.4f}"
    '0.0959'
    """
    counts = _filled(_checked(table))
    if min(counts.shape) < 2:
        return TableTest(None, ONE_ROW)
    if counts.shape == (2, 2):
        return TableTest(float(fisher_exact(counts).pvalue))
    try:
        return TableTest(exact_p(counts))
    except TooManyTablesError:
        return TableTest(None, "too many tables for an exact test: use the chi-square test")


def ordinal_association(table: Table) -> OrdinalAssociation:
    """Gamma, tau-b and Somers' D (answers given the group) of ordered groups and ordered answers.

    Formula: C and D pairs in the same and in the opposite order; gamma (C-D)/(C+D); tau-b (C-D)/√((P-Tr)(P-Tc)) and D
    (C-D)/(P-Tr) with P all pairs, Tr pairs in the same row, Tc in the same column.
    Assumes: rows and columns in order.
    Missing: the table holds those who answered; no pairs that differ: `None` with a warning.
    Source: Agresti 2010, Analysis of Ordinal Categorical Data, chapter 7.
    Reference: R 4.2.2, from the definitions.

    >>> found = ordinal_association([[9, 11, 4, 2, 1], [6, 8, 8, 5, 2], [3, 9, 7, 6, 6]])
    >>> f"{found.gamma:.3f} {found.tau_b:.3f} {found.somers_d:.3f}"
    '0.390 0.283 0.305'
    """
    counts = _checked(table)
    same, opposite = _pairs(counts), _pairs(counts[:, ::-1])
    rows = _different(counts.sum(axis=1))
    columns = _different(counts.sum(axis=0))
    if not (rows and columns):
        return OrdinalAssociation(same, opposite, None, None, None, ONE_ROW)
    apart = same - opposite
    gamma = apart / (same + opposite) if same + opposite else None
    return OrdinalAssociation(same, opposite, gamma, apart / sqrt(rows * columns), apart / rows)


def _pairs(counts: NDArray[np.int64]) -> int:
    """Pairs of which one stands both further down and further right."""
    beyond = counts[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]
    return int((counts[:-1, :-1] * beyond[1:, 1:]).sum())


def _different(totals: NDArray[np.int64]) -> int:
    """Pairs that are not in the same class."""
    n = int(totals.sum())
    return (n * n - int((totals * totals).sum())) // 2


def linear_by_linear(
    table: Table, *, rows: Sequence[float] | None = None, columns: Sequence[float] | None = None
) -> LinearByLinear:
    """Test of a linear trend over ordered groups and answers; scores are 1, 2, … if none are given.

    Formula: M² = (n-1) r², r the correlation of row and column scores over all answers; 1 degree of freedom.
    Assumes: the scores' distances mean something.
    Missing: the table holds those who answered; scores that do not vary: `None` with a warning.
    Source: Agresti 2002, Categorical Data Analysis, section 3.4.
    Reference: R 4.2.2 with coin 1.4.2, independence_test.

    >>> found = linear_by_linear([[9, 11, 4, 2, 1], [6, 8, 8, 5, 2], [3, 9, 7, 6, 6]])
    >>> f"{found.r:.3f} {found.m2:.2f} {found.p:.4f}"
    '0.332 9.50 0.0021'
    """
    counts = _checked(table)
    u = np.arange(1.0, counts.shape[0] + 1) if rows is None else np.asarray(rows, dtype=np.float64)
    v = np.arange(1.0, counts.shape[1] + 1) if columns is None else np.asarray(columns, dtype=np.float64)
    if (len(u), len(v)) != counts.shape:
        raise StatisticsError("as many scores as rows and columns are needed")
    n = int(counts.sum())
    if min(_filled(counts).shape) < 2:
        return LinearByLinear(None, None, None, ONE_ROW)
    u = u - counts.sum(axis=1) @ u / n
    v = v - counts.sum(axis=0) @ v / n
    spread = float((counts.sum(axis=1) @ u**2) * (counts.sum(axis=0) @ v**2))
    if spread == 0:
        return LinearByLinear(None, None, None, "the scores do not vary")
    r = float(u @ counts @ v) / sqrt(spread)
    m2 = (n - 1) * r * r
    return LinearByLinear(r, m2, float(chi2.sf(m2, 1)))


def _checked(table: Table) -> NDArray[np.int64]:
    if len({len(row) for row in table}) != 1:
        raise StatisticsError("the rows of a table have one count for each column")
    for row in table:
        for count in row:
            check_count("a cell", count)
    return np.array(table, dtype=np.int64).reshape(len(table), -1)


def _filled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
