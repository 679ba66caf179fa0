"""Text in several languages, and numbers and dates as a language writes them.

Interface texts are English in the code; `locale/<language>/*.po` hold the other languages, a file a room.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import TypeAlias

import polib
from babel import Locale
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


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute of a page."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


@cache
def language_name(language: str) -> str:
    """The language's name in itself: dansk, English, العربية."""
    return Locale.parse(language).get_display_name(language) or language


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
    """`24. april 2022` in Danish, `April 24, 2022` in English."""
    return format_date(day, format="long", locale=language)
