import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evaltool.errors import StatisticsError
from evaltool.stats.weighted import (
    Design,
    WeightedMean,
    nchs_reliability,
    weighted_interval,
    weighted_mean,
    weighted_share_of_sums,
)
from tests.reference.cases import run
from tests.reference.test_reference import FOLDER

METHODS = ("logit", "beta", "korn_graubard", "likelihood", "asin", "mean", "xlogit")
Y = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0.0])
W = np.array([2, 1, 1, 3, 2, 1, 0.5, 4, 2, 1, 1, 2.5])


def test_every_value_of_the_reference_cases_agrees_with_r():
    assert {outcome.state for outcome in run(FOLDER / "weighted_survey.json")} == {"passed"}


def test_equal_weights_give_the_plain_standard_error():
    assert weighted_mean(Y, Design(np.full(len(Y), 7.0))).se == pytest.approx(Y.std(ddof=1) / math.sqrt(len(Y)))


def test_sums_give_what_the_rows_give():
    yes, no = W[Y == 1], W[Y == 0]
    found = weighted_share_of_sums((yes.sum(), yes @ yes), (no.sum(), no @ no), n=len(Y), rows=len(Y))
    rows = weighted_mean(Y, Design(W))
    assert (found.estimate, found.se, found.n_eff_kish) == pytest.approx((rows.estimate, rows.se, rows.n_eff_kish))
    assert (found.n, found.df) == (rows.n, rows.df)


def test_sums_know_of_rows_without_an_answer():
    missing = [*Y, None, math.nan]
    rows = weighted_mean(missing, Design([*W, 5.0, 1.0]))
    yes, no = W[Y == 1], W[Y == 0]
    found = weighted_share_of_sums((yes.sum(), yes @ yes), (no.sum(), no @ no), n=len(Y), rows=len(Y) + 2)
    assert found.se == pytest.approx(rows.se)
    assert rows.n == len(Y)
    assert rows.se != pytest.approx(weighted_mean(Y, Design(W)).se, rel=1e-4)


def test_clusters_and_strata_by_hand():
    # two strata of two clusters: u = ±(1/2)/8 each, cluster sums ±1/8; se² = Σ_h n/(n-1) Σ sum² = 2 · 2 · 2 · (1/8)²
    y, strata, clusters = [1, 1, 0, 0, 1, 1, 0, 0], list("aaaabbbb"), [1, 1, 2, 2, 1, 1, 2, 2]
    found = weighted_mean(y, Design([1.0] * 8, strata=strata, clusters=clusters))
    assert found.se == pytest.approx(math.sqrt(2 * 2 * 2 * (1 / 8) ** 2))
    assert found.df == 2
    halved = weighted_mean(y, Design([1.0] * 8, strata=strata, clusters=clusters, fpc=[4] * 8))
    assert halved.se == pytest.approx(found.se / math.sqrt(2))
    as_part = weighted_mean(y, Design([1.0] * 8, strata=strata, clusters=clusters, fpc=[0.5] * 8))
    assert as_part.se == pytest.approx(halved.se)


def test_a_stratum_of_one_has_no_standard_error_unless_it_is_whole():
    alone = Design([1.0, 1.0, 1.0], strata=["a", "b", "b"])
    found = weighted_mean([1, 0, 1], alone)
    assert found.se is None
    assert "one unit" in found.warning
    assert weighted_interval(found).low is None
    whole = Design([1.0, 1.0, 1.0], strata=["a", "b", "b"], fpc=[1, 9, 9])
    assert weighted_mean([1, 0, 1], whole).se > 0


def test_a_stratum_of_one_can_be_measured_from_the_mean_or_taken_as_certain():
    # weights 1: mean 2/3, influences (1/9, -2/9, 1/9); stratum b: 2 · 2 · (1/6)²; stratum a alone: (1/9)²
    y, weights, strata = [1, 0, 1], [1.0, 1.0, 1.0], ["a", "b", "b"]
    certain = weighted_mean(y, Design(weights, strata=strata, lonely="certainty"))
    adjusted = weighted_mean(y, Design(weights, strata=strata, lonely="adjust"))
    assert certain.se == pytest.approx(math.sqrt(2 * 2 * (1 / 6) ** 2))
    assert adjusted.se == pytest.approx(math.sqrt(2 * 2 * (1 / 6) ** 2 + (1 / 9) ** 2))


def test_raking_explains_part_of_the_variance():
    sites = ["A"] * 6 + ["B"] * 6
    y = [1] * 6 + [0] * 6
    assert weighted_mean(y, Design(W, raked={"site": sites})).se == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_intervals_contain_the_estimate(method, data):
    y = data.draw(st.lists(st.booleans(), min_size=4, max_size=40))
    w = data.draw(st.lists(st.floats(0.1, 9), min_size=len(y), max_size=len(y)))
    share = weighted_mean(np.array(y, dtype=float), Design(w))
    interval = weighted_interval(share, method=method)
    assert interval.low <= share.estimate <= interval.high
    if method != "mean":
        assert interval.low >= 0
        assert interval.high <= 1


@given(w=st.lists(st.floats(0.1, 9), min_size=2, max_size=60), answer=st.sampled_from([0.0, 1.0]))
def test_at_the_edges_rounding_hides_nothing(w, answer):
    share = weighted_mean([answer] * len(w), Design(w))
    assert (share.estimate, share.se) == (answer, 0)
    assert weighted_interval(share).method == "clopper_pearson"


def test_at_the_edges_unequal_weights_widen_the_interval():
    share = weighted_mean([0.0] * 12, Design(W))
    n_eff = W.sum() ** 2 / (W @ W)
    assert weighted_interval(share).high == pytest.approx(1 - 0.025 ** (1 / n_eff))


def test_the_truncated_interval_has_no_more_answers_than_there_were():
    share = WeightedMean(0.5, 0.04, 50, 49, 50.0)
    assert weighted_interval(share, method="beta").n_eff == pytest.approx(0.25 / 0.04**2)
    truncated = weighted_interval(share, method="korn_graubard")
    exact = binomtest(25, 50).proportion_ci(method="exact")
    assert truncated.n_eff == 50
    assert (truncated.low, truncated.high) == pytest.approx((exact.low, exact.high))


def test_nobody_and_no_degree_of_freedom_have_no_interval():
    nobody = weighted_mean([None, None], Design([1.0, 1.0]))
    assert (nobody.estimate, nobody.se, nobody.n) == (None, None, 0)
    assert weighted_interval(nobody).warning
    assert nchs_reliability(nobody).status == "suppress"
    assert weighted_share_of_sums((0, 0), (0, 0), n=0, rows=9).estimate is None
    one_cluster = WeightedMean(0.5, 0.1, 30, 0, 30.0)
    assert "degree of freedom" in weighted_interval(one_cluster).warning


def test_answers_of_weight_zero_do_not_count():
    found = weighted_mean([1, 0, 1], Design([1.0, 1.0, 0.0]))
    assert (found.estimate, found.n) == (0.5, 2)


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (WeightedMean(0.5, 0.05, 120, 119, 110.0), "present"),
        (WeightedMean(0.5, 0.05, 120, 6, 110.0), "review"),
        (WeightedMean(0.5, 0.05, 29, 28, 29.0), "suppress"),
        (WeightedMean(0.5, 0.08, 120, 119, 110.0), "suppress"),
        (WeightedMean(0.02, 0.012, 120, 119, 110.0), "suppress"),
        (WeightedMean(0.0, 0.0, 120, 119, 110.0), "review"),
        (WeightedMean(0.0, 0.0, 60, 59, 60.0), "suppress"),
    ],
)
def test_nchs_publishes_what_is_reliable(share, status):
    assert nchs_reliability(share).status == status


def test_nonsense_is_refused():
    with pytest.raises(StatisticsError, match="below 0"):
        weighted_mean([1, 0], Design([1.0, -1.0]))
    with pytest.raises(StatisticsError, match="belong together"):
        weighted_mean([1, 0], Design([1.0]))
    with pytest.raises(StatisticsError, match="fpc"):
        weighted_mean([1, 0, 1], Design([1.0] * 3, fpc=[2, 2, 2]))
    with pytest.raises(StatisticsError, match="no value"):
        weighted_mean([1, 0, 1], Design([1.0] * 3, clusters=["a", None, "b"]))
    with pytest.raises(StatisticsError):
        weighted_interval(WeightedMean(1.4, 0.1, 9, 8, 9.0))
