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

    def tell_in_mail(self, text: Text) -> dict[str, str]:
        """The same for a mail, which is no HTML."""
        return {language: self._in(text, language, mail=True) for language in self.survey.languages}

    def _in(self, text: Text, language: str, *, mail: bool = False) -> str:
        spoken = language if language in text else next(iter(text))
        pieces = PLACEHOLDER.split(pick(text, language))  # words, name, words, …
        write = _in_mail if mail else _markup
        told = [
            self._fact(piece, language, mail=mail) if number % 2 else write(isolate_runs(piece, spoken))
            for number, piece in enumerate(pieces)
        ]
        return "".join(told)

    def _fact(self, name: str, language: str, *, mail: bool) -> str:
        words = _fact(self.survey.attributes[name], f"TOKEN:{self.names.attributes[name].upper()}", language)
        fact = f"{{{_DECODE}({words})}}" if mail else f"{{{words}}}"
        return f"{_BY_FIRST_LETTER}{fact}{_END}" if direction(language) == "rtl" else fact


def _markup(words: str) -> str:
    return escape_braces(html.escape(words, quote=False)).replace("\n", "<br />")


def _in_mail(words: str) -> str:
    """LimeSurvey's filters escape these signs, for a user with small rights; so it is sent them escaped."""
    return escape_braces(words).translate(_UNESCAPED)


_DECODE = "htmlspecialchars_decode"
_UNESCAPED = {ord(sign): f'{{{_DECODE}("{html.escape(sign)}")}}' for sign in "&<>"}


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
