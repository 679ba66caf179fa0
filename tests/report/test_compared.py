"""Comparisons: levels side by side in three ways, with what must be told of them."""

from dataclasses import replace

import pytest
from method_samples import COMPARISONS
from report_samples import rows
from table_reading import prose, read

from evaltool.errors import ReportError


def test_level_stands_as_answered_weighted_and_with_the_same_case_mix():
    header, lines, notes = read(prose(), kind="comparison", comparison="kinds_of_match")
    assert header == [
        "Kind of match", "Number/base", "As answered", "Weighted", "Same case mix", "p", "p adjusted",
    ]  # fmt: skip
    assert lines[0][0] == "Job or education"
    assert lines[0][-2:] == ["–", "–"]
    social = lines[1]
    assert social[0] == "Social goals"
    assert social[2].endswith("per cent (−6; −26 to +13)")
    assert social[3:] == ["55 per cent (0)", "55 per cent", "0.571", "1.000"]
    assert "above (+) or below (−) “Job or education”, 95 per cent interval." in notes
    assert "Weighted: to the roster by site and kind of match." in notes
    assert "as if all were alike in site." in notes
    assert "p: chi-square test (N-1). Adjusted: Holm over 6 tests of “outcomes”." in notes
    assert "29 percentage points would have been found" in notes
    assert "penalised likelihood (47 events for 6 parameters)" in notes


def test_difference_in_percentage_points_and_warnings_are_danish():
    _, lines, notes = read(prose("da"), kind="comparison", comparison="kinds_of_match")
    assert lines[1][2].endswith("pct. (−6; −26 til +13)")
    assert lines[1][-2:] == ["0,571", "1,000"]
    assert "p: chi i anden-test (N-1). Justeret: Holm over 6 test af «outcomes»." in notes
    assert "Bemærk: for få tilfælde til en model: 9 til 3 parametre" in notes
    assert "regnet med straffet likelihood" in notes


def test_levels_with_few_answers_show_nothing_and_those_that_nobody_is_in_are_left_out():
    _, lines, notes = read(prose(), kind="comparison", comparison="sites")
    by_name = {line[0]: line[1:] for line in lines}
    assert by_name["København-Tingbjerg"] == ["too few answers", "–", "–"]
    assert "amager" not in by_name
    assert by_name["Odense"][-1] == "< 0.001"
    assert by_name["**Any difference**"] == ["", "", "0.810"]
    assert "Too few answers to show: København-Tingbjerg." in notes
    assert "Cramér's V: 0.14" in notes
    assert "no answers in a group" not in notes
    assert "nobody answered in amager" in notes


def test_populations_are_compared_by_the_shares_of_their_trend():
    prepared = prose()
    _, lines, notes = read(prepared, kind="comparison", comparison="years")
    assert [line[0] for line in lines] == ["2021", "2022"]
    assert lines[1][2].endswith("(+3; −11 to +18)")
    assert lines[1][3] == "0.041"
    assert "the one before" in notes
    assert {carrier.row.statistic for carrier in prepared.carriers} == {"trend", "difference", "p_value"}


def test_comparison_without_rows_says_so():
    _, lines, notes = read(prose(), kind="comparison", comparison="meetings")
    assert lines == []
    assert "There is nothing to compare yet." in notes


def test_several_indicators_stand_under_their_short_names():
    names = {"satisfied_match": {"en": "Match"}}
    _, lines, _ = read(prose(), kind="comparison", comparison="language_focus", names=names)
    assert [line[0] for line in lines if line[0].startswith("**")] == ["**In a job or education**", "**Match**"]


def changed(make, keep=lambda _: True):
    """The sample rows of comparisons, changed where `keep` does not leave them as they are."""
    return [row if keep(row) else make(row) for row in rows()]


def test_a_way_that_shows_no_level_has_no_column_and_no_note():
    nothing = changed(lambda row: replace(row, estimate=None), lambda row: row.weighting != "standardised")
    header, _, notes = read(prose(some=nothing), kind="comparison", comparison="kinds_of_match")
    assert header == ["Kind of match", "Number/base", "As answered", "Weighted", "p", "p adjusted"]
    assert "Same case mix" not in notes


def test_brackets_are_explained_only_where_some_stand():
    nothing = changed(lambda row: replace(row, estimate=None), lambda row: row.statistic != "difference")
    _, lines, notes = read(prose(some=nothing), kind="comparison", comparison="kinds_of_match")
    assert not any("(" in cell for line in lines for cell in line)
    assert "In brackets" not in notes


def test_a_warning_of_one_of_several_indicators_names_it():
    both = [row for row in rows() if row.by == "match_kind" or row.comparison.startswith("kinds_of_match")]
    first = [row for row in both if row.indicator == "job_or_education"]
    other = [replace(row, indicator="satisfied_match") for row in first]
    of_one = [
        replace(row, warning="left out: 2 answers without «site»") if row.statistic == "difference" else row
        for row in other
    ]
    spec = {"indicators": ["job_or_education", "satisfied_match"], "names": {"satisfied_match": {"en": "Match"}}}
    _, _, alike = read(prose(some=[*first, *other]), kind="comparison", comparison="kinds_of_match", **spec)
    assert "Note: too few events: 9 for 3 parameters" in alike
    _, _, apart = read(prose(some=[*first, *of_one]), kind="comparison", comparison="kinds_of_match", **spec)
    assert "In a job or education: too few events: 9 for 3 parameters" in apart
    assert "Match: left out: 2 answers without “site”" in apart


def test_unknown_comparison_names_the_nearest():
    with pytest.raises(ReportError, match="unknown comparison «site»") as caught:
        read(prose(), kind="comparison", comparison="site")
    assert "sites" in (caught.value.mend or "")


def test_small_groups_stand_beside_their_partly_pooled_shares():
    header, lines, _ = read(prose(), kind="shrunken", indicators=["job_or_education"], by="site", decimals=1)
    assert header[-2:] == ["Partly pooled", "95 per cent interval"]
    by_name = {line[0]: line[1:] for line in lines}
    assert by_name["Aarhus"][-2:] == ["59.1 per cent", "46.0–72.0"]
    assert by_name["Odense"][-2:] == ["–", "–"]
    assert by_name["København-Tingbjerg"] == ["too few answers", "–", "–", "–", "–"]
    assert "amager" not in by_name


def test_rows_are_found_by_comparison_and_weighting_and_never_mixed_up():
    prepared = prose()
    place = {"by": "match_kind", "level": "social"}
    found = [
        prepared.rows.find("job_or_education", "share", prepared.where(**place, **more))
        for more in ({}, {"weighting": "raked"}, {"weighting": "standardised", "comparison": "kinds_of_match"})
    ]
    assert [row and (row.weighting, row.comparison) for row in found] == [
        ("", ""), ("raked", ""), ("standardised", "kinds_of_match"),
    ]  # fmt: skip
    test = prepared.rows.find("job_or_education", "target_test", prepared.where())
    assert test is not None
    assert test.comparison == "target"
    assert len(prepared.rows.compared("sites", "job_or_education")) == len(
        [row for row in rows() if row.comparison.partition(":")[0] == "sites"]
    )


def test_samples_name_every_comparison_of_the_status_report():
    assert set(COMPARISONS) >= {"years", "years_satisfaction", "kinds_of_match", "language_focus", "sites"}
