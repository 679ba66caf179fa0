"""A page about one group: its figures, everybody's beside them, and words alone where the group is too small."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report_samples import SITES, context, rows, share
from table_reading import plain_text

from evaltool.errors import ReportError
from evaltool.report.context import Breakdown
from evaltool.report.definition import ReportDefinition, TableSpec, read_definition
from evaltool.report.file_names import file_name, told_apart
from evaltool.report.prose import Prose
from evaltool.report.rendering import render_report
from evaltool.report.rows import Rows
from evaltool.report.source import Template, fill
from evaltool.workflows import reporting

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / "reports" / "local" / "report.yaml"
YEARS = "2019–2021"


def some_rows() -> list[Any]:
    """The samples; in Tingbjerg 7 answered in the year and 15 in three years."""
    together = {"by": "site", "level": "tingbjerg", "population": YEARS, "comparison": "pooled"}
    kept = [row for row in rows() if row.comparison != "pooled"]
    return [
        *kept,
        share("met_twice_a_month", 3, 7, by="site", level="tingbjerg", warning="few answers"),
        share("job_or_education", 9, 15, conf_low=0.357, conf_high=0.802, **together),
        share("job_or_education", 111, 183, population=YEARS, comparison="pooled"),
    ]


def page(level: str, some: Any = None, language: str = "en", **changes: Any) -> str:
    definition = read_definition(LOCAL)
    about = context(language, group=("site", level), **changes)
    told = Prose(Rows(some_rows() if some is None else some), about, definition.parts, definition.phrases)
    template = Template.read(LOCAL.parent / definition.template[language])
    return plain_text(fill(template, definition, told).markdown)


def line(text: str, begin: str) -> str:
    return next(found for found in text.splitlines() if found.startswith(begin))


def test_the_words_of_the_page_mean_its_group_and_everybody_stands_beside() -> None:
    text = page("odense")
    assert "24 of 34 completed courses in Odense were answered (71 per cent)" in text
    assert "in the whole network 87 of 124 (70 per cent)" in text
    assert line(text, "| In a job or education |").count("15 of 24 (63 per cent") == 1  # 15/24 = 62.5
    assert "51 of 87 (59 per cent; 48–68)" in line(text, "| In a job or education |")


def test_too_few_answers_of_the_year_give_those_of_the_last_years_and_no_figure_of_the_year() -> None:
    text = page("tingbjerg")
    cell = line(text, "| In a job or education |").split("|")[2].strip()
    assert cell == f"too few answers; {YEARS}: 9 of 15 (60 per cent; 36–80)"
    assert "3 of 7" not in text
    assert line(text, "| Satisfied with the match |").split("|")[2].strip() == "too few answers"


def test_of_a_group_with_two_courses_the_page_tells_words_alone() -> None:
    where = {"by": "site", "level": "tingbjerg"}
    small = [row for row in some_rows() if (row.by, row.level) != ("site", "tingbjerg")]
    small += [
        share("response", 2, 2, statistic="rr2", **where),
        share("job_or_education", 1, 2, warning="few answers", **where),
    ]
    text = page("tingbjerg", small)
    assert "there were fewer than 10 completed courses in 2021" in text
    own = [row.split("|")[2].strip() for row in text.splitlines() if row.startswith(("| In a", "| Sat", "| Met"))]
    assert own == ["too few answers", "no answers", "no answers", "no answers"]
    assert not any(figure in text for figure in ("2 of 2", "1 of 2", "100 per cent"))


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_group_that_nobody_is_in_has_a_page_that_says_so(language: str) -> None:
    sites = Breakdown(label={"en": "Site"}, levels={"moon": {"en": "The Moon", "da": "Månen"}})
    text = page("moon", language=language, breakdowns={"site": sites})
    assert {"en": "There are no answers for 2021.", "da": "Der er ingen svar for 2021."}[language] in text
    assert "chart" not in text


def test_the_page_is_marked_named_after_its_group_and_in_the_workbook_too(tmp_path: Path) -> None:
    made = render_report(LOCAL, some_rows(), context("da", group=("site", "tingbjerg")), tmp_path)
    assert [path.name for path in made] == [
        f"lokalside-København-Tingbjerg-2021-OPDIGTEDE-DATA.{kind}" for kind in ("docx", "html", "pdf", "xlsx")
    ]
    sheet = openpyxl.load_workbook(made[-1]).worksheets[1]
    assert sheet["A1"].value.startswith("København-Tingbjerg: ")
    assert sheet["B2"].value == "2021 · Sted: København-Tingbjerg"


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("Nørrebro", "Nørrebro"),
        ("Vest: A/B?", "Vest-A-B"),
        ("«Byen» \\ havnen", "Byen-havnen"),
        ("St. Jørgens ", "St. Jørgens"),
        ("con", "con-"),
        ("lpt1.x", "lpt1.x-"),
        ("???", "-"),
    ],
)
def test_names_of_groups_become_names_of_files_on_every_system(words: str, safe: str) -> None:
    assert file_name(words) == safe


def test_groups_that_a_file_system_takes_for_one_are_told_apart() -> None:
    levels = {"a": {"en": "A/B"}, "b": {"en": "a:b"}, "c": {"en": "A-B-2"}, "d": {"en": "C"}}
    about = [
        context("en", breakdowns={"site": Breakdown(label={"en": "Site"}, levels=levels)}, group=("site", level))
        for level in levels
    ]
    assert [each.group_in_file for each in about] == ["A-B", "a-b-2", "A-B-2-2", "C"]
    assert list(told_apart(["x", "X", "x"])) == ["x", "X-2", "x-3"]
    long = "A place with a name that no one has ever written in full " * 5
    assert list(told_apart([long, long + "!"])) == [long[:60], long[:60] + "-2"]


def test_each_group_has_a_page_or_the_one_that_is_named() -> None:
    every = [page.group for page in reporting._pages(context("en"), "site", some_rows())]
    assert every == [("site", name) for name in (*SITES, "amager")]
    assert [page.group for page in reporting._pages(context("en"), "site=odense", some_rows())] == [("site", "odense")]
    with pytest.raises(ReportError, match="«site» has no level «oslo»") as caught:
        reporting._pages(context("en"), "site=oslo", some_rows())
    assert "odense" in caught.value.mend


def test_everybody_has_no_group() -> None:
    about = context("en")
    assert (about.group_name, about.group_in_file) == ("", "")


def test_a_report_names_its_group_in_every_language_or_in_none(tmp_path: Path) -> None:
    text = LOCAL.read_text(encoding="utf-8").replace('da: "lokalside-{group}-', 'da: "lokalside-')
    (tmp_path / "report.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match="in one language only"):
        read_definition(tmp_path / "report.yaml")
    definition: ReportDefinition = read_definition(LOCAL)
    assert definition.for_groups
    assert not read_definition(ROOT / "reports" / "status" / "report.yaml").for_groups


def test_the_table_stands_in_a_report_on_everybody_too() -> None:
    told = Prose(Rows(some_rows()), context("en"))
    made = fill(
        Template(Path("r.md"), '{{ table("t") }}'),
        read_definition(LOCAL).model_copy(
            update={"charts": {}, "tables": {"t": TableSpec(kind="beside", indicators=("job",))}}
        ),
        told,
    ).markdown
    assert plain_text(made).count("38 of 87 (44 per cent; 34–54)") == 2
