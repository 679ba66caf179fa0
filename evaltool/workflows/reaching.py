"""Who can be asked: who agreed to it in an earlier survey, and who answers for a course."""

from collections.abc import Sequence

from evaltool.errors import CleaningError
from evaltool.project import Project
from evaltool.records import Course
from evaltool.responses.dataset import read_dataset
from evaltool.survey.model import Follows, Roster, Survey


def answering(course: Course, survey: Survey) -> str | None:
    """The pseudonym of the person who answers for the course."""
    return course.respondents.get(survey.respondent) if survey.respondent else course.person


def reachable(
    project: Project, survey: Survey, roster: Roster, courses: Sequence[Course]
) -> tuple[list[Course], list[str]]:
    """Those who agreed, where that is needed, and have somebody to answer; and what is to be told of the rest.

    Raises:
        CleaningError: if the survey follows another one that has no dataset yet.
    """
    kept, notes = list(courses), list[str]()
    if survey.follows:
        agreed = _agreed(project, survey.follows)
        kept = [course for course in kept if course.unit in agreed]
        if without := len(courses) - len(kept):
            notes.append(f"{without} courses did not agree («{survey.follows.agreed}» of {survey.follows.survey})")
    answered = [course for course in kept if answering(course, survey)]
    if without := len(kept) - len(answered):
        notes.append(f"{without} courses have no «{roster.column('person', survey.respondent)}»")
    return answered, notes


def _agreed(project: Project, follows: Follows) -> set[str]:
    """Units that agreed in the earlier survey, any version; where two versions asked, the later one counts.

    A refused interview keeps no answer, so whoever refused is not among them.
    """
    folders = project.dataset(follows.survey).parent.glob(f"{follows.survey}@*/manifest.json")
    versions = sorted(int(path.parent.name.partition("@")[2]) for path in folders if path.parent.name[-1].isdigit())
    if not versions:
        message = f"only who agreed in {follows.survey} may be invited, and it has no dataset yet"
        raise CleaningError(message, mend="Pull and clean first: evaltool pull, then evaltool clean.")
    answers: dict[str, str] = {}
    for version in versions:
        frame = read_dataset(project.dataset(f"{follows.survey}@{version}")).frame
        if follows.agreed in frame:
            given = zip(frame["unit"].tolist(), frame[follows.agreed].tolist(), strict=True)
            answers |= {str(unit): code for unit, code in given if isinstance(code, str)}
    return {unit for unit, code in answers.items() if code == follows.code}
