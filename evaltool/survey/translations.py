"""Texts of a survey by key, and their translations from gettext files beside the definition.

A key is the `msgctxt` of its entry: `title`, `page.<page>.title`, `<question>.label`, `<question>.hint`,
`<question>.constraint_message`, `<question>.choice.<code>`, and `list.<list>.<code>` for shared lists.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from evaltool.errors import Fault
from evaltool.survey.catalogue import Entry
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


def sources(survey: Survey, language: str) -> dict[str, str]:
    """The texts to translate into `language` by key; those that the definition itself gives are left out."""
    found = texts(survey).items()
    return {key: text[survey.language] for key, text in found if text.get(survey.language) and not text.get(language)}


def translation_faults(survey: Survey, entries: Mapping[str, Entry]) -> list[Fault]:
    """What is wrong in a language's entries: an old source, placeholders, digits, two choices that read the same."""
    faults: list[Fault] = []
    for key, text in texts(survey).items():
        source = text.get(survey.language, "")
        entry = entries.get(key)
        if entry is None or not entry.text:
            continue
        if entry.source != source:
            mend = f"Run: evaltool translate update {survey.survey}"
            faults.append(Fault("stale-translation", f"the text of «{key}» has changed since", entry.where, mend))
        else:
            faults += text_faults(key, source, entry.text, where=entry.where)
    return faults + alike_faults(survey, entries)


def text_faults(key: str, source: str, text: str, *, where: str) -> list[Fault]:
    """Placeholders and digits of a translation that are not those of its source."""
    faults: list[Fault] = []
    wanted = dict.fromkeys(PLACEHOLDER.findall(source))
    same = set(PLACEHOLDER.findall(text)) == set(wanted)
    if not same or _BRACES.findall(PLACEHOLDER.sub("", text)) != _BRACES.findall(PLACEHOLDER.sub("", source)):
        mend = f"Use exactly those of the source: {', '.join(f'${{{name}}}' for name in wanted) or 'none'}."
        faults.append(Fault("placeholder", f"«{key}» has other placeholders than its source", where, mend))
    lost = _lost_numbers(source, text)
    if lost:
        mend = f"The source has {', '.join(lost)}. Digits of any script are fine, for instance ٦ for 6."
        faults.append(Fault("digits", f"«{key}» has other digits than its source", where, mend))
    return faults


_BRACES = re.compile(r"\$\{|[{}]")
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:[.,٬’' \u00a0\u202f]\d{3})+(?!\d)")


def _numbers(text: str) -> Counter[str]:
    """Numbers written as digits of any script; a single leading zero, as in dates, does not count."""
    words = PLACEHOLDER.sub(" ", text)
    plain = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in words)
    plain = _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), plain)
    return Counter(digits if len(digits) > 2 else str(int(digits)) for digits in re.findall(r"\d+", plain))


def _lost_numbers(source: str, text: str) -> list[str]:
    """Numbers of the source that the translation lacks.

    It may have more of them (the source may say it in a word). A 1 or 2 may become a word, since many languages have
    a form of the noun for it, unless another number stands there instead.
    """
    wanted, found = _numbers(source), _numbers(text)
    lost = wanted - found
    words = {"1", "2"} if not found - wanted else set[str]()
    return [digits for digits in lost if digits not in words]


def alike_faults(survey: Survey, entries: Mapping[str, Entry]) -> list[Fault]:
    """Two choices of one question that read the same in a language, though their sources do not."""
    faults: list[Fault] = []
    for question in survey.questions:
        seen: dict[str, str] = {}
        for code, choice in question.choices.items():
            key = choice_key(question, code)
            if key not in entries or not entries[key].text:
                continue
            words = " ".join(entries[key].text.casefold().split())
            first = seen.setdefault(words, code)
            if choice.label != question.choices[first].label:
                message = f"«{key}» reads as the choice «{first}» does: {entries[key].text}"
                mend = "Nobody can tell them apart; find other words for one of them."
                faults.append(Fault("same-choice", message, entries[key].where, mend))
    return faults
