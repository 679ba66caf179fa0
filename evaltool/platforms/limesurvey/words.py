"""Our texts as LimeSurvey takes them: HTML, in which every brace is an expression."""

import html
from dataclasses import dataclass

from evaltool.platforms.limesurvey.expression import escape_braces
from evaltool.platforms.limesurvey.names import Named, Names
from evaltool.survey.model import Attribute, Survey
from evaltool.survey.translations import PLACEHOLDER
from evaltool.text import Text, direction, isolate_runs, pick

_BY_FIRST_LETTER, _END = "\u2068", "\u2069"


@dataclass(frozen=True)
class Teller:
    """Tells a survey's texts in each of its languages; `${attribute}` becomes what the roster says of the course."""

    survey: Survey
    names: Names

    def tell(self, text: Text) -> dict[str, str]:
        return {language: self._in(text, language) for language in self.survey.languages} if text else {}

    def _in(self, text: Text, language: str) -> str:
        spoken = language if language in text else next(iter(text))
        pieces = PLACEHOLDER.split(pick(text, language))  # words, name, words, …
        told = [
            self._fact(piece, language) if number % 2 else _markup(isolate_runs(piece, spoken))
            for number, piece in enumerate(pieces)
        ]
        return "".join(told)

    def _fact(self, name: str, language: str) -> str:
        column = self.survey.attributes[name]
        fact = f"{{{_fact(column, f'TOKEN:{self.names.attributes[name].upper()}', language)}}}"
        return f"{_BY_FIRST_LETTER}{fact}{_END}" if direction(language) == "rtl" else fact


def _markup(words: str) -> str:
    return escape_braces(html.escape(words, quote=False)).replace("\n", "<br />")


def _fact(column: Attribute, words: str, language: str) -> str:
    if column.choices:
        return _label({code: pick(choice.label, language) for code, choice in column.choices.items()}, words)
    if column.type == "date":
        day = f'join(substr({words}, 8, 2), "-", substr({words}, 5, 2), "-", substr({words}, 0, 4))'
        return f'if(is_empty({words}), "", {day})'
    return _plain(words)


def _plain(words: str) -> str:
    """What the roster says, as text.

    LimeSurvey may have escaped it already, and would read a brace in it as an expression.
    """
    return f'str_replace("}}", ")", str_replace("{{", "(", htmlspecialchars(htmlspecialchars_decode({words}))))'


def _label(labels: Named, words: str) -> str:
    """The label of the code that `words` has; a code that is none of them is shown itself."""
    told = _plain(words)
    for code, label in reversed(list(labels.items())):
        told = f'if({words} == "{code}", {quoted(_markup(label))}, {told})'
    return told


def quoted(words: str) -> str:
    """Words within an expression; LimeSurvey cannot read a text that holds the sign that it stands between."""
    sign = "'" if '"' in words else '"'
    return f"{sign}{words.replace(sign, _TYPOGRAPHIC[sign])}{sign}"


_TYPOGRAPHIC = {"'": "’", '"': "”"}
