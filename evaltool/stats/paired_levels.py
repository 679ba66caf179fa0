"""Change of an ordered level of the same persons: shares up/same/down, signed ranks, homogeneous margins, symmetry."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, cast

import numpy as np
from scipy.stats import binomtest, chi2, norm, rankdata

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_choice
from evaltool.stats.codes import Codes, Floats, pairs
from evaltool.stats.shares import Interval, wilson

EXACT_PAIRS = 1000
"""Changes up to which the exact signed-rank distribution is computed (about a second)."""


@dataclass(frozen=True)
class LevelChange:
    """Pairs that went up, stayed, went down; `n_dropped` pairs lacked a side."""

    n_pairs: int
    n_dropped: int
    higher: int
    same: int
    lower: int
    share_higher: float | None = None
    share_same: float | None = None
    share_lower: float | None = None
    interval_higher: Interval | None = None
    interval_same: Interval | None = None
    interval_lower: Interval | None = None
    median_change: float | None = None
    mean_change: float | None = None
    sign_test_p: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class SignedRank:
    """Signed-rank test; `w_plus` is the rank sum of the positive changes, `n` the pairs that changed."""

    zeros: Literal["pratt", "drop"]
    n_pairs: int
    n: int
    w_plus: float | None = None
    z: float | None = None
    p_uncorrected: float | None = None
    p_corrected: float | None = None
    p_exact: float | None = None
    rank_biserial: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class TableTest:
    """χ² test of a square table of before × after."""

    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class PairedTopBox:
    """The 2×2 table of pairs in the top categories before and after."""

    both: int
    before_only: int
    after_only: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.before_only + self.after_only + self.neither

    @property
    def share_before(self) -> float | None:
        return (self.both + self.before_only) / self.n if self.n else None

    @property
    def share_after(self) -> float | None:
        return (self.both + self.after_only) / self.n if self.n else None


def level_change(before: Codes, after: Codes, *, confidence: float = 0.95) -> LevelChange:
    """Shares of pairs whose code went up, stayed or went down, and the exact sign test.

    Formula: change = after − before on the codes as given; Wilson interval of each share; sign test = exact binomial
    test of higher against lower with ½, 1 if nobody changed.
    Assumes: independent persons.
    Missing: a pair with a missing side is left out and counted. No pair: no shares.
    Source: Dixon & Mood 1946, doi:10.1080/01621459.1946.10501898.
    Reference: R 4.2.2 binom.test.

    >>> result = level_change([1, 2, None, 4, 2, 2, 1], [2, 4, 3, 4, None, 1, 3])
    >>> result.higher, result.same, result.lower, result.sign_test_p
    (3, 1, 1, 0.625)
    """
    first, second, dropped = pairs(before, after)
    change, n = second - first, len(first)
    higher, same, lower = (int(part.sum()) for part in (change > 0, change == 0, change < 0))
    result = LevelChange(n, dropped, higher, same, lower)
    if n == 0:
        return replace(result, warning="no complete pairs")
    return replace(
        result,
        share_higher=higher / n,
        share_same=same / n,
        share_lower=lower / n,
        interval_higher=wilson(higher, n, confidence=confidence),
        interval_same=wilson(same, n, confidence=confidence),
        interval_lower=wilson(lower, n, confidence=confidence),
        median_change=float(np.median(change)),
        mean_change=float(change.mean()),
        sign_test_p=float(binomtest(higher, higher + lower).pvalue) if higher + lower else 1.0,
        warning="" if higher + lower else "nobody changed",
    )


def signed_rank(before: Codes, after: Codes, *, zeros: Literal["pratt", "drop"] = "pratt") -> SignedRank:
    """Wilcoxon signed-rank test of paired levels with ties and zeros, exact and asymptotic.

    Formula: |changes| ranked with midranks; `pratt` ranks the zeros too and then leaves them out, `drop` leaves them
    out first. W+ − Σr/2 over √(Σr²/4), without and with a continuity correction of ½; exact: all 2ⁿ signs of these very
    ranks, by convolution, so ties and zeros are right. Rank biserial = (W+ − W−)/(W+ + W−).
    Assumes: independent persons and comparable steps between codes.
    Missing: a pair with a missing side is dropped. Nobody changed: exact p 1, no asymptotic p. Over 1,000 changes there
    is no exact p, with a warning.
    Source: Pratt 1959, doi:10.1080/01621459.1959.10501526; Wilcoxon 1945, doi:10.2307/3001968; Kerby 2014,
    doi:10.2466/11.IT.3.1.
    Reference: R 4.2.2 wilcox.test(exact=FALSE), coin 1.4.2 wilcoxsign_test.

    >>> result = signed_rank([1, 2, None, 4, 2, 2, 1], [2, 4, 3, 4, None, 1, 3])
    >>> result.w_plus, result.p_exact
    (11.5, 0.375)
    """
    check_choice("zeros", zeros, ("pratt", "drop"))
    first, second, _ = pairs(before, after)
    change = second - first
    if zeros == "drop":
        change = change[change != 0]
    ranks = rankdata(np.abs(change))[change != 0]
    change = change[change != 0]
    result = SignedRank(zeros, len(first), len(change))
    if len(first) == 0:
        return replace(result, warning="no complete pairs")
    if len(change) == 0:
        return replace(result, w_plus=0.0, p_exact=1.0, warning="nobody changed")
    total, w_plus = float(ranks.sum()), float(ranks[change > 0].sum())
    distance, sd = w_plus - total / 2, sqrt(float((ranks**2).sum()) / 4)
    exact = len(change) <= EXACT_PAIRS
    return replace(
        result,
        w_plus=w_plus,
        z=distance / sd,
        p_uncorrected=float(2 * norm.sf(abs(distance) / sd)),
        p_corrected=min(1.0, float(2 * norm.sf((abs(distance) - 0.5) / sd))),
        p_exact=_exact_signs(ranks, w_plus) if exact else None,
        rank_biserial=2 * distance / total,
        warning="" if exact else "too many changes for the exact p value; use the asymptotic one",
    )


def paired_top_box(before: Codes, after: Codes, top: Collection[float]) -> PairedTopBox:
    """Complete pairs by whether the code was in the categories `top` before and after; for McNemar and Newcombe.

    Formula: counts; share before = (both + before only) / n. A pair with a missing side is left out; no pair: no share.
    Assumes: independent persons.
    Missing: a pair with a missing side is left out; no pair: no share.
    Source: Agresti 2013, Categorical Data Analysis, chapter 11.
    Reference: R 4.2.2, counts.

    >>> box = paired_top_box([1, 4, 5, None], [4, 4, 2, 5], {4, 5})
    >>> box.both, box.before_only, box.after_only, box.neither
    (1, 1, 1, 0)
    """
    first, second, _ = pairs(before, after)
    was, became = np.isin(first, list(top)), np.isin(second, list(top))
    both, neither = int((was & became).sum()), int((~was & ~became).sum())
    return PairedTopBox(both, int(was.sum()) - both, int(became.sum()) - both, neither)


def square_table(before: Codes, after: Codes) -> Floats:
    """Counts of complete pairs, before in rows and after in columns; levels that nobody used have no row.

    Rule: a cell counts the pairs with this code before and that code after.
    Assumes: one pair of codes a person.
    Missing: a pair with a missing side is left out.
    Source: Agresti 2013, Categorical Data Analysis, chapter 11.
    Reference: R 4.2.2 table(before, after).

    >>> square_table([1, 1, 5], [1, 5, 5]).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    first, second, _ = pairs(before, after)
    levels = np.unique(np.concatenate([first, second]))
    table = np.zeros((len(levels), len(levels)))
    np.add.at(table, (np.searchsorted(levels, first), np.searchsorted(levels, second)), 1.0)
    return table


def stuart_maxwell(table: Floats) -> TableTest:
    """Stuart–Maxwell test that before and after have the same distribution, from a square table.

    Formula: χ² = dᵀ S⁺ d with d = row minus column totals, S_ii = n_i· + n_·i − 2n_ii, S_ij = −(n_ij + n_ji), S⁺ the
    generalised inverse; df = rank of S. So unused or unlinked levels change nothing.
    Assumes: independent persons.
    Missing: the table holds complete pairs; nobody changed: no test, with a warning.
    Source: Stuart 1955, doi:10.1093/biomet/42.3-4.412; Maxwell 1970, British Journal of Psychiatry 116:651.
    Reference: R 4.2.2 coin 1.4.2 mh_test.

    >>> result = stuart_maxwell(square_table([1, 2, 4, 2, 1], [2, 4, 4, 1, 3]))
    >>> round(result.chi2, 6), result.df
    (2.0, 3)
    """
    changes = _off_diagonal(table)
    if changes.sum() == 0:
        return TableTest(warning="nobody changed" if np.sum(table) else "no complete pairs")
    difference = changes.sum(axis=1) - changes.sum(axis=0)
    both = changes + changes.T
    covariance = np.diag(both.sum(axis=1)) - both
    values, vectors = (cast("Floats", part) for part in np.linalg.eigh(covariance))
    kept = values > values.max() * len(values) * 1e-12
    value = float(((vectors.T @ difference)[kept] ** 2 / values[kept]).sum())
    df = int(kept.sum())
    return TableTest(value, df, float(chi2.sf(value, df)))


def bhapkar(table: Floats) -> TableTest:
    """Bhapkar's test of the same question as Stuart–Maxwell: a little more powerful, Wald instead of score.

    Formula: SM/(1 − SM/n), df as in `stuart_maxwell`.
    Assumes: independent persons.
    Missing: the table holds complete pairs. Where all changes agree so well that its variance is 0 there is no test,
    with a warning.
    Source: Bhapkar 1966, doi:10.1080/01621459.1966.10502021.
    Reference: R 4.2.2, from the formula.

    >>> round(bhapkar(square_table([1, 2, 4, 2, 1], [2, 4, 4, 1, 3])).chi2, 6)
    3.333333
    """
    score = stuart_maxwell(table)
    if score.chi2 is None or score.df is None:
        return score
    left = 1 - score.chi2 / float(table.sum())
    if left < 1e-9:
        return TableTest(df=score.df, warning="every pair changed alike: the test has no variance")
    return TableTest(score.chi2 / left, score.df, float(chi2.sf(score.chi2 / left, score.df)))


def bowker(table: Floats) -> TableTest:
    """Bowker's test that a square table is symmetric: as many go from i to j as from j to i.

    Formula: χ² = Σ (n_ij − n_ji)²/(n_ij + n_ji) over pairs of levels with a change; df = number of those pairs.
    Assumes: independent persons.
    Missing: the table holds complete pairs; nobody changed: df 0, no test, with a warning.
    Source: Bowker 1948, doi:10.1080/01621459.1948.10483284.
    Reference: R 4.2.2, df by non-empty pairs.

    >>> result = bowker(square_table([1, 2, 4, 2, 1], [2, 4, 4, 1, 3]))
    >>> result.chi2, result.df
    (2.0, 3)
    """
    changes = _off_diagonal(table)
    up, down = changes[np.triu_indices(len(table), 1)], changes.T[np.triu_indices(len(table), 1)]
    used = up + down > 0
    df = int(used.sum())
    if df == 0:
        return TableTest(df=0, warning="nobody changed" if np.sum(table) else "no complete pairs")
    value = float(((up - down)[used] ** 2 / (up + down)[used]).sum())
    return TableTest(value, df, float(chi2.sf(value, df)))


def _off_diagonal(table: Floats) -> Floats:
    table = np.asarray(table, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or (table < 0).any():
        raise StatisticsError("a table of before × after is square and holds counts", mend="see square_table")
    return table - np.diag(np.diag(table))


def _exact_signs(ranks: Floats, w_plus: float) -> float:
    """P(|W+ − E W+| ≥ |w − E W+|) over all signs; doubled ranks are whole numbers."""
    doubled = np.rint(2 * ranks).astype(int).tolist()
    chances = np.zeros(sum(doubled) + 1)
    chances[0] = 1.0
    for rank in doubled:
        moved = chances / 2
        chances = moved.copy()
        chances[rank:] += moved[: len(moved) - rank]
    distance = np.abs(2 * np.arange(len(chances)) - sum(doubled))
    return min(1.0, float(chances[distance >= abs(round(4 * w_plus) - sum(doubled))].sum()))
