"""Words by which a text that should be Danish gives itself away as English."""

import re

_ENGLISH = re.compile(
    r"\b(the|and|with|without|answers?|answered|first|same|self|survey|of|share|shares|than|not|from|their|is|are|was|were"
    r"|nobody|everybody|somebody|no|only|too|few|wide|effective|interval is|compared|asked|limits|among|has)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"«[^»]*»|RISQ 2\.1")
_DECIMAL_POINT = re.compile(r"\d\.\d(?!\d\d)")


def english_in(text: str) -> list[str]:
    """The English words of a text, and numbers with a decimal point; names between «» may be in any language."""
    bare = _NAMES.sub("", text)
    return [*(found[0] for found in _ENGLISH.finditer(bare)), *_DECIMAL_POINT.findall(bare)]
