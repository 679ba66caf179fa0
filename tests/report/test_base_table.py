"""The way from the roster to the base: every step adds up, and each figure carries its row."""

import pytest
from report_samples import context, indicators, share

from evaltool.errors import ReportError
from evaltool.report.context import IndicatorFacts
from evaltool.report.definition import TableSpec
from evaltool.report.prose import Prose
from evaltool.report.row_labels import statistic_words
from evaltool.report.rows import Rows
from evaltool.report.tables import table
from evaltool.results import Estimate

STATUS = {"running": {"en": "Running", "da": "I gang"}, "ended": {"en": "Ended"}, "broken_off": {"en": "Broken off"}}
LEFT = {"running": 4, "ended": 1, "broken_off": 21}


def count(indicator: str, statistic: str, number: int, n: int, **more: str) -> Estimate:
    values = {"population": "2021", **more}
    return Estimate(indicator=indicator, statistic=statistic, estimate=number, count=number, n=n, **values)


def made(base: int = 86, **more: str) -> list[Estimate]:
    """150 courses, of which 26 were not to answer; 124 to answer, 87 interviews, and one answer that does not count."""
    dispositions = {"I": 81, "P": 6, "R": 9, "NC": 27, "O": 1}
    return [
        *(count("courses", f"not_eligible[{code}]", number, 150, **more) for code, number in LEFT.items()),
        *(count("disposition", f"count[{code}]", number, 124, **more) for code, number in dispositions.items()),
        share("response", 87, 124, statistic="rr2", **more),
        share("job_or_education", 51, base, missing="refused=1", **more),
        share("danish_developed", 34, 41, missing="dont_know=2;not_reached=3", **more),
    ]


def prose(rows: list[Estimate], language: str = "en", **changes: object) -> Prose:
    facts = indicators()
    status = IndicatorFacts(label={"en": "Status"}, options=STATUS)
    told = {"indicators": {**facts, "courses": status}, **changes}
    return Prose(Rows(rows), context(language, **told))


def lines(told: Prose, *names: str) -> list[tuple[str, str]]:
    text = str(table(told, TableSpec(kind="base", indicators=names)))
    found = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:]
    return [(words.replace("\\", "").strip("* "), shown(figure)) for words, figure in found]


def shown(cell: str) -> str:
    """The number with its sign: what stands before and in the span."""
    sign, _, rest = cell.strip("* ").partition("[")
    return sign + rest.partition("]{#ev_")[0].replace("\\", "")


def test_every_step_leaves_what_the_next_one_says() -> None:
    assert lines(prose(made())) == [
        ("All courses on the roster", "150"),
        ("− Running", "−4"),
        ("− Ended", "−1"),
        ("− Broken off", "−21"),
        ("Were to answer: completed courses", "124"),
        ("− refusal or break-off (R)", "−9"),
        ("− never opened (NC)", "−27"),
        ("− no interview for another reason (O)", "−1"),
        ("Whole and partial interviews", "87"),
        ("− did not want to answer", "−1"),
        ("Base: answers that can be counted", "86"),
        ("of these: In a job or education", "51"),
    ]


def test_whom_no_reason_names_was_not_meant_by_the_question() -> None:
    """Of 87 interviews 41 have language focus and an answer, 5 a reason; 41 have no language focus."""
    assert lines(prose(made()), "danish_developed")[8:12] == [
        ("Whole and partial interviews", "87"),
        ("− do not know", "−2"),
        ("− not reached", "−3"),
        ("− outside the base", "−41"),
    ]


def test_each_figure_carries_the_row_that_tells_it() -> None:
    told = prose(made())
    lines(told)
    carried = [(item.row.indicator, item.row.statistic, item.form, item.shown) for item in told.carriers]
    assert carried[0] == ("courses", "not_eligible[running]", "n", "150")
    assert ("courses", "not_eligible[broken_off]", "count", "21") in carried
    assert carried[4:6] == [("response", "rr2", "n", "124"), ("disposition", "count[R]", "count", "9")]
    assert carried[-3:] == [
        ("job_or_education", "share", "missing[refused]", "1"),
        ("job_or_education", "share", "n", "86"),
        ("job_or_education", "share", "count", "51"),
    ]
    assert len({item.name for item in told.carriers}) == len(carried)


def test_a_plan_without_a_status_begins_with_who_was_to_answer() -> None:
    rows = [row for row in made() if row.indicator != "courses"]
    assert lines(prose(rows, indicators=indicators()))[0] == ("Were to answer: completed courses", "124")


def test_a_group_with_too_few_answers_shows_no_way_into_its_base() -> None:
    site = {"by": "site", "level": "odense"}
    few = [row for row in made(**site) if row.indicator != "job_or_education"]
    few.append(share("job_or_education", 3, 5, missing="refused=82", warning="few answers", **site))
    assert lines(prose(few, group=("site", "odense")))[8:] == [
        ("Whole and partial interviews", "87"),
        ("Base: answers that can be counted", "too few answers"),
    ]


def test_steps_that_do_not_add_up_are_refused_not_shown() -> None:
    with pytest.raises(ReportError, match="do not add up: 86, not 90") as refused:
        lines(prose(made(base=90)))
    assert "evaltool analyse" in refused.value.mend


def test_an_indicator_of_another_survey_has_no_way_from_these_interviews() -> None:
    elsewhere = {"job_at_start": IndicatorFacts(label={"en": "Job at the start"}, survey="mentee-start")}
    with pytest.raises(ReportError, match="asked in mentee-start"):
        lines(prose(made(), indicators=elsewhere), "job_at_start")


def test_the_table_speaks_danish() -> None:
    assert [words for words, _ in lines(prose(made(), "da"))][:2] == ["Alle forløb på listen", "− I gang"]


def test_the_steps_of_the_flow_have_words_in_every_table() -> None:
    told = prose([], "da")
    words = [statistic_words(told, count("flow", f"count[{stage}]", 1, 2)) for stage in ("eligible", "answered")]
    assert words == ["antal: skulle svare", "antal: gav et interview"]
    assert statistic_words(told, count("courses", "not_eligible[running]", 1, 2)).endswith(": I gang")
