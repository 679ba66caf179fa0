"""Why two versions cannot be compared, told in the reader's language from file to figure."""

from pathlib import Path

import pytest
from standing import share, stand

from evaltool.project import Project
from evaltool.survey.compare import compare
from evaltool.survey.verdicts import verdicts_path
from evaltool.workflows.asking import About, ask
from evaltool.workflows.comparing import Shown, diff
from evaltool.workflows.definitions import definition_path, load_definition, release
from evaltool.workflows.planned import read_plan

NAME = "participant-end"
ENGLISH, DANISH = "Work was a job; then any work.", "Arbejde var et job; så alt arbejde."
VERDICT = """\
format: 1
survey: participant-end
version: 2
against: 1
items:
  work:
    verdict: not_comparable
    by: Ann
    on: 2026-01-02
    of: {of}
    reason: {reason}
"""


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _decided(project: Project, reason: str) -> None:
    """Two released versions whose headline is worded otherwise, and estimates of a year each."""
    first, second = (definition_path(project.surveys, NAME, version) for version in (1, 2))
    second.write_bytes(first.read_bytes())
    _replace(second, "version: 1", "version: 2")
    _replace(second, "Do you have a job now?", "Do you work now?")
    before, now = (load_definition(project.surveys, NAME, version) for version in (1, 2))
    (of,) = (item.of for item in compare(before, now) if item.changes)
    path = verdicts_path(project.surveys, NAME, 2)
    path.write_text(VERDICT.format(of=of, reason=reason), encoding="utf-8")
    for version in (1, 2):
        release(project, NAME, version)
    _replace(project.plan, "label: In work", "label: {en: In work, da: I arbejde}")
    _replace(project.plan, "label: “Very", "label: {da: Tilfreds, en: “Very")
    _replace(project.plan, "with the programme", "with the programme}")
    apart = read_plan(project).footing("in_work").why_apart([1, 2])
    later = {"population": "2022", "statistic": "trend", "verdict": "not_comparable", "warning": apart}
    years = [share("in_work", 51, 87), share("in_work", 10, 40, population="2022")]
    stand(project, [*years, share("in_work", 51, 87, statistic="trend"), share("in_work", 10, 40, **later)])


@pytest.mark.parametrize(
    ("reason", "english", "danish"),
    [
        (f"{{en: {ENGLISH}, da: {DANISH}}}", ENGLISH, DANISH),
        (f"{{da: {DANISH}, en: {ENGLISH}}}", ENGLISH, DANISH),
        (ENGLISH, ENGLISH, ENGLISH),
        (f"{{en: {ENGLISH}}}", ENGLISH, ENGLISH),
        (f"{{da: {DANISH}}}", DANISH, DANISH),
    ],
)
def test_a_reason_is_told_in_the_readers_language_or_as_it_is(
    project: Project, reason: str, english: str, danish: str
) -> None:
    _decided(project, reason)
    told = {language: ask(project, "in_work", About(language=language)) for language in ("en", "da")}
    assert f"2021 and 2022 cannot be compared: {english} [" in told["en"]
    assert f"2021 og 2022 kan ikke sammenlignes: {danish} [" in told["da"]
    assert f"\n  {english}\n" in diff(project, NAME, (1, 2), Shown(language="en"))
    assert f"\n  {danish}\n" in diff(project, NAME, (1, 2), Shown(language="da"))
