"""The headline in five ways: every figure is the row's, and every sentence follows from the rows."""

from dataclasses import replace

import pytest
from method_samples import days, effective, tipping, weighted
from report_samples import rows, share
from table_reading import plain_text, prose, read

from evaltool.report.headline import days_sentence, tipping_sentence, weighted_sentence

HEADLINE = "job_or_education"


def told(sentence, *changed, language="en", goal_share=None):
    """The sentence over rows of which some are others."""
    kept = [row for row in rows() if row.id not in {new.id for new in changed}]
    if goal_share:
        kept = [goal_share if row.id == goal_share.id else row for row in kept]
    prepared = prose(language, [*kept, *changed])
    return plain_text(str(sentence(prepared, HEADLINE)))


def test_five_ways_show_the_figures_of_their_rows():
    header, lines, _ = read(prose(), kind="headline")
    assert header == ["Reading", "Result", "95 per cent interval", "Base"]
    assert lines == [
        ["As answered", "**59 per cent**", "48–68", "51 of 87"],
        ["Weighted to the roster", "56 per cent", "45–66", "all interviews: worth 79"],
        ["Outer bounds", "41–71 per cent", "32–79", "all 124"],
        ["Target 30 per cent, whatever the silent answer", "**met**", "–", "124"],
        ["Target 30 per cent, exact test of the answers", "**met**", "–", "87"],
        ["Days from the end to the answer", "median 23", "–", "quartiles 11–40"],
    ]


def test_headline_is_told_in_danish():
    _, lines, notes = read(prose("da"), kind="headline")
    assert [line[:2] for line in lines[:2]] == [["Som de svarede", "**59 pct.**"], ["Vægtet til listen", "56 pct."]]
    assert "Vægtet til listen efter sted og matchtype er andelen 56 pct.; forskellen fra den uvægtede" in notes
    assert "Talt op for alle holder målet, uanset hvad de 37 øvrige ville have svaret." in notes


def test_each_figure_of_the_headline_carries_an_id_of_its_own_and_its_row():
    prepared = prose()
    read(prepared, kind="headline")
    names = [carrier.name for carrier in prepared.carriers]
    assert len(set(names)) == len(names)
    found = {(carrier.row.statistic, carrier.row.weighting) for carrier in prepared.carriers}
    expected = {("share", ""), ("share", "raked"), ("n_eff", "raked"), ("bound_low", ""), ("bound_high", "")}
    assert expected | {("target_test", ""), ("tipping", ""), ("median", ""), ("q1", ""), ("q3", "")} == found


def test_weighted_share_is_not_that_of_its_counts():
    prepared = prose()
    row = prepared.rows.require(HEADLINE, "share", prepared.where(weighting="raked"))
    assert prepared.percent_text(row, 1) == "56.1 per cent"  # 51 of 87 are 58.6
    assert plain_text(str(prepared.percent(HEADLINE, weighting="raked"))) == "56 per cent"


@pytest.mark.parametrize(
    ("estimate", "limits", "expected"),
    [
        (0.56, (0.45, 0.66), "smaller than the uncertainty"),
        (0.70, (0.60, 0.80), "larger than the uncertainty, so who answered matters"),
        (0.67, (0.60, 0.75), "larger than the uncertainty"),  # the plain share lies outside the weighted interval
        (0.56, (None, None), "smaller than the uncertainty"),
    ],
)
def test_weighting_moves_the_share_only_beyond_the_uncertainty(estimate, limits, expected):
    row = weighted(estimate=estimate, conf_low=limits[0], conf_high=limits[1])
    assert expected in told(weighted_sentence, row)


def test_few_effective_answers_do_not_lead():
    assert "fewer than 30" not in told(weighted_sentence)
    assert "read the plain share first" in told(weighted_sentence, *effective(29.4))


def test_a_weighted_share_that_is_not_to_be_relied_on_says_so():
    wide = weighted(warning="not reliable by the standard of NCHS: The interval is too wide; raked to site")
    said = "Not reliable by the standard of NCHS: the interval is too wide."
    assert told(weighted_sentence, wide).endswith(f"smaller than the uncertainty. {said}")


def test_weights_that_are_missing_are_told():
    nobody = weighted(estimate=None, conf_low=None, conf_high=None, warning="no answers")
    assert told(weighted_sentence, nobody) == "There is no weighted share: no answers."
    assert told(weighted_sentence, nobody, language="da") == "Der er ingen vægtet andel: ingen svar."
    unweighted = prose(some=[row for row in rows() if not row.weighting])
    assert str(weighted_sentence(unweighted, HEADLINE)) == "The plan declares no weights."
    _, lines, notes = read(unweighted, kind="headline")
    assert lines[1] == ["Weighted to the roster", "–", "–", "–"]
    assert "The plan declares no weights." in notes


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (tipping(0, 37, "met"),
         "By a count of all the target holds, whatever the other 37 would have answered."),
        (tipping(12, 37, "cannot_tell"), "The target holds unless fewer than 12 of the other 37 count."),
        (tipping(None, 37, "not_met", "the target is missed even if all of the silent count"),
         "The target is missed, whatever the other 37 would have answered."),
        (tipping(0, 0, "met"), "Nobody is silent: the outer bounds are the share itself."),
        (tipping(None, 0, "", "nobody was to answer"),
         "What the silent could change is not known: nobody was to answer."),
    ],
)  # fmt: skip
def test_tipping_point_as_a_sentence(row, expected):
    assert told(tipping_sentence, row) == expected


def test_target_that_the_answers_miss_is_not_said_to_hold():
    low = share(HEADLINE, 20, 87)
    said = told(tipping_sentence, tipping(18, 37, "cannot_tell"), goal_share=low)
    assert said == "The target would be reached only if at least 18 of the other 37 count."
    danish = told(tipping_sentence, tipping(18, 37, "cannot_tell"), goal_share=low, language="da")
    assert danish == "Målet ville kun blive nået, hvis mindst 18 af de 37 øvrige tæller med."


@pytest.mark.parametrize(("verdict", "word"), [("met", "met"), ("not_met", "not met"), ("cannot_tell", "cannot tell")])
def test_verdict_of_the_bounds_stands_first_and_the_test_beside_it(verdict, word):
    others = [replace(row, verdict=verdict) if row.statistic == "bound_low" and not row.by else row for row in rows()]
    _, lines, _ = read(prose(some=others), kind="headline")
    assert [line[1] for line in lines[3:5]] == [f"**{word}**", "**met**"]


def test_bounds_that_cannot_be_told_leave_no_verdict():
    bounds = {"bound_low", "bound_high"}
    lacking = [
        replace(row, estimate=None, count=None, verdict="", warning="no bounds: only those who answered are known")
        if row.statistic in bounds and not row.by
        else row
        for row in rows()
    ]
    _, lines, _ = read(prose(some=lacking), kind="headline")
    assert lines[2] == ["Outer bounds", "–", "–", "–"]
    assert lines[3][1:] == ["–", "–", "–"]


def test_indicator_without_a_target_has_none_to_reach():
    _, lines, notes = read(prose(), kind="headline", indicators=["satisfied_match"])
    assert ["Target", "no target", "–", "–"] in lines
    assert "target" not in notes


def test_nobody_answered_and_days_that_are_missing_are_told_in_words():
    nobody = [share(HEADLINE, 0, 0, warning="no answers")]
    lacking = [row for row in rows() if row.indicator not in {HEADLINE, "days_to_answer"}]
    _, lines, notes = read(prose(some=[*lacking, *nobody, *days(None, "no answer with both dates")]), kind="headline")
    assert lines[0] == ["As answered", "no answers", "–", "–"]
    assert lines[-1] == ["Days from the end to the answer", "–", "–", "–"]
    assert "How long after the end they answered is not known: no answer with both dates." in notes
    assert "the plan names no date of the end" in plain_text(str(days_sentence(prose(some=lacking))))


def test_answers_before_the_end_are_told():
    said = told(lambda prepared, _: days_sentence(prepared), *days(23, "2 answered before the end"), language="da")
    assert said == "2 svarede før slutningen."
