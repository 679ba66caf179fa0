from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evaltool.errors import StatisticsError
from evaltool.stats.model_frame import model_data
from evaltool.stats.ordinal_model import brant, parallel_slopes, proportional_odds

SKILL = pd.read_csv(Path(__file__).parents[1] / "reference" / "stats" / "data" / "skill_150.csv")
APART = {"y": [1, 1, 1, 2, 2, 2, 3, 3, 3] * 2, "x": list(range(9)) * 2}


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_agrees_with_statsmodels_once_its_thresholds_are_turned_back(link):
    fit = proportional_odds(model_data(SKILL, "skill", ["months", "match"]), link=link)
    model = OrderedModel(fit.data.outcome, fit.data.matrix[:, 1:], distr=link)
    theirs = model.fit(method="bfgs", disp=0, gtol=1e-8)
    assert fit.coefficients == pytest.approx(theirs.params[:2], abs=1e-4)
    assert fit.ses == pytest.approx(theirs.bse[:2], abs=1e-4)
    assert fit.thresholds == pytest.approx(model.transform_threshold_params(theirs.params)[1:-1], abs=1e-4)
    assert fit.thresholds[1] != pytest.approx(theirs.params[3], abs=0.01)
    assert fit.log_likelihood == pytest.approx(theirs.llf)


def test_separated_data_are_refused():
    fit = proportional_odds(model_data(APART, "y", ["x"]))
    assert (fit.coefficients, fit.thresholds, fit.lr_p) == (None, None, None)
    assert "separation" in fit.warning
    assert {test.warning for test in brant(fit)} == {fit.warning}
    assert parallel_slopes(fit).warning == fit.warning


def test_two_categories_are_a_logistic_regression():
    fit = proportional_odds(model_data(SKILL, "job", ["months"]))
    counts = SKILL.job.value_counts()
    null = sum(count * np.log(count / len(SKILL)) for count in counts)
    assert fit.lr_chi2 == pytest.approx(2 * (fit.log_likelihood - null))
    assert len(fit.thresholds) == 1
    assert brant(fit)[0].warning == "one threshold only: nothing to compare"
    assert parallel_slopes(fit).p is None


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_weights_count_answers(link):
    weights = 1 + np.arange(len(SKILL)) % 3
    weighted = proportional_odds(model_data(SKILL, "skill", ["months"], weights=weights), link=link)
    repeated = SKILL.loc[SKILL.index.repeat(weights)]
    plain = proportional_odds(model_data(repeated, "skill", ["months"]), link=link)
    assert weighted.coefficients == pytest.approx(plain.coefficients)
    assert weighted.threshold_ses == pytest.approx(plain.threshold_ses)
    assert weighted.lr_chi2 == pytest.approx(plain.lr_chi2)
    if link == "logit":
        assert brant(weighted)[0].chi2 == pytest.approx(brant(plain)[0].chi2)


def test_own_slopes_for_a_category_alone_are_the_groups_own_shares():
    fit = proportional_odds(model_data(SKILL, "skill", ["match"]))
    saturated = sum(
        count * np.log(count / len(part)) for _, part in SKILL.groupby("match") for count in part.skill.value_counts()
    )
    test = parallel_slopes(fit, ["match"])
    assert test.chi2 == pytest.approx(2 * (saturated - fit.log_likelihood))
    assert test.df == 3


def test_slopes_that_turn_around_are_noticed_by_both_tests():
    table = {
        "y": [1] * 40 + [2] * 10 + [3] * 40 + [1] * 10 + [2] * 70 + [3] * 10,
        "site": ["A"] * 90 + ["B"] * 90,
    }
    fit = proportional_odds(model_data(table, "y", ["site"]))
    assert fit.p_values[0] == pytest.approx(1, abs=1e-6)
    assert parallel_slopes(fit).p < 1e-6
    assert brant(fit)[0].p < 1e-6


def test_a_category_that_one_group_lacks_has_no_test_of_slopes():
    table = {"y": [1] * 10 + [2] * 10 + [2] * 10 + [3] * 10 + [1] * 5, "site": ["A"] * 20 + ["B"] * 25}
    fit = proportional_odds(model_data(table, "y", ["site"]))
    assert fit.coefficients is not None
    assert parallel_slopes(fit).p is None
    assert "too few answers" in parallel_slopes(fit).warning
    assert brant(fit)[0].warning == "separated at a threshold: no test"


@pytest.mark.parametrize(
    ("table", "warning"),
    [
        ({"y": [2, 2, 2], "x": [1, 2, 3]}, "all outcomes are the same"),
        ({"y": [1, 2, 3], "x": [1, 1, 1]}, "x has one value only"),
        ({"y": [None], "x": [1]}, "no row has an answer to everything"),
    ],
)
def test_data_without_a_model_have_words(table, warning):
    fit = proportional_odds(model_data(table, "y", ["x"]))
    assert (fit.coefficients, fit.log_likelihood, fit.warning) == (None, None, warning)


def test_a_covariate_of_another_model_is_an_error():
    with pytest.raises(StatisticsError, match="wage"):
        parallel_slopes(proportional_odds(model_data(SKILL, "skill", ["months"])), ["wage"])
