"""Who can be asked: who agreed to it in an earlier survey, and who answers for a course."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from evaltool.errors import CleaningError
from evaltool.project import Project
from evaltool.records import Course
from evaltool.responses.archive import Archive
from evaltool.responses.dataset import Dataset, read_dataset
from evaltool.survey.model import Follows, Roster, Survey
from evaltool.workflows.working import file_hash

_CLEAN = "Pull and clean first: evaltool pull, then evaltool clean."
_Agreement: TypeAlias = tuple[str, str]
"""A course and the person who answered for it, by pseudonym."""


def answering(course: Course, survey: Survey) -> str | None:
    """The pseudonym of the person who answers for the course."""
    return course.respondents.get(survey.respondent) if survey.respondent else course.person


def reachable(
    project: Project, survey: Survey, roster: Roster, courses: Sequence[Course]
) -> tuple[list[Course], list[str]]:
    """Those who agreed, where that is needed, and have somebody to answer; and what is to be told of the rest.

    Raises:
        CleaningError: if the survey follows another one that has no dataset yet, or one older than its answers.
    """
    kept, notes = list(courses), list[str]()
    if survey.follows:
        agreed = _agreed(project, survey.follows)
        kept = [course for course in kept if (course.unit, answering(course, survey)) in agreed]
        if without := len(courses) - len(kept):
            notes.append(f"{without} courses did not agree («{survey.follows.agreed}» of {survey.follows.survey})")
    answered = [course for course in kept if answering(course, survey)]
    if without := len(kept) - len(answered):
        notes.append(f"{without} courses have no «{roster.column('person', survey.respondent)}»")
    return answered, notes


def _agreed(project: Project, follows: Follows) -> set[_Agreement]:
    """Who agreed in the earlier survey, any version; where two versions were answered, the later one counts.

    It is a person's own word: who answers for the course now, but did not then, has not agreed.
    """
    given: dict[_Agreement, object] = {}
    for dataset in _datasets(project, follows.survey):
        if follows.agreed in dataset.frame:
            rows = dataset.frame[["unit", "person", follows.agreed, "missing"]].itertuples(index=False, name=None)
            # Who refused the later version has said no; who left the question out has not taken her answer back.
            given |= {(unit, who): code for unit, who, code, why in rows if isinstance(code, str) or why == "refused"}
    return {who for who, code in given.items() if code == follows.code}


def _datasets(project: Project, survey: str) -> Iterator[Dataset]:
    """All datasets of the survey, by version, each made of all that was pulled and corrected."""
    folders = [*project.archive.glob(f"{survey}@*"), *(project.data / "datasets").glob(f"{survey}@*")]
    numbers = {folder.name.partition("@")[2] for folder in folders}
    versions = sorted(int(number) for number in numbers if number.isdecimal())  # a pretest's is no number
    if not versions:
        message = f"only who agreed in {survey} may be invited, and it has no dataset yet"
        raise CleaningError(message, mend=_CLEAN)
    corrections = file_hash(project.corrections) if project.corrections.is_file() else ""
    for version in versions:
        key = f"{survey}@{version}"
        dataset = read_dataset(project.dataset(key))
        made_of = (dataset.manifest["inputs"]["ledger_head"], dataset.manifest["inputs"]["corrections"])
        if made_of != (Archive(project.archive / key).head(), corrections):
            message = f"only who agreed in {survey} may be invited, and the dataset {key} is older than its answers"
            raise CleaningError(message, where=str(project.dataset(key)), mend=_CLEAN)
        yield dataset
