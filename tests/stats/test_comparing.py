"""Rows of the plan's comparisons from counts. Expected values: scipy, statsmodels, and sums worked by hand."""

from math import comb, sqrt

import numpy as np
import pytest
from comparing_programme import compared, one, people, plan_of
from scipy.special import expit, logit
from scipy.stats import boschloo_exact, brunnermunzel, chi2, chi2_contingency, kruskal, norm, t
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from evaltool.survey.footing import Footing

KINDS = "comparisons:\n  kinds: {by: kind, indicators: [job]}\n"
SITES = "comparisons:\n  sites: {by: site, indicators: [job]}\n"
YEARS = "comparisons:\n  years: {by: year, indicators: [job]}\n"


def _kinds(one_, two, **more):
    return [*people(*one_, kind="one", **more), *people(*two, kind="two", **more)]


def test_a_difference_is_compared_level_minus_reference(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), _kinds((20, 5), (25, 15)))
    row = one(rows, "difference", "two")
    assert row.estimate == pytest.approx(15 / 25 - 5 / 20)
    low, high = confint_proportions_2indep(15, 25, 5, 20, method="newcomb")
    assert (row.conf_low, row.conf_high) == (pytest.approx(low), pytest.approx(high))
    assert (row.population, row.by, row.comparison, row.n) == ("2021", "kind", "kinds: one", 45)
    assert (row.method, row.status, row.warning) == ("Newcombe 95 %", "planned", "")
    assert row.base == "participants who answered"


def test_the_named_reference_turns_the_difference_round(tmp_path):
    plan = plan_of(KINDS.replace("by: kind", "by: kind, reference: two"), tmp_path)
    row = one(compared(plan, _kinds((20, 5), (25, 15))), "difference", "one")
    assert (row.estimate, row.comparison) == (pytest.approx(5 / 20 - 15 / 25), "kinds: two")


def test_small_tables_are_tested_by_boschloo(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((20, 5), (25, 15))), "p_value", "two")
    assert row.estimate == pytest.approx(boschloo_exact([[5, 15], [15, 10]]).pvalue, abs=1e-6)
    assert "Boschloo" in row.method


def test_large_tables_are_tested_by_the_n_minus_1_chi_square(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((60, 20), (60, 33))), "p_value", "two")
    pearson = chi2_contingency([[20, 40], [33, 27]], correction=False).statistic
    assert row.estimate == pytest.approx(chi2.sf(pearson * 119 / 120, 1))
    assert "(N-1)" in row.method


def test_large_tables_with_rare_answers_are_tested_by_the_mid_p(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((60, 0), (60, 4))), "p_value", "two")
    chance = 60 * 59 * 58 * 57 / (120 * 119 * 118 * 117)  # all four in one group; so extreme on both sides
    assert row.estimate == pytest.approx(2 * chance - chance / 2)
    assert "mid-p" in row.method


def test_what_could_have_been_found_stands_beside_the_difference(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((60, 18), (60, 20))), "detectable_difference", "two")
    # R 4.2.2 power.prop.test(n = 60, p1 = .3, power = .8): p2 = .550 above, .098 below (the docstring of the method).
    assert row.estimate == pytest.approx(0.550 - 0.3, abs=5e-4)


def test_so_few_answers_that_nothing_could_be_found(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((2, 1), (2, 1))), "detectable_difference", "two")
    assert (row.estimate, row.warning) == (None, "so few answers find no difference of any size; few answers")


@pytest.mark.parametrize(
    ("first", "second", "difference", "why"),
    [
        ((0, 0), (25, 15), None, "no answers in a group"),
        ((0, 0), (0, 0), None, "no answers in a group"),
        ((20, 20), (25, 25), 0.0, "everybody answered alike: nothing to test"),
    ],
)
def test_where_there_is_nothing_to_test_the_row_says_so(tmp_path, first, second, difference, why):
    rows = compared(plan_of(KINDS, tmp_path), [*_kinds(first, second), {"year": "2021", "kind": ""}])
    assert one(rows, "difference", "two").estimate == difference
    test = one(rows, "p_value", "two")
    assert (test.estimate, test.warning) == (None, why)


def test_answers_without_a_level_are_left_out_and_counted(tmp_path):
    rows = compared(plan_of(KINDS, tmp_path), [*_kinds((20, 5), (25, 15)), *people(3, 3, kind="")])
    row = one(rows, "difference", "two")
    assert (row.n, row.warning) == (45, "left out: 3 answers without «kind»")


def test_few_answers_are_marked_and_stand(tmp_path):
    row = one(compared(plan_of(KINDS, tmp_path), _kinds((2, 1), (25, 15))), "difference", "two")
    assert row.estimate == pytest.approx(0.1)
    assert row.warning == "few answers"


def test_few_answers_are_marked_wherever_a_level_stands(tmp_path):
    plan = plan_of(SITES.replace("[job]", "[job], covariates: [focus]"), tmp_path)
    rows = compared(plan, [*THREE, {"year": "2021", "site": "north"}, *people(2, 1, site="east", year="2022")])
    few = [row for row in rows if row.population == "2022" and row.level == "east"]
    assert {row.statistic for row in few} == {"difference", "p_value", "share", "share_shrunken"}
    assert all("few answers" in row.warning for row in few)


def test_a_grouping_by_an_answer_says_that_it_is_one(tmp_path):
    plan = plan_of("comparisons:\n  often: {by: met, indicators: [job]}\n", tmp_path)
    rows = compared(plan, [*people(20, 5, met="often"), *people(20, 8, met="seldom")])
    row = one(rows, "difference", "seldom")
    assert row.status == "planned"
    assert "by an answer" in row.warning


# Three levels

THREE = [*people(40, 10, site="north"), *people(40, 20, site="south"), *people(40, 26, site="east")]


def test_three_levels_have_one_overall_test_and_its_strength(tmp_path):
    rows = compared(plan_of(SITES, tmp_path), THREE)
    table = [[10, 30], [20, 20], [26, 14]]
    test = chi2_contingency(table, correction=False)
    overall, strength = one(rows, "p_value"), one(rows, "cramers_v")
    assert (overall.estimate, overall.n, overall.comparison) == (pytest.approx(test.pvalue), 120, "sites")
    # Bergsma 2013: phi2 less df/(n-1); rows and columns less (k-1)^2/(n-1).
    phi2 = test.statistic / 120 - 2 / 119
    assert strength.estimate == pytest.approx(sqrt(phi2 / min(3 - 4 / 119 - 1, 2 - 1 / 119 - 1)))
    assert {row.level for row in rows if row.statistic == "difference"} == {"south", "east"}


def test_small_expected_counts_take_the_exact_test(tmp_path):
    small = [*people(6, 1, site="north"), *people(5, 4, site="south"), *people(7, 3, site="east")]
    row = one(compared(plan_of(SITES, tmp_path), small), "p_value")
    chances = [
        comb(6, a) * comb(5, b) * comb(7, 8 - a - b) / comb(18, 8)
        for a in range(7)
        for b in range(6)
        if 0 <= 8 - a - b <= 7
    ]
    observed = comb(6, 1) * comb(5, 4) * comb(7, 3) / comb(18, 8)
    assert row.estimate == pytest.approx(sum(chance for chance in chances if chance <= observed * (1 + 1e-9)))
    assert "Fisher" in row.method


def test_a_level_with_nobody_is_named_and_the_others_are_tested(tmp_path):
    rows = compared(plan_of(SITES, tmp_path), [row for row in THREE if row["site"] != "east"])
    overall = one(rows, "p_value")
    assert overall.estimate == pytest.approx(one(rows, "p_value", "south").estimate)
    assert overall.warning == "nobody answered in east"
    assert one(rows, "difference", "east").warning == "no answers in a group"
    shrunken = one(rows, "share_shrunken", "east")
    assert "no answers" in shrunken.warning


def test_only_one_level_has_answers(tmp_path):
    rows = compared(plan_of(SITES, tmp_path), people(5, 2, site="north"))
    assert one(rows, "p_value").warning == "fewer than two levels have answers; nobody answered in south, east"
    assert one(rows, "cramers_v").estimate is None


def test_sites_with_few_answers_are_drawn_to_the_common_share(tmp_path):
    rows = compared(plan_of(SITES, tmp_path), THREE)
    shrunken = {level: one(rows, "share_shrunken", level).estimate for level in ("north", "south", "east")}
    assert 10 / 40 < shrunken["north"] < shrunken["south"] < shrunken["east"] < 26 / 40
    assert {row.comparison for row in rows if row.statistic == "share_shrunken"} == {""}


def test_two_comparisons_of_the_same_sites_share_their_shrunken_rows(tmp_path):
    plan = plan_of(SITES + "  again: {by: site, indicators: [job], covariates: [focus]}\n", tmp_path)
    rows = compared(plan, THREE)
    assert len({row.id for row in rows}) == len(rows)


# Ordered answers


def test_ordered_answers_are_also_compared_over_all_codes(tmp_path):
    low, high = [1, 1, 1, 2, 2, 2, 2, 3, 3, 1, 2], [2, 3, 3, 3, 1, 2, 3, 3, 2, 3, 3]
    words = {1: "=low", 2: "=mid", 3: "=high"}
    plan = plan_of(KINDS.replace("[job]", "[glad]"), tmp_path)
    answers = [
        {"year": "2021", "kind": kind, "glad": words[code]}
        for kind, codes in (("one", low), ("two", high))
        for code in codes
    ]
    rows = compared(plan, answers)
    test = one(rows, "brunner_munzel", "two", indicator="glad")
    assert test.estimate == pytest.approx(brunnermunzel(low, high).pvalue)
    assert test.status == "exploratory"
    above = sum(y > x for x in low for y in high)
    below = sum(y < x for x in low for y in high)
    delta = one(rows, "cliffs_delta", "two", indicator="glad")
    assert delta.estimate == pytest.approx((above - below) / 121)
    assert delta.conf_low is not None
    assert delta.conf_low < delta.estimate < delta.conf_high


def test_three_levels_of_ordered_answers_have_a_kruskal_wallis_test(tmp_path):
    codes = {"north": [1, 1, 2, 2], "south": [2, 2, 3, 1], "east": [3, 3, 3, 2]}
    words = {1: "=low", 2: "=mid", 3: "=high"}
    answers = [{"year": "2021", "site": site, "glad": words[code]} for site, of in codes.items() for code in of]
    rows = compared(plan_of(SITES.replace("[job]", "[glad]"), tmp_path), answers)
    row = one(rows, "kruskal_wallis", indicator="glad")
    assert row.estimate == pytest.approx(kruskal(*codes.values()).pvalue)


# Weights


def test_the_weighted_difference_has_the_linearised_error_of_both_shares(tmp_path):
    plan = plan_of(KINDS + "weights: {margins: [site]}\n", tmp_path)
    first = [(2.0, True), (1.0, False), (1.0, True), (3.0, False)]
    second = [(1.0, True), (2.0, True), (2.0, False), (1.0, True)]
    rows = [
        {"year": "2021", "kind": kind, "job": "=yes" if yes else "=no", "weight": weight}
        for kind, part in (("one", first), ("two", second))
        for weight, yes in part
    ]
    row = one(compared(plan, rows), "difference", "two", weighting="raked")
    p1, p2 = 3 / 7, 4 / 6
    assert row.estimate == pytest.approx(p2 - p1)
    # Linearised by hand: n/(n-1) sum (w (y - p) / sum w)^2, and the variances of both groups added.
    one_ = 4 / 3 * sum((weight * (yes - p1) / 7) ** 2 for weight, yes in first)
    two = 4 / 3 * sum((weight * (yes - p2) / 6) ** 2 for weight, yes in second)
    assert row.std_error == pytest.approx(sqrt(one_ + two))
    # Zou and Donner: the distance to each limit joins those of the two logit intervals (3 degrees of freedom each).
    (low1, high1), (low2, high2) = (
        expit(logit(p) + np.array([-1, 1]) * t.ppf(0.975, 3) * sqrt(variance) / (p * (1 - p)))
        for p, variance in ((p1, one_), (p2, two))
    )
    assert row.conf_low == pytest.approx(p2 - p1 - sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2))
    assert row.conf_high == pytest.approx(p2 - p1 + sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2))


def test_equal_weights_give_the_plain_difference(tmp_path):
    plan = plan_of(KINDS + "weights: {margins: [site]}\n", tmp_path)
    rows = compared(plan, _kinds((20, 0), (25, 15), weight=1.5))
    row = one(rows, "difference", "two", weighting="raked")
    assert row.estimate == pytest.approx(0.6)
    assert row.conf_low is not None
    assert "Clopper-Pearson" in row.warning


def test_zero_weights_and_no_weights_give_no_number(tmp_path):
    plan = plan_of(KINDS + "weights: {margins: [site]}\n", tmp_path)
    for weight in (0.0, None):
        row = one(compared(plan, _kinds((20, 5), (25, 15), weight=weight)), "difference", "two", weighting="raked")
        assert (row.estimate, row.std_error) == (None, None)
        assert "weight above 0" in row.warning


# Families


def test_holm_over_a_family_of_two_indicators(tmp_path):
    plan = plan_of(
        "comparisons:\n  kinds: {by: kind, indicators: [job, school, glad], family: outcomes}\n"
        "families: {outcomes: holm}\n",
        tmp_path,
    )
    kinds = [*_kinds((60, 20), (60, 33))]
    for row, school in zip(kinds, [*people(60, 20, of="school"), *people(60, 40, of="school")], strict=True):
        row["school"] = school["school"]
    rows = compared(plan, kinds)
    raw = [one(rows, "p_value", "two", indicator=name).estimate for name in ("job", "school")]
    adjusted = [one(rows, "p_adjusted", "two", indicator=name) for name in ("job", "school")]
    smaller, larger = min(raw), max(raw)
    assert [row.estimate for row in adjusted] == [
        pytest.approx(2 * p if p == smaller else max(2 * smaller, larger)) for p in raw
    ]
    assert {row.method for row in adjusted} == {"Holm over 2 tests of «outcomes» (1 more have no p value)"}
    none = one(rows, "p_adjusted", "two", indicator="glad")
    assert (none.estimate, none.warning) == (None, "no answers in a group")


def test_a_family_joins_comparisons_of_one_population_only(tmp_path):
    plan = plan_of(
        KINDS.replace("[job]", "[job], family: all")
        + "  sites: {by: site, indicators: [job], reference: north, family: all}\n"
        + "families: {all: benjamini_hochberg}\n",
        tmp_path,
    )
    first = [{**row, "kind": "one" if number % 3 else "two"} for number, row in enumerate(THREE)]
    rows = compared(plan, [*first, *({**row, "year": "2022"} for row in first[:60])])
    for year, tests in (("2021", 3), ("2022", 2)):
        raw = [row for row in rows if (row.population, row.statistic) == (year, "p_value") and row.level]
        adjusted = [row for row in rows if (row.population, row.statistic) == (year, "p_adjusted")]
        known = [row.estimate for row in raw if row.estimate is not None]
        assert len(known) == tests
        expected = multipletests(known, method="fdr_bh")[1]
        assert [row.estimate for row in adjusted if row.estimate is not None] == pytest.approx(list(expected))


def test_without_a_named_reference_the_overall_test_is_what_is_asked(tmp_path):
    text = SITES.replace("[job]", "[job], family: all") + "families: {all: holm}\n"
    rows = compared(plan_of(text, tmp_path), THREE)
    assert [row.level for row in rows if row.statistic == "p_adjusted"] == [""]
    assert (one(rows, "p_value").status, one(rows, "p_value", "south").status) == ("planned", "exploratory")


def test_with_a_named_reference_the_pairs_are_what_is_asked(tmp_path):
    text = SITES.replace("[job]", "[job], family: all, reference: south") + "families: {all: holm}\n"
    rows = compared(plan_of(text, tmp_path), THREE)
    assert [row.level for row in rows if row.statistic == "p_adjusted"] == ["north", "east"]
    assert (one(rows, "p_value").status, one(rows, "p_value", "north").status) == ("exploratory", "planned")


def test_an_exploratory_comparison_has_no_planned_row(tmp_path):
    rows = compared(plan_of(SITES.replace("[job]", "[job], status: exploratory"), tmp_path), THREE)
    assert {row.status for row in rows} == {"exploratory"}


# Populations


def _years(*shares, of="job"):
    return [
        row
        for year, (n, x) in zip(("2021", "2022", "2023", "2024"), shares, strict=False)
        for row in people(n, x, year=year, of=of)
    ]


def test_populations_are_compared_with_the_one_before(tmp_path):
    rows = compared(plan_of(YEARS, tmp_path), _years((40, 10), (40, 16), (40, 24)))
    found = {row.level: row for row in rows if row.statistic == "difference"}
    assert {level: (row.comparison, row.population) for level, row in found.items()} == {
        "2022": ("years: 2021", "2021+2022+2023"),
        "2023": ("years: 2022", "2021+2022+2023"),
    }
    assert [row.estimate for row in found.values()] == [pytest.approx(0.15), pytest.approx(0.2)]
    assert one(rows, "p_value").estimate is not None


def test_three_populations_have_a_trend(tmp_path):
    rows = compared(plan_of(YEARS, tmp_path), _years((3000, 700), (3000, 760), (3000, 720)))
    row = one(rows, "trend_test")
    linear = Table([[700, 2300], [760, 2240], [720, 2280]]).test_ordinal_association()
    # statsmodels divides by N-1, R by N (STATS.md).
    assert row.estimate == pytest.approx(2 * norm.sf(abs(linear.zscore) * sqrt(9000 / 8999)))
    assert row.method == "Cochran-Armitage trend test, asymptotic, scores 2021, 2022, 2023"


def test_a_year_without_a_population_is_a_gap_in_the_trend(tmp_path):
    answers = [*people(6, 1, year="2021"), *people(6, 2, year="2022"), *people(6, 5, year="2024")]
    row = one(compared(plan_of(YEARS, tmp_path), answers), "trend_test")
    # Exact, given that 8 of 18 count: every way to spread them, by how far the sum of their years is from its mean.
    ways = {
        (a, b): comb(6, a) * comb(6, b) * comb(6, 8 - a - b) for a in range(7) for b in range(7) if 0 <= 8 - a - b <= 6
    }
    far = {spread: abs(spread[1] + 3 * (8 - sum(spread)) - 8 * 4 / 3) for spread in ways}
    expected = sum(count for spread, count in ways.items() if far[spread] >= far[1, 2] - 1e-9) / comb(18, 8)
    assert row.estimate == pytest.approx(expected)


def test_a_reference_population_is_compared_with_all_others(tmp_path):
    plan = plan_of(YEARS.replace("[job]", '[job], reference: "2022"'), tmp_path)
    rows = compared(plan, _years((40, 10), (40, 16), (40, 24)))
    found = {row.level: row.estimate for row in rows if row.statistic == "difference"}
    assert found == {"2021": pytest.approx(-0.15), "2023": pytest.approx(0.2)}


def test_a_reference_that_is_no_population_is_said(tmp_path):
    plan = plan_of(YEARS.replace("[job]", '[job], reference: "1999"'), tmp_path)
    rows = compared(plan, _years((40, 10), (40, 16)))
    assert {row.warning for row in rows if row.statistic == "difference"} == {"no answers in a group"}


def test_one_population_has_nothing_to_be_compared_with(tmp_path):
    rows = compared(plan_of(YEARS, tmp_path), _years((40, 10)))
    assert one(rows, "p_value").warning == "fewer than two levels have answers"


BROKEN = Footing(joins={1: 0, 2: 1}, breaks={2: "«job»: asked in other words"})


def _of(**versions):
    return {("job", year.strip("y")): frozenset({version}) for year, version in versions.items()}


def test_nothing_is_tested_over_a_break_between_versions(tmp_path):
    plan = plan_of(
        YEARS.replace("[job]", "[job], covariates: [focus], family: all") + "families: {all: holm}\n",
        tmp_path,
        footings={"job": BROKEN},
    )
    rows = compared(plan, _years((40, 10), (40, 16), (40, 24)), versions=_of(y2021=1, y2022=2, y2023=2))
    over = [row for row in rows if row.comparison == "years: 2021"]
    assert {row.statistic for row in over} == {"difference", "p_value", "p_adjusted"}
    assert {(row.estimate, row.warning) for row in over} == {(None, "«job»: asked in other words")}
    assert one(rows, "difference", "2023").estimate == pytest.approx(0.2)
    trend = one(rows, "trend_test")
    assert (trend.estimate, "fewer than three" in trend.warning) == (None, True)
    assert [row for row in rows if row.statistic == "p_value" and not row.level] == []


def test_the_trend_goes_over_the_populations_that_can_be_compared(tmp_path):
    plan = plan_of(YEARS, tmp_path, footings={"job": BROKEN})
    versions = _of(y2021=1, y2022=2, y2023=2, y2024=2)
    rows = compared(plan, _years((40, 10), (40, 16), (40, 24), (40, 25)), versions=versions)
    row = one(rows, "trend_test")
    assert (row.population, row.n) == ("2022+2023+2024", 120)
    assert row.estimate is not None
    assert "exact, scores 2022, 2023, 2024" in row.method


def test_populations_are_compared_of_whom_all_versions_can_compare(tmp_path):
    narrow = Footing(joins={1: 0, 2: 0}, within=("${focus} = 'yes'",))
    plan = plan_of(YEARS, tmp_path, footings={"job": narrow})
    rows = _years((40, 10), (40, 16))
    for number, row in enumerate(rows):
        row["job~common"] = row["job"] if number % 2 else "outside_base"
    row = one(compared(plan, rows, versions=_of(y2021=1, y2022=2)), "difference", "2022")
    assert (row.n, row.estimate) == (40, pytest.approx(8 / 20 - 5 / 20))
    assert "focus" in row.base


def test_answers_code_by_code_may_be_comparable_less_far_than_the_share(tmp_path):
    apart = Footing(joins={1: 0, 2: 1}, breaks={2: "«glad»: «mid» and «low» are one answer"})
    plan = plan_of(YEARS.replace("[job]", "[glad]"), tmp_path, footings={"glad~codes": apart})
    rows = [
        {"year": year, "glad": state, "glad~codes": state}
        for year, states in (("2021", ["=high", "=low"] * 9), ("2022", ["=high", "=high", "=mid"] * 6))
        for state in states
    ]
    versions = {
        (name, year): frozenset({number})
        for name in ("glad", "glad~codes")
        for year, number in (("2021", 1), ("2022", 2))
    }
    found = compared(plan, rows, versions=versions)
    assert one(found, "difference", "2022", indicator="glad").estimate == pytest.approx(12 / 18 - 9 / 18)
    for statistic in ("brunner_munzel", "cliffs_delta"):
        row = one(found, statistic, "2022", indicator="glad")
        assert (row.estimate, row.warning) == (None, "«glad»: «mid» and «low» are one answer")


def test_a_population_without_answers_is_in_no_trend(tmp_path):
    rows = compared(
        plan_of(YEARS, tmp_path), [*_years((40, 10), (40, 16), (40, 24)), {"year": "2024", "job": "no_interview"}]
    )
    assert one(rows, "trend_test").population == "2021+2022+2023"
    assert one(rows, "p_value").population == "2021+2022+2023"
    assert one(rows, "difference", "2024").warning == "no answers in a group"


def _of_two_versions(year, kind):
    """Nine of whom share and codes can be told, and three of whom the share only."""
    told = [{"glad": code, "glad~codes": code} for code in ("=high", "=mid", "=low") * 3]
    return [
        {"year": year, "kind": kind, **row} for row in (*told, *[{"glad": "=low", "glad~codes": "other_version"}] * 3)
    ]


def test_tests_over_the_scale_count_only_whose_codes_can_be_put_together(tmp_path):
    apart = Footing(joins={1: 0, 2: 0})
    plan = plan_of(KINDS.replace("[job]", "[glad]"), tmp_path, footings={"glad~codes": apart})
    rows = compared(plan, [*_of_two_versions("2021", "one"), *_of_two_versions("2021", "two")])
    assert one(rows, "difference", "two", indicator="glad").n == 24
    assert one(rows, "brunner_munzel", "two", indicator="glad").n == 18
    plan = plan_of(YEARS.replace("[job]", "[glad]"), tmp_path, footings={"glad~codes": apart})
    rows = compared(plan, [*_of_two_versions("2021", "one"), *_of_two_versions("2022", "one")])
    assert one(rows, "difference", "2022", indicator="glad").n == 24
    assert one(rows, "brunner_munzel", "2022", indicator="glad").n == 18


def test_the_base_tells_what_two_versions_in_a_population_narrow(tmp_path):
    narrow = Footing(joins={1: 0, 2: 0}, within=("${focus} = 'yes'",))
    plan = plan_of(KINDS, tmp_path, footings={"job": narrow})
    for answered, narrowed in ((frozenset({1}), False), (frozenset({1, 2}), True)):
        rows = compared(plan, _kinds((20, 5), (25, 15)), versions={("job", "2021"): answered})
        assert ("focus" in one(rows, "difference", "two").base) == narrowed
