"""JSON Schemas of all files of a project that people write, made for this project: its lists, columns, questions.

To add a format: its line in `FORMATS`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltool.errors import DefinitionError
from evaltool.plan import RESERVED, PlanFile
from evaltool.project import Project, Settings
from evaltool.report.definition import ReportDefinition
from evaltool.survey.load import find_definitions, load_lists, load_roster, load_survey
from evaltool.survey.model import Attribute, Question, Survey
from evaltool.survey.schema import (
    Known,
    Schema,
    definition_schema,
    expression,
    lists_schema,
    roster_schema,
    rules_schema,
    verdicts_schema,
    when,
    written,
)
from evaltool.workflows.made_up import Demo
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
        asked |= {question.name: _joined(question, asked) for question in survey.questions}
    return found


def _joined(question: Question, asked: Mapping[str, Question]) -> Question:
    """The question with the codes that it has elsewhere, too."""
    other = asked.get(question.name, question)
    return question.model_copy(update={"choices": {**other.choices, **question.choices}})


def plan_schema(known: Known) -> Schema:
    """`analysis/plan.yaml`."""
    schema = written(PlanFile, "Analysis plan")
    properties, defs = schema["properties"], schema["$defs"]
    usable = known.roster.attributes
    status = [name for name, column in usable.items() if column.choices]
    defs["Population"]["properties"] |= {
        "survey": {"enum": list(known.surveys)},
        "column": {"enum": list(usable)},
        "eligible": expression(usable, only=True),
        "status": {"enum": [*status, None]},
    }
    properties["breakdowns"]["items"] = {"enum": list(usable)}
    names = properties["indicators"]["propertyNames"]
    properties["indicators"]["propertyNames"] = {"allOf": [names, {"not": {"enum": sorted(RESERVED)}}]}
    _indicator(defs["Indicator"])
    defs["Indicator"]["properties"]["survey"] = {"enum": [*known.surveys, None]}
    defs["Paired"]["properties"]["start"] = {"enum": list(known.surveys)}
    defs["Panel"]["properties"]["waves"]["additionalProperties"] = {"enum": list(known.surveys)}
    if known.questions is not None:
        _name_questions(schema, known.questions, usable)
    schema["allOf"] = [_texts_in(language) for language in known.languages]
    return schema


_FILLED: Schema = {"type": "string", "minLength": 1}
_KINDS: Schema = {"rule": _FILLED, "variable": _FILLED, "paired": {"type": "object"}}


def _indicator(schema: Schema) -> None:
    """Exactly one kind; its keys belong together."""
    kinds = [{"properties": {name: kind}, "required": [name]} for name, kind in _KINDS.items()]
    schema["allOf"] = [
        {"oneOf": kinds},
        when({"variable": _FILLED}, {"counted": {"minItems": 1}}, needs=("counted",)),
        when({"counted": {"minItems": 1}}, {}, needs=("variable",)),
        when({"paired": {"type": "object"}}, {"target": {"type": "null"}}),
        when({"base": _FILLED}, {}, needs=("base_label",)),
    ]


def _name_questions(
    schema: Schema, questions: Mapping[str, Mapping[str, Question]], columns: Mapping[str, Attribute]
) -> None:
    """Allow only what the surveys ask, whatever the survey, and only the codes that it can have."""
    asked: dict[str, Question] = {}
    for survey in questions.values():
        asked |= {name: _joined(question, asked) for name, question in survey.items()}
    ones = [name for name, question in asked.items() if question.type == "select_one"]
    defs = schema["$defs"]
    defs["Rule"] = expression({**columns, **asked}, only=True)
    properties = defs["Indicator"]["properties"]
    properties |= {"rule": {"$ref": "#/$defs/Rule"}, "base": {"$ref": "#/$defs/Rule"}}
    properties["variable"] = {"enum": [*ones, None]}
    properties["answered"]["items"] = {"enum": list(asked)}
    defs["Indicator"]["allOf"] += [
        when({"variable": {"const": name}}, {"counted": {"items": {"enum": asked[name].substantive}}}) for name in ones
    ]
    defs["Paired"]["allOf"] = [
        when({"start": {"const": name}}, {"variable": {"enum": [one for one in ones if one in survey]}})
        for name, survey in questions.items()
    ]
    schema["properties"]["distributions"]["items"] = {"enum": ones}


def _texts_in(language: str) -> Schema:
    """In a plan of this language no text goes without it."""
    said: Schema = {"anyOf": [{"type": "string"}, {"type": "object", "required": [language]}]}
    indicator: Schema = {"properties": {"label": said, "base_label": said}}
    then: Schema = {
        "population": {"properties": {"units": said, "respondents": said}},
        "indicators": {"additionalProperties": indicator},
    }
    return when({"language": {"const": language}}, then)


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
    "demo": demo_schema,
    "report": report_schema,
    "evaltool": settings_schema,
}
