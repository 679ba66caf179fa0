"""Checking a whole project: its rules for wording, held against surveys, plan and report together."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from cProfile import Profile
from pathlib import Path

import pytest

from evaltool.errors import DefinitionError
from evaltool.plan import load_plan
from evaltool.project import Project
from evaltool.report.names import Names
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.responses.coding_themes import load_themes
from evaltool.survey.load import load_survey
from evaltool.workflows.checking import check_project
from evaltool.workflows.definitions import release
from evaltool.workflows.planned import names_of, read_plan, read_themes, standing
from evaltool.workflows.report_facts import Facts


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


def test_names_that_the_plan_does_not_have_are_told_before_there_are_answers(project: Project) -> None:
    text, report = project.reports / "status" / "status.en.md", project.reports / "status" / "report.yaml"
    with text.open("a", encoding="utf-8") as file:
        file.write('\n{{ share("in_wrok") }}\n{{ share("in_work", by="site", level="noth") }}\n')
    with report.open("a", encoding="utf-8") as file:
        file.write("  between_sites:\n    kind: comparison\n    comparison: stes\n")
    assert faults(project) == [
        ("report", f"reports/status/report.yaml:{line(report, 'comparison: stes')}"),
        ("report", f"reports/status/status.en.md:{line(text, 'in_wrok')}"),
        ("report", f"reports/status/status.en.md:{line(text, 'in_wrok') + 1}"),
    ]


@pytest.mark.parametrize("faulty", ["plan.yaml", "themes.yaml"])
def test_faults_of_the_plan_and_the_themes_are_not_told_again_for_each_name(project: Project, faulty: str) -> None:
    (project.analysis / faulty).write_text("format: 2\n", encoding="utf-8")
    assert {where.partition(":")[0] for _, where in faults(project)} == {f"analysis/{faulty}"}


def test_what_is_asked_for_in_vain_is_a_warning(project: Project) -> None:
    text = project.reports / "status" / "status.en.md"
    with text.open("a", encoding="utf-8") as file:
        file.write('\n{% if has("in_wrok") %}\n{{ share("in_wrok") }}\n{% endif %}\n')
    _, lines = check_project(project)
    (warning,) = [each for each in lines if each.startswith("Warning")]
    told = f"status.en.md:{line(text, 'in_wrok')}: has(…) is always false: unknown indicator «in_wrok»"
    assert told in warning
    assert "Did you mean «in_work»?" in warning


def test_check_and_report_know_the_same_names(project: Project) -> None:
    """By the plan, and by what the report is told beside the rows; the rows bring what has no label."""
    with project.plan.open("a", encoding="utf-8") as file:
        file.write("\ncomparisons: {sites: {by: site, indicators: [in_work]}}\ndistributions: [work]\n")
    themes = "format: 1\nquestions: {better: {survey: participant-end, themes: {talk: {label: {en: Talk}}}}}\n"
    (project.analysis / "themes.yaml").write_text(themes, encoding="utf-8")
    plan = read_plan(project)
    planned = names_of(plan, read_themes(project, plan), standing(project))
    facts = Facts(project, {"plan": "", "synthetic": True, "altered": False}, ["2024"])
    told = Names.told(Prose(Rows([]), facts.context("2024", "en")))
    without_label = {"response", "disposition", "flow", "quality", "days_to_answer"}
    assert set(told.indicators) == {"in_work", "satisfied", "work", "courses", "better"}
    assert set(planned.indicators) == set(told.indicators) | without_label
    assert set(planned.comparisons) == set(told.comparisons) == {"sites"}
    assert _sets(planned.groups) == _sets(told.groups)
    assert _sets(planned.themes) == _sets(told.themes) == {"better": {"talk"}}
    assert set(planned.surveys) == set(told.surveys) == {"participant-end@1"}


def _sets(names: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    return {name: set(found) for name, found in names.items()}


def test_quotes_of_a_question_without_themes_are_told_at_once(project: Project) -> None:
    themes = "format: 1\nquestions: {better: {survey: participant-end, themes: {talk: {label: {en: Talk}}}}}\n"
    (project.analysis / "themes.yaml").write_text(themes, encoding="utf-8")
    text = project.reports / "status" / "status.en.md"
    with text.open("a", encoding="utf-8") as file:
        file.write('\n{{ quotes("better", "talk") }}\n{{ quotes("in_work", "tlk") }}\n{{ quotes("satisfied") }}\n')
    found = line(text, 'quotes("in_work"')
    assert faults(project) == [("report", f"reports/status/status.en.md:{found + more}") for more in (0, 1)]


@pytest.mark.parametrize("plan", ["", "format: 2\n"])
def test_each_file_of_a_project_is_loaded_once(project: Project, plan: str) -> None:
    """A plan with faults is not tried again, either."""
    survey = project.surveys / "participant-end" / "v1.yaml"
    survey.with_name("v2.yaml").write_text(
        survey.read_text(encoding="utf-8").replace("version: 1", "version: 2"), encoding="utf-8"
    )
    if plan:
        project.plan.write_text(plan, encoding="utf-8")
    profile = Profile()
    with profile, suppress(DefinitionError):
        check_project(project)
    calls = {entry.code: entry.callcount for entry in profile.getstats()}
    found = {load.__name__: calls.get(load.__code__, 0) for load in (load_survey, load_plan, load_themes)}
    assert found == {"load_survey": 2, "load_plan": 1, "load_themes": 0 if plan else 1}


def test_themes_and_plan_are_counted_in_a_line_each(project: Project) -> None:
    themes = "format: 1\nquestions: {better: {survey: participant-end, themes: {talk: {label: {en: Talk}}}}}\n"
    (project.analysis / "themes.yaml").write_text(themes, encoding="utf-8")
    _, lines = check_project(project)
    assert lines[:2] == ["plan: 2 indicators, no faults", "themes: 1 for 1 open questions, no faults"]
