"""Texts of a survey by key, and their translations from gettext files beside the definition.

A key is the `msgctxt` of its entry: `title`, `page.<page>.title`, `<question>.label`, `<question>.hint`,
`<question>.constraint_message`, `<question>.choice.<code>`, and `list.<list>.<code>` for shared lists.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.model import Choice, Page, Question, Survey
from evaltool.text import Text

PLACEHOLDER = re.compile(r"\$\{([a-z0-9_.]+)\}")
Change = Callable[[str, Text], dict[str, str]]


def map_texts(survey: Survey, change: Change) -> Survey:
    """The survey with every text that it has replaced by `change(key, text)`."""
    pages = tuple(_map_page(page, change) for page in survey.pages)
    return survey.model_copy(update={"title": change("title", survey.title), "pages": pages})


def _map_page(page: Page, change: Change) -> Page:
    questions = tuple(_map_question(question, change) for question in page.questions)
    title = change(f"page.{page.name}.title", page.title) if page.title else page.title
    return page.model_copy(update={"title": title, "questions": questions})


def _map_question(question: Question, change: Change) -> Question:
    fields = ("label", "hint", "constraint_message")
    texts = {
        name: change(f"{question.name}.{name}", getattr(question, name)) for name in fields if getattr(question, name)
    }
    choices = {
        code: _map_choice(choice_key(question, code), choice, change) for code, choice in question.choices.items()
    }
    return question.model_copy(update={**texts, "choices": choices})


def _map_choice(key: str, choice: Choice, change: Change) -> Choice:
    return choice.model_copy(update={"label": change(key, choice.label)})


def choice_key(question: Question, code: str) -> str:
    """The text key of a choice; choices of a shared list are translated once."""
    return f"list.{question.list_name}.{code}" if question.list_name else f"{question.name}.choice.{code}"


def texts(survey: Survey) -> dict[str, Text]:
    """Every text of the survey by key, in order."""
    found: dict[str, Text] = {}

    def keep(key: str, text: Text) -> dict[str, str]:
        found[key] = text
        return dict(text)

    map_texts(survey, keep)
    return found


@dataclass(frozen=True)
class Entry:
    """One translation. `draft` is gettext's fuzzy: not reviewed by a person."""

    source: str
    text: str
    draft: bool
    where: str


def read_catalogue(path: Path) -> dict[str, Entry]:
    """Entries of a `.po` file by key; a missing file has none.

    Raises:
        DefinitionError: if the file is no UTF-8 gettext file.
    """
    if not path.is_file():
        return {}
    try:
        entries = polib.pofile(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        mend = "Save it as UTF-8 with your translation program."
        raise DefinitionError(f"not a gettext file: {error}", where=path.as_posix(), mend=mend) from None
    return {
        entry.msgctxt or "": Entry(entry.msgid, entry.msgstr, entry.fuzzy, f"{path.as_posix()}:{entry.linenum}")
        for entry in entries
        if not entry.obsolete
    }


def translate(survey: Survey, catalogues: Mapping[str, Mapping[str, Entry]]) -> Survey:
    """The survey with the texts of each language in `catalogues`, and its drafts named in `drafts`."""

    def add(key: str, text: Text) -> dict[str, str]:
        found = {language: entries[key].text for language, entries in catalogues.items() if key in entries}
        return {**text, **{language: words for language, words in found.items() if words}}

    keys = texts(survey)
    drafts = {
        language: tuple(key for key in keys if key in entries and entries[key].draft)
        for language, entries in catalogues.items()
    }
    return map_texts(survey, add).model_copy(
        update={"drafts": {code: found for code, found in drafts.items() if found}}
    )


def translation_faults(survey: Survey, language: str, entries: Mapping[str, Entry], *, where: str) -> list[Fault]:
    """Texts without a translation, entries whose source is no longer the text, and placeholders that differ."""
    faults: list[Fault] = []
    for key, text in texts(survey).items():
        source = text.get(survey.language, "")
        entry = entries.get(key)
        if entry is None or not entry.text:
            mend = f'Add msgctxt "{key}" with its msgstr.'
            faults.append(Fault("missing-translation", f"no translation of «{key}» into {language}", where, mend))
        elif entry.source != source:
            mend = "Read the translation again against the new text, then put the new text in msgid."
            faults.append(Fault("stale-translation", f"the text of «{key}» has changed since", entry.where, mend))
        elif set(PLACEHOLDER.findall(entry.text)) != set(PLACEHOLDER.findall(source)):
            wanted = ", ".join(f"${{{name}}}" for name in PLACEHOLDER.findall(source)) or "none"
            mend = f"Use exactly those of the source: {wanted}."
            faults.append(Fault("placeholder", f"«{key}» has other placeholders than its source", entry.where, mend))
    return faults
