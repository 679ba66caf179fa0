"""Whether coders agree: Cohen's kappa of two, Krippendorff's alpha of any number."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from statsmodels.stats import inter_rater

from evaltool.errors import StatisticsError
from evaltool.stats.shares import Interval


@dataclass(frozen=True)
class Kappa:
    """Two coders over the units that both coded: `agreed` of `n` alike, and how far beyond chance that is."""

    n: int
    agreed: int
    kappa: float | None = None
    se: float | None = None
    interval: Interval | None = None
    warning: str = ""


@dataclass(frozen=True)
class Alpha:
    """Any number of coders over the `n` units that at least two coded; `values` are the codes given to these."""

    n: int
    values: int
    alpha: float | None = None
    warning: str = ""


Codes = Sequence[Hashable | None]
"""What one coder gave to each unit; `None` where she coded nothing."""

_NOTHING = "no unit was coded twice"
_NO_INTERVAL = "no interval: the standard error is 0"
_NO_SPREAD = 1e-6
_ALL_ALIKE = "all codes are the same: agreement beyond chance cannot be told"


def cohen_kappa(first: Codes, second: Codes) -> Kappa:
    """Cohen's kappa of two coders, nominal, with an interval.

    Formula: kappa = (p_o − p_e)/(1 − p_e), p_o the share of units coded alike, p_e = Σ p_k1·p_k2 over the categories;
    interval kappa ± 1.96·SE, SE of Fleiss, Cohen and Everitt, cut off at 1.
    Assumes: each coder worked alone; units are independent. Kappa falls where one category is rare, at the same p_o:
    read it beside the agreement.
    Missing: units that one of them did not code are left out. One category only: no kappa. Full agreement, and a coder
    who gives one code only, have a standard error of 0, so no interval.
    Source: Cohen 1960, doi:10.1177/001316446002000104; Fleiss, Cohen & Everitt 1969, doi:10.1037/h0028106.
    Reference: statsmodels 0.14 cohens_kappa; the worked example of Fleiss, Levin & Paik 2003, table 18.1.

    >>> result = cohen_kappa(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
    >>> result.agreed, result.n, result.kappa
    (3, 4, 0.5)
    """
    if len(first) != len(second):
        raise StatisticsError("two coders have codes for the same units")
    pairs = [(one, two) for one, two in zip(first, second, strict=True) if one is not None and two is not None]
    result = Kappa(len(pairs), sum(one == two for one, two in pairs))
    if not pairs:
        return replace(result, warning=_NOTHING)
    places = {code: place for place, code in enumerate(dict.fromkeys(code for pair in pairs for code in pair))}
    if len(places) == 1:
        return replace(result, warning=_ALL_ALIKE)
    table = np.zeros((len(places), len(places)))
    for one, two in pairs:
        table[places[one], places[two]] += 1
    with np.errstate(invalid="ignore"):  # rounding makes a variance of nothing negative
        fit = cast("Any", inter_rater).cohens_kappa(table)
        kappa, se = float(fit.kappa), float(fit.std_kappa)
    if result.agreed == result.n or not se > _NO_SPREAD:
        return replace(result, kappa=kappa, warning=_NO_INTERVAL)
    interval = Interval(float(fit.kappa_low), min(float(fit.kappa_upp), 1.0))
    return replace(result, kappa=kappa, se=se, interval=interval)


def krippendorff_alpha(*coders: Codes) -> Alpha:
    """Krippendorff's alpha, nominal: any number of coders, any of whom may have left out units.

    Formula: alpha = 1 − (N − 1)·Σ_u [(m_u² − Σ_c n_uc²)/(m_u − 1)] / (N² − Σ_c n_c²), with m_u codes of unit u, n_uc
    of them c, n_c in all, N = Σ m_u.
    Assumes: coders worked alone and can stand for one another.
    Missing: units with fewer than two codes are left out. One category only: no alpha.
    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability; Krippendorff 2019, Content Analysis, 4th ed.,
    doi:10.4135/9781071878781.
    Reference: the worked examples B and C of Krippendorff 2011.

    >>> krippendorff_alpha(["a", "a", "b", None], ["a", "b", "b", "b"])
    Alpha(n=3, values=6, alpha=0.4444444444444444, warning='')
    """
    if len({len(codes) for codes in coders}) > 1:
        raise StatisticsError("all coders have codes for the same units")
    units = [Counter(code for code in unit if code is not None) for unit in zip(*coders, strict=True)]
    pairable = [unit for unit in units if unit.total() > 1]
    every = sum(pairable, Counter[Hashable]())
    values = every.total()
    result = Alpha(len(pairable), values)
    if not pairable:
        return replace(result, warning=_NOTHING)
    expected = values**2 - _squares(every)
    if not expected:
        return replace(result, warning=_ALL_ALIKE)
    observed = sum((unit.total() ** 2 - _squares(unit)) / (unit.total() - 1) for unit in pairable)
    return replace(result, alpha=1 - (values - 1) * observed / expected)


def _squares(counts: Counter[Hashable]) -> int:
    return sum(count**2 for count in counts.values())
