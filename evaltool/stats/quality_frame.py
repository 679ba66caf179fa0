"""What a dataset and its codebook tell of each interview: was she fast, did she answer alike, where did she stop."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from evaltool.stats.quality import (
    ASKED,
    LEAST_BATTERY,
    UNASKED,
    Flags,
    Speeding,
    duplicate_answers,
    speeding,
    straight_lining,
)
from evaltool.stats.rates import INTERVIEWS
from evaltool.stats.units import Answers, Book

_TEXT = "text"
_STATES = ["answered", *ASKED, *UNASKED]
_SUBSTANCE = (None, "headline")  # what the others ask is agreed to, or is about the interview itself


@dataclass(frozen=True)
class Item:
    """One question: its `columns` (several for a multiple choice), and the column `other` of its open choice ("").

    `scale` is equal for questions with the same ordered answers, "" for all others.
    """

    name: str
    page: str
    kind: str
    columns: tuple[str, ...]
    other: str = ""
    scale: str = ""
    role: str | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Checked:
    """One version of a survey. `facts` has a row an interview, in the order of `frame`.

    Columns of `facts`: `unit`, `interview`, `begun`, `left` (the page where it was broken off, else missing),
    `language`, `mode`, `helped`, `seconds`, `questions`, `fast`, `duplicate`, `straight`, and one for each battery.
    `states` has a column for each question: why there is no answer, "answered" where there is one. `absent` names
    columns of every dataset that this one has not.
    """

    survey: str
    frame: pd.DataFrame
    facts: pd.DataFrame
    states: pd.DataFrame
    items: tuple[Item, ...]
    pages: tuple[str, ...]
    batteries: Mapping[str, tuple[str, ...]]
    speed: Speeding
    absent: frozenset[str]


def items_of(book: Book) -> tuple[Item, ...]:
    """The questions that somebody is asked, in order."""
    asked = [variable for variable in book if not variable.get("derived")]
    grouped = groupby(asked, key=lambda variable: str(variable["question"]))
    return tuple(_item(name, list(variables)) for name, variables in grouped)


def _item(name: str, variables: list[Mapping[str, Any]]) -> Item:
    own = [item for item in variables if item["name"] == name or str(item["name"]).startswith(f"{name}__")]
    other = next((str(item["name"]) for item in variables if item not in own), "")
    first = variables[0]
    kind, categories = str(first["kind"]), dict(first.get("categories") or {})
    columns = tuple(str(item["name"]) for item in own)
    ordered = kind == "category" and bool(first.get("scale"))
    scale = json.dumps([first["scale"], *categories.items()], sort_keys=True) if ordered else ""
    codes = tuple(categories) or tuple(column.removeprefix(f"{name}__") for column in columns if column != name)
    return Item(name, str(first.get("page") or ""), kind, columns, other, scale, first.get("role"), codes)


def batteries_of(items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """Three or more questions of one page with the same ordered answers, by `first..last`."""
    alike: dict[tuple[str, str], list[str]] = {}
    for item in items:
        if item.page and item.scale:
            alike.setdefault((item.page, item.scale), []).append(item.name)
    return {f"{names[0]}..{names[-1]}": tuple(names) for names in alike.values() if len(names) >= LEAST_BATTERY}


def check_interviews(answers: Answers, book: Book) -> Checked:
    """Judge every interview of a version against all others of it."""
    frame = answers.frame.reset_index(drop=True)
    items = tuple(item for item in items_of(book) if set(item.columns) <= set(frame))
    batteries = batteries_of(items)
    needed = {"helped", "mode", "opened_at", "completed_at", "person", "missing"}
    pages = tuple(dict.fromkeys(item.page for item in items if item.page))
    interview = frame["disposition"].astype("str").isin(INTERVIEWS)
    begun = interview | (column(frame, "missing").astype("string") == "not_reached").fillna(value=False).astype(bool)
    facts = pd.DataFrame({"unit": frame["unit"].astype("str"), "interview": interview, "begun": begun})
    states = pd.DataFrame({item.name: _states(frame, item) for item in items}, index=frame.index)
    facts["left"] = _left(states, items, pages, begun & (frame["disposition"].astype("str") != "I"))
    facts["language"] = column(frame, "interview_language" if "interview_language" in frame else "language")
    facts["mode"] = column(frame, "mode")
    facts["helped"] = column(frame, "helped").astype("boolean")
    facts["seconds"] = _seconds(frame)
    facts["questions"] = states.isin(("answered", *ASKED)).sum(axis=1)
    given = facts[interview]
    speed = speeding(given["seconds"].tolist(), questions=given["questions"].tolist())
    copies = duplicate_answers(_substance(frame[interview], items), column(frame, "person")[interview].tolist())
    facts["fast"] = _spread(speed.flags, interview)
    facts["duplicate"] = _spread(copies.flags, interview)
    for name, members in batteries.items():
        facts[name] = _spread(straight_lining(frame.loc[interview, list(members)]).identical, interview)
    facts["straight"] = _all_straight(facts, list(batteries))
    absent = frozenset(needed - set(frame))
    return Checked(answers.survey, frame, facts, states, items, pages, batteries, speed, absent)


def column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """The column; all missing where the dataset has none."""
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype="object")


def _states(frame: pd.DataFrame, item: Item) -> "pd.Series[Any]":
    blank = frame[list(item.columns)].isna().all(axis=1).to_numpy()
    why = pd.Categorical(column(frame, f"{item.name}__missing"), categories=_STATES)
    codes = np.where(blank, np.where(why.codes < 0, _STATES.index("not_answered"), why.codes), 0)
    return pd.Series(pd.Categorical.from_codes(codes.tolist(), dtype=pd.CategoricalDtype(_STATES)), index=frame.index)


def _left(
    states: pd.DataFrame, items: Sequence[Item], pages: Sequence[str], stopped: "pd.Series[bool]"
) -> "pd.Series[Any]":
    """The first page with a question that was not reached; the last one where all were."""
    left = pd.Series(None, index=states.index, dtype="object")
    if not pages:
        return left
    left[stopped] = pages[-1]
    for page in reversed(pages):
        names = [item.name for item in items if item.page == page]
        left[stopped & (states[names] == "not_reached").any(axis=1)] = page
    return left


def _seconds(frame: pd.DataFrame) -> "pd.Series[float]":
    if not {"opened_at", "completed_at"} <= set(frame):
        return pd.Series(np.nan, index=frame.index)
    opened, completed = (pd.to_datetime(frame[name], utc=True) for name in ("opened_at", "completed_at"))
    return (completed - opened).dt.total_seconds()


def _substance(frame: pd.DataFrame, items: Sequence[Item]) -> pd.DataFrame:
    """What closed questions found out, a multiple choice as one answer."""
    chosen = [item for item in items if item.kind != _TEXT and item.role in _SUBSTANCE]
    return pd.DataFrame({item.name: _one_answer(frame, item) for item in chosen}, index=frame.index)


def _one_answer(frame: pd.DataFrame, item: Item) -> "pd.Series[Any]":
    if item.columns == (item.name,):
        return frame[item.name]
    ticks = frame[list(item.columns)]
    blank = ticks.isna().all(axis=1)
    chosen = ticks.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    return pd.Series([None if none else row.tobytes() for row, none in zip(chosen, blank, strict=True)], frame.index)


def _spread(flags: Flags, judged: "pd.Series[bool]") -> "pd.Series[Any]":
    """Flags of the interviews that were judged, missing for all others."""
    spread = pd.Series(pd.NA, index=judged.index, dtype="boolean")
    spread[judged] = pd.array(list(flags), dtype="boolean")
    return spread


def _all_straight(facts: pd.DataFrame, names: list[str]) -> "pd.Series[Any]":
    """Whether every battery that she answered whole is answered alike; missing where she answered none whole."""
    flags = facts[names]
    judged = flags.notna().any(axis=1)
    return flags.fillna(value=True).all(axis=1).astype("boolean").where(judged)
