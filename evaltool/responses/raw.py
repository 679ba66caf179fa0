"""Raw responses by column: read from the lines of an archive without an object for each response."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow

from evaltool.records import Answer
from evaltool.responses.segments import Lines
from evaltool.responses.tables import Coded
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Survey
from evaltool.survey.types import QUESTION_TYPES

RawAnswer: TypeAlias = str | tuple[str, ...] | None
"""An answer as written down; `None` is "shown and left empty". What was never shown has no place in its column."""
T = TypeVar("T")

_arrow: Any = pyarrow
_NOTHING = _arrow.array([], "string")
_TEXTS = (
    *("deployment", "interview", "unit", "person", "structure_hash", "language", "mode", "status"),
    *("opened_at", "saved_at", "completed_at", "revision"),
)
_FEW = {f"$.{name}" for name in ("deployment", "structure_hash", "language", "mode", "status")}
_METADATA = {name: f"$.{name}" for name in _TEXTS}
_AT_ONCE = 20_000
_QUERY = "SELECT json_extract_string(line, $texts) AS texts, json_extract(line, $answers) AS answers FROM lines"


@dataclass(frozen=True, eq=False)
class Responses:
    """Responses by column. `interviews` has a row for each: all but attributes, answers and pages of the record.

    `attributes` are the roster attributes as used for routing, `answers` what was written down, both by name.
    """

    interviews: pd.DataFrame
    attributes: Mapping[str, Coded[str]]
    answers: Mapping[str, Coded[RawAnswer]]

    def take(self, interviews: pd.DataFrame) -> "Responses":
        """Only these interviews, in their order; their labels say which."""
        rows = interviews.index.to_numpy()
        return Responses(
            interviews.reset_index(drop=True),
            {name: column.take(rows) for name, column in self.attributes.items()},
            {name: column.take(rows) for name, column in self.answers.items()},
        )


def read_responses(segments: Iterable[Lines], survey: Survey) -> Responses:
    """Read what `Archive.segments` gives; answers to questions that the survey has not are left out."""
    attributes = {name: f"$.attributes.{name}" for name in survey.attributes}
    answers = {name: f"$.answers.{name}" for name in _written_names(survey)}
    texts = [*_METADATA.values(), *attributes.values()]
    with duckdb.connect() as connection:
        parts = [_read_part(connection, lines, texts, list(answers.values())) for lines in _parts(segments)]
    columns = {path: _arrow.chunked_array([part[path] for part in parts]) for path in parts[0]}
    return Responses(
        _interviews({name: columns[path] for name, path in _METADATA.items()}),
        {name: _coded(columns[path], str) for name, path in attributes.items()},
        {name: _coded(columns[path], _raw_answer) for name, path in answers.items()},
    )


def _written_names(survey: Survey) -> Iterator[str]:
    for question in survey.questions:
        if QUESTION_TYPES[question.type].asks:
            yield question.name
        if question.other_choice:
            yield question.name + OTHER_SUFFIX


def _parts(segments: Iterable[Lines]) -> Iterator[Lines]:
    """The lines in parts of about the same size, whatever the size of the pulls; at least one."""
    waiting, size = [_NOTHING], 0
    for lines in segments:
        waiting.append(lines)
        size += len(lines)
        if size >= _AT_ONCE:
            yield _arrow.chunked_array(waiting)
            waiting, size = waiting[:1], 0
    yield _arrow.chunked_array(waiting)


def _read_part(connection: Any, lines: Lines, texts: list[str], answers: list[str]) -> dict[str, Any]:
    """A column for each path, numbered by its distinct values unless it is another in nearly every row."""
    connection.register("lines", _arrow.table({"line": lines}))
    found = connection.sql(_QUERY, params={"texts": texts, "answers": answers}).to_arrow_table().combine_chunks()
    columns = _split(found["texts"], texts) | _split(found["answers"], answers)
    plain = set(_METADATA.values()) - _FEW
    return {path: column if path in plain else column.dictionary_encode() for path, column in columns.items()}


def _split(lists: Any, paths: Sequence[str]) -> dict[str, Any]:
    """The lists hold a value for each path, in order."""
    values = _arrow.concat_arrays([_NOTHING, *(chunk.flatten() for chunk in lists.chunks)]).cast("large_string")
    return {path: values.take(np.arange(place, len(values), len(paths))) for place, path in enumerate(paths)}


def _interviews(columns: Mapping[str, Any]) -> pd.DataFrame:
    """The columns of few values are categories."""
    frame: pd.DataFrame = _arrow.table(columns).to_pandas()
    return frame.astype({"revision": "int64"})


def _coded(column: Any, read: Callable[[str], T]) -> Coded[T]:
    """Equal values have one place, though every part has numbered them anew."""
    whole = column.unify_dictionaries().combine_chunks()
    codes = whole.indices.fill_null(-1).to_numpy().astype(np.int32, copy=False)
    return Coded(codes, tuple(read(text) for text in whole.dictionary.to_pylist()))


def _raw_answer(text: str) -> RawAnswer:
    answer: Answer = json.loads(text)
    return tuple(answer) if isinstance(answer, list) else answer
