"""What a writer is warned about in her own text: a figure typed by hand, and a cause told of an outcome.

Both are warnings, since words alone do not tell what a sentence means. The words are in `locale/writing.yaml`; a
language that it does not have is not looked at. Numbers written as words are not found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from babel.dates import get_month_names
from ruamel.yaml import YAML

from evaltool.errors import Fault
from evaltool.report.definition import ReportDefinition
from evaltool.report.sentences import NO_CAUSE
from evaltool.report.source import FIGURES, Template
from evaltool.text import say

_WORDS = resources.files("evaltool") / "locale" / "writing.yaml"
_FIGURE, _OTHER = "\ue000", "\ue001"
"""What stands for a figure of an outcome, and for any other expression: Unicode has no such letters."""
_NO_OUTCOMES = frozenset({"response", "courses", "disposition", "flow", "days_to_answer"})
_EXPRESSION = re.compile(r"\{\{-?\s*(\w+)?(?:\(\s*[\"'](\w+)[\"'])?.*?\}\}", re.DOTALL)
_NOT_TEXT = re.compile(
    r"""\{\#\#.*?\#\#\} | \{%.*?%\}           # a comment or statement of the template
      | `[^`\n]*` | \]\([^)\n]*\)               # code, the address of a link
      | \{[\#.][^}\n]*\}                        # attributes
      | ^\s*\#+\s*[\d.]+ | ^\s*\d+[.)]\s       # the number of a heading, of an item""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_NUMBER = r"\d+(?:[.,–-]\d+)*"
_YEAR_OR_DATE = r"\d{4}-\d\d-\d\d|\d{1,2}[-./]\d{1,2}[-./]\d{4}|(?:19|20)\d\d(?:–\d{2,4})?"
_END = re.compile(rf"(?<=[.!?{_FIGURE}])\s+(?=\S)")
_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")


def writing_warnings(template: Template, definition: ReportDefinition, language: str) -> list[Fault]:
    """A warning for each figure typed by hand, and for each sentence that gives an outcome a cause."""
    if language not in _lists():
        return []
    own = _own_text(template.text)
    found = [*_typed_figures(own, language), *_causes(own, language, _outcomes(definition, language))]
    return [
        Fault(code, message, f"{template.path.as_posix()}:{own.count(chr(10), 0, position) + 1}", mend)
        for position, code, message, mend in sorted(found)
    ]


_Found = tuple[int, str, str, str]
"""Where it stands in the text, and the code, message and mend of its warning."""


def _typed_figures(own: str, language: str) -> Iterator[_Found]:
    words = _lists()[language]
    per_cent, of = _any_of(words["per_cent"]), _any_of(words["of"])
    months = _any_of(list(get_month_names("wide", locale=language).values()))  # pyright: ignore[reportUnknownArgumentType]  # untyped
    places = rf"\b{_any_of(words['place'])}\s+{_NUMBER}(?:\s*(?:,|\w+)\s*{_NUMBER})*"
    dates = rf"\b\d{{1,2}}\.?\s+{months}|{months}\s+\d{{1,2}}\b|\b(?:{_YEAR_OR_DATE})\b(?!\s*(?:{per_cent}|{of}\s))"
    text = re.sub(rf"{_any_of(words['fixed'])}|{places}|{dates}", _blank, own, flags=re.IGNORECASE)
    figure = rf"(?<![\w.,])(?<!\w-){_NUMBER}(?:\s*{per_cent})?(?:\s+{of}\s+(?:\w+\s+)?{_NUMBER})?(?![\w])"
    for match in re.finditer(figure, text):
        shown = " ".join(match[0].split())
        mend = f'Name the figure, as in {{{{ share("…") }}}}; a number that is no result is {{{{ fixed("{shown}") }}}}.'
        yield match.start(), "typed-figure", f"«{shown}» is typed by hand", mend


def _causes(own: str, language: str, outcomes: Sequence[str]) -> Iterator[_Found]:
    causal = re.compile(rf"\b{_any_of(_lists()[language]['causal'])}", re.IGNORECASE)
    outcome = re.compile("|".join([_FIGURE, *(rf"\b{re.escape(name)}\b" for name in outcomes)]), re.IGNORECASE)
    standing = say(NO_CAUSE, language)
    back = re.compile(rf"\s*{_any_of(_lists()[language]['back'])}", re.IGNORECASE)
    for paragraph in _PARAGRAPH.finditer(own):
        before = ""
        for start, sentence in _sentences(paragraph[0]):
            word = causal.search(sentence)
            meant = before + sentence if back.match(sentence) else sentence
            before = meant
            if word and outcome.search(meant) and " ".join(sentence.split()) != standing:
                message = f"«{word[0]}» gives a cause in a sentence about an outcome"
                yield paragraph.start() + start + word.start(), "cause", message, _NO_CAUSES


_NO_CAUSES = "The survey has no comparison group: tell the two apart, or give the cause of the activity alone."


def _sentences(paragraph: str) -> Iterator[tuple[int, str]]:
    """Each sentence and where it starts. A figure may end one: the full stop of `pct.` is the figure's own."""
    start = 0
    for end in _END.finditer(paragraph):
        before, follows = paragraph[end.start() - 1], paragraph[end.end()]
        if follows.isupper() or (before != _FIGURE and not follows.isalnum()):
            yield start, paragraph[start : end.start()]
            start = end.end()
    yield start, paragraph[start:]


def _outcomes(definition: ReportDefinition, language: str) -> list[str]:
    """Short names of indicators, as charts and tables have them; what stands in brackets explains them.

    A single word is too little to tell an outcome by, and stacked charts name questions: «The match».
    """
    specs = [*definition.charts.values(), *definition.tables.values()]
    every = [spec.names for spec in specs if spec.kind != "stacked"]
    names = {
        re.sub(r"\s*\(.*?\)|:.*", "", text[language]) for each in every for text in each.values() if language in text
    }
    return sorted(name for name in names if " " in name)


def _own_text(text: str) -> str:
    """The text as it stands, with the template's language and all that is no running text blanked out."""
    return _NOT_TEXT.sub(_blank, _EXPRESSION.sub(_mark, text))


def _mark(expression: re.Match[str]) -> str:
    tells = expression[1] in FIGURES and expression[2] not in _NO_OUTCOMES
    return (_FIGURE if tells else _OTHER) + _blank(expression)[1:]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _any_of(words: Sequence[str]) -> str:
    """An expression for one of the words; a `*` at the end is any ending."""
    longest_first = sorted(words, key=len, reverse=True)
    ends = (re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else r"(?!\w)") for word in longest_first)
    return f"(?:{'|'.join(ends)})"


@cache
def _lists() -> Mapping[str, Mapping[str, list[str]]]:
    return YAML(typ="safe").load(_WORDS.read_text(encoding="utf-8"))  # pyright: ignore[reportUnknownMemberType]  # untyped
