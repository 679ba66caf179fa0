"""Sentences by rule: a table that a person wrote and read, and that no sentence says more than its interval."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from method_samples import COMPARISONS
from report_samples import MATCHED, context, indicators
from ruamel.yaml import YAML

from evaltool.errors import ReportError
from evaltool.report.context import IndicatorFacts
from evaltool.report.differences import change, compared
from evaltool.report.headline import weighted_sentence
from evaltool.report.prose import Prose, as_text, plain
from evaltool.report.reconciled import bases
from evaltool.report.rows import Rows
from evaltool.report.sentences import answer, if_silent, no_cause, paired, parts, response, result
from evaltool.results import Estimate
from evaltool.stats.shares import exact_test, verdict, wilson

TABLE: Any = YAML(typ="safe").load(Path(__file__).parent / "sentences.yaml")
HEADLINE = "job_or_education"
BOTH = {"da": "ved både start og slut", "en": "both at start and end"}
FOCUS = {"da": "i forløb med sprogfokus", "en": "in courses with language focus"}


def share(count: int, n: int, interval: Any = None, **more: Any) -> Estimate:
    low, high = (limit / 100 for limit in interval) if interval else (None, None)
    known = {"indicator": HEADLINE, "population": "2021", "statistic": "share", "conf_low": low, "conf_high": high}
    return Estimate(**{**known, "count": count, "n": n, "estimate": count / n if n else None, **more})


def share_rows(case: dict[str, Any]) -> list[Estimate]:
    """The share, and what stands beside it: the test, the bounds, the pool, the weighted share."""
    told, place = case["rows"], {"indicator": case.get("indicator", HEADLINE), **case.get("at", {})}
    rows = [share(told["count"], told["n"], told.get("interval"), warning=told.get("warning", ""), **place)]
    if "target" in told:
        test = {"statistic": "target_test", "comparison": "target", "estimate": 0.01, "verdict": told["target"]}
        rows.append(share(told["count"], told["n"], **place, **test))
    if "eligible" in told:
        high = told["count"] + told["eligible"] - told["n"]
        rows.append(share(told["count"], told["eligible"], statistic="bound_low", verdict=told["outer"], **place))
        rows.append(share(high, told["eligible"], statistic="bound_high", **place))
    if "pooled" in told:
        pool = {"population": "2019–2021", "comparison": "pooled", **place}
        rows.append(share(**told["pooled"], **pool))
    if "weighted" in told:
        raked = {"weighting": "raked", "estimate": told["weighted"]["percent"] / 100}
        rows.append(share(told["count"], told["n"], told["weighted"]["interval"], **place, **raked))
    return rows


def difference_rows(case: dict[str, Any]) -> list[Estimate]:
    rows: list[Estimate] = []
    years = case["say"] == "change"
    for each in case.get("differences", []):
        name = "years" if years else "kinds_of_match"
        place = {
            "indicator": HEADLINE,
            "population": "all" if years else "2021",
            "by": "cohort" if years else "match_kind",
            "level": each["to"],
            "comparison": f"{name}: {each['from']}",
            "status": each.get("status", "planned"),
            "warning": each.get("warning", ""),
        }
        low, high = (limit / 100 for limit in each["interval"]) if "interval" in each else (None, None)
        estimate = each["points"] / 100 if "points" in each else None
        rows.append(Estimate(statistic="difference", estimate=estimate, conf_low=low, conf_high=high, **place))
        tests = ((key, name) for key, name in (("p", "p_value"), ("p_adjusted", "p_adjusted")) if key in each)
        rows += [Estimate(statistic=name, estimate=each[key], **place) for key, name in tests]
    if "broken" in case:
        rows.append(share(51, 87, statistic="trend"))
        broken = {"population": "2022", "verdict": "not_comparable", "warning": case["broken"]}
        rows.append(share(60, 96, statistic="trend", **broken))
    return rows


def paired_rows(case: dict[str, Any]) -> list[Estimate]:
    pairs = zip(("higher", "same", "lower"), case["rows"], strict=True)
    told = {"indicator": "danish_speak_change", "interval": (0, 100)}
    return [share(count, sum(case["rows"]), statistic=f"share[{name}]", **told) for name, count in pairs]


def part_rows(case: dict[str, Any]) -> list[Estimate]:
    names = {"whole": HEADLINE}
    pairs = ((names.get(name, name), values) for name, values in case["rows"].items())
    return [share(*values[:2], values[2:], indicator=name) for name, values in pairs]


def response_rows(case: dict[str, Any]) -> list[Estimate]:
    return [share(**case["rows"], indicator="response", statistic="rr2")]


MADE = {
    "result": (share_rows, lambda prose, case: result(prose, case.get("indicator", HEADLINE), **case.get("at", {}))),
    "if_silent": (share_rows, lambda prose, case: if_silent(prose, case.get("indicator", HEADLINE))),
    "weighted": (share_rows, lambda prose, case: weighted_sentence(prose, HEADLINE)),
    "response": (response_rows, lambda prose, case: response(prose)),
    "change": (difference_rows, lambda prose, case: change(prose, HEADLINE)),
    "compared": (difference_rows, lambda prose, case: compared(prose, HEADLINE, "kinds_of_match")),
    "paired": (paired_rows, lambda prose, case: paired(prose, "danish_speak_change")),
    "parts": (part_rows, lambda prose, case: parts(prose, HEADLINE)),
    "no_cause": (lambda case: [], lambda prose, case: no_cause(prose)),
}


def prepared(rows: list[Estimate], language: str = "en", phrases: Any = None, **changes: Any) -> Prose:
    known = indicators()
    known["danish_developed"] = IndicatorFacts(label=known["danish_developed"].label, base=FOCUS)
    known["danish_speak_change"] = IndicatorFacts(label=known["danish_speak_change"].label, base=BOTH)
    changes = {"indicators": known, "respondents": {"en": "mentees"}, "weighted_by": ("site", "match_kind"), **changes}
    told = context(language, **changes)
    wholes = {HEADLINE: ("job", "education")}
    return Prose(Rows(rows), told, wholes, TABLE["phrases"] if phrases is None else phrases)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: f"{case['say']}: {case['case']}")
def test_sentence_is_the_one_that_a_person_wrote(case, language):
    make, say_it = MADE[case["say"]]
    changes = {
        "populations": tuple(case.get("populations", ("2021", "2022"))),
        "group": tuple(case.get("group", ("", ""))),
    }
    prose = prepared(make(case), language, **changes)
    assert as_text(str(say_it(prose, case))) == case[language]


def test_table_is_large_enough():
    assert len(TABLE["cases"]) >= 40


# Whatever the answers are


@given(data=st.data(), n=st.integers(2, 300), silent=st.integers(0, 80))
def test_no_result_says_more_than_its_interval(data, n, silent):
    count = data.draw(st.integers(0, n))
    interval, settled = wilson(count, n), verdict(exact_test(count, n, target=0.3))
    low, high = count / (n + silent), (count + silent) / (n + silent)
    outer = "met" if low >= 0.3 else "not_met" if high < 0.3 else "cannot_tell"
    assert interval
    told = {"count": count, "n": n, "interval": (100 * interval.low, 100 * interval.high)}
    rows = share_rows({"rows": {**told, "target": settled, "outer": outer, "eligible": n + silent}})
    said = as_text(str(result(prepared(rows), HEADLINE)))
    if "target is met" in said and "whether the target is met" not in said:
        assert interval.low >= 0.3
    if "target is not met" in said:
        assert interval.high < 0.3
    if "target is met, whatever" in said:
        assert low >= 0.3
    if "target is not met, whatever" in said:
        assert high < 0.3
    if "cannot tell" not in said and "too few to tell" not in said:
        assert not interval.low < 0.3 <= interval.high


@given(
    limits=st.tuples(st.floats(-0.99, 0.99), st.floats(-0.99, 0.99)).map(sorted),
    within=st.floats(0, 1),
    p=st.floats(0, 1),
)
def test_difference_is_told_as_one_only_off_zero_and_with_the_test(limits, within, p):
    low, high = limits
    place = {"population": "all", "by": "cohort", "level": "2022", "comparison": "years: 2021", "indicator": HEADLINE}
    estimate = low + within * (high - low)
    row = Estimate(statistic="difference", estimate=estimate, conf_low=low, conf_high=high, **place)
    said = as_text(str(change(prepared([row, Estimate(statistic="p_value", estimate=p, **place)]), HEADLINE)))
    assert ("smaller than the uncertainty" in said) == (low <= 0 <= high)
    assert ("higher in 2022" in said) == (low > 0)
    assert ("lower in 2022" in said) == (high < 0)
    assert ("cannot say" in said) == (low <= 0 <= high or p >= 0.05)


# What is refused, and what is left to the writer


def test_change_without_a_comparison_in_the_plan_is_an_error():
    with pytest.raises(ReportError, match="no comparison of the plan compares populations by «job»"):
        change(prepared([]), "job")


def test_change_says_for_whom_alone_populations_are_compared():
    known = {"towards_job": IndicatorFacts(label={"en": "Helped"}, within=(MATCHED,))}
    place = {"population": "all", "by": "cohort", "level": "2022", "comparison": "years: 2021"}
    row = Estimate(indicator="towards_job", statistic="difference", estimate=0, conf_low=-0.1, conf_high=0.1, **place)
    years = COMPARISONS["years"].__class__(by="cohort", indicators=("towards_job",), across=True)
    said = change(prepared([row], indicators=known, comparisons={"years": years}), "towards_job")
    assert as_text(str(said)).endswith("changed. Compared only where the match is for a job.")


def test_change_of_everybody_is_not_told_of_a_site():
    place = {"population": "all", "by": "cohort", "level": "2022", "comparison": "years: 2021", "indicator": HEADLINE}
    row = Estimate(statistic="difference", estimate=0.2, conf_low=0.1, conf_high=0.3, **place)
    assert not change(prepared([row], group=("site", "aarhus")), HEADLINE)


@pytest.mark.parametrize(
    ("p", "said"), [(0.01, "not the same everywhere (site)"), (0.4, "smaller than the uncertainty")]
)
def test_of_several_groups_only_the_whole_is_told(p, said):
    whole = {"indicator": HEADLINE, "population": "2021", "by": "site", "comparison": "sites", "statistic": "p_value"}
    told = as_text(str(compared(prepared([Estimate(estimate=p, **whole)]), HEADLINE, "sites")))
    assert said in told


def test_parts_and_bounds_need_a_phrase():
    rows = part_rows({"rows": {"whole": [51, 87, 48, 68], "job": [38, 87, 34, 54], "education": [13, 87, 9, 24]}})
    with pytest.raises(ReportError, match="no phrase for «job»"):
        parts(prepared(rows, phrases={HEADLINE: TABLE["phrases"][HEADLINE]}), HEADLINE)


def test_answer_is_the_sentence_of_the_indicator_s_kind():
    rows = [*paired_rows({"rows": [24, 20, 8]}), share(51, 87, (48, 68))]
    assert "24 rated their Danish higher" in as_text(str(answer(prepared(rows), "danish_speak_change")))
    assert "51 were in a job" in as_text(str(answer(prepared(rows), HEADLINE)))
    assert "51 answered" not in as_text(str(answer(prepared(rows, phrases={}), HEADLINE)))


def test_paired_without_a_phrase_names_what_was_asked():
    said = as_text(str(paired(prepared(paired_rows({"rows": [24, 20, 8]}), phrases={}), "danish_speak_change")))
    assert said.startswith("Speaks Danish, start and end: Among the 52 mentees")
    assert "24 answered higher at the end" in said


def test_every_number_of_a_sentence_carries_the_row_that_it_came_from():
    case = next(case for case in TABLE["cases"] if case["case"].startswith("the pattern of the house, met"))
    prose = prepared(share_rows(case), "da")
    result(prose, HEADLINE)
    told = {(carrier.row.statistic, carrier.form): carrier.shown for carrier in prose.carriers}
    numbers = {"n": "87", "count": "51", "percent": "59 pct.", "interval": "48–68"}
    assert {form: told["share", form] for form in numbers} == numbers
    assert told["target_test", "target"] == "30 pct."


def test_text_for_mail_has_neither_marks_nor_escapes():
    assert as_text(str(plain("a*b [c] {d} x_1 1.234 (59 pct.)"))) == "a*b [c] {d} x_1 1.234 (59 pct.)"


@pytest.mark.parametrize(("say_it", "name"), [(result, HEADLINE), (parts, HEADLINE), (paired, "danish_speak_change")])
def test_page_of_a_group_that_nobody_is_in_says_so(say_it, name):
    assert as_text(str(say_it(prepared([], group=("site", "amager")), name))) == "There are no answers for 2021."


def test_unknown_row_is_an_error_that_names_the_nearest():
    with pytest.raises(ReportError, match="no result row has the indicator «job»"):
        result(prepared([share(51, 87, (48, 68))]), "job")


@pytest.mark.parametrize("count", [0, 1])
def test_single_answer_stands_nowhere(count):
    rows = share_rows({"rows": {"count": count, "n": 1, "outer": "met", "eligible": 9, "warning": "few answers"}})
    prose = prepared([*rows, share(count, 3, statistic="share_of_interviews")])
    assert as_text(prose.share(HEADLINE)) == "too few answers"
    assert not prose.has(HEADLINE, "bound_low")
    assert [line[1:4] for line in bases(prose, HEADLINE)[0].rows] == [["–", "1", "too few answers"]]
