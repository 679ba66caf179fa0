"""What adopting writes for a person to complete: the definition, its translations, and the mapping to LimeSurvey."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from evaltool.errors import Fault
from evaltool.platforms.limesurvey.adopted import Adopted, Column, Mapped
from evaltool.platforms.limesurvey.adopted_reading import ForeignSurvey
from evaltool.survey.catalogue import Entry, new_catalogue, render_entry
from evaltool.survey.model import Choice, Question, Survey
from evaltool.survey.translations import alike_faults, text_faults, texts
from evaltool.text import pick
from evaltool.yamlfile import YamlFile, faults_error, model_faults, plain, read_yaml

TO_COMPLETE = "# to complete:"


def mapping_path(definition: Path) -> Path:
    """Where the mapping stands: `v1.limesurvey.yaml` beside `v1.yaml`."""
    return definition.with_suffix(".limesurvey.yaml")


def render_definition(adopted: Adopted) -> str:
    """The definition as a file that a person completes."""
    return "\n".join([*_head(adopted), "pages:", *_pages(adopted)]) + "\n"


def _head(adopted: Adopted) -> Iterator[str]:
    survey = adopted.survey
    yield f"# Survey {adopted.mapped.sid} of LimeSurvey, adopted. Its answers are read by the mapping beside this file:"
    yield "# whoever renames a question or a code here renames it there, too."
    yield f"survey: {survey.survey}"
    yield f"version: {survey.version}"
    yield f"language: {survey.language}"
    if survey.translations:
        yield f"translations: [{', '.join(survey.translations)}]"
    yield f"title: {_text(survey.title, survey)}"
    yield f"{TO_COMPLETE} refusal (who said no), and «role: consent», «role: headline» and others of the questions"


def _pages(adopted: Adopted) -> Iterator[str]:
    """Choices that several questions share, as the rows of an array do, are written once: `&name`, then `*name`."""
    survey = adopted.survey
    blocks = [_choices(question, adopted) for question in survey.questions]
    names: dict[str, str] = {}
    for page in survey.pages:
        yield f"  - name: {page.name}"
        if page.title:
            yield f"    title: {_text(page.title, survey)}"
        if page.relevant:
            yield f"    relevant: {_quoted(page.relevant)}"
        yield "    questions:"
        for question in page.questions:
            yield from _question(question, adopted)
            block = _choices(question, adopted)
            if block in names:
                yield f"        choices: *{names[block]}"
            elif block:
                names[block] = question.name
                yield f"        choices:{f' &{question.name}' if blocks.count(block) > 1 else ''}"
                yield block


def _question(question: Question, adopted: Adopted) -> Iterator[str]:
    survey, column = adopted.survey, adopted.mapped.questions.get(question.name)
    yield f"      - name: {_key(question.name)}"
    yield f"        type: {question.type}"
    yield f"        label: {_text(question.label, survey)}"
    if question.hint:
        yield f"        hint: {_text(question.hint, survey)}"
    if question.max_length:
        yield f"        max_length: {question.max_length}"
    if question.required:
        yield "        required: true"
    if question.relevant:
        yield f"        relevant: {_quoted(question.relevant)}"
    if column and column.rule:
        rule = " ".join(column.rule.split())
        yield f"        {TO_COMPLETE} relevant, then remove its rule in the mapping. LimeSurvey: {rule}"


def _choices(question: Question, adopted: Adopted) -> str:
    lines: list[str] = []
    for code, choice in question.choices.items():
        own = f"  {TO_COMPLETE} LimeSurvey's own word" if (question.name, code) in adopted.own_words else ""
        lines.append(f"          {_key(code)}: {_choice(choice, adopted.survey)}{own}")
    return "\n".join(lines)


def _choice(choice: Choice, survey: Survey) -> str:
    label = _text(choice.label, survey)
    return f"{{label: {label}, other: true}}" if choice.other else label


def _text(text: Mapping[str, str], survey: Survey) -> str:
    return _quoted(pick(text, survey.language))


def _key(name: str) -> str:
    """Plain, but for the few words that YAML takes for something else."""
    return _quoted(name) if name in {"true", "false", "null"} else name


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def render_catalogue(adopted: Adopted, language: str, *, today: str) -> tuple[str, list[Fault]]:
    """The survey's texts in this language as a gettext file, and those that are left out since `check` refuses them."""
    survey = adopted.survey
    head = new_catalogue(f"{survey.survey}/v{survey.version}", language).text
    by = f"LimeSurvey {adopted.mapped.sid}"
    found = {key: text for key, text in texts(survey).items() if text.get(language)}
    entries = {
        key: Entry(key, text[survey.language], text[language], "translated", by, today, where=key)
        for key, text in found.items()
    }
    faults = [
        *(fault for key, entry in entries.items() for fault in text_faults(key, entry.source, entry.text, where=key)),
        *alike_faults(survey, entries),
    ]
    refused = {fault.where for fault in faults}
    kept = [render_entry(entry) for key, entry in entries.items() if key not in refused]
    return "\n".join([head, *kept]), faults


def render_mapping(mapped: Mapped, foreign: ForeignSurvey) -> str:
    """The mapping as a file that a person completes."""
    return "\n".join(_mapping_lines(mapped, foreign)) + "\n"


def _mapping_lines(mapped: Mapped, foreign: ForeignSurvey) -> Iterator[str]:
    yield f"# From {mapped.survey}@{mapped.version} to survey {mapped.sid} of LimeSurvey: our question, then the column"
    yield "# of its answers there; of choices our code, then LimeSurvey's. Rename ours here and in the definition."
    yield f"format: 1\nsurvey: {mapped.survey}\nversion: {mapped.version}\nsid: {mapped.sid}\nquestions:"
    for name, item in mapped.questions.items():
        yield f"  {_key(name)}:"
        yield f"    column: {_quoted(item.column)}"
        yield f"    type: {_quoted(item.type)}"
        if item.other:
            yield f"    other: {_quoted(item.other)}"
        if item.rule:
            yield "    # Whom LimeSurvey asked is not said in the definition: while this line stands, no answer is"
            yield "    # «not_reached», and never «not_answered»."
            yield f"    rule: {_quoted(item.rule)}"
        yield from _codes(item, name, mapped)
    titles = {question.title: pick(question.texts, foreign.languages[0]) for question in foreign.questions}
    yield "# What is not taken in, and why: these answers stay on LimeSurvey." if mapped.left_out else "left_out: {}"
    yield from ["left_out:"] if mapped.left_out else []
    for title, reason in mapped.left_out.items():
        yield f"  {_quoted(title)}: {_quoted(reason)}  # {titles.get(title, '')}".rstrip("# ")


def _codes(item: Column, name: str, mapped: Mapped) -> Iterator[str]:
    """Codes that several questions share are written once."""
    if not item.choices:
        return
    sharing = [other for other, column in mapped.questions.items() if column.choices == item.choices]
    if name != sharing[0]:
        yield f"    choices: *{sharing[0]}"
        return
    yield f"    choices:{f' &{name}' if len(sharing) > 1 else ''}"
    yield from (f"      {_key(ours)}: {_quoted(theirs)}" for ours, theirs in item.choices.items())


def read_mapping(path: Path) -> tuple[Mapped, YamlFile]:
    """The mapping, and its file for the places of faults.

    Raises:
        DefinitionError: if it has another shape.
    """
    file = read_yaml(path)
    try:
        return Mapped.model_validate(plain(file.data)), file
    except ValidationError as error:
        raise faults_error("the mapping has faults", model_faults(error, file, (Mapped, Column))) from None
