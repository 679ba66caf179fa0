"""Charts: what is drawn, read from the figure itself."""

from itertools import pairwise

import pytest
from matplotlib.colors import to_rgb
from report_samples import context, rows, share

from evaltool.report.charts import draw
from evaltool.report.context import IndicatorFacts
from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import write
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows

TITLE = {"en": "A title"}


def drawn(some=None, **spec):
    told = Prose(Rows(rows() if some is None else some), context("en"))
    return draw(told, ChartSpec(title=TITLE, **spec))


def texts(chart):
    axes = chart.figure.axes[0]
    return [text.get_text() for text in [*chart.figure.texts, *axes.texts]]


def labels(chart):
    return [label.get_text().replace("\n", " ") for label in chart.figure.axes[0].get_yticklabels()]


def test_bars_stand_in_the_rosters_order_with_everybody_last():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    assert labels(chart) == ["Aarhus", "Odense", "Svendborg", "Slagelse", "København-Tingbjerg", "All"]


def test_bar_is_as_long_as_the_share_and_group_with_few_answers_has_none():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    widths = [round(bar.get_width(), 1) for bar in chart.figure.axes[0].patches]
    # 18/30, 15/24, 7/12, 8/14, 51/87; Tingbjerg's 3 of 7 is not drawn.
    assert widths == [60.0, 62.5, 58.3, 57.1, 58.6]
    assert "too few answers" in texts(chart)
    assert "43" not in chart.alt


def test_target_is_drawn_where_there_is_one_and_named_once():
    chart = drawn(kind="bars", indicators=["job_or_education", "satisfied_match"])
    assert texts(chart).count("target 30 per cent") == 1
    at_target = [line for line in chart.figure.axes[0].lines if list(line.get_xdata()) == [30.0, 30.0]]
    assert {line.get_color() for line in at_target} == {"white", "#a04000"}


def test_interval_ends_where_the_row_says():
    chart = drawn(kind="bars", indicators=["job_or_education"])
    ends = [list(line.get_xdata()) for line in chart.figure.axes[0].lines]
    assert [pytest.approx(48.12), pytest.approx(68.38)] in ends


def test_chart_bears_the_watermark_title_and_base():
    shown = texts(drawn(kind="bars", indicators=["job_or_education"], by="site"))
    assert "MADE-UP DATA" in shown
    assert "A title" in shown
    assert any("Mentees who answered (n = 87)" in text for text in shown)


def test_stacked_scale_fills_the_row_and_labels_add_up():
    chart = drawn(kind="stacked", indicators=["satisfied_match"])
    axes = chart.figure.axes[0]
    bars = [patch for patch in axes.patches if patch.get_height() > 0.2]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(100)
    numbers = [int(text) for text in texts(chart) if text.isdigit()]
    assert len(numbers) == 5
    assert sum(numbers) == 100


def test_items_with_other_scales_have_legends_of_their_own():
    chart = drawn(kind="stacked", indicators=["satisfied_introduction", "satisfied_match"])
    assert {"To a very high degree", "Very satisfied"} <= set(texts(chart))
    same = drawn(kind="stacked", indicators=["satisfied_introduction", "danish_developed"])
    assert texts(same).count("To a very high degree") == 1


def test_shades_differ_in_lightness_so_that_print_in_grey_can_be_read():
    chart = drawn(kind="stacked", indicators=["satisfied_match"])
    bars = [patch for patch in chart.figure.axes[0].patches if patch.get_height() > 0.2]
    grey = [sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), to_rgb(b.get_facecolor()), strict=True)) for b in bars]
    steps = [after - before for before, after in pairwise(grey)]
    assert min(steps) > 0.04


def test_question_without_answers_is_told_in_words():
    empty = [share("satisfied_match", 0, 0, statistic="share[satisfied]")]
    chart = drawn(empty, kind="stacked", indicators=["satisfied_match"])
    assert "no answers" in texts(chart)
    assert chart.rows == []
    bars = drawn([share("job", 0, 0)], kind="bars", indicators=["job"])
    assert "no answers" in texts(bars)


def test_nothing_is_drawn_outside_the_picture():
    chart = drawn(kind="stacked", indicators=["satisfied_introduction", "satisfied_match"])
    canvas = chart.figure.bbox
    for text in [*chart.figure.texts, *chart.figure.axes[0].texts, *chart.figure.axes[0].get_yticklabels()]:
        box = text.get_window_extent()
        assert box.x0 >= -1, text.get_text()
        assert box.x1 <= canvas.width + 1, text.get_text()


def test_svg_has_letters_as_paths_and_the_same_bytes_each_time(tmp_path):
    for name in ("one", "two"):
        write(drawn(kind="bars", indicators=["job_or_education"]).figure, tmp_path / name)
    svg = (tmp_path / "one.svg").read_bytes()
    assert b"<text" not in svg
    assert svg == (tmp_path / "two.svg").read_bytes()
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_letters_are_at_least_eight_points_as_printed():
    for spec in ({"kind": "stacked", "indicators": ["satisfied_introduction", "satisfied_match"]},
                 {"kind": "bars", "indicators": ["job_or_education"], "by": "site"}):  # fmt: skip
        chart = drawn(**spec)
        axes = chart.figure.axes[0]
        every = [*chart.figure.texts, *axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels()]
        assert min(text.get_fontsize() for text in every) >= 8
        assert chart.figure.get_figwidth() <= 6.42  # inches of text on the page, in Word and in the PDF


def test_long_legend_takes_more_lines_within_the_picture():
    long = {code: {"en": f"{code} and what else there is to say of this"} for code in ("one", "two", "three", "four")}
    some = [share("wordy", 5, 20, statistic=f"share[{code}]") for code in long]
    told = Prose(Rows(some), context("en", indicators={"wordy": IndicatorFacts(label={"en": "Wordy"}, options=long)}))
    chart = draw(told, ChartSpec(kind="stacked", indicators=("wordy",), title=TITLE))
    legend = [text for text in chart.figure.axes[0].texts if "what else" in text.get_text()]
    assert len({round(text.get_position()[1], 3) for text in legend}) == 2
    boxes = [text.get_window_extent() for text in legend]
    assert all(box.x0 >= -1 and box.x1 <= chart.figure.bbox.width + 1 for box in boxes)


def test_figures_of_narrow_answers_stand_apart():
    counts = dict(zip(("very_satisfied", "satisfied", "neither", "dissatisfied", "very_dissatisfied"),
                      (40, 54, 2, 2, 2), strict=True))  # fmt: skip
    some = [share("satisfied_match", count, 100, statistic=f"share[{code}]") for code, count in counts.items()]
    chart = drawn(some, kind="stacked", indicators=["satisfied_match"])
    places = [text.get_window_extent() for text in chart.figure.axes[0].texts if text.get_text() == "2"]
    assert len(places) == 3
    assert all(after.x0 - before.x1 > 3 for before, after in pairwise(places))
    assert places[-1].x1 <= chart.figure.bbox.width


def test_target_is_not_drawn_through_the_words_of_a_group_with_few_answers():
    chart = drawn(kind="bars", indicators=["job_or_education"], by="site")
    lines = [line for line in chart.figure.axes[0].lines if line.get_color() == "#a04000"]
    assert len(lines) == 5  # four sites and all; not Tingbjerg
