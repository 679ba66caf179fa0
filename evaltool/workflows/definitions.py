"""Check and release definitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from evaltool.errors import DefinitionError, EvaltoolError, Fault, ReleaseError
from evaltool.project import Project
from evaltool.survey.compare import compare
from evaltool.survey.harmony import Harmonised, Step, harmonise
from evaltool.survey.load import definition_path, find_definitions, load_definition, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.survey.release import (
    Release,
    changes_since,
    make_release,
    read_release,
    refuse_changed,
    release_path,
    released_versions,
    revise,
    write_release,
)
from evaltool.survey.translations import texts
from evaltool.survey.verdicts import ItemVerdict, VerdictsFile, read_verdicts, verdict_faults, verdicts_path
from evaltool.text import interface_languages
from evaltool.workflows.working import now, working
from evaltool.yamlfile import YamlFile, faults_error, nearest, read_yaml


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
    faults = [fault for item in surveys for fault in _follow_faults(item, surveys, project.surveys)]
    if faults:
        raise faults_error("the project has faults", faults)
    compared = all_or_faults([lambda item=item: _verdict_notes(project, item, surveys) for item in surveys])
    return [
        Checked(item, (*draft_notes(item), *_release_notes(project, item), *notes))
        for item, notes in zip(surveys, compared, strict=True)
    ]


_WAITING = {"missing-verdict": "no verdict", "undecided": "no decision"}


def _verdict_notes(project: Project, survey: Survey, surveys: Sequence[Survey]) -> list[str]:
    """Items that await a verdict against the version before, or against the one that the file of verdicts names.

    Raises:
        DefinitionError: with the faults of the file.
    """
    earlier = {item.version: item for item in surveys if item.survey == survey.survey and item.version < survey.version}
    path = verdicts_path(project.surveys, survey.survey, survey.version)
    against = read_verdicts(path)[0].against if path.is_file() else None
    former = earlier.get(against or 0) or earlier.get(max(earlier, default=0))
    if former is None:
        return []
    found = comparison_faults(project, former, survey)
    faults = [fault for fault in found if fault.code not in _WAITING]
    if faults:
        raise faults_error("the verdicts have faults", faults)
    command = f"evaltool diff {survey.survey} {former.version} {survey.version} --propose"
    counts = {words: sum(fault.code == code for fault in found) for code, words in _WAITING.items()}
    return [
        f"{survey.key}: {'1 item has' if count == 1 else f'{count} items have'} {words} "
        f"against version {former.version} ({command})"
        for words, count in counts.items()
        if count
    ]


def _follow_faults(survey: Survey, surveys: Sequence[Survey], folder: Path) -> list[Fault]:
    """`follows` must name a question that asks for leave to ask again, and the answer that gives it."""
    follows = survey.follows
    if not follows:
        return []
    versions = [item for item in surveys if item.survey == follows.survey]
    asked = [item.by_name[follows.agreed] for item in versions if follows.agreed in item.by_name]
    if not versions:
        key, message = "survey", f"there is no survey «{follows.survey}» to follow"
        mend = nearest(follows.survey, {item.survey for item in surveys})
    elif not asked:
        key, message = "agreed", f"«{follows.agreed}» is not asked in {follows.survey}"
        mend = nearest(follows.agreed, {item.name for version in versions for item in version.questions})
    elif any(question.role != "recontact" for question in asked):
        key, message = "agreed", f"«{follows.agreed}» does not ask for leave to ask again"
        mend = "Give it «role: recontact», or name the question that has it."
    elif any(follows.code not in question.substantive for question in asked):
        key, message = "code", f"«{follows.code}» is not an answer to «{follows.agreed}»"
        mend = nearest(follows.code, asked[-1].substantive)
    elif any(item.respondent != survey.respondent for item in versions):
        key, message = "survey", f"{follows.survey} is answered by somebody else than {survey.survey}"
        mend = "Give both the same «respondent»: nobody can agree for another person."
    else:
        return []
    file = read_yaml(definition_path(folder, survey.survey, survey.version))
    return [Fault("bad-follows", message, file.where(("follows", key)), mend)]


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
    states = {
        f"texts without a translation, shown in «{survey.language}», of {total}": survey.untranslated,
        f"texts that no person has reviewed, of {total}": survey.drafts,
    }
    notes = [
        f"{survey.key}: {words}: {', '.join(f'{code} {len(keys)}' for code, keys in found.items())}"
        for words, found in states.items()
        if found
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


def release(project: Project, survey: str, version: int, *, revision: str = "") -> tuple[Release, bool]:
    """Release a version, or with a reason as `revision` its corrected texts or verdicts.

    The second value is False if the same release stood there already.

    Raises:
        ReleaseError: if an item that differs from the version before has no valid verdict, or the release stands
            there with another content, or a later version is released already.
    """
    with working(project):
        found = load_definition(project.surveys, survey, version)
        _refuse_after_later(project, found)
        if not revision:
            refuse_changed(project.surveys, found)
        former = _former(project, survey, version)
        verdicts = _verdicts(project, found, former.survey) if former else {}
        if revision:
            return revise(project.surveys, found, reason=revision, released_at=now(), verdicts=verdicts), True
        against = former.survey.version if former else None
        is_new = write_release(
            project.surveys, make_release(found, released_at=now(), against=against, verdicts=verdicts)
        )
        return read_release(project.surveys, survey, version), is_new


def _refuse_after_later(project: Project, survey: Survey) -> None:
    """A later version was compared with what was released before it, and that never changes."""
    known = [number for name, number in released_versions(project.surveys) if name == survey.survey]
    if survey.version not in known and survey.version < max(known, default=0):
        where = release_path(project.surveys, survey.survey, max(known)).as_posix()
        message = f"{survey.key} cannot be released after version {max(known)}, which was not compared with it"
        raise ReleaseError(message, where=where, mend=f"Make it version {max(known) + 1}.")


def _former(project: Project, survey: str, version: int) -> Release | None:
    """The release before this version."""
    known = [number for name, number in released_versions(project.surveys) if name == survey and number < version]
    return read_release(project.surveys, survey, max(known)) if known else None


def _verdicts(project: Project, survey: Survey, former: Survey) -> dict[str, ItemVerdict]:
    """The verdicts that stand beside the definition.

    Raises:
        ReleaseError: with all that is missing or wrong in them.
    """
    faults = comparison_faults(project, former, survey)
    if faults:
        message = f"{survey.key} cannot be released: its items are not all compared with {former.key}"
        raise ReleaseError(message, faults=faults)
    path = verdicts_path(project.surveys, survey.survey, survey.version)
    return read_verdicts(path)[0].items if path.is_file() else {}


def comparison_faults(project: Project, former: Survey, survey: Survey) -> list[Fault]:
    """What is missing or wrong in the verdicts of `survey` against `former`."""
    path = verdicts_path(project.surveys, survey.survey, survey.version)
    wanted = VerdictsFile(format=1, survey=survey.survey, version=survey.version, against=former.version)
    found, file = read_verdicts(path) if path.is_file() else (wanted, YamlFile(path, {}))
    if (found.survey, found.version, found.against) != (wanted.survey, wanted.version, wanted.against):
        message = f"the file is about {found.survey} {found.version} against {found.against}, not {former.version}"
        return [Fault("wrong-place", message, file.where(("against",)), "Compare with the version released before.")]
    roster = load_roster(project.surveys / "roster.yaml")
    return verdict_faults(found, compare(former, survey), file, roster=roster, languages=survey.languages)


def released(project: Project) -> list[Release]:
    """The latest revision of every release of the project, each checked against its hashes."""
    return [read_release(project.surveys, *key) for key in released_versions(project.surveys)]


def harmonies(project: Project) -> dict[str, dict[str, Harmonised]]:
    """By survey: each item in runs of released versions that can be put together."""
    return _harmonies([Step(item.survey, item.verdicts) for item in released(project)])


def planned_harmonies(project: Project, surveys: Sequence[Survey]) -> dict[str, dict[str, Harmonised]]:
    """As `harmonies`, of the definitions as they are now with the verdicts beside them."""
    paths = [(survey, verdicts_path(project.surveys, survey.survey, survey.version)) for survey in surveys]
    return _harmonies([Step(item, read_verdicts(path)[0].items if path.is_file() else {}) for item, path in paths])


def _harmonies(steps: Sequence[Step]) -> dict[str, dict[str, Harmonised]]:
    by_survey: dict[str, list[Step]] = {}
    for step in sorted(steps, key=lambda step: step.survey.version):
        by_survey.setdefault(step.survey.survey, []).append(step)
    return {survey: harmonise(found) for survey, found in by_survey.items()}
