"""What rows say of themselves (warnings, methods) in the report's language.

Rows speak English. A part of a warning that holds numbers or names is told by the pattern that it was made of; what no
pattern knows stands in English.
"""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter

from evaltool.report.context import ReportContext
from evaltool.text import number, pick, say, spoken

DISPOSITIONS = {
    "I": "complete interview (I)",
    "P": "partial interview (P)",
    "R": "refusal or break-off (R)",
    "NC": "never opened (NC)",
    "O": "no interview for another reason (O)",
}
"""The final codes of AAPOR, in words."""
REASONS = {
    "not_applicable": "not asked",
    "not_reached": "not reached",
    "not_answered": "not answered",
    "dont_know": "do not know",
    "refused": "did not want to answer",
    "no_interview": "no interview",
    "no_start": "no answer at the start",
    "other_version": "answered another version of the survey",
    "outside_base": "outside the base",
}
"""Why asked units are outside a base, in words."""
_PATTERNS = (
    "left out: {count} answers without «{name}»",
    "nobody answered in {levels}",
    "only a higher share could be found",
    "only a lower share could be found",
    "too few events: {events} for {parameters} parameters (at least 5 each are needed)",
    "penalised likelihood (separated)",
    "penalised likelihood ({events} events for {parameters} parameters)",
    "no overlap: nobody in {level} with {name} like the others",
    "no overlap: nobody in {level} with {name} {categories}",
    "«{name}»: not recorded is a category ({count} answers)",
    "«{name}» is the same for everybody: left out",
    "nobody has «{name}»: left out",
    "«{name}»: {categories} are one category",
    "{name}: {categories} are one category now",
    "weights cut to {times} times the mean: {count}",
    "{categories} are one category now",
    "Nobody with {name} = {categories} answered: {also} is left out",
    "Raking did not settle in {rounds} rounds: collapse categories or leave out a margin",
    "the weights are of those who answered «{survey}»",
    "all {count} outcomes are the same",
    "{name} has one value only",
    "too few: {answered} answered and {silent} did not",
    "{parameters} parameters need {needed} of each",
    "At 0 % and 100 % {method} has no interval: Clopper-Pearson with {n} effective answers instead",
    "{count} answered before the end",
    "runs against the others: {items}",
    "groups without answers left out: {count}",
    "raked to {names}",
    "standardised over {names}",
    "{adjustment} over {count} tests of «{family}»",
    "{adjustment} over {count} tests of «{family}» ({more} more have no p value)",
    "Cochran-Armitage trend test, exact, scores {scores}",
    "Cochran-Armitage trend test, asymptotic, scores {scores}",
    "logistic regression, maximum likelihood",
    "logistic regression, penalised likelihood (Firth, FLIC)",
    "not reliable by the standard of NCHS: {reason}",
    "{n} effective answers are fewer than 30",
)
_MARKS = str.maketrans("«»", "“”")
_NUMBER = re.compile(r"^-?\d+\.\d+$")


def parts(text: str) -> list[str]:
    """What a warning or a method was put together of."""
    return [part.strip() for part in text.split("; ") if part.strip()]


def told(text: str, context: ReportContext) -> str:
    """A warning or a method in words of the report's language; levels and groupings under their labels."""
    words = _known(text, context) or "; ".join(_part(part, context) for part in parts(text))
    return _english(words) if context.language == "en" else words


def _part(part: str, context: ReportContext) -> str:
    """The part as a whole, or each of its sentences; as it is where one of them is not known."""
    whole = _known(part.rstrip("."), context)
    if whole:
        return whole
    sentences = [_known(sentence.rstrip("."), context) for sentence in part.split(". ")]
    return ". ".join(sentences) if all(sentences) else part.rstrip(".")


def _known(words: str, context: ReportContext) -> str:
    language = context.language
    if spoken(words, language) == language != "en":
        return say(words, language)
    for pattern in _PATTERNS:
        match = _compiled(pattern).fullmatch(words)
        if match:
            values = {name: _value(name, value, context) for name, value in match.groupdict().items()}
            return say(pattern, language, **values)
    return ""


def _english(words: str) -> str:
    """Rows quote as the code does, and count one thing in the plural."""
    return re.sub(r"\b1 (answer|test|weight)s\b", r"1 \1", words.translate(_MARKS))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression: each placeholder is any text within a part or a sentence."""
    pieces = [
        re.escape(text) + (f"(?P<{name}>(?:(?![.;] ).)+?)" if name else "")
        for text, name, _, _ in Formatter().parse(pattern)
    ]
    return re.compile("".join(pieces))


def _value(name: str, value: str, context: ReportContext) -> str:
    """What a placeholder held, with the labels of what it names."""
    if _NUMBER.match(value):
        return number(float(value), context.language, decimals=len(value.partition(".")[2]))
    labels = _labels(context)
    if name == "reason":
        reason = _known(value, context) or value
        return reason[:1].lower() + reason[1:]
    if name in {"name", "names", "also", "level", "levels"}:
        return ", ".join(labels.get(each.strip(), each.strip()) for each in value.split(","))
    if name == "categories":
        return re.sub(r"[\w-]+", lambda found: labels.get(found[0], found[0]), value.replace("= ", ""))
    return value


def _labels(context: ReportContext) -> Mapping[str, str]:
    """Groupings and their levels in words; a code that stands for several things keeps the first."""
    found: dict[str, str] = {}
    for name, breakdown in context.breakdowns.items():
        found.setdefault(name, pick(breakdown.label, context.language).lower())
        for code, label in breakdown.levels.items():
            found.setdefault(code, pick(label, context.language))
    return found
