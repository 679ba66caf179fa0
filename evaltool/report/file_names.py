"""Words as names of files, such as every system takes them."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count

# What Windows allows in no name, and quotation marks, which only look like such.
_ILLEGAL = re.compile(r"[<>:\"/\\|?*«»“”\x00-\x1f\x7f]+")
_LONGEST = 60  # a whole path has 260 signs on Windows
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def file_name(words: str) -> str:
    """The words with a hyphen for what no file name may hold; letters of any language stay."""
    safe = re.sub(r"[\s-]*-[\s-]*", "-", _ILLEGAL.sub("-", words)).strip(" .-") or "-"
    return f"{safe}-" if safe.partition(".")[0].casefold() in _DEVICES else safe


def told_apart(names: Iterable[str]) -> Iterator[str]:
    """The names, cut where they are long; one that an earlier one equals, capitals aside, gets a number."""
    taken: set[str] = set()
    for name in names:
        short = name[:_LONGEST].rstrip(" .-")
        tries = chain([short], (f"{short}-{number}" for number in count(2)))
        free = next(each for each in tries if each.casefold() not in taken)
        taken.add(free.casefold())
        yield free
