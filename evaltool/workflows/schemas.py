"""JSON Schemas of all files of a project that people write, made for this project: its lists, columns, questions.

To add a format: its line in `FORMATS`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltool.errors import DefinitionError
from evaltool.project import Project, Settings
from evaltool.report.definition import ReportDefinition
from evaltool.responses.coding_themes import Themes
from evaltool.survey.load import find_definitions, load_lists, load_roster, load_survey
from evaltool.survey.model import Question, Survey
from evaltool.survey.schema import (
    Known,
    Schema,
    definition_schema,
    lists_schema,
    roster_schema,
    rules_schema,
    verdicts_schema,
    when,
    written,
)
from evaltool.workflows.made_up import Demo
from evaltool.workflows.plan_schema import joined, plan_schema
from evaltool.workflows.working import write_json


@dataclass(frozen=True)
class Written:
    """The schemas that were written. `notes` say what they do not know, and why."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def write_schemas(project: Project, out: Path | None = None) -> Written:
    """Write one schema a format as `<format>.schema.json`; those of a former run are replaced.

    Raises:
        DefinitionError: if the roster has faults; those of a list or a definition are only notes.
    """
    folder = out or project.root / "schemas"
    known, notes = look(project)
    files: list[Path] = []
    for name, make in FORMATS.items():
        files.append(folder / f"{name}.schema.json")
        write_json(files[-1], make(known))
    return Written(tuple(files), notes)


def look(project: Project) -> tuple[Known, tuple[str, ...]]:
    """What the project has, and a note for each list or definition that cannot be loaded."""
    roster = load_roster(project.surveys / "roster.yaml")
    lists, faults = load_lists(project.surveys / "lists.yaml", project.settings.language)
    notes = [f"{fault.where}: {fault.message}; this list is left out" for fault in faults]
    paths = find_definitions(project.surveys)
    surveys: list[Survey] = []
    for path in paths:
        try:
            surveys.append(load_survey(path, roster))
        except DefinitionError:
            notes.append(
                f"{path.as_posix()} has faults (see evaltool check): plan.schema.json and others know no questions"
            )
    languages = {project.settings.language, roster.language, *(code for item in surveys for code in item.languages)}
    known = Known(
        lists={name: frozenset(item.choices) for name, item in lists.items()},
        surveys=tuple(sorted({path.parent.name for path in paths})),
        roster=roster,
        languages=tuple(sorted(languages)),
        questions=questions_by_survey(surveys) if len(surveys) == len(paths) else None,
    )
    return known, tuple(notes)


def questions_by_survey(surveys: Iterable[Survey]) -> dict[str, dict[str, Question]]:
    """Questions of all versions of each survey by name, with the codes of all versions."""
    found: dict[str, dict[str, Question]] = {}
    for survey in surveys:
        asked = found.setdefault(survey.survey, {})
        asked |= {question.name: joined(question, asked) for question in survey.questions}
    return found


def report_schema(known: Known) -> Schema:
    """`reports/status/report.yaml`."""
    schema = written(ReportDefinition, "Report definition")
    schema["allOf"] = [
        when(
            {"template": {"type": "object", "required": [language]}},
            {key: {"required": [language]} for key in ("title", "subtitle", "file")},
        )
        for language in known.languages
    ]
    return schema


def themes_schema(known: Known) -> Schema:
    """`analysis/themes.yaml`."""
    schema = written(Themes, "Themes of open answers")
    schema["$defs"]["OpenQuestion"]["properties"]["survey"] = {"enum": list(known.surveys)}
    return schema


def demo_schema(known: Known) -> Schema:
    """`analysis/demo.yaml`."""
    schema = written(Demo, "The demo's made-up people")
    population = schema["$defs"]["DemoPopulation"]["properties"]
    columns = {"enum": list(known.roster.columns)}
    # `<<` brings in the columns of an earlier population; VS Code takes it for a name.
    names = {"enum": [*known.roster.columns, "<<"]}
    population["attributes"]["propertyNames"] = names
    population["follows"]["propertyNames"] = names
    population["surveys"]["propertyNames"] = {"enum": list(known.surveys)}
    schema["$defs"]["Follow"]["properties"]["column"] = columns
    return schema


def settings_schema(known: Known) -> Schema:
    """`evaltool.toml`."""
    return written(Settings, "Settings of the project")


FORMATS: Mapping[str, Callable[[Known], Schema]] = {
    "survey": definition_schema,
    "lists": lists_schema,
    "roster": roster_schema,
    "verdicts": verdicts_schema,
    "rules": rules_schema,
    "plan": plan_schema,
    "themes": themes_schema,
    "demo": demo_schema,
    "report": report_schema,
    "evaltool": settings_schema,
}
