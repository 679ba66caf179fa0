"""Charts: what is drawn, read from the drawing itself."""

from dataclasses import replace
from itertools import pairwise

import pytest
from chart_reading import per_cent, shapes, texts
from lxml import etree
from matplotlib.colors import to_rgb
from report_samples import SATISFACTION, context, flow_rows, rows, share

from evaltool.report.charts import draw
from evaltool.report.context import Breakdown
from evaltool.report.definition import ChartSpec
from evaltool.report.letters import outline
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.sheet import WIDTH

TITLE = {"en": "A title"}


def drawn(some=None, language="en", changes=None, **spec):
    told = Prose(Rows(rows() if some is None else some), context(language, **(changes or {})))
    return draw(told, ChartSpec(title=TITLE, **spec))


def labels(chart):
    """What stands left of the scale of a chart of rows."""
    left = shapes(chart, "grid")[0]["x1"]
    return [words.text for words in chart.words if words.right == pytest.approx(left - 8, abs=0.01)]


def bounds_rows():
    return [
        share("job_or_education", 51, 87, conf_low=0.48, conf_high=0.68),
        share("job_or_education", 51, 124, statistic="bound_low", conf_low=0.34, conf_high=None),
        share("job_or_education", 88, 124, statistic="bound_high", conf_low=None, conf_high=0.78),
        share("satisfied_match", 66, 84),
    ]


def scale(counts):
    return [
        share("satisfied_match", count, sum(counts), statistic=f"share[{code}]")
        for code, count in zip(SATISFACTION, counts, strict=True)
    ]


# Bars


def test_bars_stand_in_the_rosters_order_with_everybody_last():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    assert labels(chart) == ["Aarhus", "Odense", "Svendborg", "Slagelse", "København-Tingbjerg", "All"]


def test_bar_is_as_long_as_the_share_and_group_with_few_answers_has_none():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    ends = [round(per_cent(chart, bar["x"] + bar["width"]), 1) for bar in shapes(chart, "bar")]
    # 18/30, 15/24, 7/12, 8/14, 51/87; Tingbjerg's 3 of 7 is not drawn.
    assert ends == [60.0, 62.5, 58.3, 57.1, 58.6]
    assert "too few answers" in texts(chart)
    assert "3 of 7" not in chart.alt


def test_target_is_drawn_where_there_is_one_and_named_once():
    chart = drawn(kind="bars", indicators=["job_or_education", "satisfied_match"])
    assert texts(chart).count("target 30 per cent") == 1
    assert [per_cent(chart, line["x1"]) for line in shapes(chart, "target")] == [pytest.approx(30, abs=0.01)]
    by_site = drawn(kind="bars", indicators=["job_or_education"], by="site")
    assert texts(by_site).count("target 30 per cent") == 1
    assert len(shapes(by_site, "target")) == 5  # four sites and all; not through the words of Tingbjerg


def test_other_target_is_named_over_its_own_bar():
    facts = context("en").indicators
    other = {"indicators": {**facts, "job": type(facts["job"])(label=facts["job"].label, target=0.45)}}
    chart = drawn(changes=other, kind="bars", indicators=["job_or_education", "job"])
    assert [text for text in texts(chart) if "target" in text] == ["target 30 per cent", "target 45 per cent"]


def test_interval_ends_where_the_row_says():
    chart = drawn(kind="bars", indicators=["job_or_education"])
    (line,) = shapes(chart, "interval")
    assert [per_cent(chart, line[end]) for end in ("x1", "x2")] == pytest.approx([48.12, 68.38], abs=0.01)
    assert "In a job or education: 59 per cent (51 of 87), interval 48–68, target 30 per cent." in chart.alt


def test_target_is_told_of_each_indicator_that_has_it_and_once_of_a_breakdown():
    for kind in ("bars", "bounds"):
        chart = drawn(kind=kind, indicators=["job_or_education", "satisfied_match"])
        before, after = chart.alt.split(", target 30 per cent. ")
        assert "In a job or education: 59 per cent" in before
        assert after.startswith("“Very satisfied” or “satisfied” with the match: 79 per cent")
    for language, told in (("en", " Target: 30 per cent. Aarhus: "), ("da", " Mål: 30 pct. Aarhus: ")):
        for kind in ("bars", "dots"):
            alt = drawn(language=language, kind=kind, indicators=["job_or_education"], by="site").alt
            assert told in alt
            assert alt.count("30 p") == 1
    plain = drawn(kind="bars", indicators=["satisfied_match"], by="site")
    assert "arget" not in plain.alt


def test_no_target_is_told_where_no_row_has_a_figure_to_set_against_it():
    small = [share("job_or_education", 3, 7, by="site", level="tingbjerg", warning="few answers")]
    chart = drawn(small, kind="bars", indicators=["job_or_education"], by="site")
    assert shapes(chart, "target") == []
    assert "arget" not in chart.alt


def test_chart_bears_the_watermark_and_the_base_and_its_title_for_readers():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    assert len(shapes(chart, "watermark")) == 1
    assert any("Mentees (n\xa0=\xa087)" in text for text in texts(chart))
    assert "<title>A title</title><desc>MADE-UP DATA. A title." in chart.svg
    plain = drawn(changes={"synthetic": False}, kind="bars", indicators=["job_or_education"])
    assert shapes(plain, "watermark") == []


# Stacked scales


def test_stacked_scale_fills_the_row_and_labels_add_up():
    chart = drawn(kind="stacked", indicators=["satisfied_match"])
    parts = shapes(chart, "part")
    assert [part["x"] + part["width"] for part in parts[:-1]] == pytest.approx(
        [part["x"] for part in parts[1:]], abs=0.02
    )
    assert [round(100 * part["width"] / sum(each["width"] for each in parts)) for part in parts] == [48, 31, 13, 6, 2]
    numbers = [int(text) for text in texts(chart) if text.isdigit()]
    assert len(numbers) == 5
    assert sum(numbers) == 100


def test_line_goes_round_the_whole_bar_so_that_its_palest_part_ends_somewhere():
    chart = drawn(kind="stacked", indicators=["satisfied_introduction", "satisfied_match"])
    bars, parts = shapes(chart, "outline"), shapes(chart, "part")
    assert len(bars) == 2
    for bar in bars:
        inside = [part for part in parts if part["y"] == bar["y"]]
        ends = min(part["x"] for part in inside), max(part["x"] + part["width"] for part in inside)
        assert (bar["x"], bar["x"] + bar["width"]) == pytest.approx(ends, abs=0.02)
        assert bar["stroke"] == shapes(chart, "swatch")[0]["stroke"]
        assert bar["x"] + bar["width"] + bar["stroke-width"] / 2 <= WIDTH


def test_figure_over_a_narrow_part_has_a_line_to_it_and_stands_clear_of_the_legend():
    chart = drawn(scale((96, 1, 1, 1, 1)), kind="stacked", indicators=["satisfied_match"])
    parts, lines = shapes(chart, "part")[1:], sorted(shapes(chart, "leader"), key=lambda line: line["x1"])
    figures = sorted((words for words in chart.words if words.text == "1"), key=lambda words: words.left)
    legend = max(words.bottom for words in chart.words if words.text == "Very dissatisfied")
    assert len(parts) == len(lines) == len(figures) == 4
    for part, line, figure in zip(parts, lines, figures, strict=True):
        assert line["x1"] == pytest.approx(part["x"] + part["width"] / 2, abs=0.02)
        assert line["y1"] == part["y"]
        assert line["x2"] == pytest.approx((figure.left + figure.right) / 2, abs=0.02)
        assert figure.bottom < line["y2"] < line["y1"]
        assert figure.top - legend > line["y1"] - figure.bottom
    wide = drawn(scale((40, 30, 20, 6, 4)), kind="stacked", indicators=["satisfied_match"])
    assert shapes(wide, "leader") == []


def test_answer_that_nobody_gave_takes_no_room_and_is_told():
    codes = ("very_satisfied", "satisfied", "neither", "dissatisfied", "very_dissatisfied")
    some = [share("satisfied_match", 20 * (code == "satisfied"), 20, statistic=f"share[{code}]") for code in codes]
    chart = drawn(some, kind="stacked", indicators=["satisfied_match"])
    assert len(shapes(chart, "part")) == 1
    assert [text for text in texts(chart) if text.isdigit()] == ["100"]
    assert "Very satisfied 0 per cent, Satisfied 100 per cent, Neither" in chart.alt


def test_items_with_other_scales_have_legends_of_their_own():
    chart = drawn(kind="stacked", indicators=["satisfied_introduction", "satisfied_match"])
    assert {"To a very high degree", "Very satisfied"} <= set(texts(chart))
    same = drawn(kind="stacked", indicators=["satisfied_introduction", "danish_developed"])
    assert texts(same).count("To a very high degree") == 1


def test_shades_differ_in_lightness_so_that_print_in_grey_can_be_read():
    parts = shapes(drawn(kind="stacked", indicators=["satisfied_match"]), "part")
    grey = [sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), to_rgb(part["fill"]), strict=True)) for part in parts]
    assert min(after - before for before, after in pairwise(grey)) > 0.04


def test_question_without_answers_is_told_in_words():
    empty = [share("satisfied_match", 0, 0, statistic="share[satisfied]")]
    chart = drawn(empty, kind="stacked", indicators=["satisfied_match"])
    assert "no answers" in texts(chart)
    assert list(chart.marks) == []
    for kind in ("bars", "bounds"):
        assert "no answers" in texts(drawn([share("job", 0, 0)], kind=kind, indicators=["job"]))


def test_scale_of_a_group_with_few_answers_shows_no_figure():
    few = {"by": "site", "level": "tingbjerg", "warning": "few answers"}
    counts = zip(SATISFACTION, (3, 2, 1, 1, 0), strict=True)
    some = [share("satisfied_match", count, 7, statistic=f"share[{code}]", **few) for code, count in counts]
    local = {"group": ("site", "tingbjerg")}
    chart = drawn(some, changes=local, kind="stacked", indicators=["satisfied_match"])
    assert shapes(chart, "part") == []
    assert "too few answers" in texts(chart)
    assert chart.alt.endswith("too few answers.")


# Dots


def pooled(level, count, n, **more):
    place = {"population": "2020–2021", "comparison": "pooled", "by": "site", "level": level}
    return share("job_or_education", count, n, **place, **more)


def test_small_site_shows_the_years_together_as_a_hollow_diamond_and_not_its_own_year():
    some = [*rows(), pooled("tingbjerg", 9, 15), pooled("aarhus", 50, 90)]
    chart = drawn(some, kind="dots", indicators=["job_or_education"], by="site")
    assert labels(chart) == ["Aarhus", "Odense", "Svendborg", "Slagelse", "København-Tingbjerg", "All"]
    # 18/30, 15/24, 7/12, 8/14, 51/87: Aarhus has enough answers of its own.
    assert [round(per_cent(chart, dot["cx"]), 1) for dot in shapes(chart, "dot")] == [60.0, 62.5, 58.3, 57.1, 58.6]
    assert len(shapes(chart, "pooled")) == 1
    assert "København-Tingbjerg: 60 per cent (9 of 15), interval 35–85, 2020–2021" in chart.alt
    assert "3 of 7" not in chart.alt
    assert "Diamond: 2020–2021 together, where the year has fewer than 10 answers." in chart.alt


def test_site_that_is_small_in_all_years_together_has_words_alone():
    alone = [row for row in rows() if row.comparison != "pooled"]
    for found in (alone, [*alone, pooled("tingbjerg", 4, 8, warning="few answers")]):
        chart = drawn(found, kind="dots", indicators=["job_or_education"], by="site")
        assert shapes(chart, "pooled") == []
        assert "too few answers" in texts(chart)
        assert "Diamond" not in chart.alt


# Bounds


def test_band_goes_from_bound_to_bound_and_thin_lines_to_their_limits():
    chart = drawn(bounds_rows(), kind="bounds", indicators=["job_or_education", "satisfied_match"])
    (band,) = shapes(chart, "band")
    assert round(per_cent(chart, band["x"]), 1) == 41.1  # 51 of 124
    assert round(per_cent(chart, band["x"] + band["width"]), 1) == 71.0  # 88 of 124
    limits = [round(per_cent(chart, line[end]), 1) for line in shapes(chart, "limit") for end in ("x1", "x2")]
    assert limits == [41.1, 34.0, 71.0, 78.0]
    assert [round(per_cent(chart, dot["cx"]), 1) for dot in shapes(chart, "dot")] == [58.6, 78.6]
    assert "outer bounds 41–71 per cent" in texts(chart)
    assert ", outer bounds 41–71 per cent, their interval 34–78, target 30 per cent. “Very satisfied” or" in chart.alt
    assert [mark.row.statistic for mark in chart.marks] == ["share", "bound_low", "bound_high", "share"]


def test_thin_lines_are_told_of_only_where_they_are_drawn():
    some = [row for row in bounds_rows() if row.indicator == "job_or_education"]
    some[2] = replace(some[2], conf_high=None)
    chart = drawn(some, language="da", kind="bounds", indicators=["job_or_education"])
    assert shapes(chart, "limit") == []
    assert ", yderpunkter 41–71 pct., mål 30 pct." in chart.alt
    whole = drawn(bounds_rows(), language="da", kind="bounds", indicators=["job_or_education"])
    assert ", yderpunkter 41–71 pct., deres interval 34–78, mål 30 pct." in whole.alt


def test_band_is_not_told_of_where_no_indicator_has_bounds():
    assert "Band" not in drawn(bounds_rows(), kind="bounds", indicators=["satisfied_match"]).alt


# Flow


def test_flow_tells_what_became_of_those_who_came_no_further():
    some = flow_rows(eligible=124, invited=118, opened=101, begun=101, answered=87)
    chart = drawn(some, kind="flow", indicators=["flow"])
    names = ["Completed courses", "Invited", "Opened the survey", "Began to answer", "Gave an interview"]
    assert labels(chart) == names
    ends = [round(per_cent(chart, bar["x"] + bar["width"])) for bar in shapes(chart, "bar")]
    assert ends == [100, 95, 81, 81, 70]
    said = ["6 were not invited", "17 did not open it", "14 began and did not come far enough"]
    assert [text for text in texts(chart) if " did " in text or " were " in text] == said
    assert "87 (70 per cent)" in texts(chart)
    assert "Opened the survey: 101 (81 per cent), 17 did not open it. Began to answer" in chart.alt


def test_flow_without_courses_and_step_that_nobody_knows():
    chart = drawn(flow_rows(eligible=0, answered=0), kind="flow", indicators=["flow"])
    assert labels(chart) == ["Completed courses", "Gave an interview"]
    assert [bar["width"] for bar in shapes(chart, "bar")] == [0, 0]


def test_label_that_no_font_can_draw_leaves_the_chart_whole():
    label = "East\x0bside \u12a2"  # a sheet's line break, and an Ethiopic syllable
    place = Breakdown(label={"en": "Site"}, levels={"east": {"en": label}})
    about = context("en", breakdowns={"site": place})
    prose = Prose(Rows([share("job", 11, 30, by="site", level="east"), share("job", 29, 85)]), about)
    spec = ChartSpec(kind="bars", indicators=("job",), by="site", title={"en": "The sites"})
    drawn = draw(prose, spec)
    etree.fromstring(drawn.svg.encode())
    assert [mark.label for mark in drawn.marks] == [label, "All"]
    assert outline("regular", "\u12a2") == outline("regular", "\ufffd")
