"""JSON Schemas of the files that people write, so that an editor completes words and marks faults while they type.

They are made from the models, but tell the written form: shared lists by name, `yes: Ja`, texts without a language, and
no key that loading fills. What needs a look at several places at once stays with `check`.
Source: JSON Schema draft 2020-12; patterns are those that JavaScript and Python read alike.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import BeforeValidatorFunctionSchema

from evaltool.survey.check import METADATA, PRIVACY, RESERVED
from evaltool.survey.load import ROLE_SENSITIVITY
from evaltool.survey.model import Attribute, ChoiceList, Question, Roster, Survey
from evaltool.survey.rules import Rules
from evaltool.survey.types import QUESTION_TYPES
from evaltool.survey.verdicts import VerdictsFile

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NAME = r"^[a-z][a-z0-9_]{0,39}$"
_WORDS: Schema = {"$ref": "#/$defs/Words"}
_CHOICE: Schema = {"$ref": "#/$defs/Choice"}
_MAP: Schema = {"type": "object", "propertyNames": {"pattern": r"^[a-z]{2,3}$"}, "minProperties": 1}
_TEXT: Schema = {"anyOf": [_WORDS, {**_MAP, "additionalProperties": _WORDS}]}
_REPLACED: tuple[tuple[object, Schema], ...] = (
    (["text"], {"$ref": "#/$defs/Text"}),
    ([{"type": "string"}, _CHOICE], {"anyOf": [_WORDS, _CHOICE]}),
)
_LOADED = {"Survey": {"attributes", "drafts", "untranslated"}, "Question": {"list_name"}}


@dataclass(frozen=True)
class Known:
    """What the project has: codes by shared list, the survey folders, the roster.

    `questions` by survey, then by name; a version that cannot be loaded lets the whole be None: nobody knows them all.
    """

    lists: Mapping[str, frozenset[str]]
    surveys: tuple[str, ...]
    roster: Roster
    languages: tuple[str, ...] = ()
    questions: Mapping[str, Mapping[str, Question]] | None = field(default=None, repr=False)


class _Written(GenerateJsonSchema):
    """The form before loading: a text may go without its language, a choice without `label`, a code without a list."""

    def function_before_schema(self, schema: BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        values = inner.get("additionalProperties") or next(iter(inner.get("patternProperties", {}).values()), None)
        if values == {"type": "string"}:
            return {"anyOf": ["text"]}
        if values is not None:
            return {**inner, "patternProperties": {_NAME: {"anyOf": [{"type": "string"}, values]}}}
        return {"anyOf": [{"type": "string", "pattern": _NAME}, inner]}


def written(model: type[BaseModel], title: str) -> Schema:
    """The schema of what is written for `model`; its title tells an editor's user which file this is."""
    raw = model.model_json_schema(schema_generator=_Written)
    for name, keys in _LOADED.items():
        part = raw if name == model.__name__ else raw.get("$defs", {}).get(name, {})
        for key in keys & set(part.get("properties", {})):
            del part["properties"][key]
    schema = cast("Schema", _tidy(raw))
    used = set(re.findall(r"#/\$defs/(\w+)", json.dumps(schema)))
    schema["$defs"] = {name: part for name, part in schema.get("$defs", {}).items() if name in used}
    schema["$defs"] |= {"Text": _TEXT, "Words": {"type": "string"}}
    return {"$schema": DRAFT, **schema, "title": title, "description": "Made by evaltool schema; do not edit."}


def _tidy(node: object) -> object:
    """Without the titles that only repeat a key, with texts in one place, and no key beside a name's pattern."""
    if isinstance(node, list):
        return [_tidy(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    for forms, replaced in _REPLACED:
        if cast("Schema", node).get("anyOf") == forms:
            return replaced
    found = {key: _tidy(item) for key, item in cast("Schema", node).items()}
    if isinstance(found.get("title"), str):
        del found["title"]
    if isinstance(found.get("description"), str):
        found["description"] = cast("str", found["description"]).partition("\n\n")[0].replace("\n", " ")
    if isinstance(found.get("patternProperties"), dict):
        ((pattern, values),) = cast("Schema", found.pop("patternProperties")).items()
        found |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
    return found


def definition_schema(known: Known) -> Schema:
    """`surveys/<survey>/v<version>.yaml`."""
    schema = written(Survey, "Definition of a survey")
    defs = schema["$defs"]
    defs["Words"] = _shown(known.roster)
    defs["Expression"] = expression(known.roster.attributes, hidden=_hidden(known.roster))
    defs["Selection"] = expression(known.roster.attributes, only=True)
    schema["properties"] |= {
        "survey": {"enum": list(known.surveys)},
        "refusal": {"$ref": "#/$defs/Expression"},
        "invite": {"$ref": "#/$defs/Selection"},
    }
    defs["Page"]["properties"]["relevant"] = {"$ref": "#/$defs/Expression"}
    defs["Follows"]["properties"]["survey"] = {"enum": list(known.surveys)}
    _question(defs["Question"], known)
    schema["allOf"] = [_once(role) for role in ("headline", "helper")]
    return schema


def lists_schema(known: Known) -> Schema:
    """`surveys/lists.yaml`."""
    schema = written(ChoiceList, "Shared lists of choices")
    defs = schema.pop("$defs")
    defs["Words"] = _shown(known.roster)
    defs["ChoiceList"] = {key: schema[key] for key in ("type", "properties", "required", "additionalProperties")}
    choices = defs["ChoiceList"]["properties"]["choices"]
    defs["ChoiceList"]["properties"]["choices"] = {**choices, **_SUBSTANTIVE}
    top = {
        "type": "object",
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": {"$ref": "#/$defs/ChoiceList"},
    }
    return {**{key: schema[key] for key in ("$schema", "title", "description")}, **top, "$defs": defs}


def roster_schema(known: Known) -> Schema:
    """`surveys/roster.yaml`."""
    schema = written(Roster, "Columns of the roster")
    columns = schema["properties"]["columns"]
    columns["propertyNames"] = {"allOf": [columns["propertyNames"], {"not": _one_of(METADATA - {"language"})}]}
    columns["allOf"] = [_some_column(role) for role in ("person", "course")]
    attribute = schema["$defs"]["Attribute"]
    attribute["properties"]["year_of"] = {"enum": [*known.roster.columns, None]}
    attribute["allOf"] = [
        when({"type": {"const": "choice"}}, {"choices": {"minProperties": 1}}, needs=("choices",)),
        *(
            when({"role": {"const": role}}, {"sensitivity": {"const": kind}}, needs=("sensitivity",))
            for role, kind in ROLE_SENSITIVITY.items()
        ),
    ]
    return schema


def verdicts_schema(known: Known) -> Schema:
    """`surveys/<survey>/v<version>.verdicts.yaml`."""
    schema = written(VerdictsFile, "Verdicts on the items of a version")
    schema["properties"]["survey"] = {"enum": list(known.surveys)}
    item = schema["$defs"]["ItemVerdict"]
    item["properties"]["within"] = expression(known.roster.attributes, hidden=_hidden(known.roster))
    said: Schema = {key: {"type": "string", "minLength": 1} for key in ("by", "on")}
    said["reason"] = {"minLength": 1, "additionalProperties": {"minLength": 1}}
    item["allOf"] = [when({"verdict": {"enum": ["comparable", "not_comparable"]}}, said, needs=said)]
    if known.questions is not None:
        names = sorted({name for survey in known.questions.values() for name in survey})
        schema["properties"]["items"]["propertyNames"] = {"enum": names}
    return schema


# What the loader takes for a word, as far as JavaScript and Python call the same signs letters.
_WORD = r"""^[^\s*.,;:!?'"()-][^\s*.,;:!?'"()]*\*?$"""


def rules_schema(known: Known) -> Schema:
    """`surveys/rules.yaml`."""
    schema = written(Rules, "Rules for the wording of surveys")
    same = schema["$defs"]["Same"]["properties"]
    same["surveys"]["items"] = {"enum": list(known.surveys)}
    properties = schema["properties"]
    for words in (properties["banned"], properties["banned_in"]["additionalProperties"]):
        words["additionalProperties"]["items"]["pattern"] = _WORD
    if known.questions is not None:
        _name_asked(schema, known.questions)
    return schema


def _name_asked(schema: Schema, questions: Mapping[str, Mapping[str, Question]]) -> None:
    """Rules about questions that some survey asks."""
    names = sorted({name for survey in questions.values() for name in survey})
    places = {"enum": [*names, *(f"{survey}/{name}" for survey, asked in questions.items() for name in asked)]}
    schema["properties"]["banned_in"]["propertyNames"] = places
    schema["$defs"]["Readability"]["properties"]["allowed"]["propertyNames"] = places
    schema["$defs"]["Same"]["properties"]["questions"]["items"] = {"enum": names}
    for side in schema["$defs"]["Apart"]["properties"].values():
        side["items"] = {"enum": names}


def when(has: Schema, then: Schema, *, needs: Iterable[str] = ()) -> Schema:
    """If the keys of `has` stand and fit, then `needs` must stand and `then` must fit."""
    implied: Schema = {"properties": then, **({"required": list(needs)} if needs else {})}
    return {"if": {"properties": has, "required": list(has)}, "then": implied}


def _one_of(names: Iterable[str]) -> Schema:
    return {"enum": sorted(names)}


def _some_column(role: str) -> Schema:
    """Not all columns lack the role; one of another respondent does not count."""
    has = {"properties": {"role": {"const": role}, "respondent": {"type": "null"}}, "required": ["role"]}
    return {"not": {"additionalProperties": {"not": has}}}


_NO_ANSWER = {"type": "object", "properties": {"missing": {"type": "string"}}, "required": ["missing"]}
_SUBSTANTIVE: Schema = {"not": {"additionalProperties": _NO_ANSWER}}
"""Not all choices are reasons for having no answer; nor is there none at all."""


def _question(schema: Schema, known: Known) -> None:
    properties = schema["properties"]
    taken = {"anyOf": [{"pattern": "__"}, _one_of({*RESERVED, *known.roster.columns})]}
    properties["name"]["not"] = taken
    properties["choices"] = {"anyOf": [_one_of(known.lists), {**properties["choices"], **_SUBSTANTIVE}]}
    for key in ("relevant", "constraint", "calculation"):
        properties[key] = {"$ref": "#/$defs/Expression"}
    chosen = [name for name, kind in QUESTION_TYPES.items() if kind.chosen]
    silent = [name for name, kind in QUESTION_TYPES.items() if not kind.asks]
    helped = {"enum": sorted(name for name, codes in known.lists.items() if "nobody" in codes)}
    schema["allOf"] = [
        when({"type": {"enum": chosen}}, {}, needs=("choices",)),
        when({"type": {"not": {"enum": chosen}}}, {"choices": False}),
        when({"type": {"not": {"const": "calculate"}}}, {"calculation": {"const": ""}}, needs=("label",)),
        when({"type": {"const": "calculate"}}, {"calculation": {"minLength": 1}}, needs=("calculation",)),
        when({"type": {"enum": silent}}, {"required": {"const": False}}),
        when({"constraint": {"minLength": 1}}, {}, needs=("constraint_message",)),
        when(
            {"role": {"const": "helper"}}, {"choices": {"anyOf": [helped, {"type": "object", "required": ["nobody"]}]}}
        ),
    ]


def _once(role: str) -> Schema:
    """No two questions carry the role, be it on one page or on two."""
    question = {"properties": {"role": {"const": role}}, "required": ["role"]}
    page = {"properties": {"questions": {"contains": question}}, "required": ["questions"]}
    return {
        "properties": {"pages": {"items": {"properties": {"questions": _at_most_one(question)}}, **_at_most_one(page)}}
    }


def _at_most_one(item: Schema) -> Schema:
    """Written so that an editor of draft 7, which knows no `maxContains`, accepts too much and not too little."""
    return {"if": {"contains": item}, "then": {"contains": item, "maxContains": 1}}


def _hidden(roster: Roster) -> list[str]:
    return [name for name in roster.columns if name not in roster.attributes]


def _shown(roster: Roster) -> Schema:
    """Words whose placeholders are roster columns that may be shown, or facts of the project."""
    names = "|".join([*roster.attributes, re.escape(PRIVACY) + "[a-z0-9_.]+"])
    return {"type": "string", "not": {"pattern": rf"\$\{{(?!(?:{names})\}})[a-z0-9_.]+\}}"}}


_SPACE = r"\s*"
_REF = r"(?:\$\{[a-z][a-z0-9_]*\}|\.)"
_QUOTED = r"""(?:'[^']*'|"[^"]*")"""
_OPERAND = rf"(?:{_REF}|{_QUOTED}|-?[0-9]+(?:\.[0-9]+)?)"
_COMPARES = r"(?:[!<>]=|[<>=])"
_TEST = (
    rf"(?:selected{_SPACE}\({_SPACE}{_REF}{_SPACE},{_SPACE}{_QUOTED}{_SPACE}\)"
    rf"|{_OPERAND}(?:{_SPACE}{_COMPARES}{_SPACE}{_OPERAND})?)"
)
_OPEN, _CLOSE = rf"(?:{_SPACE}(?:not{_SPACE})?\()*{_SPACE}", rf"(?:{_SPACE}\))*"
# The grammar but for the count of brackets, which no pattern can tell.
_GRAMMAR = rf"^(?:{_OPEN}{_TEST}{_CLOSE}(?:{_SPACE}(?:and|or){_OPEN}{_TEST}{_CLOSE})*{_SPACE})?$"

# What VS Code shows instead of the pattern; others leave the key alone.
_LIKE = "Write like ${name} = 'code', joined by and, or, not(...), selected(${name}, 'code')."


def expression(things: Mapping[str, Question | Attribute], *, hidden: Iterable[str] = (), only: bool = False) -> Schema:
    """An expression: its form, no `hidden` name (`only`: none but those of `things`), no constant that never fits."""
    names = "|".join(things if only else hidden)
    strange = rf"\$\{{(?!(?:{names})\}})" if only else rf"\$\{{(?:{names})\}}"
    wrong = [strange] if names or only else []
    by_constant: dict[str, list[str]] = {}
    for name, thing in things.items():
        by_constant.setdefault(_constant(thing), []).append(name)
    wrong += [_misfit(constant, same) for constant, same in by_constant.items() if constant]
    refused = {"not": {"anyOf": [{"pattern": item} for item in wrong]}} if wrong else {}
    return {"type": "string", "pattern": _GRAMMAR, "patternErrorMessage": _LIKE, **refused}


def _constant(thing: Question | Attribute) -> str:
    """A pattern of the constants that a thing may be compared with ("" if any)."""
    if thing.choices:
        codes = "|".join(code for code, choice in thing.choices.items() if choice.missing is None)
        return rf"""['"](?:{codes})['"]"""
    kinds = {"integer": "-?[0-9]", "decimal": "-?[0-9]", "text": """['"]"""}
    kinds |= {"date": r"""['"][0-9]{4}-[0-9]{2}-[0-9]{2}['"]"""}
    return kinds.get(thing.type, "")


def _misfit(constant: str, names: Iterable[str]) -> str:
    """A comparison of one of `names` with a constant of another form."""
    ref = rf"\$\{{(?:{'|'.join(names)})\}}{_SPACE}"
    return rf"""{ref}(?:{_COMPARES}|,)(?!{_SPACE}{constant}){_SPACE}['"0-9-]"""
