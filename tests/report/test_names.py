"""Misspelt names in a report's texts and in report.yaml, told before there are data: with line and nearest name."""

from pathlib import Path

import pytest
from report_samples import context, rows, share

from evaltool.errors import ReportError
from evaltool.report.context import Breakdown, IndicatorFacts
from evaltool.report.names import Names
from evaltool.report.prose import Prose
from evaltool.report.rendering import check_report, fill_report, report_warnings
from evaltool.report.rows import Rows

DEFINITION = """\
format: 1
title: {en: Report}
subtitle: {en: Made up}
file: {en: report}
template: {en: report.md}
parts:
  job_or_education: [job, education]
phrases:
  job: {en: "{count} in a job"}
charts:
  goals: {kind: bars, indicators: [job], title: {en: Goals}}
  sites:
    kind: bars
    indicators: [job]
    by: site
    title: {en: Sites}
tables:
  years:
    kind: comparison
    comparison: years
    names:
      job: {en: A job}
  stops: {kind: gaps, by: course-end}
"""
NAMES = Names(
    indicators=["job_or_education", "job", "education", "trust", "best", "response"],
    comparisons=["years", "kinds_of_match"],
    groups={"site": ["aarhus", "odense"], "mentor": []},
    themes={"best": ["work", "danish"]},
    surveys=["course-end@1", "course-end@2"],
)


def written(folder: Path, text: str, definition: str = DEFINITION) -> Path:
    (folder / "report.yaml").write_text(definition, encoding="utf-8")
    (folder / "report.md").write_text(text, encoding="utf-8")
    return folder / "report.yaml"


def told(path: Path, names: Names | None = NAMES) -> list[tuple[str, str, str]]:
    """File and line, message and mend of each fault."""
    with pytest.raises(ReportError) as caught:
        check_report(path, names)
    return [(fault.where.rpartition("/")[2], fault.message, fault.mend) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("word", "message", "near"),
    [
        ('share("job_or_educatoin")', "unknown indicator «job_or_educatoin»", "job_or_education"),
        ('share(indicator="trsut")', "unknown indicator «trsut»", "trust"),
        ('result("trsut") if few else ""', "unknown indicator «trsut»", "trust"),
        ('few_levels("trust", "siet")', "unknown breakdown «siet»", "site"),
        ('response(by="siet", level="aarhus")', "unknown breakdown «siet»", "site"),
        ('share("job", by="site", level="odnese")', "unknown level of site «odnese»", "odense"),
        ('value("response", "rr2", by="survey", level="course-edn@2")', "unknown level of survey «course-edn@2»", ""),
        ('compared("job", "kind_of_match")', "unknown comparison «kind_of_match»", "kinds_of_match"),
        ('share("job", comparison="yaers: 2021")', "unknown comparison «yaers»", "years"),
        ('quotes("best", "dansih")', "unknown theme of best «dansih»", "danish"),
        ('quotes("bset")', "unknown indicator «bset»", "best"),
        ('quotes("trust", "danish")', "unknown open question «trust»", ""),
        ('chart("gaols")', "unknown chart «gaols»", "goals"),
        ('chart(name="gaols")', "unknown chart «gaols»", "goals"),
        ('table("yaers")', "unknown table «yaers»", "years"),
        ('ref("sitse")', "unknown table or chart «sitse»", "sites"),
        ('parts("job_or_educatoin")', "unknown whole «job_or_educatoin»", "job_or_education"),
        ('shrae("job")', "unknown name «shrae»", "share"),
    ],
)
def test_a_misspelt_name_is_told_also_in_a_branch(tmp_path: Path, word: str, message: str, near: str) -> None:
    text = f"# Title\n\n{{% if false %}}\n{{{{ {word} }}}}\n{{% endif %}}\n"
    ((where, said, mend),) = told(written(tmp_path, text))
    assert (where, said) == ("report.md:4", message)
    assert f"Did you mean «{near}»" in mend if near else mend


@pytest.mark.parametrize(
    "word",
    [
        '{% set x = "anything" %}{{ share(x) }}',
        '{{ share("jo" ~ "b") }}',
        '{% for year in populations %}{{ share("job", population=year, by=year, level=year) }}{% endfor %}',
        '{{ share("job", by="everybody") }}{{ share("job", by="mentor", level="any") }}',
        '{{ share("job", by="site", level="") }}{{ share("job", comparison="years: 2021") }}',
        '{{ value("response", "minutes", by="survey", level="course-end@2") }}',
        '{{ quotes("best", at_most=3) }}{{ chart("goals") }}{{ ref("years") }}{{ parts("job_or_education") }}',
        '{% set more = {"by": "site"} %}{{ share("job", **more) }}{{ share(*["job"]) }}',
    ],
)
def test_what_is_right_or_known_only_with_data_is_no_fault(tmp_path: Path, word: str) -> None:
    assert "no faults" in check_report(written(tmp_path, word), NAMES)


def test_what_is_asked_for_first_may_be_absent_but_is_warned_of(tmp_path: Path) -> None:
    text = 'One\n{% if has("trsut", by="siet") %}{{ share("trsut", by="siet") }}{{ quotes("trsut") }}{% endif %}'
    path = written(tmp_path, text)
    check_report(path, NAMES)
    found = [(fault.where.rpartition("/")[2], fault.message, fault.mend) for fault in report_warnings(path, NAMES)]
    assert found == [
        ("report.md:2", "has(…) is always false: unknown indicator «trsut»", "Did you mean «trust»?"),
        ("report.md:2", "has(…) is always false: unknown breakdown «siet»", "Did you mean «site»?"),
    ]


def test_a_text_in_another_language_that_is_no_template_stops_no_warning(tmp_path: Path) -> None:
    """Its fault is told by the check, and by the report in that language."""
    definition = DEFINITION.replace("template: {en: report.md}", "template: {en: report.md, da: da.md}")
    definition = definition.replace("en:", "da: x, en:").replace("da: x, en: report.md, da", "en: report.md, da")
    (tmp_path / "da.md").write_text("{% if %}", encoding="utf-8")
    definition = definition.replace('{da: x, en: "{count}', '{da: "{count}", en: "{count}')
    (warning,) = report_warnings(written(tmp_path, '{% if has("jbo") %}{% endif %}', definition), NAMES)
    assert "«jbo»" in warning.message


def test_a_part_that_is_no_list_of_names_tells_its_own_fault_alone(tmp_path: Path) -> None:
    definition = DEFINITION[: DEFINITION.index("charts:")] + "charts: 5\n"
    assert [where for where, _, _ in told(written(tmp_path, '{{ chart("goals") }}', definition))] == ["report.yaml:10"]


def test_a_name_that_is_asked_for_elsewhere_is_still_the_nearest(tmp_path: Path) -> None:
    text = '{% if has("job_or_education") %}{{ share("job_or_educatoin") }}{% endif %}'
    assert told(written(tmp_path, text))[0][2] == "Did you mean «job_or_education»?"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("comparison: years", "comparison: yaers", 20, "unknown comparison «yaers»"),
        ("    comparison: years\n", "", 18, "unknown comparison «»"),
        ("indicators: [job], title", "indicators: [job, jbo], title", 11, "unknown indicator «jbo»"),
        ("by: site", "by: siet", 15, "unknown breakdown «siet»"),
        ("job: {en: A job}", "jbo: {en: A job}", 22, "unknown indicator «jbo»"),
        ("by: course-end", "by: course-edn", 23, "unknown survey «course-edn»"),
        ("[job, education]", "[job, educatoin]", 7, "unknown indicator «educatoin»"),
        ('job: {en: "{count}', 'jbo: {en: "{count}', 9, "unknown indicator «jbo»"),
    ],
)
def test_a_misspelt_name_in_the_definition_is_told_with_its_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    definition = DEFINITION.replace(right, wrong, 1)
    ((where, said, mend),) = told(written(tmp_path, "Text.", definition))
    assert (where, said) == (f"report.yaml:{line}", message)
    assert mend


def test_a_table_of_themes_is_about_an_open_question(tmp_path: Path) -> None:
    definition = (
        DEFINITION + "  best: {kind: themes, indicators: [best]}\n  trust: {kind: themes, indicators: [trust]}\n"
    )
    found = told(written(tmp_path, "Text.", definition))
    assert found == [("report.yaml:25", "unknown open question «trust»", "Known: best.")]


def test_without_a_plan_only_the_report_itself_is_checked(tmp_path: Path) -> None:
    definition = DEFINITION.replace("comparison: years", "comparison: yaers")
    path = written(tmp_path, '{{ share("jbo") }} {{ chart("gaols") }}', definition)
    assert [message for _, message, _ in told(path, None)] == ["unknown chart «gaols»"]


def test_faults_of_definition_and_texts_are_told_at_once(tmp_path: Path) -> None:
    definition = DEFINITION.replace("  job: {en:", "  job: {da:").replace("comparison: years", "comparison: yaers")
    assert [
        (where, message) for where, message, _ in told(written(tmp_path, 'One\n{{ share("jbo") }}', definition))
    ] == [
        ("report.md:2", "unknown indicator «jbo»"),
        ("report.yaml:9", "the phrase of «job» has no text in «en»"),
        ("report.yaml:20", "unknown comparison «yaers»"),
    ]


def test_a_definition_that_does_not_fit_its_form_hides_no_fault_of_the_text(tmp_path: Path) -> None:
    definition = DEFINITION.replace("kind: gaps", "kind: gasp")
    found = told(written(tmp_path, '{{ share("jbo") }}\n{{ table("stosp") }} {{ table("stops") }}', definition))
    assert [where for where, _, _ in found] == ["report.md:1", "report.md:2", "report.yaml:23"]
    assert found[1][1] == "unknown table «stosp»"


def test_what_a_misspelt_key_hides_is_not_told_as_unknown(tmp_path: Path) -> None:
    definition = DEFINITION.replace("charts:", "chart:")
    text = '{{ chart("goals") }} {{ ref("goals") }} {{ table("yaers") }}'
    assert [message for _, message, _ in told(written(tmp_path, text, definition))] == [
        "unknown table «yaers»",
        "unknown key «chart»",
    ]


def test_a_text_that_is_not_there_is_told_with_the_faults_of_the_definition(tmp_path: Path) -> None:
    path = written(tmp_path, "", DEFINITION.replace("title: {en: Report}", "titel: {en: Report}"))
    (tmp_path / "report.md").unlink()
    messages = {message for _, message, _ in told(path)}
    assert {"the template cannot be read", "unknown key «titel»", "the key «title» is missing"} <= messages


def test_the_report_itself_refuses_the_same_with_the_same_lines(tmp_path: Path) -> None:
    definition = DEFINITION.replace("comparison: years", "comparison: yaers").replace("  stops:", "  # stops:")
    text = 'One\n{{ share("job", by="site", level="odnese") }} {{ quotes("best", "hihg") }}\n'
    text += '{{ quotes("danish_developed") }}'
    best = IndicatorFacts(label={"en": "The best thing"}, themes={"high": {"en": "High spirits"}})
    told_of = context("en", indicators={**context("en").indicators, "best": best})
    with pytest.raises(ReportError) as caught:
        fill_report(written(tmp_path, text, definition), rows(), told_of)
    found = [(fault.where.rpartition("/")[2], fault.message) for fault in caught.value.faults]
    assert found == [
        ("report.md:2", "unknown level of site «odnese»"),
        ("report.md:2", "unknown theme of best «hihg»"),
        ("report.md:3", "unknown open question «danish_developed»"),
        ("report.yaml:20", "unknown comparison «yaers»"),
    ]


def test_levels_of_the_rows_count_beside_those_of_the_roster() -> None:
    """Somebody may be at a place that was taken off the list; a column without a list may hold any place."""
    label = {"en": "Place"}
    breakdowns = {
        "site": Breakdown(label=label, levels={"north": label}),
        "town": Breakdown(label=label, levels={}),
    }
    found = [share("job", 1, 2, by="site", level="moon"), share("job", 1, 2, by="town", level="moon")]
    names = Names.told(Prose(Rows(found), context("en", breakdowns=breakdowns)))
    assert set(names.groups["site"]) == {"north", "moon"}
    assert not names.groups["town"]
