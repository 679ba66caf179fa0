"""Checking a whole project: its rules for wording, held against surveys, plan and report together."""

from pathlib import Path

import pytest

from evaltool.errors import DefinitionError
from evaltool.project import Project
from evaltool.workflows.checking import check_project
from evaltool.workflows.definitions import release


def faults(project: Project) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        check_project(project)
    return [(fault.code, fault.where.removeprefix(f"{project.root.as_posix()}/")) for fault in caught.value.faults]


def line(path: Path, part: str) -> int:
    text = path.read_text(encoding="utf-8")
    return text[: text.index(part)].count("\n") + 1


def test_a_project_without_rules_has_no_line_for_them(project: Project) -> None:
    _, lines = check_project(project)
    kinds = [text.partition(":")[0].partition(" ")[0] for text in lines]
    assert list(dict.fromkeys(kinds)) == ["plan", "report", "demo"]


def test_rules_are_counted_by_kind(project: Project) -> None:
    (project.surveys / "rules.yaml").write_text("format: 1\noffer_refused: true\nsame: []\n", encoding="utf-8")
    _, lines = check_project(project)
    assert lines[0] == "rules: 2 kinds, no faults"


def test_wording_and_report_are_told_at_once(project: Project) -> None:
    survey = project.surveys / "participant-end" / "v1.yaml"
    report = project.reports / "status" / "report.yaml"
    rules = "format: 1\nbanned: {en: [Programme]}\napart: [{one: [work], other: [satisfied]}]\n"
    (project.surveys / "rules.yaml").write_text(rules, encoding="utf-8")
    found = faults(project)
    assert ("banned-word", f"surveys/participant-end/v1.yaml:{line(survey, 'with the programme')}") in found
    shown = [where for code, where in found if code == "not-apart"]
    assert f"reports/status/report.yaml:{line(report, '  targets:')}" in shown


def test_a_released_version_that_was_replaced_is_left_alone(project: Project) -> None:
    survey = project.surveys / "participant-end" / "v1.yaml"
    text = survey.read_text(encoding="utf-8")
    release(project, "participant-end", 1)
    survey.with_name("v2.yaml").write_text(
        text.replace("version: 1", "version: 2").replace("rogramme", "roject"), encoding="utf-8"
    )
    (project.surveys / "rules.yaml").write_text("format: 1\nbanned: {en: [programme]}\n", encoding="utf-8")
    check_project(project)
    (project.surveys / "releases" / "participant-end@1.json").unlink()
    assert {where.rpartition(":")[0] for _, where in faults(project)} == {"surveys/participant-end/v1.yaml"}


def test_a_comparison_of_two_questions_that_must_stand_apart_is_a_fault(project: Project) -> None:
    with project.plan.open("a", encoding="utf-8") as file:
        file.write("\ncomparisons: {sites: {by: site, indicators: [in_work, satisfied]}}\n")
    report = project.reports / "status" / "report.yaml"
    with report.open("a", encoding="utf-8") as file:
        file.write("  between_sites:\n    kind: comparison\n    comparison: sites\n")
    rules = "format: 1\napart: [{one: [work], other: [satisfied]}]\n"
    (project.surveys / "rules.yaml").write_text(rules, encoding="utf-8")
    assert ("not-apart", f"reports/status/report.yaml:{line(report, '  between_sites:')}") in faults(project)


def test_figure_typed_by_hand_is_a_warning_with_its_line(project: Project) -> None:
    text = project.reports / "status" / "status.en.md"
    with text.open("a", encoding="utf-8") as file:
        file.write("\nSome 59 per cent were glad.\n")
    _, lines = check_project(project)
    (warning,) = [each for each in lines if each.startswith("Warning")]
    assert f"status.en.md:{line(text, 'Some 59')}: «59 per cent» is typed by hand" in warning
