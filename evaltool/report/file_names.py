"""Words as names of files, such as every system takes them."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count

# What Windows allows in no name, and quotation marks, which only look like such.
_ILLEGAL = re.compile(r"[<>:\"/\\|?*«»“”\x00-\x1f\x7f]+")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def file_name(words: str) -> str:
    """The words with a hyphen for what no file name may hold; letters of any language stay."""
    safe = re.sub(r"[\s-]*-[\s-]*", "-", _ILLEGAL.sub("-", words)).strip(" .-") or "-"
    return f"{safe}-" if safe.partition(".")[0].casefold() in _DEVICES else safe


def told_apart(names: Iterable[str]) -> Iterator[str]:
    """The names; one that differs from an earlier one in capitals alone, or in nothing, gets a number."""
    taken: set[str] = set()
    for name in names:
        tries = chain([name], (f"{name}-{number}" for number in count(2)))
        free = next(each for each in tries if each.casefold() not in taken)
        taken.add(free.casefold())
        yield free
