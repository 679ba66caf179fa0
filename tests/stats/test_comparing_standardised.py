"""Levels with the same case mix. Expected values: statsmodels' Logit and its marginal effects, and sums by hand."""

import numpy as np
import pytest
from comparing_programme import compared, one, people, plan_of
from statsmodels.discrete.discrete_model import Logit

from evaltool.survey.footing import Footing

KINDS = "comparisons:\n  kinds: {by: kind, indicators: [job], covariates: [focus]}\n"
SITES = "comparisons:\n  sites: {by: site, indicators: [job], covariates: [focus]}\n"
YEARS = "comparisons:\n  years: {by: year, indicators: [job], covariates: [focus]}\n"

# Charig et al. 1986, doi:10.1136/bmj.292.6524.879: kidney stones; treatment one does better in both kinds of stone,
# and worse over all, since it had the hard cases.
SIMPSON = [
    *people(87, 81, kind="one", focus="yes"),
    *people(263, 192, kind="one", focus="no"),
    *people(270, 234, kind="two", focus="yes"),
    *people(80, 55, kind="two", focus="no"),
]


def _standardised(rows, statistic, level, **more):
    return one(rows, statistic, level, weighting="standardised", **more)


def test_the_same_case_mix_can_turn_a_difference_round(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), SIMPSON)
    raw, adjusted = one(rows, "difference", "two"), _standardised(rows, "difference", "two")
    assert raw.estimate == pytest.approx(289 / 350 - 273 / 350)
    design = np.array([[1.0, row["kind"] == "two", row["focus"] == "no"] for row in SIMPSON], dtype=float)
    outcome = np.array([row["job"] == "=yes" for row in SIMPSON], dtype=float)
    effect = Logit(outcome, design).fit(disp=0, tol=1e-10).get_margeff(dummy=True)
    assert adjusted.estimate == pytest.approx(effect.margeff[0], abs=1e-6)
    assert adjusted.std_error == pytest.approx(effect.margeff_se[0], abs=1e-6)
    assert [adjusted.conf_low, adjusted.conf_high] == pytest.approx(effect.conf_int()[0], abs=1e-6)
    assert raw.estimate > 0 > adjusted.estimate
    assert (adjusted.comparison, adjusted.n, adjusted.warning) == ("kinds: one", 700, "")
    assert "maximum likelihood; standardised over focus" in adjusted.method


def test_standardised_shares_differ_by_the_standardised_difference(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), SIMPSON)
    first, second = (_standardised(rows, "share", level) for level in ("one", "two"))
    assert (first.comparison, first.n, second.n) == ("kinds", 350, 350)
    difference = _standardised(rows, "difference", "two")
    assert difference.estimate == pytest.approx(second.estimate - first.estimate)
    assert 0 <= first.conf_low < first.estimate < first.conf_high <= 1


def test_a_covariate_that_is_spread_alike_changes_nothing(tmp_path):
    alike = [
        *people(40, 10, kind="one", focus="yes"),
        *people(60, 30, kind="one", focus="no"),
        *people(40, 24, kind="two", focus="yes"),
        *people(60, 40, kind="two", focus="no"),
    ]
    rows = compared(plan_of(KINDS, tmp_path), alike)
    assert _standardised(rows, "difference", "two").estimate == pytest.approx(one(rows, "difference", "two").estimate)
    assert _standardised(rows, "share", "one").estimate == pytest.approx(0.4)


def test_a_whole_number_is_a_covariate_as_it_is(tmp_path):
    plan = plan_of(KINDS.replace("[focus]", "[age]"), tmp_path)
    who = [{**row, "age": 20 + number % 23} for number, row in enumerate(SIMPSON)]
    design = np.array([[1.0, row["kind"] == "two", row["age"]] for row in who], dtype=float)
    outcome = np.array([row["job"] == "=yes" for row in who], dtype=float)
    effect = Logit(outcome, design).fit(disp=0, tol=1e-10).get_margeff(dummy=True)
    found = _standardised(compared(plan, who), "difference", "two")
    assert found.estimate == pytest.approx(effect.margeff[0], abs=1e-6)


def test_people_without_an_answer_are_in_no_model(tmp_path):
    silent = [{"year": "2021", "kind": "one", "focus": "no", "job": "refused"}] * 50
    rows, all_rows = (compared(plan_of(KINDS, tmp_path), part) for part in (SIMPSON, [*SIMPSON, *silent]))
    assert _standardised(all_rows, "difference", "two") == _standardised(rows, "difference", "two")


def test_each_population_has_its_own_case_mix(tmp_path):
    later = [{**row, "year": "2022", "focus": "no", "job": "=no"} for row in SIMPSON]
    rows = [row for row in compared(plan_of(KINDS, tmp_path), [*SIMPSON, *later]) if row.population == "2021"]
    assert rows == compared(plan_of(KINDS, tmp_path), SIMPSON)


def test_without_covariates_nothing_is_standardised(tmp_path):
    rows = compared(plan_of(KINDS.replace(", covariates: [focus]", ""), tmp_path), SIMPSON)
    assert "standardised" not in {row.weighting for row in rows}


# What is done to the covariates


def test_small_categories_are_joined_and_said(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), [*SIMPSON, *people(3, 1, kind="one", focus="both")])
    found = _standardised(rows, "difference", "two")
    assert (found.n, found.warning) == (703, "«focus»: no + both are one category")


def test_bands_of_days_are_joined_to_their_neighbours_only(tmp_path):
    plan = plan_of(KINDS.replace("[focus]", "[lasted]"), tmp_path)
    bands = ["short"] * 4 + ["long"] * 6 + ["half"] * 340
    who = [{**row, "lasted": bands[number % 350]} for number, row in enumerate(SIMPSON)]
    few = [row for number, row in enumerate(who) if row["lasted"] != "short" or number % 350 < 2]
    found = _standardised(compared(plan, few), "difference", "two")
    assert found.warning.endswith("«lasted»: short + half are one category")


def test_few_people_without_a_category_are_left_out_and_counted(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), [*SIMPSON, *people(4, 1, kind="one", focus="")])
    found = _standardised(rows, "difference", "two")
    assert (found.n, found.warning) == (700, "left out: 4 answers without «focus»")
    plain = _standardised(compared(plan_of(KINDS, tmp_path), SIMPSON), "difference", "two")
    assert found.estimate == pytest.approx(plain.estimate)


def test_many_people_without_a_category_are_a_category(tmp_path):
    unknown = [*people(20, 5, kind="one", focus=""), *people(20, 9, kind="two", focus="")]
    found = _standardised(compared(plan_of(KINDS, tmp_path), [*SIMPSON, *unknown]), "difference", "two")
    assert (found.n, found.warning) == (740, "«focus»: not recorded is a category (40 answers)")


def test_a_number_that_is_not_recorded_is_left_out(tmp_path):
    plan = plan_of(KINDS.replace("[focus]", "[age]"), tmp_path)
    who = [{**row, "age": "" if number % 10 == 0 else 20 + number % 23} for number, row in enumerate(SIMPSON)]
    found = _standardised(compared(plan, who), "difference", "two")
    assert (found.n, found.warning) == (630, "left out: 70 answers without «age»")


def test_a_covariate_that_is_the_same_for_everybody_is_left_out(tmp_path):
    plan = plan_of(KINDS.replace("[focus]", "[focus, site]"), tmp_path)
    rows = compared(plan, [{**row, "site": "north"} for row in SIMPSON])
    found = _standardised(rows, "difference", "two")
    assert (found.estimate is not None, found.warning) == (True, "«site» is the same for everybody: left out")
    assert "standardised over focus;" in found.method


@pytest.mark.parametrize("blank", ["age", "site"])
def test_a_covariate_that_nobody_has_is_left_out_and_the_others_stay(tmp_path, blank):
    plan = plan_of(KINDS.replace("[focus]", f"[focus, {blank}]"), tmp_path)
    found = _standardised(compared(plan, SIMPSON), "difference", "two")
    without = _standardised(compared(plan_of(KINDS, tmp_path), SIMPSON), "difference", "two")
    assert (found.estimate, found.n) == (without.estimate, 700)
    assert found.warning == f"nobody has «{blank}»: left out"


def test_few_answers_in_the_model_are_told_of_their_rows(tmp_path):
    """Of the 40 in the east only two have an age: the model knows no more of them, though 40 answered."""
    plan = plan_of(SITES.replace("[focus]", "[age]"), tmp_path)
    who = [{**row, "age": 20 + number % 23, "site": "north"} for number, row in enumerate(SIMPSON)]
    who += [{**row, "site": "south"} for row in who]
    who += [{**row, "age": ("25", "39")[number] if number < 2 else ""} for number, row in enumerate(_east())]
    rows = compared(plan, who)
    share, difference = (_standardised(rows, statistic, "east") for statistic in ("share", "difference"))
    assert (share.n, difference.n) == (2, 702)
    assert share.estimate is not None
    assert [row.warning for row in (share, difference)] == ["few answers; left out: 38 answers without «age»"] * 2
    for row in (_standardised(rows, "share", "south"), _standardised(rows, "difference", "south")):
        assert row.warning == "left out: 38 answers without «age»"


def _east():
    return people(40, 1, kind="one", site="east")


# When there is no number


def test_no_covariate_that_differs(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), [{**row, "focus": "yes"} for row in SIMPSON])
    for statistic in ("share", "difference"):
        row = _standardised(rows, statistic, "two")
        assert (row.estimate, "nothing to standardise" in row.warning) == (None, True)


def test_too_few_events_are_refused_with_their_number(tmp_path):
    few = [
        *people(20, 2, kind="one", focus="yes"),
        *people(20, 2, kind="one", focus="no"),
        *people(20, 2, kind="two", focus="yes"),
        *people(20, 3, kind="two", focus="no"),
    ]
    row = _standardised(compared(plan_of(KINDS, tmp_path), few), "difference", "two")
    assert (row.estimate, row.conf_low, row.n) == (None, None, None)
    assert row.warning == "too few events: 9 for 2 parameters (at least 5 each are needed)"


def test_a_separated_outcome_takes_the_penalised_likelihood_and_says_so(tmp_path):
    apart = [
        *people(20, 0, kind="one", focus="yes"),
        *people(20, 0, kind="one", focus="no"),
        *people(20, 12, kind="two", focus="yes"),
        *people(20, 14, kind="two", focus="no"),
    ]
    rows = compared(plan_of(KINDS, tmp_path), apart)
    row = _standardised(rows, "difference", "two")
    assert row.warning == "penalised likelihood (separated)"
    assert "Firth" in row.method
    assert 0.4 < row.estimate < 0.65
    share = _standardised(rows, "share", "one")
    assert 0 <= share.conf_low <= share.estimate < 0.1


def test_everybody_answered_alike(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), [{**row, "job": "=yes"} for row in SIMPSON])
    row = _standardised(rows, "difference", "two")
    assert (row.estimate, row.warning) == (None, "all 700 outcomes are the same")


def test_without_overlap_there_is_no_number(tmp_path):
    rows = compared(
        plan_of(KINDS, tmp_path), [*people(40, 20, kind="one", focus="yes"), *people(40, 10, kind="two", focus="no")]
    )
    row = _standardised(rows, "difference", "two")
    assert row.estimate is None
    assert "no overlap: nobody in one with focus = no" in row.warning
    assert "no overlap: nobody in two with focus = yes" in row.warning


def test_numbers_that_do_not_meet_do_not_overlap(tmp_path):
    plan = plan_of(KINDS.replace("[focus]", "[age]"), tmp_path)
    who = [{**row, "age": (20 if row["kind"] == "one" else 50) + number % 9} for number, row in enumerate(SIMPSON)]
    row = _standardised(compared(plan, who), "difference", "two")
    assert (row.estimate, "no overlap" in row.warning) == (None, True)


def test_only_levels_without_overlap_have_no_number(tmp_path):
    sites = [
        *(
            row
            for site in ("north", "south")
            for focus in ("yes", "no")
            for row in people(40, 15, site=site, focus=focus)
        ),
        *people(40, 20, site="east", focus="yes"),
    ]
    rows = compared(plan_of(SITES, tmp_path), sites)
    assert _standardised(rows, "difference", "south").estimate == pytest.approx(0, abs=1e-9)
    east = _standardised(rows, "difference", "east")
    assert (east.estimate, east.warning) == (None, "no overlap: nobody in east with focus = no")
    assert _standardised(rows, "share", "north").estimate is not None


def test_a_level_that_nobody_is_in(tmp_path):
    rows = compared(
        plan_of(SITES, tmp_path), [{**row, "site": {"one": "north", "two": "south"}[row["kind"]]} for row in SIMPSON]
    )
    assert _standardised(rows, "share", "east").warning == "no answers"
    assert _standardised(rows, "difference", "east").warning == "no answers in a group"
    assert _standardised(rows, "difference", "south").estimate < 0


def test_one_level_only_and_nobody_at_all(tmp_path):
    for who in (people(40, 20, kind="one", focus="yes"), [{"year": "2021", "kind": "one", "focus": "yes"}]):
        row = _standardised(compared(plan_of(KINDS, tmp_path), who), "difference", "two")
        assert (row.estimate, row.warning.partition(";")[0]) == (None, "fewer than two levels have answers")


# Populations


def _by_year(first, second):
    return [{**row, "year": first if row["kind"] == "one" else second} for row in SIMPSON]


def test_populations_are_standardised_together(tmp_path):
    rows = compared(plan_of(YEARS, tmp_path), _by_year("2021", "2022"))
    kinds = compared(plan_of(KINDS, tmp_path), SIMPSON)
    found = _standardised(rows, "difference", "2022")
    assert found.estimate == pytest.approx(_standardised(kinds, "difference", "two").estimate)
    assert (found.population, found.by, found.comparison) == ("2021+2022", "year", "years: 2021")
    assert _standardised(rows, "share", "2021").population == "2021+2022"


def test_populations_that_cannot_be_compared_are_in_no_model_together(tmp_path):
    broken = Footing(joins={1: 0, 2: 1}, breaks={2: "«job»: asked in other words"})
    plan = plan_of(YEARS, tmp_path, footings={"job": broken})
    who = [*_by_year("2022", "2023"), *people(50, 10, year="2021", focus="yes")]
    versions = {("job", year): frozenset({number}) for year, number in (("2021", 1), ("2022", 2), ("2023", 2))}
    rows = compared(plan, who, versions=versions)
    apart = _standardised(rows, "difference", "2022")
    assert (apart.estimate, apart.warning) == (None, "«job»: asked in other words")
    together = compared(plan_of(YEARS, tmp_path), _by_year("2022", "2023"))
    assert _standardised(rows, "difference", "2023").estimate == pytest.approx(
        _standardised(together, "difference", "2023").estimate
    )
    assert _standardised(rows, "share", "2021").estimate is None
