"""An option that a method does not know is refused by name; no other method is taken in its place."""

import pytest

from evaltool import stats
from evaltool.errors import StatisticsError


@pytest.mark.parametrize(
    ("call", "known"),
    [
        (lambda: stats.adjust_p_values([0.2, 0.01], method="Bonferroni"), "holm, bh, bonferroni"),
        (lambda: stats.share(22, 64, method="wald"), "wilson"),
        (lambda: stats.difference((1, 4), (2, 4), method="score"), "newcombe"),
        (lambda: stats.ratio((1, 4), (2, 4), method="score"), "koopman"),
        (lambda: stats.signed_rank([1, 2, 3], [2, 2, 5], zeros="x"), "pratt, drop"),
        (lambda: stats.weighted_mean([1, 0], stats.Design([1.0, 2.0], lonely="no")), "fail, adjust, certainty"),
        (lambda: stats.weighted_interval(stats.WeightedMean(0.5, 0.1, 20, 19, 18.0), method="wald"), "logit"),
        (lambda: stats.response_rates({"I": 41, "Nc": 19}), "NC"),
    ],
)
def test_an_unknown_option_is_refused_with_those_there_are(call, known):
    with pytest.raises(StatisticsError) as told:
        call()
    assert known in str(told.value)


@pytest.mark.parametrize("target", [30, float("nan"), -0.1])
def test_bounds_judge_no_target_outside_0_to_1(target):
    with pytest.raises(StatisticsError, match="target"):
        stats.worst_case(51, 87, 37).verdict(target)
