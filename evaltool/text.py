"""Text in several languages, and numbers and dates as a language writes them.

Interface texts are English in the code; `locale/<language>/*.po` hold the other languages, a file a room.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import TypeAlias

import polib
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

Text: TypeAlias = Mapping[str, str]
"""A text by language code, for instance `{"da": "Ja", "en": "Yes"}`."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "prs"})


def pick(text: Text, language: str) -> str:
    """The text in `language`, else in the first language that it has."""
    return text[language] if language in text else next(iter(text.values()), "")


_LOCALE = resources.files("evaltool") / "locale"


@cache
def _messages(language: str) -> Mapping[str, str]:
    folder = _LOCALE / language
    if not folder.is_dir():
        return {}
    files = [polib.pofile(file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".po")]
    return {entry.msgid: entry.msgstr for entries in files for entry in entries if entry.msgstr}


def interface_languages() -> list[str]:
    """Languages that the interface speaks: English, and each that has a folder in `locale/`."""
    return ["en", *sorted(folder.name for folder in _LOCALE.iterdir() if folder.is_dir())]


def say(message: str, language: str, **values: object) -> str:
    """The interface text `message` (English, with `{placeholders}`) in `language`."""
    template = _messages(language).get(message, message)
    return template.format(**values) if values else template


def spoken(message: str, language: str) -> str:
    """The language in which `say` tells `message`: `language`, or English where its translation is missing."""
    return language if message in _messages(language) else "en"


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute of a page."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


# Unicode's isolates (UAX 9): as text, so they also stand where no markup can, as in the title of a page.
_LEFT_TO_RIGHT, _BY_FIRST_LETTER, _END = "\u2066", "\u2068", "\u2069"
_WORD = r"[0-9A-Za-z\u00c0-\u024f\u0660-\u0669\u06f0-\u06f9]+"
_JOINED = rf"(?:[ .,:;/@+&'’_-]{{1,2}}{_WORD})"
_RUN = re.compile(rf"\+?{_WORD}(?:{_JOINED}| \(\+?{_WORD}{_JOINED}*\))*")


def isolate_runs(text: str, language: str) -> str:
    """In a right-to-left language, `text` with each run of numbers or Latin words kept in its own order.

    Without it «33 13 50 88» reads «88 50 13 33» between Arabic words, and 24-04-2022 reads 2022-04-24.
    """
    if direction(language) == "ltr":
        return text
    return _RUN.sub(lambda run: f"{_LEFT_TO_RIGHT}{run[0]}{_END}" if not run[0].isalnum() else run[0], text)


def isolate(value: str, language: str) -> str:
    """A name or a fact, so that filled into a text in `language` it cannot turn what stands beside it."""
    turns = direction(language) == "rtl" or any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in value)
    return f"{_BY_FIRST_LETTER}{value}{_END}" if turns and value else value


@cache
def language_name(language: str, told_in: str = "") -> str:
    """The language's name in itself (dansk, English, العربية), or as another language calls it."""
    try:
        return Locale.parse(language).get_display_name(told_in or language) or language
    except (ValueError, UnknownLocaleError):
        return language


def round_half_up(value: float | Decimal, decimals: int = 0) -> Decimal:
    """Round as readers do by hand: 44.5 is 45. Python's own rounding is half-to-even."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float | Decimal, language: str, *, decimals: int = 0) -> str:
    """`1.234` and `12,5` in Danish, `1,234` and `12.5` in English."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(round_half_up(value, decimals), format=pattern, locale=language)


def percent(share: float, language: str, *, decimals: int = 0) -> str:
    """A share between 0 and 1 as per cent: `59 pct.` in Danish, `59 per cent` in English."""
    return say("{value} per cent", language, value=number(100 * Decimal(str(share)), language, decimals=decimals))


def long_date(day: date, language: str) -> str:
    """`24. april 2022` in Danish, `24 April 2022` in English."""
    return format_date(day, format="long", locale="en_GB" if language == "en" else language)
