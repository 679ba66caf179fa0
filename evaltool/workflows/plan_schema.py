"""The JSON Schema of the analysis plan, made for a project: its columns, codes and questions."""

from collections.abc import Iterable, Mapping, Sequence

from evaltool.plan import RESERVED, TAKEN, PlanFile
from evaltool.survey.model import Attribute, Question
from evaltool.survey.schema import Known, Schema, expression, when, written


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
        "ended": {"enum": [*_dates(usable), None]},
    }
    taken = {"indicators": RESERVED, "groups": {*RESERVED, *usable}, "comparisons": TAKEN, "scales": RESERVED}
    for key, names in taken.items():
        allowed = properties[key]["propertyNames"]
        properties[key]["propertyNames"] = {"allOf": [allowed, {"not": {"enum": sorted(names)}}]}
    _indicator(defs["Indicator"])
    _recorded(defs["Recorded"], usable)
    _grouping(defs, usable)
    _counted_by(schema, usable)
    defs["Indicator"]["properties"]["survey"] = {"enum": [*known.surveys, None]}
    defs["Paired"]["properties"]["start"] = {"enum": list(known.surveys)}
    defs["Panel"]["properties"]["waves"]["additionalProperties"] = {"enum": list(known.surveys)}
    if known.questions is not None:
        _name_questions(schema, known.questions, usable)
    schema["allOf"] += [_texts_in(language) for language in known.languages]
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
        when({"paired": {"type": "object"}}, {"recorded": {"type": "null"}}),
    ]


def _dates(columns: Mapping[str, Attribute]) -> list[str]:
    return [name for name, column in columns.items() if column.type == "date"]


def _recorded(schema: Schema, columns: Mapping[str, Attribute]) -> None:
    chosen = {name: list(column.choices) for name, column in columns.items() if column.choices}
    schema["properties"]["column"] = {"enum": list(chosen)}
    schema["allOf"] = [
        when({"column": {"const": name}}, {"counted": {"items": {"enum": codes}}}) for name, codes in chosen.items()
    ]


def _grouping(defs: dict[str, Schema], columns: Mapping[str, Attribute]) -> None:
    """Exactly one source; bands have limits, joined codes have codes."""
    days = {"enum": _dates(columns)}
    defs["Days"]["properties"] |= {"start": days, "end": days}
    defs["Grouping"]["properties"]["column"] = {
        "enum": [*(name for name, column in columns.items() if column.choices), None]
    }
    same = [{"properties": {"start": {"const": name}, "end": {"const": name}}} for name in _dates(columns)]
    defs["Days"]["not"] = {"anyOf": same} if same else False
    source: Schema = {"days": {"type": "object"}, "column": _FILLED, "answer": _FILLED}
    some: Schema = {"minProperties": 1}
    joins: Schema = {
        "properties": {"codes": {"minItems": 1}, "below": {"type": "null"}},
        "required": ["codes"],
    }
    defs["Grouping"]["allOf"] = [
        {"oneOf": [{"properties": {name: kind}, "required": [name]} for name, kind in source.items()]},
        when(
            {"days": {"type": "object"}},
            {"levels": {**some, "additionalProperties": {"properties": {"codes": {"maxItems": 0}}}}},
            needs=("levels",),
        ),
        when({"column": _FILLED}, {"levels": {**some, "additionalProperties": joins}}, needs=("levels",)),
        when({"answer": _FILLED}, {"levels": {"additionalProperties": joins}}),
        *(_codes_of("column", name, list(column.choices)) for name, column in columns.items() if column.choices),
    ]


def _codes_of(key: str, name: str, codes: Sequence[str]) -> Schema:
    """The levels of a grouping of this column or question join no other codes."""
    only: Schema = {"properties": {"codes": {"items": {"enum": list(codes)}}}}
    return when({key: {"const": name}}, {"levels": {"additionalProperties": only}})


def _counted_by(schema: Schema, columns: Mapping[str, Attribute]) -> None:
    """Columns, or groupings where the plan has some; no date where everybody has a category of their own."""
    properties, defs = schema["properties"], schema["$defs"]
    undated: Schema = {"not": {"enum": _dates(columns)}}
    for part, key in ((properties, "representativeness"), (defs["Weights"]["properties"], "margins")):
        part[key] |= {"uniqueItems": True, "items": {**part[key]["items"], **undated}}
    properties["breakdowns"] |= {"uniqueItems": True, "items": {**properties["breakdowns"]["items"], **undated}}
    compared = defs["Compared"]["properties"]
    compared["covariates"]["items"] = {**compared["covariates"]["items"], **undated}
    unweighted: Schema = {"not": {"enum": [name for name, column in columns.items() if not column.choices]}}
    margins = defs["Weights"]["properties"]["margins"]
    margins["items"] = {"allOf": [margins["items"], unweighted]}
    explored = when({"status": {"const": "exploratory"}}, {"family": {"type": "null"}})
    defs["Compared"]["allOf"] = [*defs["Compared"].get("allOf", []), explored]
    compared["indicators"]["uniqueItems"] = compared["covariates"]["uniqueItems"] = True
    known: Schema = {"items": {"enum": list(columns)}}
    by_columns: Schema = {
        "breakdowns": known,
        "representativeness": known,
        "weights": {"properties": {"margins": known}},
        "comparisons": {
            "additionalProperties": {"properties": {"by": {"enum": list(columns)}, "covariates": known}},
        },
    }
    alone: Schema = {"comparisons": {"additionalProperties": {"properties": {"family": {"type": "null"}}}}}
    schema["allOf"] = [
        {"if": {"not": {"required": ["groups"]}}, "then": {"properties": by_columns}},
        {"if": {"not": {"required": ["families"]}}, "then": {"properties": alone}},
        *(_compares(name, column) for name, column in columns.items()),
    ]


def _compares(name: str, column: Attribute) -> Schema:
    """The levels of a column are its codes, and one without codes has none; but populations can be compared by it."""
    reference: Schema = {"reference": {"enum": [*column.choices, None]}}
    rule = when({"by": {"const": name}}, reference if column.choices else {"by": False})
    other: Schema = {"population": {"properties": {"column": {"not": {"const": name}}}}}
    return when(other, {"comparisons": {"additionalProperties": rule}})


def _name_questions(
    schema: Schema, questions: Mapping[str, Mapping[str, Question]], columns: Mapping[str, Attribute]
) -> None:
    """Allow only what the surveys ask, whatever the survey, and only the codes that it can have."""
    asked: dict[str, Question] = {}
    for survey in questions.values():
        asked |= {name: joined(question, asked) for name, question in survey.items()}
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
    defs["Grouping"]["properties"]["answer"] = {"enum": [*ones, None]}
    defs["Grouping"]["allOf"] += [_codes_of("answer", name, asked[name].substantive) for name in ones]
    schema["allOf"] += [
        _answered_in(name, [one for one in ones if one in survey]) for name, survey in questions.items()
    ]
    _scale(defs["Scale"], questions)


def _answered_in(survey: str, ones: Sequence[str]) -> Schema:
    """Groupings by an answer are of the population's survey."""
    answer: Schema = {"properties": {"answer": {"enum": [*ones, None]}}}
    population: Schema = {"properties": {"survey": {"const": survey}}, "required": ["survey"]}
    return when({"population": population}, {"groups": {"additionalProperties": answer}})


def _scale(schema: Schema, questions: Mapping[str, Mapping[str, Question]]) -> None:
    """Questions of one survey with one ordered scale."""
    schema["properties"]["survey"] = {"enum": [*questions, None]}
    schema["properties"]["items"]["uniqueItems"] = True
    alike = {name: _alike(survey.values()) for name, survey in questions.items()}
    every = [names for scales in alike.values() for names in scales]
    schema["allOf"] = [
        {"properties": {"items": _all_of_one(every)}},
        *(when({"survey": {"const": name}}, {"items": _all_of_one(scales)}) for name, scales in alike.items()),
    ]


def _all_of_one(scales: Sequence[Sequence[str]]) -> Schema:
    return {"anyOf": [{"items": {"enum": list(names)}} for names in scales] or [False]}


def _alike(questions: Iterable[Question]) -> list[list[str]]:
    """Names of the questions that share an ordered scale."""
    found: dict[tuple[object, ...], list[str]] = {}
    for question in questions:
        if question.scale:
            found.setdefault((question.scale, frozenset(question.substantive)), []).append(question.name)
    return list(found.values())


def _texts_in(language: str) -> Schema:
    """In a plan of this language no text goes without it."""
    said: Schema = {"anyOf": [{"type": "string"}, {"type": "object", "required": [language]}]}
    labelled: Schema = {"properties": {"label": said, "base_label": said}}
    group: Schema = {"properties": {"label": said, "levels": {"additionalProperties": labelled}}}
    then: Schema = {
        "population": {"properties": {"units": said, "respondents": said}},
        "indicators": {"additionalProperties": labelled},
        "groups": {"additionalProperties": group},
        "scales": {"additionalProperties": labelled},
    }
    return when({"language": {"const": language}}, then)


def joined(question: Question, asked: Mapping[str, Question]) -> Question:
    """The question with the codes that it has elsewhere, too."""
    other = asked.get(question.name, question)
    return question.model_copy(update={"choices": {**other.choices, **question.choices}})
