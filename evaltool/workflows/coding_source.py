"""What is known of open answers and their coding: the list of themes, the answers as the data have them, the marks."""

from collections.abc import Mapping

from evaltool.errors import ProjectError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.responses.coding import (
    CodedQuestion,
    Coding,
    OpenAnswer,
    coded_question,
    coding_data,
    open_answers,
    read_coding,
)
from evaltool.responses.coding_themes import OpenQuestion, Themes
from evaltool.responses.dataset import Dataset
from evaltool.workflows.coding_files import coding_path, themes_path
from evaltool.workflows.erased import erased
from evaltool.workflows.working import write_json
from evaltool.yamlfile import nearest


class CodingSource:
    """What sheets and marks are held against."""

    def __init__(self, project: Project, plan: Plan, themes: Themes, datasets: Mapping[str, Dataset]):
        self.project = project
        self.plan = plan
        self.themes = themes
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

    def coded(self) -> list[CodedQuestion]:
        """Every question that somebody has coded, with answers and consents as the datasets have them now."""
        codings = [(self.coding(name), question) for name, question in self.themes.questions.items()]
        return [
            coded_question(coding, question.themes, self.answers(coding.question))
            for coding, question in codings
            if any(coding.marks.values())
        ]
