"""Check and release definitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evaltool.errors import DefinitionError, EvaltoolError, Fault, ReleaseError
from evaltool.project import Project
from evaltool.survey.load import find_definitions, load_definition, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.survey.release import Release, changes_since, make_release, read_release, release_path, write_release
from evaltool.survey.translations import texts
from evaltool.text import interface_languages
from evaltool.workflows.working import now
from evaltool.yamlfile import faults_error


@dataclass(frozen=True)
class Checked:
    """A definition that was checked. `notes` are things to know that are no faults."""

    survey: Survey
    notes: tuple[str, ...]


def check(project: Project) -> list[Checked]:
    """Load every definition of the project.

    Raises:
        DefinitionError: with the faults of all files.
    """
    roster = load_roster(project.surveys / "roster.yaml")
    paths = find_definitions(project.surveys)
    if not paths:
        mend = "Write one as <survey>/v1.yaml, or make a project with an example: evaltool init DIR"
        raise DefinitionError("no definition", where=project.surveys.as_posix(), mend=mend)
    surveys = all_or_faults([lambda path=path: load_survey(path, roster) for path in paths])
    return [Checked(item, (*draft_notes(item), *_release_notes(project, item))) for item in surveys]


_Made = TypeVar("_Made")


def all_or_faults(steps: Sequence[Callable[[], _Made]]) -> list[_Made]:
    """What the steps make. Raises DefinitionError with the faults of all of them, told at once."""
    made: list[_Made] = []
    faults: list[Fault] = []
    for step in steps:
        try:
            made.append(step())
        except EvaltoolError as error:
            faults += error.faults or [Fault(error.code, error.message, error.where, error.mend)]
    if faults:
        raise faults_error("the project has faults", faults)
    return made


def draft_notes(survey: Survey) -> list[str]:
    """How many texts of each language are missing or not reviewed, and languages the interface does not speak."""
    total = len(texts(survey))
    notes = [
        f"{survey.key}: {len(keys)} of {total} texts have no «{language}», they are shown in «{survey.language}»"
        for language, keys in survey.untranslated.items()
    ]
    notes += [
        f"{survey.key}: {len(keys)} of {total} texts in «{language}» are unreviewed drafts"
        for language, keys in survey.drafts.items()
    ]
    unspoken = [language for language in survey.languages if language not in interface_languages()]
    return notes + [
        f"{survey.key}: buttons and messages have no «{language}», English is shown" for language in unspoken
    ]


def _release_notes(project: Project, survey: Survey) -> list[str]:
    if not release_path(project.surveys, survey.survey, survey.version).exists():
        return [f"{survey.key}: not released yet"]
    changed = changes_since(read_release(project.surveys, survey.survey, survey.version), survey)
    return [f"{survey.key}: changed since its release ({', '.join(changed)})"] if changed else []


def release(project: Project, survey: str, version: int) -> tuple[Release, bool]:
    """Release a version; the second value is False if the same release stood there already."""
    made = make_release(load_definition(project.surveys, survey, version), released_at=now())
    is_new = write_release(project.surveys, made)
    return read_release(project.surveys, survey, version), is_new


def released(project: Project) -> list[Release]:
    """All releases of the project, each checked against its hashes."""
    found: list[Release] = []
    for path in sorted((project.surveys / "releases").glob("*@*.json")):
        survey, _, version = path.stem.partition("@")
        if not version.isdecimal():
            raise ReleaseError("not a release's name", where=path.as_posix(), mend="Name it <survey>@<version>.json.")
        found.append(read_release(project.surveys, survey, int(version)))
    return sorted(found, key=lambda item: (item.survey.survey, item.survey.version))
