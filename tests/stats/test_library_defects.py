"""Every defect of a library that we know of: what it says, and what is right (docs/statistics/libraries.md lists them).

Libraries that are not installed here (R, samplics, marginaleffects, balance) are quoted, or only our value is tested.
"""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats as sp
from scipy.optimize import brentq, minimize_scalar
from statsmodels.discrete.discrete_model import Logit
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.contingency_tables import SquareTable, Table, mcnemar
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.proportion import (
    test_proportions_2indep as score_test,
)
from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

from evaltool import stats
from tests.reference.test_reference import FOLDER

SKILL = pd.read_csv(FOLDER / "data" / "skill_150.csv")
SEPARATED = pd.read_csv(FOLDER / "data" / "separated_v.csv")
EMPTY_LEVELS = np.pad(np.array([[3.0, 2, 1], [4, 5, 2], [0, 1, 3]]), 1)


def _quietly(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


# One share


def test_no_answers_are_nan_in_statsmodels_and_words_here():
    for method in ("wilson", "beta"):
        assert np.isnan(_quietly(proportion_confint, 0, 0, method=method)).all()
    assert (stats.wilson(0, 0), stats.clopper_pearson(0, 0)) == (None, None)
    assert stats.share(0, 0).warning == "no answers"


def test_statsmodels_jeffreys_lacks_the_rule_at_the_edges():
    assert proportion_confint(0, 11, method="jeffreys")[0] > 0
    assert proportion_confint(13, 13, method="jeffreys")[1] < 1
    assert stats.jeffreys(0, 11).low == 0
    assert stats.jeffreys(13, 13).high == 1


# Two shares


def test_statsmodels_score_interval_of_a_difference_is_wrong():
    # 56/70 - 48/80: Newcombe 1998b prints .0528 to .3382 (method 6, Miettinen-Nurminen).
    theirs = confint_proportions_2indep(56, 70, 48, 80, method="score", compare="diff")
    assert theirs == pytest.approx((0.0526, 0.3440), abs=5e-5)
    found = stats.difference((56, 70), (48, 80), method="miettinen_nurminen")
    assert (round(found.low, 4), round(found.high, 4)) == (0.0528, 0.3382)


def _score_p(x1, n1, x2, n2, apart):
    """P value of the score test that the shares differ by `apart`, its most likely shares found by search."""

    def unlikely(p2):
        return -(sp.binom.logpmf(x1, n1, p2 + apart) + sp.binom.logpmf(x2, n2, p2))

    p2 = minimize_scalar(unlikely, bounds=(1e-9, 1 - apart - 1e-9), method="bounded", options={"xatol": 1e-12}).x
    variance = ((p2 + apart) * (1 - p2 - apart) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    return float(sp.chi2.sf((x1 / n1 - x2 / n2 - apart) ** 2 / variance, 1))


def test_statsmodels_score_test_of_a_difference_that_is_not_0_is_wrong():
    right = _score_p(56, 70, 48, 80, 0.3382)
    assert right == pytest.approx(0.05, abs=5e-4)
    assert score_test(56, 70, 48, 80, value=0.3382, method="score", compare="diff").pvalue > right + 0.01
    found = stats.difference((56, 70), (48, 80), method="miettinen_nurminen")
    assert brentq(lambda apart: _score_p(56, 70, 48, 80, apart) - 0.05, 0.25, 0.4) == pytest.approx(found.high)


@pytest.mark.parametrize(
    ("first", "second"), [((0, 8), (3, 9)), ((5, 5), (0, 5)), ((0, 5), (0, 5)), ((12, 12), (7, 13)), ((2, 6), (5, 7))]
)
def test_statsmodels_score_interval_of_a_difference_fails(first, second):
    with pytest.raises(ValueError, match=r"NaN|different signs"):
        _quietly(confint_proportions_2indep, *first, *second, method="score", compare="diff")
    for method in ("miettinen_nurminen", "mee"):
        found = stats.difference(first, second, method=method)
        assert -1 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high


def _ratio(first, second, method, **options):
    return _quietly(confint_proportions_2indep, *first, *second, method=method, compare="ratio", **options)


def test_statsmodels_ratio_of_nobody_and_nobody_is_nan():
    assert np.isnan(_ratio((0, 5), (0, 5), "score", correction=False)).any()
    found = stats.ratio((0, 5), (0, 5))
    assert (found.estimate, found.low, found.high) == (None, 0, math.inf)
    assert "undefined" in found.warning


def test_statsmodels_ratio_of_everybody_and_nobody_is_wrong():
    assert _ratio((1, 1), (0, 1), "score", correction=False)[0] == pytest.approx(2.0, abs=0.01)
    found = stats.ratio((1, 1), (0, 1))
    assert found.low == pytest.approx(0.52, abs=0.005)
    assert (found.estimate, found.high) == (math.inf, math.inf)


def test_statsmodels_log_interval_of_a_ratio_fails_at_a_zero():
    with pytest.raises(ZeroDivisionError):
        _ratio((0, 5), (3, 5), "log")
    found = stats.ratio((0, 5), (3, 5), method="katz_log")
    assert (found.estimate, found.low, found.high) == (0, None, None)
    assert "koopman" in found.warning


def test_statsmodels_agresti_caffo_leaves_the_range():
    assert confint_proportions_2indep(1, 1, 0, 1, method="agresti-caffo", compare="diff")[1] > 1
    assert stats.difference((1, 1), (0, 1), method="agresti_caffo").high == 1


@pytest.mark.parametrize(
    ("first", "second", "right", "theirs"),
    [((9, 10), (3, 10), 0.00796, 0.00693), ((4, 11), (9, 14), 0.191, 0.172)],
)
def test_scipy_barnard_drops_tied_tables(first, second, right, theirs):
    columns = [[first[0], second[0]], [first[1] - first[0], second[1] - second[0]]]
    assert sp.barnard_exact(columns, n=256).pvalue == pytest.approx(theirs, rel=0.005)
    assert stats.barnard_test(first, second).two_sided == pytest.approx(right, rel=0.005)


def test_r_odds_ratio_limits_are_off_where_they_are_large():
    # R prints 0.2117329 and 621.9337505 for fisher.test(matrix(c(3, 1, 1, 3), 2)). Given the margins P(X = k) goes with
    # C(4, k)² ψᵏ, so the upper limit solves Σ_{k<4} C(4, k)² ψᵏ = 0.025 Σ_{k≤4} C(4, k)² ψᵏ.
    weights = np.array([1, 16, 36, 16, 1.0])
    right = max(root.real for root in np.roots((0.025 * weights - weights * [1, 1, 1, 1, 0])[::-1]))
    assert abs(621.9337505 / right - 1) > 0.005
    assert stats.odds_ratio((3, 4), (1, 4)).high == pytest.approx(right, rel=1e-9)


# Ranks


def test_scipy_exact_rank_sum_ignores_ties():
    first, second = [1, 1, 2, 2, 3, 3], [2, 3, 3, 4, 4, 4]
    assert sp.mannwhitneyu(first, second, method="exact").pvalue == pytest.approx(38 / 924)
    # 50 of the 924 divisions lie as far out (listed in test_ordinal.py).
    assert stats.mann_whitney(first, second).p_exact == pytest.approx(50 / 924)


def test_scipy_exact_signed_rank_ignores_ties():
    change = [2, 1, 2, 2, 1, 2, -2, 2, 3]
    assert sp.wilcoxon(change, method="exact").pvalue == pytest.approx(0.0546875)
    # 20 of the 512 signs lie as far out (listed in test_paired_levels.py).
    assert stats.signed_rank([0] * 9, change).p_exact == pytest.approx(20 / 512)


def test_brunner_munzel_of_groups_that_do_not_overlap_is_infinite_in_the_libraries():
    first, second = [1, 1, 1], [4, 4, 5, 3]
    with np.errstate(all="ignore"):
        assert np.isinf(_quietly(sp.brunnermunzel, first, second).statistic)
        assert np.isnan(_quietly(rank_compare_2indep, second, first).pvalue)
    found = stats.brunner_munzel(first, second)
    assert (found.superiority, found.statistic, found.interval) == (1.0, None, None)
    assert found.p == pytest.approx(2 / 35)
    assert "do not overlap" in found.warning


def test_equal_answers_are_nan_in_scipy_kruskal():
    assert np.isnan(_quietly(sp.kruskal, [2, 2], [2, 2, 2]).statistic)
    found = stats.kruskal_wallis([[2, 2], [2, 2, 2]])
    assert (found.h, found.p) == (None, None)
    assert found.warning == "all answers are equal"


# Tables


def test_statsmodels_trend_is_the_n_minus_1_version():
    theirs = Table(np.array([[4, 11], [7, 9], [12, 6]])).test_ordinal_association()
    found = stats.trend_test([4, 7, 12], [15, 16, 18])
    assert theirs.zscore**2 == pytest.approx(found.n_minus_1_chi2)
    # Cochran-Armitage, as R's prop.trend.test: N in place of N - 1.
    assert found.chi2 == pytest.approx(theirs.zscore**2 * 49 / 48)


def test_statsmodels_bowker_counts_empty_pairs():
    padded = np.zeros((5, 5))
    padded[:4, :4] = stats.square_table([1, 2, 4, 2, 1], [2, 4, 4, 1, 3])
    assert SquareTable(padded, shift_zeros=False).symmetry(method="bowker").df == 10
    assert (stats.bowker(padded).chi2, stats.bowker(padded).df) == (pytest.approx(2), 3)


def test_statsmodels_stuart_maxwell_is_nan_or_adds_halves_with_unused_levels():
    with pytest.warns(SingularMatrixWarning):
        assert np.isnan(SquareTable(EMPTY_LEVELS.copy(), shift_zeros=False).homogeneity().statistic)
    assert SquareTable(EMPTY_LEVELS.copy()).homogeneity().statistic == pytest.approx(0.9128, abs=1e-4)
    # Fleiss & Everitt's formula for three levels: 18 / 13.5.
    found = stats.stuart_maxwell(EMPTY_LEVELS)
    assert (found.chi2, found.df) == (pytest.approx(4 / 3), 2)


def test_statsmodels_corrected_mcnemar_is_not_0_where_as_many_went_each_way():
    assert mcnemar([[9, 4], [4, 9]], exact=False, correction=True).statistic == 0.125
    assert stats.mcnemar(yes_no=4, no_yes=4).corrected_chi2 == 0  # as R


# Weights


@pytest.mark.parametrize("method", ["logit", "beta", "korn_graubard", "likelihood", "asin", "mean", "xlogit"])
@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_r_and_samplics_have_no_weighted_interval_at_the_edges(method, answer):
    # Of 0 of 20, R's svyciprop gives NaN (beta, xlogit, asin) or 7e-12 to 9e-12 (logit), samplics 1 to 1.
    share = stats.weighted_mean([answer] * 20, stats.Design([3.0] * 20))
    interval = stats.weighted_interval(share, method=method)
    exact = sp.binomtest(int(20 * answer), 20).proportion_ci(method="exact")
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high))
    assert interval.method == "clopper_pearson"
    assert "Clopper-Pearson" in interval.warning


def test_statsmodels_freq_weights_are_counts_and_no_survey_weights():
    y, w = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1.0]), np.array([2, 1, 1, 3, 2, 1, 0.5, 4, 2])
    one, found = np.ones((9, 1)), stats.weighted_mean(y, stats.Design(w))
    once, twice = (sm.GLM(y, one, freq_weights=times * w).fit().bse[0] for times in (1, 2))
    assert twice < 0.8 * once < 0.8 * found.se
    assert stats.weighted_mean(y, stats.Design(2 * w)).se == pytest.approx(found.se)
    robust = sm.GLM(y, one, var_weights=w).fit(cov_type="HC0").bse[0]
    assert robust * math.sqrt(9 / 8) == pytest.approx(found.se)


def test_raking_of_balance_stops_early_and_ours_meets_the_margins():
    # balance is not installed; it stops at about 1e-3.
    rows = {"site": ["A", "A", "A", "B", "B", "C"] * 5, "age": ["y", "o", "o"] * 10}
    margins = {"site": {"A": 60, "B": 42, "C": 38}, "age": {"y": 40, "o": 100}}
    weights = stats.rake(rows, margins).weights
    for name, margin in margins.items():
        sums = pd.Series(weights).groupby(rows[name]).sum()
        assert sums.to_dict() == pytest.approx(margin, rel=1e-11)


# Models


def test_statsmodels_glm_returns_hc0_for_hc3():
    design = sm.add_constant(SKILL[["months"]].astype(float))
    model = sm.GLM(SKILL.job, design, family=sm.families.Binomial())
    hc0, hc3 = (np.asarray(model.fit(cov_type=kind).bse) for kind in ("HC0", "HC3"))
    assert hc3 == pytest.approx(hc0)
    fit = stats.logistic(stats.model_data(SKILL, "job", ["months"]))
    assert stats.standard_errors(stats.covariance_matrix(fit, "hc0")) == pytest.approx(hc0)
    # By the definition (MacKinnon & White 1985): each residual over 1 - its leverage.
    x, shares = design.to_numpy(), np.asarray(model.fit().fittedvalues)
    bread = np.linalg.inv(x.T @ (x * (shares * (1 - shares))[:, None]))
    hat = np.diag(x @ bread @ x.T) * shares * (1 - shares)
    meat = (x * ((SKILL.job.to_numpy() - shares) / (1 - hat))[:, None]).T
    right = np.sqrt(np.diag(bread @ meat @ meat.T @ bread))
    assert stats.standard_errors(stats.covariance_matrix(fit, "hc3")) == pytest.approx(right)


def test_statsmodels_glm_is_silent_when_separated_and_logit_nearly():
    data = stats.model_data(SEPARATED, "job", ["site"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        silent = sm.GLM(data.outcome, data.matrix, family=sm.families.Binomial()).fit()
    assert silent.converged
    assert silent.bse[1] > 1000
    with pytest.warns(ConvergenceWarning):
        assert Logit(data.outcome, data.matrix).fit(disp=0).bse[1] > 1000
    assert stats.separated(data)
    assert stats.logistic(data, method="ml").coefficients is None


def test_statsmodels_ordered_model_is_silent_when_separated():
    apart = {"y": [1, 1, 1, 2, 2, 2, 3, 3, 3] * 2, "x": list(range(9)) * 2}
    model = OrderedModel(np.array(apart["y"]), np.array(apart["x"], float)[:, None], distr="logit")
    theirs = model.fit(method="bfgs", disp=0)
    assert theirs.mle_retvals["converged"]
    assert theirs.bse[0] > 1000
    fit = stats.proportional_odds(stats.model_data(apart, "y", ["x"]))
    assert (fit.coefficients, fit.thresholds) == (None, None)
    assert "separation" in fit.warning


def test_statsmodels_ordered_model_gives_increments_for_thresholds():
    fit = stats.proportional_odds(stats.model_data(SKILL, "skill", ["months"]))
    theirs = OrderedModel(fit.data.outcome, fit.data.matrix[:, 1:], distr="logit").fit(method="bfgs", disp=0)
    assert fit.thresholds[0] == pytest.approx(theirs.params[1], abs=1e-3)
    assert fit.thresholds[1] != pytest.approx(theirs.params[2], abs=0.01)
    assert fit.thresholds[1] == pytest.approx(theirs.params[1] + math.exp(theirs.params[2]), abs=1e-3)


def test_firth_alone_predicts_too_much_of_a_rare_outcome():
    rare = {"job": [1] * 3 + [0] * 27 + [1] * 3 + [0] * 27, "site": ["A"] * 30 + ["B"] * 30}
    data = stats.model_data(rare, "job", ["site"])
    plain, corrected = (
        float((1 / (1 + np.exp(-(data.matrix @ beta)))).mean())
        for beta in (stats.firth(data).coefficients, stats.predicting(data, stats.firth(data).coefficients))
    )
    # Firth adds half an answer to each cell of a saturated model: 3.5 of 31.
    assert plain == pytest.approx(3.5 / 31)
    assert corrected == pytest.approx(0.1)


def test_marginaleffects_refuses_words_and_we_take_them():
    # marginaleffects is not installed; it wants categories and breaks with polars 2.
    table = {"y": [0, 1, 1, 0, 1, 0] * 10, "site": ["A", "A", "B", "B", "B", "A"] * 10}
    fit = stats.logistic(stats.model_data(table, "y", ["site"]))
    shares = {share.label: share.estimate for share in stats.standardised_shares(fit, "site")}
    assert shares == pytest.approx({"A": 1 / 3, "B": 2 / 3})
