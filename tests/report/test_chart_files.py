"""Charts as files: the same bytes each time, pictures of the right size, and figures that a program can read."""

import csv
import struct

from report_samples import context, rows

from evaltool.report.chart_files import write_figures, write_pictures
from evaltool.report.charts import draw
from evaltool.report.definition import ChartSpec
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows

TITLE = {"en": "A title"}


def by_site(kind):
    spec = ChartSpec(kind=kind, indicators=("job_or_education",), by="site", title=TITLE)
    return draw(Prose(Rows(rows()), context("en")), spec)


def figures(chart, path, data=""):
    write_figures(chart.marks, path, data)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_pictures_are_the_same_bytes_each_time_and_as_wide_as_the_text_of_a_page(tmp_path):
    charts = {"one": by_site("bars"), "two": by_site("dots")}
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        write_pictures(charts, tmp_path / folder)
    made = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert made == ["one.png", "one.svg", "two.png", "two.svg"]
    assert all((tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes() for name in made)
    picture = (tmp_path / "first" / "one.png").read_bytes()
    assert struct.unpack(">I", picture[16:20]) == (1920,)  # 6.4 inches of 300 dots
    at = picture.index(b"pHYs") + 4
    assert struct.unpack(">IIB", picture[at : at + 9]) == (11811, 11811, 1)  # dots a metre


def test_one_picture_and_none_can_be_written(tmp_path):
    write_pictures({}, tmp_path)
    assert list(tmp_path.iterdir()) == []
    write_pictures({"one": by_site("bars")}, tmp_path)
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_svg_carries_its_letters_as_outlines():
    assert "<text" not in by_site("bars").svg


def test_figures_stand_unrounded_under_the_labels_as_drawn(tmp_path):
    found = figures(by_site("bars"), tmp_path / "one.csv", "MADE-UP DATA")
    odense = next(row for row in found if row["label"] == "Odense")
    assert odense["estimate"] == repr(15 / 24)
    assert (odense["count"], odense["n"], odense["shown"]) == ("15", "24", "63 per cent (15 of 24)")
    assert (odense["indicator"], odense["by"], odense["level"]) == ("job_or_education", "site", "odense")
    assert {row["data"] for row in found} == {"MADE-UP DATA"}
    assert [row["label"] for row in found][-1] == "All"


def test_group_with_few_answers_has_no_figure_in_the_file_either(tmp_path):
    for kind in ("bars", "dots"):
        found = figures(by_site(kind), tmp_path / f"{kind}.csv")
        small = [row for row in found if row["level"] == "tingbjerg"]
        assert [small[0][name] for name in ("estimate", "conf_low", "conf_high", "count", "n")] == [""] * 5
        assert small[0]["shown"] == "too few answers"
    assert [(row["population"], row["count"], row["n"]) for row in small[1:]] == [("2020–2021", "9", "15")]
