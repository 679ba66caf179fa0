import pytest
from stats_reference import agrees, cases

from evaltool.stats.rates import response_rates


@pytest.mark.parametrize("case", cases("response_rates"))
def test_response_rates_agree_with_the_standard(case):
    rates = response_rates({code: n for code, n in case["input"].items() if code != "e"})
    agrees(case, {"RR1": rates.rr1, "RR2": rates.rr2})


def test_without_unknown_cases_they_are_rr5_and_rr6():
    (case,) = cases("response_rates", "resp-v02")[0].values
    rates = response_rates({code: n for code, n in case["input"].items() if code != "e"})
    agrees(case, {"RR5": rates.rr1, "RR6": rates.rr2})


def test_no_case_has_no_rate():
    rates = response_rates({"not_eligible": 3})
    assert (rates.rr1, rates.rr2, rates.cases) == (None, None, 0)
