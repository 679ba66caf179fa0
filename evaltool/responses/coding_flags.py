"""Words in an answer that may tell who wrote it. A help for the eye of a person, who decides: it misses some.

A name that begins a sentence and that nobody told of goes unseen; so does all of a script without capitals.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

NAME, PLACE, CAPITAL = "a known name", "a place", "a capital letter"
PERSON_ONLY = "no capitals to go by: only a person can tell"
_PATTERNS = {
    "an e-mail address": re.compile(r"\S+@\S+\.\S+"),
    "an address on the web": re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+"),
    "a civil registration number": re.compile(r"(?<!\d)\d{6}[-– ]?\d{4}(?!\d)"),
    "a phone number": re.compile(r"(?<!\d)(?:\+\s?)?\d(?:[ .()/-]{0,2}\d){6,14}(?!\d)"),
    "a number": re.compile(r"(?<!\d)\d{2,}(?!\d)"),
}
"""In this order; what one has found is no more looked at by the next."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAST, _ENDINGS = 4, 3
_OPENING = " \t\"'«»“”„‘’(–—-•*"


@dataclass(frozen=True)
class Flag:
    """What looks as if it told who she is; `word` is empty where it must not be said which word it is."""

    kind: str
    word: str = ""


class Flagger:
    """Looks through texts for these names and places, and for what looks like others."""

    def __init__(self, names: Iterable[str], places: Iterable[str]):
        self._names = {word for name in names for word in _words(name)}
        self._places = {word for place in places for word in _words(place)}

    def flags(self, text: str) -> list[Flag]:
        """Each kind and word once, in the order of the kinds."""
        plain = unicodedata.normalize("NFC", text)
        return list(dict.fromkeys([*_found(plain), *self._known(plain), *_capitals(plain)]))

    def _known(self, text: str) -> Iterator[Flag]:
        words = [match[0] for match in _WORD.finditer(text)]
        if any(_is_among(word, self._names) for word in words):
            yield Flag(NAME)
        yield from (Flag(PLACE, word) for word in words if _is_among(word, self._places))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", _fold(text)) if len(word) > 1]


def _fold(text: str) -> str:
    """Without case, accents and vowel signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


def _is_among(word: str, known: Collection[str]) -> bool:
    """Whether it is one of these, also with a few letters more before or behind (of, and, the genitive)."""
    for part in _words(word):
        cuts = ((before, after) for before in range(_ENDINGS + 1) for after in range(_ENDINGS + 1 - before))
        forms = (part[before : len(part) - after] for before, after in cuts)
        if part in known or any(form in known for form in forms if len(form) >= _LEAST):
            return True
    return False


def _found(text: str) -> Iterator[Flag]:
    for kind, pattern in _PATTERNS.items():
        yield from (Flag(kind, match[0].strip()) for match in pattern.finditer(text))
        text = pattern.sub(" ", text)


def _capitals(text: str) -> Iterator[Flag]:
    letters = [sign for sign in text if sign.isalpha()]
    caseless = any(unicodedata.category(sign) == "Lo" for sign in letters)
    if caseless or (len(letters) > 1 and not any(sign.islower() for sign in letters)):
        yield Flag(PERSON_ONLY)
        if not any(sign.islower() for sign in letters):
            return
    for match in _WORD.finditer(text):
        stem = re.split(r"['’]", match[0])[0]
        if len(stem) > 1 and stem[0].isupper() and not _begins(text[: match.start()]):
            yield Flag(CAPITAL, match[0])


def _begins(before: str) -> bool:
    """Whether a sentence begins after this; a full stop after one or two letters is one of an abbreviation."""
    left = before.rstrip(_OPENING)
    return not left or left[-1] in "!?…\n" or (left[-1] == "." and not re.search(r"\b[^\W\d_]{1,2}\.$", left))
