"""Texts of a survey by key, and their translations from gettext files beside the definition.

A key is the `msgctxt` of its entry: `title`, `page.<page>.title`, `<question>.label`, `<question>.hint`,
`<question>.constraint_message`, `<question>.choice.<code>`, and `list.<list>.<code>` for shared lists.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.model import Choice, Page, Question, Survey
from evaltool.text import Text

PLACEHOLDER = re.compile(r"\$\{([a-z0-9_.]+)\}")
Change = Callable[[str, Text], dict[str, str]]
_FIELDS = ("label", "hint", "constraint_message")


def map_texts(survey: Survey, change: Change) -> Survey:
    """The survey with every text that it has replaced by `change(key, text)`."""
    title = change("title", survey.title)
    pages = tuple(_map_page(page, change) for page in survey.pages)
    return survey.model_copy(update={"title": title, "pages": pages})


def _map_page(page: Page, change: Change) -> Page:
    title = change(f"page.{page.name}.title", page.title) if page.title else page.title
    questions = tuple(_map_question(question, change) for question in page.questions)
    return page.model_copy(update={"title": title, "questions": questions})


def _map_question(question: Question, change: Change) -> Question:
    texts = {
        name: change(f"{question.name}.{name}", getattr(question, name)) for name in _FIELDS if getattr(question, name)
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
    """The survey with the texts of each language in `catalogues`; `drafts` and `untranslated` name what is not done."""

    def add(key: str, text: Text) -> dict[str, str]:
        found = {language: entries[key].text for language, entries in catalogues.items() if key in entries}
        return {**text, **{language: words for language, words in found.items() if words}}

    translated = map_texts(survey, add)
    found = texts(translated)
    drafts = {
        language: tuple(key for key in found if key in entries and entries[key].text and entries[key].draft)
        for language, entries in catalogues.items()
    }
    untranslated = {
        language: tuple(key for key, text in found.items() if not text.get(language)) for language in catalogues
    }
    return translated.model_copy(update={"drafts": _filled(drafts), "untranslated": _filled(untranslated)})


def _filled(keys: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {language: found for language, found in keys.items() if found}


_BINDING = frozenset({"consent", "link", "research", "quote", "recontact", "headline"})


def blocking_drafts(survey: Survey) -> dict[str, list[str]]:
    """By language the texts that no person has reviewed, or nobody translated, and that must not go out so.

    They are all texts of the questions that ask for a consent, of the headline question, and of the notes and the
    title of the page on which consent is asked for.
    """
    binding = {key for page in survey.pages for key in _binding_keys(page)}
    open_texts = {
        language: {*survey.drafts.get(language, ()), *survey.untranslated.get(language, ())}
        for language in survey.translations
    }
    found = {language: [key for key in texts(survey) if key in binding & keys] for language, keys in open_texts.items()}
    return {language: keys for language, keys in found.items() if keys}


def _binding_keys(page: Page) -> Iterator[str]:
    asks_consent = any(question.role == "consent" for question in page.questions)
    if asks_consent:
        yield f"page.{page.name}.title"
    for question in page.questions:
        if question.role in _BINDING or (asks_consent and question.type == "note"):
            yield from (f"{question.name}.{name}" for name in _FIELDS)
            yield from (choice_key(question, code) for code in question.choices)


def translation_faults(survey: Survey, entries: Mapping[str, Entry]) -> list[Fault]:
    """Entries whose source is no longer the text, and placeholders that differ."""
    faults: list[Fault] = []
    for key, text in texts(survey).items():
        source = text.get(survey.language, "")
        entry = entries.get(key)
        if entry is None or not entry.text:
            continue
        if entry.source != source:
            mend = f"Run: evaltool translate update {survey.survey}"
            faults.append(Fault("stale-translation", f"the text of «{key}» has changed since", entry.where, mend))
        elif set(PLACEHOLDER.findall(entry.text)) != set(PLACEHOLDER.findall(source)):
            wanted = ", ".join(f"${{{name}}}" for name in PLACEHOLDER.findall(source)) or "none"
            mend = f"Use exactly those of the source: {wanted}."
            faults.append(Fault("placeholder", f"«{key}» has other placeholders than its source", entry.where, mend))
    return faults
