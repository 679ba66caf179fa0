"""YAML files with line numbers: every fault of a file is told with file and line."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import Scanner

from evaltool.errors import DefinitionError, Fault

_PLAIN_WORDS = {
    "missing": ("missing-key", "the key «{key}» is missing", "Add it."),
    "extra_forbidden": ("unknown-key", "unknown key «{key}»", "Remove it, or mend its spelling."),
}

_QUOTES = "Put the whole text in double quotes."
_YAML_WORDS = (
    (
        "mapping values are not allowed",
        "a colon stands where none can",
        'If the colon belongs to a text, put the text in quotes: "One: two". Else an indent is wrong here or above.',
    ),
    (r"found character '\\t'", "a tab", "Use spaces instead of the tab."),
    (r"found character '(.)' that cannot start", "a text cannot begin with «{}»", _QUOTES),
    (r"while scanning a quoted scalar", "a text in quotes never ends", "Close the quotes."),
    (r"undefined alias '(.*)'", "«*{}» stands for nothing", "If it is a text, put it in double quotes."),
    (r"expected <block end>, but found '<scalar>'", "words after the end of a text in quotes", _QUOTES),
    (r"expected <block end>", "an indent is wrong", "Let the line begin exactly below those that it belongs to."),
    (r"could not find expected ':'", "a line has no colon", "Write «key: value», here or one line up."),
    (
        r"sequence entries are not allowed",
        "a list begins in the middle of a line",
        "Put the «-» on a line of its own; if it belongs to a text, put the text in quotes.",
    ),
    (
        r"expected ',' or|found '<stream end>'",
        "a bracket is not closed, or a comma is missing",
        "Look at this line and at those above.",
    ),
    (r'duplicate key "(.*?)"', "the key «{}» stands twice", "Keep one of them."),
)
"""What the parser says (a pattern), and the same in plain words with a mend; the first that is found counts."""


_SLIP = 0.9
"""So much alike are a name and a slip of the hand in it; beside such a name no other one is meant."""


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: `data` is plain YAML 1.2 (so `yes` and `no` are words), `line` finds a place in it."""

    path: Path
    data: Mapping[str, Any]

    def line(self, location: Sequence[str | int]) -> int:
        """The line (from 1) of the deepest part of `location` that is in the file."""
        node: object = self.data
        line = 1
        for step in location:
            if isinstance(node, CommentedMap | CommentedSeq) and _has(node, step):
                # What a merge key (`<<`) brings in has no mark of its own.
                marks = cast("dict[str | int, list[int]]", cast("Any", node).lc.data or {})
                mark = marks.get(step)
                line = mark[0] + 1 if mark else line
                node = cast("Any", node)[step]
        return line

    def where(self, location: Sequence[str | int] = ()) -> str:
        return f"{self.path.as_posix()}:{self.line(location)}"


def _has(node: CommentedMap | CommentedSeq, step: str | int) -> bool:
    if isinstance(node, CommentedMap):
        return step in node
    return isinstance(step, int) and step < len(cast("list[object]", node))


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file whose top is a mapping.

    Raises:
        DefinitionError: if the file is not there, is not UTF-8, is not YAML, or says a key twice.
    """
    text = _read_text(path)
    try:
        data = _parsed(text)
    except YAMLError as error:
        line, problem = _problem(error, text)
        told, mend = _in_plain_words(problem)
        raise DefinitionError(f"not YAML: {told}", where=f"{path.as_posix()}:{line}", mend=mend) from None
    except ValueError as error:  # such as 2021-02-31; ruamel does not tell where
        mend = "Look for a date or a number that cannot be."
        raise DefinitionError(f"a value cannot be read: {error}", where=path.as_posix(), mend=mend) from None
    if not isinstance(data, CommentedMap):
        raise DefinitionError(
            "the file is not a mapping of keys", where=f"{path.as_posix()}:1", mend="Write «key: value»."
        )
    return YamlFile(path, cast("Mapping[str, Any]", data))


@lru_cache(maxsize=64)  # parsing is slow, and a command reads a file many times; nobody changes what is read
def _parsed(text: str) -> object:
    yaml: Any = YAML(typ="rt")
    yaml.Scanner, yaml.Parser = Scanner, Parser  # those of "rt" keep comments, which takes a fifth longer
    return yaml.load(text)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DefinitionError("no such file", where=path.as_posix(), mend="Check the name and the folder.") from None
    except UnicodeDecodeError as error:
        mend = "Save the file as UTF-8."
        raise DefinitionError(f"not UTF-8 (byte {error.start})", where=path.as_posix(), mend=mend) from None


def _problem(error: YAMLError, text: str) -> tuple[int, str]:
    """The line, and what is wrong there."""
    if isinstance(error, ReaderError):
        sign = cast("Any", error)
        return text.count("\n", 0, sign.position) + 1, f"the sign U+{sign.character:04X} is not allowed"
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    context = str(getattr(error, "context", None))
    if context == "while scanning a quoted scalar":  # it is the start that matters: the end is the end of the file
        mark, problem = getattr(error, "context_mark", None), context
    return (mark.line + 1 if mark else 1), str(problem or error)


def _in_plain_words(problem: str) -> tuple[str, str]:
    """What is wrong, and a mend."""
    for pattern, told, mend in _YAML_WORDS:
        if found := re.search(pattern, problem):
            return told.format(*found.groups()), mend
    return problem, "Look at this line."


def model_faults(error: ValidationError, file: YamlFile, models: Iterable[type[BaseModel]]) -> list[Fault]:
    """What pydantic found, as faults with file and line; an unknown key is compared with the keys of `models`."""
    known = {name for model in models for name in model.model_fields}
    faults: list[Fault] = []
    for item in error.errors():
        location = [step for step in item["loc"] if not str(step).startswith("function-")]
        key = str(location[-1]) if location else ""
        code, message, mend = _PLAIN_WORDS.get(item["type"], ("bad-value", "«{key}»: {told}", "Mend the value."))
        if code == "unknown-key":
            mend = nearest(key, known) or mend
        told = item["msg"]
        if item["type"] == "literal_error":
            told, mend = _none_of(item["input"], item.get("ctx", {})["expected"])
        mend = item.get("ctx", {}).get("mend", mend)  # a validator of ours knows its own
        faults.append(Fault(code, message.format(key=key, told=told), file.where(location), mend))
    return faults


def _none_of(value: object, expected: str) -> tuple[str, str]:
    """What is wrong with a word that is none of the few that can be, and a mend; pydantic tells those in quotes."""
    names = re.findall("'([^']*)'", expected) or [expected]
    word = str(value) if isinstance(value, str | int | float) else ""
    shown = f"«{word}»" if word else "this"
    return f"{shown} is none of {', '.join(names)}", _alike(word, names) or "Write one of them."


def nearest(name: str, known: Iterable[str]) -> str:
    """A mend that names what is spelled alike, else the few names there are ("" if too many)."""
    names = sorted(known)
    return _alike(name, names) or (f"Known: {', '.join(names)}." if 0 < len(names) <= 12 else "")


def _alike(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=3)
    close = difflib.get_close_matches(name, close, cutoff=_SLIP) or close
    return "Did you mean " + " or ".join(f"«{found}»" for found in close) + "?" if close else ""


def faults_error(message: str, faults: Sequence[Fault]) -> DefinitionError:
    """One error for all faults, in order of place."""
    ordered = sorted(set(faults), key=_place)
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered)} faults"
    return DefinitionError(f"{message}: {count}", faults=ordered)


def _place(fault: Fault) -> tuple[str, int, str]:
    path, _, line = fault.where.rpartition(":")
    return (path, int(line) if line.isdigit() else 0, fault.message)


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as ordinary dictionaries and lists."""
    return cast("dict[str, Any]", _plain(data))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    return value
