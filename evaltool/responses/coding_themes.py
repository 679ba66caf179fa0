"""The themes that open answers are coded by, as `analysis/themes.yaml` lists them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from evaltool.errors import Fault
from evaltool.survey.model import LocalText, Name, Part, Roster, Survey, SurveyName
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml


class Theme(Part):
    """A theme: its name in each language of the report, and what it covers and what not, for the coders."""

    label: LocalText = Field(min_length=1)
    meaning: str = ""


class OpenQuestion(Part):
    """An open question of a survey (all of its versions) and the themes that its answers are coded by."""

    survey: SurveyName
    themes: dict[Name, Theme] = Field(min_length=1)


class Themes(Part):
    """`analysis/themes.yaml`. `places` are columns of the roster whose labels are names of places."""

    format: Literal[1]
    places: tuple[Name, ...] = ()
    questions: dict[Name, OpenQuestion] = Field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the labels: the languages of the report, and of the quotes in it."""
        labels = (theme.label for question in self.questions.values() for theme in question.themes.values())
        return tuple(next(labels, dict[str, str]()))


def load_themes(path: Path, surveys: Iterable[Survey], roster: Roster, taken: Collection[str] = ()) -> Themes:
    """Load the themes; a project may have none. `taken` are names that indicators of the plan have.

    Raises:
        DefinitionError: with every fault, its file:line and how to mend it.
    """
    if not path.is_file():
        return Themes(format=1)
    file = read_yaml(path)
    try:
        themes = Themes.model_validate(plain(file.data), context={"language": roster.language})
    except ValidationError as error:
        faults = model_faults(error, file, (Themes, OpenQuestion, Theme))
        raise faults_error("the themes have faults", faults) from None
    if faults := [*_theme_faults(themes, file, list(surveys)), *_name_faults(themes, file, roster, taken)]:
        raise faults_error("the themes have faults", faults)
    return themes


def _theme_faults(themes: Themes, file: YamlFile, surveys: Sequence[Survey]) -> Iterator[Fault]:
    for name, question in themes.questions.items():
        where = file.where(("questions", name, "survey"))
        versions = [survey for survey in surveys if survey.survey == question.survey]
        if not versions:
            mend = nearest(question.survey, {survey.survey for survey in surveys})
            yield Fault("unknown-survey", f"unknown survey «{question.survey}»", where, mend)
            continue
        texts = {item.name for survey in versions for item in survey.questions if item.type == "text"}
        if name not in texts:
            message = f"«{question.survey}» has no open question «{name}»"
            yield Fault("unknown-question", message, file.where(("questions", name)), nearest(name, texts))
        for code, theme in question.themes.items():
            if set(theme.label) != set(themes.languages):
                message = f"the label of «{code}» is not in the languages of the first one"
                mend = f"Write it in {', '.join(themes.languages)}."
                yield Fault("missing-text", message, file.where(("questions", name, "themes", code, "label")), mend)


def _name_faults(themes: Themes, file: YamlFile, roster: Roster, taken: Collection[str]) -> Iterator[Fault]:
    for name in themes.questions:
        if name in taken:
            message = f"«{name}» is the name of figures of the plan already"
            yield Fault("taken-name", message, file.where(("questions", name)), "Give the plan's another name.")
    for place, name in enumerate(themes.places):
        if not roster.attributes.get(name) or not roster.attributes[name].choices:
            message = f"«{name}» is no column of the roster with choices"
            known = [column for column, item in roster.attributes.items() if item.choices]
            yield Fault("unknown-column", message, file.where(("places", place)), nearest(name, known))
