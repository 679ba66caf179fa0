"""The first steps of cleaning: which interviews count. Each takes interviews and gives back fewer, and its log.

Interviews are rows of `Responses.interviews`; they keep their numbers, by which their answers are found.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from evaltool.responses.corrections import Correction
from evaltool.responses.raw import RawAnswer
from evaltool.responses.tables import Coded
from evaltool.survey.model import Survey

LOG_COLUMNS = ("step", "unit", "variable", "reason", "detail")
Log: TypeAlias = pd.DataFrame
"""What cleaning changed or dropped, and why; never an answer. `variable` is "" for a whole interview."""

Outcome: TypeAlias = tuple[pd.DataFrame, Log]


def log_entries(step: str, units: object, reason: str, *, variable: object = "", detail: object = "") -> Log:
    """An entry for each of the units."""
    entries = {"step": step, "unit": units, "variable": variable, "reason": reason, "detail": detail}
    return pd.DataFrame(entries, columns=list(LOG_COLUMNS), dtype="str")


def keep_latest(interviews: pd.DataFrame) -> Outcome:
    """Of the states of one interview that were pulled, the highest revision; of equal ones the last pulled."""
    states = interviews.groupby(["deployment", "interview"], sort=False, observed=True)
    numbers = states.ngroup().to_numpy()
    # Sorting leaves equal revisions in the order in which they were pulled.
    order = np.lexsort((interviews["revision"].to_numpy(), numbers))
    last = order[np.flatnonzero(np.diff(numbers[order], append=-1))]
    latest = interviews.iloc[last]
    again = numbers[(states.cumcount() == 1).to_numpy()]
    details = [f"earlier states of the interview: {count - 1}" for count in np.bincount(numbers)[again].tolist()]
    return latest, log_entries("latest", latest["unit"].array[again], "superseded", detail=details)


def drop_other_versions(interviews: pd.DataFrame, *, structure_hash: str) -> Outcome:
    """Answers to another version of the survey belong in that version's dataset."""
    same = interviews["structure_hash"] == structure_hash
    other = interviews[~same]
    detail = "structure " + other["structure_hash"].astype("str").str[:12]
    return interviews[same], log_entries("version", other["unit"].array, "other_version", detail=detail.array)


def apply_corrections(
    interviews: pd.DataFrame,
    answers: Mapping[str, Coded[RawAnswer]],
    *,
    corrections: Sequence[Correction],
    survey: Survey,
) -> tuple[Mapping[str, Coded[RawAnswer]], Log]:
    """Set anew what was looked into; a correction that finds no interview is told."""
    wanted: dict[str, list[Correction]] = {}
    for correction in corrections:
        if correction.concerns(survey):
            wanted.setdefault(correction.unit, []).append(correction)
    concerned = interviews.loc[interviews["unit"].isin(list(wanted)), "unit"]
    done: list[Correction] = []
    new: dict[str, dict[int, RawAnswer]] = {}
    for row, unit in zip(concerned.index.tolist(), concerned, strict=True):
        for item in wanted[unit]:
            new.setdefault(item.variable, {})[row] = item.answer(survey.by_name.get(item.variable))
            done.append(item)
    found = set(concerned)
    lost = [item for unit, items in wanted.items() if unit not in found for item in items]
    log = pd.concat(
        [
            _corrected(done, "corrected", [f"{item.who}, {item.when}: {item.why}" for item in done]),
            _corrected(lost, "not_applied", "no interview"),
        ]
    )
    return {name: column.put(new.get(name, {})) for name, column in answers.items()}, log


def _corrected(items: Sequence[Correction], reason: str, detail: object) -> Log:
    variables = [item.variable for item in items]
    return log_entries("corrections", [item.unit for item in items], reason, variable=variables, detail=detail)


def drop_unknown_units(interviews: pd.DataFrame, *, units: Sequence[str]) -> Outcome:
    """Interviews of courses that are not on the roster (any longer)."""
    known = interviews["unit"].isin(units)
    return interviews[known], log_entries("roster", interviews.loc[~known, "unit"].array, "not_on_roster")


_RANK: Mapping[str, int] = {"complete": 3, "partial": 2, "refused": 1, "opened": 0}


def drop_duplicates(interviews: pd.DataFrame) -> Outcome:
    """One interview a course: complete before partial before refused before merely opened, then the latest."""
    several = interviews[interviews.duplicated("unit", keep=False)]
    ranked = several.assign(rank=several["status"].astype("str").map(_RANK))
    best = ranked.sort_values(["rank", "saved_at", "interview"], ascending=False, kind="stable").drop_duplicates("unit")
    worse = several.drop(best.index)
    details = worse["status"].astype("str") + " interview of " + worse["deployment"].astype("str")
    log = log_entries("duplicates", worse["unit"].array, "duplicate", detail=details.array)
    return interviews.drop(worse.index), log
