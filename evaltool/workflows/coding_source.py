"""What is known of open answers and their coding: the list of themes, the answers as the data have them, the marks."""

from collections.abc import Mapping
from pathlib import Path

from evaltool.errors import ProjectError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.responses.coding import (
    CodedQuestion,
    Coding,
    OpenAnswer,
    OpenQuestion,
    Themes,
    coded_question,
    coding_data,
    load_themes,
    open_answers,
    read_coding,
)
from evaltool.responses.dataset import Dataset
from evaltool.survey.load import load_roster
from evaltool.workflows.definitions import released
from evaltool.workflows.erased import erased
from evaltool.workflows.planned import read_plan
from evaltool.workflows.working import write_json
from evaltool.yamlfile import nearest


def themes_path(project: Project) -> Path:
    return project.analysis / "themes.yaml"


def coding_folder(project: Project) -> Path:
    """Where the marks are kept, a file a question."""
    return project.data / "coding"


def coding_path(project: Project, question: str) -> Path:
    return coding_folder(project) / f"{question}.json"


def coding_files(project: Project) -> list[Path]:
    """What figures and quotes of open answers are made of, beside the datasets; none where nothing is coded."""
    found = sorted(coding_folder(project).glob("*.json"))
    return [themes_path(project), *found] if found else []


def read_themes(project: Project, plan: Plan) -> Themes:
    """The themes, checked against releases, roster and plan; none where the project lists none."""
    path = themes_path(project)
    if not path.is_file():
        return Themes(format=1)
    roster = load_roster(project.surveys / "roster.yaml")
    taken = {*plan.indicators, *plan.distributions, *plan.scales}
    return load_themes(path, [item.survey for item in released(project)], roster, taken)


class CodingSource:
    """What sheets and marks are held against."""

    def __init__(self, project: Project, datasets: Mapping[str, Dataset]):
        self.project = project
        self.plan = read_plan(project)
        self.themes = read_themes(project, self.plan)
        self._datasets = datasets

    def question(self, survey: str, question: str) -> OpenQuestion:
        """Raises ProjectError if no themes are listed for it."""
        found = self.themes.questions.get(question)
        if found is None or found.survey != survey:
            known = [f"{item.survey} {name}" for name, item in self.themes.questions.items()]
            message = f"no themes are listed for the question «{question}» of «{survey}»"
            mend = nearest(f"{survey} {question}", known) or "List them there."
            raise ProjectError(message, where=themes_path(self.project).as_posix(), mend=mend)
        return found

    def coding(self, question: str) -> Coding:
        """What is kept of a question, without anybody who was erased."""
        path = coding_path(self.project, question)
        if not path.is_file():
            return Coding(survey=self.themes.questions[question].survey, question=question)
        return read_coding(path).without(erased(self.project))

    def keep(self, coding: Coding) -> None:
        write_json(coding_path(self.project, coding.question), coding_data(coding))

    def answers(self, question: str) -> list[OpenAnswer]:
        """The answers to it in all versions of its survey."""
        survey = self.themes.questions[question].survey
        versions = [key.rpartition("@") for key in self._datasets]
        numbers = sorted(int(version) for name, _, version in versions if name == survey)
        return open_answers(
            question, [self._datasets[f"{survey}@{number}"] for number in numbers], self.plan.population.column
        )


def coded_questions(project: Project, datasets: Mapping[str, Dataset]) -> list[CodedQuestion]:
    """Every question that somebody has coded, with answers and consents as the datasets have them now."""
    if not coding_files(project):
        return []
    source = CodingSource(project, datasets)
    codings = [(source.coding(name), question) for name, question in source.themes.questions.items()]
    return [
        coded_question(coding, question.themes, source.answers(coding.question))
        for coding, question in codings
        if any(coding.marks.values())
    ]
