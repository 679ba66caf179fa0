from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import Logit

from evaltool.errors import StatisticsError
from evaltool.stats.binary_model import (
    average_slope,
    covariance_matrix,
    logistic,
    standardised_difference,
    standardised_shares,
)
from evaltool.stats.model_frame import model_data, separated
from evaltool.stats.penalised import firth, predicting

DATA = Path(__file__).parents[1] / "reference" / "stats" / "data"
SKILL = pd.read_csv(DATA / "skill_150.csv")
APART = pd.read_csv(DATA / "separated_v.csv")
RARE = {"job": [1] * 3 + [0] * 27 + [1] * 4 + [0] * 26, "site": ["A"] * 30 + ["B"] * 30}


def test_marginal_effect_agrees_with_statsmodels():
    fit = logistic(model_data(SKILL, "job", ["months", "match"]))
    design = pd.DataFrame(fit.data.matrix, columns=list(fit.terms))
    theirs = Logit(fit.data.outcome, design).fit(disp=0).get_margeff(at="overall")
    effect = average_slope(fit, "months")
    assert (effect.estimate, effect.se) == (
        pytest.approx(theirs.margeff[0], rel=1e-5),
        pytest.approx(theirs.margeff_se[0], rel=1e-5),
    )


def test_separation_by_a_combination_is_found():
    table = {"y": [0, 0, 1, 1, 0, 1], "a": [1, 2, 2, 3, 3, 4], "b": [2, 3, 1, 2, 4, 3]}
    assert separated(model_data(table, "y", ["a", "b"]))
    assert not separated(model_data(table, "y", ["a"]))


def test_too_few_events_are_refused_with_the_counts():
    fit = logistic(model_data(APART, "job", ["site"]))
    assert fit.method == "refused"
    assert fit.warning == "too few events: 4 for 1 parameters (at least 5 each are needed)"
    assert [share.estimate for share in standardised_shares(fit, "site")] == [None, None]
    contrast = standardised_difference(fit, "site", ("A", "B"))
    assert (contrast.raw, contrast.adjusted.estimate) == (pytest.approx(2 / 3), None)


@pytest.mark.parametrize(("events", "method"), [(4, "refused"), (5, "firth"), (9, "firth"), (10, "ml")])
def test_events_a_parameter_decide_the_method(events, method):
    outcome = [1] * events + [0] * (40 - events)
    fit = logistic(model_data({"y": outcome, "x": [(7 * i) % 11 for i in range(40)]}, "y", ["x"]))
    assert (fit.method, fit.events) == (method, events)


def test_firth_on_one_category_adds_half_an_answer_to_each_cell():
    data = model_data(RARE, "job", ["site"])
    fit = firth(data)
    a, b = np.log(3.5 / 27.5), np.log(4.5 / 26.5)
    assert fit.coefficients == pytest.approx([a, b - a], abs=1e-7)


@pytest.mark.parametrize("correction", ["flic", "flac"])
def test_predictions_after_firth_average_to_the_observed_share(correction):
    data = model_data(RARE, "job", ["site"])
    beta = firth(data).coefficients
    plain, corrected = (
        float((1 / (1 + np.exp(-data.matrix @ at))).mean()) for at in (beta, predicting(data, beta, correction))
    )
    assert plain > 7 / 60 + 0.01
    assert corrected == pytest.approx(7 / 60, abs=1e-7)


def test_flic_keeps_firths_slopes():
    data = model_data(APART, "job", ["site"])
    beta = firth(data).coefficients
    assert predicting(data, beta, "flic")[1:].tolist() == beta[1:].tolist()


def test_without_other_covariates_the_standardised_shares_are_the_raw_ones():
    fit = logistic(model_data(SKILL, "job", ["match"]))
    raw = SKILL.groupby("match").job.mean()
    shares = {share.label: share for share in standardised_shares(fit, "match")}
    assert {label: share.estimate for label, share in shares.items()} == pytest.approx(raw.to_dict())
    first, second = sorted(raw.index)
    contrast = standardised_difference(fit, "match", (first, second))
    assert contrast.raw == pytest.approx(contrast.adjusted.estimate)
    n = SKILL.groupby("match").job.size()
    assert contrast.adjusted.se == pytest.approx(np.sqrt((raw * (1 - raw) / n).sum()))


def test_survey_weights_give_svyglm_errors():
    weights = 1 + (np.arange(len(SKILL)) % 3)
    fit = logistic(model_data(SKILL, "job", ["months"], weights=weights))
    design = sm.add_constant(SKILL[["months"]].astype(float))
    theirs = sm.GLM(SKILL.job, design, family=sm.families.Binomial(), var_weights=weights).fit(cov_type="HC0")
    n = len(SKILL)
    assert fit.coefficients == pytest.approx(np.asarray(theirs.params))
    assert fit.ses == pytest.approx(np.asarray(theirs.bse) * np.sqrt(n / (n - 1)))


@pytest.mark.parametrize(
    ("table", "warning"),
    [
        ({"y": [1, 1, 1], "x": [1, 2, 3]}, "all 3 outcomes are the same"),
        ({"y": [1, 0, 1], "x": [2, 2, 2]}, "x has one value only"),
        ({"y": [None, None], "x": [1, 2]}, "no row has an answer to everything"),
    ],
)
def test_data_without_a_model_have_words(table, warning):
    fit = logistic(model_data(table, "y", ["x"]))
    assert (fit.method, fit.coefficients, fit.warning) == ("refused", None, warning)


def test_covariates_that_say_the_same_are_refused():
    table = SKILL.assign(half=SKILL.months / 2)
    assert "computed from the others" in logistic(model_data(table, "job", ["months", "half"])).warning


def test_penalised_fits_with_survey_weights_are_refused():
    data = model_data(APART, "job", ["site"], weights=[1.5] * 12)
    fit = logistic(data, method="firth")
    assert (fit.coefficients, fit.method) == (None, "refused")
    assert "survey weights" in fit.warning


def test_nonsense_is_an_error():
    data = model_data(SKILL, "job", ["match", "months"])
    fit = logistic(data)
    with pytest.raises(StatisticsError, match="no such variable: wage"):
        model_data(SKILL, "job", ["wage"])
    with pytest.raises(StatisticsError, match="0 or 1"):
        logistic(model_data(SKILL, "skill", ["match"]))
    with pytest.raises(StatisticsError, match="no level nowhere"):
        standardised_difference(fit, "match", ("job", "nowhere"))
    with pytest.raises(StatisticsError, match="no categorical"):
        standardised_shares(fit, "months")
    with pytest.raises(StatisticsError, match="no numeric"):
        average_slope(fit, "match")
    with pytest.raises(StatisticsError, match="give a cluster for each"):
        covariance_matrix(fit, "cluster", clusters=["A"])
