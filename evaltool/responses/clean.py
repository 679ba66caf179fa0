"""From raw responses to a dataset: ordered pure steps, each with its log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from evaltool.errors import CleaningError, Fault
from evaltool.responses.columns import REASON_TYPE, question_columns
from evaltool.responses.corrections import Correction
from evaltool.responses.raw import Responses, read_responses
from evaltool.responses.routing import REASONS, Answered, Walked, walk_table
from evaltool.responses.segments import Lines
from evaltool.responses.steps import (
    Log,
    apply_corrections,
    drop_duplicates,
    drop_other_versions,
    drop_unknown_units,
    keep_latest,
    log_entries,
)
from evaltool.responses.tables import Coded, Mask
from evaltool.survey.expressions import names, parse
from evaltool.survey.model import Survey

DISPOSITIONS = ("I", "P", "R", "NC", "O")
STAGES = ("invited", "opened", "begun", "answered")
"""How far a course came. `begun`: any question was answered; `answered`: a whole or partial interview.

Who opened the survey was invited, whatever way she got her link. A refusal counts as opened: of what she may have
answered before it nothing is kept.
"""
NOBODY = "nobody"
_METADATA = (
    *("unit", "person", "deployment", "survey_version", "language", "mode"),
    *("helped", "disposition", "missing", "opened_at", "completed_at"),
)
_DISPOSED = {code: place for place, code in enumerate(DISPOSITIONS)}
_REFUSED = REASONS.index("refused")
_Answers: TypeAlias = Mapping[str, Answered]
_Columns: TypeAlias = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What cleaning gives: one row an interview, one disposition a course, and the log of all that was changed.

    `dispositions` also tells by `stage` how far it came: one of `STAGES`. `frame["missing"]` says why a whole interview
    is none: refused, or broken off before the headline (not_reached).
    """

    frame: pd.DataFrame
    dispositions: pd.DataFrame
    log: pd.DataFrame


def clean(
    survey: Survey,
    segments: Iterable[Lines],
    roster: pd.DataFrame,
    corrections: Sequence[Correction] = (),
    *,
    structure_hash: str,
    eligible: Iterable[str] | None = None,
) -> Cleaned:
    """Clean the responses to one version of a survey, as `Archive.segments` gives them. Rows are in order of `unit`.

    Routing is re-checked with the attributes recorded then; the frame carries the roster's attributes of now.
    `eligible` are the units that get a disposition, by default all of the roster.

    Raises:
        CleaningError: if a name stands both in the survey and in the roster, or an eligible unit is not on it.
    """
    current = roster.set_index("unit").sort_index()
    units = _eligible(current, eligible)
    chosen, log = _choose(
        read_responses(segments, survey), survey, corrections, structure_hash=structure_hash, current=current
    )
    interviews = chosen.interviews
    walked = walk_table(survey, chosen)
    # Large as they are, the raw answers and what was walked are let go when they are no longer needed.
    del chosen
    refused = walked.refused | (interviews["status"] == "refused").to_numpy(dtype=bool)
    whole = _judge(survey, interviews, walked, refused)
    stages = _stages(walked, refused, interviewed=whole["disposition"].isin(["I", "P"]))
    log += [*_answer_log(interviews, walked), _refusal_log(survey, interviews, walked, refused)]
    answers = {name: _withhold(answered, refused) for name, answered in walked.answers.items()}
    del walked
    columns = {name: question_columns(answered) for name, answered in answers.items()}
    _refuse_clashes(survey, columns, current)
    whole |= {"helped": _helped(survey, answers, len(interviews))}
    del answers
    frame = _frame(survey, interviews, whole, columns, current)
    return Cleaned(frame, _disposition_table(frame, stages, units), pd.concat(log, ignore_index=True))


def _eligible(current: pd.DataFrame, eligible: Iterable[str] | None) -> list[str]:
    if not current.index.is_unique:
        raise CleaningError("a unit stands twice in the roster", mend="Import the roster again.")
    units = list(current.index) if eligible is None else sorted(set(eligible))
    unknown = set(units) - set(current.index)
    if unknown:
        raise CleaningError(f"{len(unknown)} eligible units are not on the roster", mend="Import the roster again.")
    return units


def _choose(
    responses: Responses,
    survey: Survey,
    corrections: Sequence[Correction],
    *,
    structure_hash: str,
    current: pd.DataFrame,
) -> tuple[Responses, list[Log]]:
    """The interviews that count, in order of unit, with their corrected answers."""
    interviews, superseded = keep_latest(responses.interviews)
    interviews, other = drop_other_versions(interviews, structure_hash=structure_hash)
    answers, corrected = apply_corrections(interviews, responses.answers, corrections=corrections, survey=survey)
    interviews, unknown = drop_unknown_units(interviews, units=current.index.tolist())
    interviews, doubled = drop_duplicates(interviews)
    chosen = replace(responses, answers=answers).take(interviews.sort_values("unit"))
    return chosen, [superseded, other, corrected, unknown, doubled]


def _judge(survey: Survey, interviews: pd.DataFrame, walked: Walked, refused: Mask) -> _Columns:
    """I: sent. P: the headline is answered (any question, if none is the headline). R: refused, or less than P."""
    headline = survey.with_role("headline")
    found = [walked.answers[headline.name]] if headline else _given_answers(walked)
    begun = np.logical_or.reduce([answered.value.answered for answered in found]) if found else refused
    complete = (interviews["status"] == "complete").to_numpy(dtype=bool)
    found = np.select([refused, complete, begun], [_DISPOSED["R"], _DISPOSED["I"], _DISPOSED["P"]], _DISPOSED["R"])
    broken_off = ~refused & (found == _DISPOSED["R"])
    reasons = np.select([refused, broken_off], [_REFUSED, REASONS.index("not_reached")], -1)
    return {
        "disposition": pd.Categorical.from_codes(found, dtype=pd.CategoricalDtype(list(DISPOSITIONS))),
        "missing": pd.Categorical.from_codes(reasons, dtype=REASON_TYPE),
    }


def _stages(walked: Walked, refused: Mask, *, interviewed: Mask) -> Any:
    """How far each interview came; the same on every platform, whatever it calls an interview that was begun."""
    given = np.zeros(len(refused), dtype=bool)
    for item in _given_answers(walked):
        given |= item.value.answered
    opened, begun, answered = map(STAGES.index, STAGES[1:])
    found = np.select([interviewed, given & ~refused], [answered, begun], opened)
    return pd.Categorical.from_codes(found, dtype=pd.CategoricalDtype(list(STAGES), ordered=True))


def _given_answers(walked: Walked) -> list[Answered]:
    """Without what is calculated: that has a value even where nobody answered."""
    return [answered for answered in walked.answers.values() if answered.question.type != "calculate"]


def _withhold(answered: Answered, refused: Mask) -> Answered:
    """A refused interview keeps no answers."""
    reasons = np.where(refused, _REFUSED, answered.reasons).astype(np.int8)
    other = answered.other.where(~refused) if answered.other else None
    return replace(answered, value=answered.value.where(~refused), reasons=reasons, other=other)


_LOGGED: Mapping[str, tuple[str, str]] = {
    "impossible": ("answers", "impossible_value"),
    "constraint": ("answers", "constraint"),
    "off_path": ("path", "not_applicable"),
    "other_alone": ("path", "text_without_choice"),
}


def _answer_log(interviews: pd.DataFrame, walked: Walked) -> Iterator[Log]:
    for name, answered in walked.answers.items():
        details = {
            "impossible": f"not an answer to a {answered.question.type}",
            "constraint": answered.question.constraint,
        }
        for mark, (step, reason) in _LOGGED.items():
            mask: Mask | None = getattr(answered, mark)
            if mask is not None and mask.any():
                units = interviews["unit"].array[mask]
                yield log_entries(step, units, reason, variable=name, detail=details.get(mark, ""))


def _refusal_log(survey: Survey, interviews: pd.DataFrame, walked: Walked, refused: Mask) -> Log:
    asking = names(parse(survey.refusal)) if survey.refusal else []
    given = np.zeros(len(interviews), dtype=np.int64)
    for answered in _given_answers(walked):
        if answered.question.name not in asking:
            given += answered.value.answered
    details = [f"answers removed: {count}" for count in given[refused].tolist()]
    return log_entries("refusal", interviews["unit"].array[refused], "refused", detail=details)


def _frame(
    survey: Survey, interviews: pd.DataFrame, whole: _Columns, questions: Mapping[str, _Columns], current: pd.DataFrame
) -> pd.DataFrame:
    units = pd.Index(interviews["unit"])
    attributes = current.loc[units]
    # A mentor, say, answers as herself: her answers never carry the pseudonym of the course's own person.
    person = interviews["person"].array if survey.respondent else attributes["person"].array
    columns = {"unit": units, "person": person, **_metadata(survey, interviews), **whole}
    columns = {_own_name(name, current): columns[name] for name in _METADATA}
    for found in questions.values():
        columns |= found
    columns |= {str(name): attributes[name].array for name in current if name != "person"}
    return pd.DataFrame(columns, copy=False)


def _own_name(name: str, current: pd.DataFrame) -> str:
    """The language of the roster is the one to group by; that of the interview steps aside."""
    return "interview_language" if name == "language" and name in current else name


def _metadata(survey: Survey, interviews: pd.DataFrame) -> _Columns:
    return {
        **{name: interviews[name].astype("str").array for name in ("deployment", "language", "mode")},
        "survey_version": pd.array([survey.version], dtype="Int64").repeat(len(interviews)),
        "opened_at": _moments(interviews["opened_at"]),
        "completed_at": _moments(interviews["completed_at"]),
    }


def _moments(texts: "pd.Series[str]") -> Any:
    return pd.to_datetime(texts, utc=True, format="ISO8601").astype("datetime64[us, UTC]").array


def _helped(survey: Survey, answers: _Answers, size: int) -> Any:
    """Whether somebody helped to answer; unknown where the question was not answered."""
    question = survey.with_role("helper")
    value = answers[question.name].value if question else Coded.nothing(size)
    return pd.array([code != NOBODY for code in value.values], dtype="boolean").take(value.codes, allow_fill=True)


def _refuse_clashes(survey: Survey, questions: Mapping[str, _Columns], current: pd.DataFrame) -> None:
    """Neither roster nor questions may be called like a column of every dataset, nor a question like another column."""
    mend = "Give one of them another name."
    taken = dict.fromkeys([*_METADATA, *(_own_name(name, current) for name in _METADATA)], "a column of every dataset")
    own = [str(name) for name in current if name not in {"person", "language"}]
    faults = [Fault("name-clash", f"«{name}» is {taken[name]}", "roster.yaml", mend) for name in own if name in taken]
    taken |= dict.fromkeys(map(str, current), "a column of the roster")
    for name, columns in questions.items():
        for column in columns:
            if column in taken:
                faults.append(Fault("name-clash", f"«{column}» is {taken[column]}", f"{survey.key}, {name}", mend))
            taken[column] = f"made by the question «{name}»"
    if faults:
        raise CleaningError("names stand twice; the dataset could not tell them apart", faults=faults)


def _disposition_table(frame: pd.DataFrame, stages: Any, units: list[str]) -> pd.DataFrame:
    """A disposition and a stage for every eligible unit: NC, and no more than invited, where nothing was opened."""
    found = pd.DataFrame({"disposition": frame["disposition"].array, "stage": stages}, index=frame["unit"])
    found = found.reindex(pd.Index(units, dtype="str")).fillna({"disposition": "NC", "stage": "invited"})
    return found.rename_axis("unit").reset_index()
