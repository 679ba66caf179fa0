"""LIX: how hard a text is to read, from the length of its sentences and the share of its long words."""

import re

from evaltool.survey.translations import PLACEHOLDER

_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
_SENTENCE_END = re.compile(r"[.:!?]+[\"'”»’)\]]*(?=\s|$)|\n")  # no end: the points in 2.5 and example.org
_LONG = 6


def lix(*texts: str) -> float:
    """The LIX of texts read one after the other; 0 if they have no word.

    Words per sentence + 100 × share of words of more than six letters. A sentence ends with `.`, `:`, `!` or `?`, and
    where a text or a line ends. A number is a word. A placeholder is one short word, whatever will stand there.

    Source: C. H. Björnsson, Läsbarhet, Stockholm: Liber 1968. Below 30: very easy; 40: easy; 50: middling.

    >>> lix("Har du et job nu? Skriv ja.")  # 7 words, 2 sentences, none long
    3.5
    """
    plain = [PLACEHOLDER.sub("x", text) for text in texts]
    sentences = [part for text in plain for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    words = [word for text in plain for word in _WORD.findall(text)]
    if not words:
        return 0.0
    return len(words) / len(sentences) + 100 * sum(_letters(word) > _LONG for word in words) / len(words)


def _letters(word: str) -> int:
    return sum(sign.isalpha() for sign in word)
