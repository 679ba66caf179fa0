from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltool.errors import StatisticsError
from evaltool.stats import (
    clopper_pearson,
    coverage_table,
    hypergeometric,
    roster_claims,
    se_fpc,
    share,
    share_coverage,
    wilson,
    wilson_fpc,
)
from evaltool.stats.shares import METHODS


@pytest.mark.parametrize("method", METHODS)
@given(n=st.integers(1, 200), confidence=st.sampled_from([0.5, 0.8, 0.95, 0.99]), data=st.data())
def test_share_lies_in_its_interval_within_range(method, n, confidence, data):
    x = data.draw(st.integers(0, n))
    found = share(x, n, method=method, confidence=confidence)
    assert 0 <= found.low <= x / n + 1e-12
    assert x / n - 1e-12 <= found.high <= 1


@pytest.mark.parametrize("method", METHODS)
def test_intervals_of_none_and_all_mirror_each_other(method):
    none, all_ = share(0, 9, method=method), share(9, 9, method=method)
    assert none.low == 0
    assert all_.high == 1
    assert none.high == pytest.approx(1 - all_.low, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_no_answers_are_told_in_words(method):
    found = share(0, 0, method=method)
    assert (found.estimate, found.low, found.high, found.warning) == (None, None, None, "no answers")


def _rejected(x, n, population, successes):
    def chance(k):
        return comb(successes, k) * comb(population - successes, n - k) / comb(population, n)

    at_least = sum(chance(k) for k in range(x, n + 1))
    at_most = sum(chance(k) for k in range(x + 1))
    return at_least <= 0.025 or at_most <= 0.025


@pytest.mark.parametrize(("n", "population"), [(1, 3), (5, 9), (12, 30), (30, 30)])
def test_hypergeometric_interval_holds_what_no_test_rejects(n, population):
    for x in range(n + 1):
        possible = range(x, population - (n - x) + 1)
        kept = [m / population for m in possible if not _rejected(x, n, population, m)]
        assert hypergeometric(x, n, population=population) == (kept[0], kept[-1])


def test_everybody_answered_leaves_nothing_to_estimate():
    roster, programme = roster_claims(4, 10, population=10)
    assert (roster.low, roster.high, roster.claim) == (0.4, 0.4, "this roster")
    assert roster.warning.startswith("everybody")
    assert (programme.claim, programme.low) == ("the programme", wilson(4, 10).low)
    assert wilson_fpc(4, 10, population=10) == (0.4, 0.4)
    assert se_fpc(4, 10, population=10) == 0


def test_nobody_answered_has_no_claim():
    assert [claim.warning for claim in roster_claims(0, 0, population=20)] == ["no answers", "no answers"]


def test_a_large_population_needs_no_correction():
    assert wilson_fpc(7, 20, population=10**9) == pytest.approx(wilson(7, 20), abs=1e-7)


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: wilson(6, 5),
        lambda: wilson(-1, 5),
        lambda: wilson(1, 5, confidence=95),
        lambda: clopper_pearson(6.5, 6.2),
        lambda: hypergeometric(3, 12, population=10),
        lambda: share_coverage("wilson", 0, true=0.5),
    ],
)
def test_nonsense_is_an_error(nonsense):
    with pytest.raises(StatisticsError):
        nonsense()


def test_coverage_is_what_enumeration_gives():
    held = [x for x in range(11) if wilson(x, 10).low <= 0.3 <= wilson(x, 10).high]
    expected = sum(comb(10, x) * 0.3**x * 0.7 ** (10 - x) for x in held)
    assert share_coverage("wilson", 10, true=0.3) == pytest.approx(expected, abs=1e-12)


def test_clopper_pearson_never_covers_too_little_and_midp_is_near_on_average():
    exact, midp = coverage_table(["clopper_pearson", "midp"], [20], steps=400)
    assert exact.lowest >= 0.95
    assert midp.mean == pytest.approx(0.95, abs=0.02)
    assert midp.width < exact.width
