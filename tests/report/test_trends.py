"""Populations side by side: joined where they compare, broken exactly where the rows say not_comparable."""

import pytest
from chart_reading import breaks, shapes, texts, trends
from report_samples import REWORDED, context, rows, share

from evaltool.errors import ReportError
from evaltool.report.charts import draw
from evaltool.report.context import ReportContext
from evaltool.report.definition import ChartSpec, TableSpec
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.tables import table

TREND = ("job_or_education", "towards_job", "satisfied_courses")
YEARS = ("2020", "2021", "2022", "2023")


def prose(language="en", some=None, **changes):
    return Prose(Rows(rows() if some is None else some), context(language, **changes))


def drawn(told, *names):
    return draw(told, ChartSpec(kind="trend", indicators=names, title={"en": "Years", "da": "År"}))


def four_years(verdicts, **more):
    counts = zip(YEARS, (10, 12, 14, 16), verdicts, strict=True)
    return [
        share("job", count, 20, statistic="trend", population=year, verdict=verdict,
              warning="Other words." if verdict == "not_comparable" else "", **more)
        for year, count, verdict in counts
    ]  # fmt: skip


def cells(told, **spec):
    text = str(table(told, TableSpec(kind="cohorts", **spec)))
    found = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    notes = [line.replace("\\", "") for line in text.splitlines() if line and not line.startswith(("|", ":"))]
    return found[0], found[2:], notes


def shown(cell):
    return cell.partition("]{#")[0].removeprefix("[").replace("\\", "")


def test_line_joins_what_compares_and_breaks_exactly_at_the_item_that_does_not():
    chart = drawn(prose(), *TREND)
    # 51 of 87 and 60 of 96; 49 of 60 and 52 of 64; 55 of 83 and 50 of 94.
    assert trends(chart, "trend", 2) == [[((0, 58.6), (1, 62.5))], [((0, 81.7), (1, 81.2))], []]
    assert trends(chart, "point", 2) == [[(0, 58.6), (1, 62.5)], [(0, 81.7), (1, 81.2)], [(0, 66.3), (1, 53.2)]]
    assert breaks(chart, 2) == [(2, 0.5)]


def test_break_among_four_years_stands_between_its_two_years_only():
    told = prose(some=four_years(("", "identical", "not_comparable", "comparable")), populations=YEARS)
    chart = drawn(told, "job")
    assert trends(chart, "trend", 4) == [[((0, 50), (1, 60)), ((2, 70), (3, 80))]]
    assert breaks(chart, 4) == [(0, 1.5)]


def test_year_without_answers_has_no_point_and_still_breaks_the_line():
    some = four_years(("", "identical", "not_comparable", "identical"))
    some[2] = share(
        "job", 0, 0, statistic="trend", population="2022", verdict="not_comparable", warning="no answers; So."
    )
    chart = drawn(prose(some=some, populations=YEARS), "job")
    assert trends(chart, "trend", 4) == [[((0, 50), (1, 60))]]
    assert trends(chart, "point", 4) == [[(0, 50), (1, 60), (3, 80)]]
    assert [mark.row.population for mark in chart.marks] == ["2020", "2021", "2023"]
    assert "; 2022: no answers; 2023: 80 per cent (16 of 20)" in chart.alt
    assert "2021 and 2022 cannot be compared: So." in chart.alt


def test_points_have_the_rows_intervals_and_rounded_figures():
    some = [
        share("job", 9, 20, statistic="trend", conf_low=0.2582, conf_high=0.6579),
        share(
            "job", 11, 20, statistic="trend", population="2022", conf_low=0.3421, conf_high=0.7418, verdict="identical"
        ),
    ]
    chart = drawn(prose(some=some), "job")
    assert trends(chart, "interval", 2) == [[((0, 25.8), (0, 65.8)), ((1, 34.2), (1, 74.2))]]
    assert texts(chart)[-6:] == ["2021", "n\xa0=\xa020", "2022", "n\xa0=\xa020", "45", "55"]


def test_what_signs_mean_is_told_below_only_where_they_stand():
    with_break = texts(drawn(prose(), *TREND))
    without = texts(drawn(prose(), "job_or_education"))
    # One sign in the picture, and one where it is told what it means.
    assert with_break.count("‖") == 2
    assert any(text.startswith("Here the figures cannot be compared") for text in with_break)
    assert any("* Helped towards a job: Compared only where the match is for a job." in text for text in with_break)
    assert not any("‖" in text or "*" in text or "Here" in text for text in without)


def test_two_lines_of_a_break_stand_apart_in_every_size():
    lines = shapes(drawn(prose(), *TREND), "break")
    assert len(lines) == 4
    for one, other in zip(lines[::2], lines[1::2], strict=True):
        paper = other["x1"] - one["x1"] - one["stroke-width"]
        assert paper > 3 * one["stroke-width"]
        assert paper > 0.25 * (one["y2"] - one["y1"])


def test_year_with_one_answer_has_neither_point_nor_figure():
    some = four_years(("", "identical", "identical", "identical"))
    more = {"population": "2023", "verdict": "identical", "warning": "few answers"}
    some[3] = share("job", 1, 1, statistic="trend", **more)
    chart = drawn(prose(some=some, populations=YEARS), "job")
    assert trends(chart, "point", 4) == [[(0, 50), (1, 60), (2, 70)]]
    assert [mark.row.population for mark in chart.marks] == ["2020", "2021", "2022"]
    assert chart.alt.endswith("; 2023: too few answers.")


def test_alternative_text_tells_every_point_and_what_cannot_be_compared():
    english = drawn(prose(), *TREND).alt
    # 51/87 ± 1.96·√(0.5862·0.4138/87) = 0.483 and 0.690; 60/96: 0.528 and 0.722; 50/94: 0.431 and 0.633.
    first = "2021: 59 per cent (51 of 87), interval 48–69; 2022: 63 per cent (60 of 96), interval 53–72"
    assert f" In a job or education: {first}. " in english
    last = "2022: 53 per cent (50 of 94), interval 43–63"
    assert f"; {last}. 2021 and 2022 cannot be compared: {REWORDED}." in english
    assert english.count("cannot be compared") == 1
    danish = drawn(prose("da"), *TREND).alt
    told = "2022: 53 pct. (50 af 94), interval 43–63"
    assert f"; {told}. 2021 og 2022 kan ikke sammenlignes: {REWORDED}." in danish
    assert "Kun sammenlignet, hvor matchtypen er «job». " in danish


def test_table_sets_a_sign_between_years_that_do_not_compare_and_says_why_below():
    header, body, notes = cells(prose(), indicators=TREND)
    assert header == ["Indicator", "2021", "", "2022", "Question"]
    assert [row[2].replace("\\", "") for row in body] == ["", "", "‖"]
    assert [row[4].replace("\\", "") for row in body] == ["the same question", "comparable (a)", "not comparable (b)"]
    assert shown(body[1][3]) == "52 of 64 (81 per cent; 72–91)"
    assert notes == [
        f"(a) Compared only where the match is for a job. (b) 2021 and 2022 cannot be compared: {REWORDED}."
    ]


def test_a_reason_in_several_languages_is_told_in_that_of_the_report():
    own, other = "Nyt spørgsmål; andre svar.", "New question; other answers."
    apart = f"few answers; «a»: version 2: {own}; «b»: version 2: Nyt spørgsmål; andre svar. Og flere"
    some = [share("job", 9, 20, statistic="trend")]
    some += [share("job", 9, 20, statistic="trend", population="2022", verdict="not_comparable", warning=apart)]
    reasons = {"Nyt": {"da": "Nyt", "en": "New"}, own: {"da": own, "en": other}}
    (english,) = cells(prose("en", some, reasons=reasons), indicators=("job",))[2]
    (danish,) = cells(prose("da", some, reasons=reasons), indicators=("job",))[2]
    rest = "Nyt spørgsmål; andre svar. Og flere."  # begins as a known one, and is another
    assert english == f"(a) 2021 and 2022 cannot be compared: {other}; {rest}"
    assert danish == f"(a) 2021 og 2022 kan ikke sammenlignes: {own}; {rest}"
    assert f"cannot be compared: {other}; {rest}" in drawn(prose("en", some, reasons=reasons), "job").alt


def test_table_without_a_break_has_no_sign_and_no_note():
    header, body, notes = cells(prose("da"), indicators=("job_or_education",))
    assert header == ["Indikator", "2021", "2022", "Spørgsmål"]
    assert body[0][-1] == "samme spørgsmål"
    assert notes == []


def test_table_of_four_years_has_the_sign_where_the_break_is_and_its_own_names():
    told = prose(some=four_years(("", "identical", "not_comparable", "comparable")), populations=YEARS)
    header, body, notes = cells(told, indicators=("job",), names={"job": {"en": "Working"}})
    assert header[1:-1] == ["2020", "2021", "", "2022", "2023"]
    assert (body[0][0], body[0][-1].replace("\\", "")) == ("Working", "not comparable (a)")
    assert notes == ["(a) 2021 and 2022 cannot be compared: Other words."]


def test_single_population_stands_with_its_share():
    header, body, _ = cells(prose(populations=("2021",)), indicators=("job",))
    assert header[1:-1] == ["2021"]
    assert shown(body[0][1]).startswith("38 of 87")
    assert body[0][-1] == "not compared"


def test_sentence_cannot_bring_in_a_year_over_a_break():
    told = prose()
    assert told.has("satisfied_courses", "trend")
    assert not told.has("satisfied_courses", "trend", population="2022")
    assert told.has("job_or_education", "trend", population="2022")
    for words in (told.share, told.percent):
        assert "2022" not in str(words("job_or_education", "trend", population="2022"))
        with pytest.raises(ReportError, match="satisfied_courses of 2022 cannot stand beside 2021") as caught:
            words("satisfied_courses", "trend", population="2022")
        assert REWORDED in caught.value.message


def test_break_between_two_other_years_does_not_part_the_reports_year():
    some = four_years(("", "identical", "not_comparable", "identical"))
    told = prose(some=some, populations=YEARS, population="2023")
    assert [told.has("job", "trend", population=year) for year in YEARS] == [False, False, True, True]


def test_context_holds_no_verdict_of_its_own():
    assert "comparable" not in ReportContext.__dataclass_fields__


def test_printed_parts_of_a_trend_add_up_as_those_of_the_share():
    # 29/67 = 43.28, 11/67 = 16.42; the whole, 40/67 = 59.70, is printed 60, so one part goes up.
    counts = {"job_or_education": 40, "job": 29, "education": 11}
    some = [share(name, count, 67, statistic="trend") for name, count in counts.items()]
    told = Prose(Rows(some), context("en"), {"job_or_education": ("job", "education")})
    assert [int(told.rounded(row)) for row in some] == [60, 43, 17]


def test_reasons_for_not_counting_are_words_of_the_language():
    some = [share("job", 5, 20, missing="no_start=3;other_version=1234")]
    english, danish = (
        str(table(prose(language, some), TableSpec(kind="missing", indicators=("job",)))).replace("\\", "")
        for language in ("en", "da")
    )
    assert "no answer at the start: 3; answered another version of the survey: 1,234" in english
    assert "intet svar ved start: 3; svarede på en anden udgave af skemaet: 1.234" in danish


def pooled_table(told, *indicators):
    text = str(table(told, TableSpec(kind="groups", indicators=indicators, by="site", pooled=True)))
    found = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[shown(cell.strip()) for cell in line] for line in (found[0], *found[2:])]


def test_groups_too_small_for_a_year_stand_in_the_table_of_the_last_years_together():
    year = str(table(prose(), TableSpec(kind="groups", indicators=("job_or_education",), by="site")))
    assert "[too few answers]" in year
    header, *lines = pooled_table(prose(), "job_or_education")
    assert header[0] == "Site, 2020–2021"
    assert [line[:2] for line in lines] == [["København-Tingbjerg", "9 of 15"], ["**All**", "111 of 183"]]


def test_a_pool_ends_at_the_population_that_is_reported():
    told = prose(population="2022")
    assert (prose().pooled, told.pooled) == ("2020–2021", "")
    assert {cell for line in pooled_table(told, "job_or_education")[1:] for cell in line[1:]} == {"–"}


def test_each_share_has_the_pool_that_its_own_breaks_allow():
    long, short = ({"population": f"{first}–2021", "comparison": "pooled"} for first in ("2019", "2020"))
    site = {"by": "site", "level": "tingbjerg"}
    some = [
        *(share("job", 20, 40, **long), share("job", 6, 12, **site, **long)),
        share("education", 9, 30, **short),
    ]
    header, *lines = pooled_table(prose(some=some), "education", "job")
    assert header == ["Site", "In education without a job, 2020–2021", "In a job, 2019–2021"]
    assert [[cell.partition(" (")[0] for cell in line] for line in lines] == [
        ["København-Tingbjerg", "–", "6 of 12"],
        ["**All**", "9 of 30", "20 of 40"],
    ]
