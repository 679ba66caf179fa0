"""Sentences and numbers: the expected words are those of the house's sentence patterns, worked by hand."""

from decimal import Decimal

import pytest
from markupsafe import Markup
from report_samples import context, headline_rows, local_rows, outcome_rows, rows, share

from evaltool.errors import ReportError
from evaltool.report.numbers import answers_of, parts_of
from evaltool.report.prose import Prose, plain
from evaltool.report.rows import Rows, Where
from evaltool.results import Estimate

PARTS = {"job_or_education": ("job", "education")}


def prose(language="da", some=None, **changes):
    return Prose(Rows(rows() if some is None else some), context(language, **changes), PARTS)


def words(markup: Markup) -> str:
    """What a reader sees of a span."""
    return str(markup).rpartition("]{#")[0].removeprefix("[").replace("\\", "")


def test_share_names_numerator_base_per_cent_and_interval_in_this_order():
    assert words(prose().share("job_or_education")) == "51 af 87 (59 pct.; 95 pct.-interval 48–68)"
    assert words(prose("en").share("job_or_education")) == "51 of 87 (59 per cent; 95 per cent interval 48–68)"


def test_figure_is_a_span_with_the_estimates_id_numbered_when_repeated():
    told = prose()
    row = headline_rows()[0]
    spans = [str(told.count("job_or_education")) for _ in range(3)]
    assert spans == [f"[51]{{#{row.id}{ending} .figure}}" for ending in ("", "_2", "_3")]
    assert [(carrier.row.id, carrier.form, carrier.shown) for carrier in told.carriers] == [(row.id, "count", "51")] * 3


def test_bounds_and_silent_units():
    told = prose()
    spans = str(told.bounds("job_or_education"))
    assert "[41]{#" in spans
    assert "[71 pct.]{#" in spans
    assert words(told.silent("job_or_education")) == "37"


def test_verdict_and_target_are_sentences_of_the_language():
    told = prose()
    assert words(told.verdict("job_or_education")) == "Målet er nået."
    assert words(told.robust("job_or_education")) == "Målet er nået, uanset hvad de øvrige ville have svaret."
    assert words(told.target("job_or_education")) == "30 pct."


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [("not_met", "The target is not met."), ("cannot_tell", "The answers cannot tell whether the target is met.")],
)
def test_verdict_follows_the_row(verdict, sentence):
    test = Estimate(
        indicator="job_or_education", population="2021", statistic="target_test", comparison="target", verdict=verdict
    )
    assert words(prose("en", [test]).verdict("job_or_education")) == sentence


def test_parts_add_up_by_largest_remainder():
    thirds = [Decimal(100) / 3] * 3
    assert parts_of(Decimal(100), thirds) == [34, 33, 33]
    # 24, 20 and 8 of 52 are 46.15, 38.46 and 15.38: rounded alone they make 99.
    exact = [Decimal(100 * count) / 52 for count in (24, 20, 8)]
    assert parts_of(Decimal(100), exact) == [46, 39, 15]


def test_equal_answers_stay_equal_though_the_sum_is_then_no_hundred():
    # 7, 11, 5, 3 and 3 of 29 are 24.14, 37.93, 17.24, 10.34 and 10.34: rounded they make 99.
    exact = [Decimal(100 * count) / 29 for count in (7, 11, 5, 3, 3)]
    assert answers_of(exact) == [24, 38, 17, 10, 10]
    assert answers_of([Decimal(100 * count) / 52 for count in (24, 20, 8)]) == [46, 39, 15]


def test_decimals_are_rounded_each_alone():
    # 55/126 = 43.651 and 19/126 = 15.079 make 58.730; to add up to 58.7 one of them would have to be cut.
    some = [share("job_or_education", 74, 126), share("job", 55, 126), share("education", 19, 126)]
    told = prose("en", some)
    assert [told.percent_text(row, 1) for row in some] == ["58.7 per cent", "43.7 per cent", "15.1 per cent"]


def test_printed_parts_add_up_to_the_printed_whole():
    # 29/67 = 43.28, 11/67 = 16.42; the whole, 40/67 = 59.70, is printed 60, so one part goes up.
    some = [share("job_or_education", 40, 67), share("job", 29, 67), share("education", 11, 67)]
    told = prose("en", some)
    shown = [words(told.percent(name)) for name in ("job_or_education", "job", "education")]
    assert shown == ["60 per cent", "43 per cent", "17 per cent"]


def test_shares_that_are_no_parts_of_the_whole_are_left_alone():
    some = [share("job_or_education", 40, 67), share("job", 29, 60), share("education", 11, 67)]
    assert words(prose("en", some).percent("education")) == "16 per cent"


def test_answers_to_one_question_add_up_to_a_hundred():
    told = prose("en", outcome_rows())
    shown = [words(told.percent("danish_speak_change", f"share[{way}]")) for way in ("higher", "same", "lower")]
    assert shown == ["46 per cent", "39 per cent", "15 per cent"]


def test_half_a_per_cent_is_rounded_up_though_the_float_is_below_it():
    # 23/200 is 11.5 per cent; 100 * 0.115 as a float is 11.5, but 0.285 * 100 is 28.499999999999996.
    assert words(prose("en", [share("job", 57, 200)]).percent("job")) == "29 per cent"


def test_group_with_few_answers_shows_no_figure_but_the_population_does():
    told = prose("en", local_rows())
    assert words(told.share("job_or_education", by="site", level="tingbjerg")) == "too few answers"
    assert words(told.few_levels("job_or_education", "site") + "]{#") == "København-Tingbjerg"
    small = prose("en", [share("job", 2, 5, warning="few answers")])
    assert words(small.of("job")) == "2 of 5"


def test_row_without_answers_is_told_in_words_and_not_as_zero():
    empty = share("job", 0, 0, warning="no answers")
    told = prose("en", [empty])
    assert words(told.percent("job")) == "no answers"
    assert not told.has("job")


def test_thousands_follow_the_language():
    many = [share("job", 1234, 5000)]
    assert words(prose("da", many).of("job")) == "1.234 af 5.000"
    assert words(prose("en", many).of("job")) == "1,234 of 5,000"


def test_unknown_row_names_the_nearest():
    with pytest.raises(ReportError, match="job_or_education") as caught:
        prose().share("job_or_eduction")
    assert "Did you mean" in caught.value.mend
    with pytest.raises(ReportError, match="there is no rr3 of response"):
        Rows(rows()).require("response", "rr3", Where("2021"))
    with pytest.raises(ReportError, match="for 2020"):
        Rows(rows()).require("job", "share", Where("2020"))


def test_label_signs_are_not_read_as_markdown():
    assert plain("a*b_[c]|<d>") == "a\\*b\\_\\[c\\]\\|\\<d\\>"
