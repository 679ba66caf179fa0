import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from evaltool.errors import StatisticsError
from evaltool.stats import mcnemar, paired_change

COUNTS = st.integers(0, 30)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_change_lies_in_its_interval_and_mirrors(a, b, c, d):
    found = paired_change(yes_yes=a, yes_no=b, no_yes=c, no_no=d)
    if not a + b + c + d:
        assert (found.change, found.warning) == (None, "no answers")
        return
    back = paired_change(yes_yes=a, yes_no=c, no_yes=b, no_no=d)
    assert -1 <= found.low <= found.change <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


@given(COUNTS, COUNTS)
def test_exact_and_asymptotic_mcnemar_agree_with_statsmodels(b, c):
    if b + c:
        found = mcnemar(yes_no=b, no_yes=c)
        assert found.exact == pytest.approx(statsmodels_mcnemar([[1, b], [c, 1]], exact=True).pvalue)
        plain = statsmodels_mcnemar([[1, b], [c, 1]], exact=False, correction=False)
        assert (found.chi2, found.chi2_p) == pytest.approx((plain.statistic, plain.pvalue))
        assert 0 < found.midp <= found.exact


def test_nobody_changed_is_told_in_words():
    found = mcnemar(yes_no=0, no_yes=0)
    assert (found.midp, found.exact, found.chi2, found.warning) == (1, 1, None, "nobody changed")


def test_negative_counts_are_errors():
    with pytest.raises(StatisticsError):
        mcnemar(yes_no=-1, no_yes=2)
