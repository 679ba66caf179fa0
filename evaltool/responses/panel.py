"""Waves of surveys put together by course: who answered when, what was asked alike, and who was lost on the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from evaltool.errors import CleaningError, Fault
from evaltool.responses.columns import MISSING_SUFFIX
from evaltool.responses.pooling import (
    Column,
    Meeting,
    Pooled,
    agreed,
    consent_faults,
    described,
    join,
    pool,
    variables_of,
)
from evaltool.survey.codebook import Variable
from evaltool.survey.compare import Item, compare
from evaltool.survey.harmony import Step
from evaltool.survey.model import Survey

NOT_IN_WAVE = "not_in_wave"
LOST = ("not_asked", "no_interview", "refused", "broken_off", "no_link", "no_research", "other_person")
LINKED = "linked"
ATTRITION_COLUMNS = ("wave", "survey", "among", "courses", *LOST, LINKED)
LEFT_OUT_COLUMNS = ("variable", "wave", "reason")
ORIGIN_COLUMNS = (
    *("variable", "wave", "survey", "version", "original_variable", "original_codes", "harmonised_code"),
    *("verdict", "reason", "within", "languages_left_out", "across_waves"),
)
SAME_QUESTION = frozenset({"position", "routing", "universe", "translation"})


@dataclass(frozen=True, eq=False)
class Wave:
    """One wave: the releases of its survey, oldest first, and its datasets and dispositions by version."""

    name: str
    steps: Sequence[Step]
    frames: Mapping[int, pd.DataFrame]
    dispositions: Mapping[int, pd.DataFrame]

    @property
    def surveys(self) -> list[Survey]:
        """The versions that have a dataset, oldest first."""
        return [step.survey for step in self.steps if step.survey.version in self.frames]


@dataclass(frozen=True, eq=False)
class Panel:
    """One row for each course and wave with an interview that may be linked, in order of unit and wave.

    `attrition`: for each wave, among all courses and among those linked in every wave before, how many are linked and
    why the others are lost; each row adds up to its `courses`. `notes` are things to know that are no faults.
    """

    frame: pd.DataFrame
    attrition: pd.DataFrame
    origin: pd.DataFrame
    left_out: pd.DataFrame
    variables: tuple[Variable, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Known:
    """A wave with its versions put together. `states` by course of the roster; `rows` are its linked interviews."""

    wave: Wave
    pooled: Pooled
    states: "pd.Series[str]"
    rows: pd.DataFrame
    doubled: int

    @property
    def latest(self) -> Survey:
        return self.wave.surveys[-1]


def link(waves: Sequence[Wave], roster: pd.DataFrame, *, research: bool = False) -> Panel:
    """Link the waves, first to last, by `unit`; the courses of all datasets stand on the roster.

    Answers are put together only if she agreed to it in the wave that they are from; of two waves, in both. With
    `research` only if she agreed to that, too. A no in any version of a wave is a no. A variable is kept if at least
    two waves ask it in the same words with the same codes; elsewhere it has the reason `not_in_wave`. Of two interviews
    in two versions of a wave the complete one counts, then the later version.

    Raises:
        CleaningError: with every wave that did not ask for the consent, that another person answers, or in which a
            course stands twice.
    """
    faults = list(_faults(waves, research=research))
    if faults:
        raise CleaningError("the waves cannot be linked", faults=faults)
    known = _same_persons([_know(wave, roster, research=research) for wave in waves])
    known = _numbered(known)
    made = _Joined(known)
    for name in dict.fromkeys(name for item in known for name in item.pooled.meetings):
        made.add(name)
    frame = _frame(known, made.columns)
    return Panel(
        frame=frame,
        attrition=_attrition(known),
        origin=pd.DataFrame(made.origin, columns=list(ORIGIN_COLUMNS), dtype="str"),
        left_out=pd.DataFrame(made.left_out, columns=list(LEFT_OUT_COLUMNS), dtype="str"),
        variables=tuple(made.variables),
        notes=tuple(_notes(known, frame)),
    )


def _faults(waves: Sequence[Wave], *, research: bool) -> Iterator[Fault]:
    respondents = {wave.surveys[-1].respondent for wave in waves}
    for wave in waves:
        yield from consent_faults("link", wave.surveys)
        yield from consent_faults("research", wave.surveys) if research else ()
        for version, frame in sorted(wave.frames.items()):
            twice = frame["unit"][frame["unit"].duplicated()].unique()
            if len(twice):
                message = f"{wave.surveys[-1].survey}@{version}: {', '.join(twice)} stand twice"
                yield Fault("twice", message, f"wave {wave.name}", "Run: evaltool clean")
    if len(respondents) > 1:
        told = ", ".join(f"{wave.name}: {wave.surveys[-1].respondent or 'the course’s own person'}" for wave in waves)
        mend = "Name only waves that the same people answer."
        yield Fault("respondent", f"the waves are answered by different people ({told})", "panel: waves", mend)


def _know(wave: Wave, roster: pd.DataFrame, *, research: bool) -> _Known:
    pooled = pool(wave.frames, wave.steps)
    consents = [agreed("link", wave.surveys, wave.frames)]
    consents += [agreed("research", wave.surveys, wave.frames)] if research else []
    frame = pooled.frame
    state = _row_states(frame, *consents)
    rank = frame.assign(_rank=frame["disposition"].cat.codes, _state=state)
    best = rank.sort_values(["_rank", "survey_version"], ascending=[True, False], kind="stable").drop_duplicates("unit")
    asked = pd.concat(list(wave.dispositions.values()))
    # Without an interview of her own, a refusal is what she told her coordinator.
    told_no = asked.loc[asked["disposition"] == "R", "unit"]
    units = pd.Index(roster["unit"])
    silent = np.select([units.isin(told_no), units.isin(asked["unit"])], ["refused", "no_interview"], "not_asked")
    states = pd.Series(silent, index=units, dtype="str")
    found = best.set_index("unit")["_state"].reindex(units)
    states = found.fillna(states)
    linked = best[best["_state"].eq(LINKED) & best["unit"].isin(units)]
    return _Known(wave, pooled, states, linked.drop(columns=["_rank", "_state"]), len(frame) - len(best))


def _row_states(
    frame: pd.DataFrame, linking: "pd.Series[bool]", research: "pd.Series[bool] | None" = None
) -> "pd.Series[str]":
    none = frame["disposition"] == "R"
    conditions = [none & (frame["missing"] == "refused"), none, ~linking]
    names = ["refused", "broken_off", "no_link"]
    if research is not None:
        conditions, names = [*conditions, ~research], [*names, "no_research"]
    return pd.Series(np.select(conditions, names, LINKED), index=frame.index, dtype="str")


def _same_persons(known: Sequence[_Known]) -> list[_Known]:
    """Without interviews of another person than the one who answered for the course in the first linked wave."""
    first = pd.Series(dtype="str", index=pd.Index([], dtype="str"))
    found: list[_Known] = []
    for item in known:
        persons = item.rows.set_index("unit")["person"].astype("str")
        before = first.reindex(persons.index)
        others = persons.index[before.notna() & before.ne(persons)]
        states = item.states.mask(item.states.index.isin(others), "other_person")
        rows = item.rows[~item.rows["unit"].isin(others)]
        found.append(_Known(item.wave, item.pooled, states, rows, item.doubled))
        first = first.combine_first(persons)
    return found


def _numbered(known: Sequence[_Known]) -> list[_Known]:
    """Rows in order of unit, numbered through over all waves."""
    found: list[_Known] = []
    start = 0
    for item in known:
        rows = item.rows.sort_values("unit").set_axis(pd.RangeIndex(start, start + len(item.rows)))
        found.append(_Known(item.wave, item.pooled, item.states, rows, item.doubled))
        start += len(rows)
    return found


class _Joined:
    """The variables of the panel, gathered question by question."""

    def __init__(self, known: Sequence[_Known]) -> None:
        self._known = known
        self._pairs = {
            (one, other): {item.name: item for item in compare(known[one].latest, known[other].latest)}
            for other in range(len(known))
            for one in range(other)
        }
        self.columns: dict[str, Column] = {}
        self.variables: list[Variable] = []
        self.origin: list[Mapping[str, str]] = []
        self.left_out: list[tuple[str, str, str]] = [
            (variable, item.wave.name, reason)
            for item in known
            for variable, reason in item.pooled.left_out.itertuples(index=False)
        ]

    def add(self, name: str) -> None:
        """Join the question over the largest group of waves that ask it alike."""
        groups: list[list[int]] = []
        for place, item in enumerate(self._known):
            if name in item.pooled.meetings:
                group = next((group for group in groups if self._is_same(name, group[0], place)), None)
                groups.append([place]) if group is None else group.append(place)
        best = max(groups, key=len)
        for group in groups:
            if len(best) == 1 or group is not best:
                self.left_out += [
                    (name, self._known[place].wave.name, self._why(name, groups, place)) for place in group
                ]
        if len(best) > 1:
            self._join(name, best)

    def _between(self, name: str, one: int, other: int) -> Item:
        return self._pairs[min(one, other), max(one, other)][name]

    def _is_same(self, name: str, one: int, other: int) -> bool:
        return all(change.kind in SAME_QUESTION for change in self._between(name, one, other).changes)

    def _why(self, name: str, groups: Sequence[Sequence[int]], place: int) -> str:
        other = next((group[0] for group in groups if place not in group), None)
        if other is None:
            return "no other wave asks it so that it can be compared"
        changes = self._between(name, place, other).changes
        told = "; ".join(change.tell("en") for change in changes if change.kind not in SAME_QUESTION)
        return f"asked otherwise than in {self._known[other].wave.name}: {told}"

    def _join(self, name: str, group: Sequence[int]) -> None:
        parts = [self._known[place] for place in group]
        meeting = _meeting([part.pooled.meetings[name] for part in parts])
        if meeting is None:
            reason = "the versions of these waves put its codes together in different ways"
            self.left_out += [(name, part.wave.name, reason) for part in parts]
            return
        columns = join(meeting, [part.rows for part in parts])
        if not columns:
            self.left_out += [(name, part.wave.name, "no code is offered in all waves") for part in parts]
            return
        self.columns |= columns
        self.variables += described(meeting, columns, variables_of(parts[-1].latest)[name])
        for place, part, codes in zip(group, parts, meeting.codes, strict=True):
            across = () if place == group[0] else self._between(name, group[0], place).changes
            told = "; ".join(change.tell("en") for change in across)
            self.origin += _origins(name, part, codes, columns, across=told)


def _meeting(meetings: Sequence[Meeting]) -> Meeting | None:
    """How the codes of the waves meet; None if the versions of two waves put them together in different ways.

    All of them ask the same codes in their latest version. Where one wave's versions joined some of them, they are
    joined in all waves.
    """
    joined = [meeting for meeting in meetings if any(code != to for code, to in meeting.codes[-1].items())]
    if any(dict(meeting.codes[-1]) != dict(joined[0].codes[-1]) for meeting in joined[1:]):
        return None
    leading = joined[-1] if joined else meetings[-1]
    codes = [
        {code: code if meeting in joined else leading.codes[-1].get(code, code) for code in meeting.labels}
        for meeting in meetings
    ]
    scales = {meeting.scale for meeting in meetings}
    return Meeting(meetings[-1].question, codes, leading.labels, leading.scale if len(scales) == 1 else None)


def _origins(
    name: str, known: _Known, codes: Mapping[str, str], columns: Mapping[str, Column], *, across: str
) -> Iterator[Mapping[str, str]]:
    own = {variable.name for variable in known.pooled.variables if variable.question == name}
    rows = cast("list[dict[str, str]]", known.pooled.origin.to_dict("records"))
    for row in rows:
        if row["variable"] in own:
            code = codes.get(row["harmonised_code"], "")
            is_tick = row["variable"] == f"{name}__{row['harmonised_code']}"
            variable = f"{name}__{code}" if is_tick else row["variable"]
            if variable in columns:
                placed = {"variable": variable, "wave": known.wave.name, "survey": known.latest.survey}
                yield {**row, **placed, "harmonised_code": code, "across_waves": across}


def _frame(known: Sequence[_Known], columns: Mapping[str, Column]) -> pd.DataFrame:
    names = [item.wave.name for item in known]
    rows = pd.concat([item.rows for item in known])
    wave = [item.wave.name for item in known for _ in range(len(item.rows))]
    waves = pd.Series(pd.Categorical(wave, categories=names, ordered=True), index=rows.index)
    survey = [item.latest.survey for item in known for _ in range(len(item.rows))]
    spoken = "interview_language" if "interview_language" in rows else "language"
    data: dict[str, Any] = {"unit": rows["unit"], "person": rows["person"], "wave": waves}
    data["survey"] = pd.Series(survey, index=rows.index, dtype="str")
    data |= {name: rows[name] for name in ("survey_version", spoken, "helped", "disposition")}
    data |= {name: rows[name] for name in ("opened_at", "completed_at")}
    data |= _days(data, first=names[0])
    data |= {name: _spread(name, column, rows.index) for name, column in columns.items()}
    data |= {name: rows[name] for name in known[-1].pooled.attributes}
    return pd.DataFrame(data).sort_values(["unit", "wave"], ignore_index=True)


def _moments(data: Mapping[str, Any]) -> Column:
    """When the interview was sent, else opened."""
    return data["completed_at"].fillna(data["opened_at"])


def _days(data: Mapping[str, Any], *, first: str) -> dict[str, Column]:
    """Whole days, by the calendar in UTC, since the first wave's interview and since the one before."""
    found = pd.DataFrame({"unit": data["unit"], "wave": data["wave"], "day": _moments(data).dt.normalize()})
    found = found.sort_values(["unit", "wave"])
    start = found[found["wave"] == first].set_index("unit")["day"].reindex(found["unit"])
    gaps = {
        "days_since_first": found["day"] - start.array,
        "days_since_previous": found.groupby("unit")["day"].diff(),
    }
    return {name: gap.dt.days.astype("Int64") for name, gap in gaps.items()}


def _spread(name: str, column: Column, index: pd.Index) -> Column:
    """The column over all rows; a wave that has not this question says so."""
    spread = column.reindex(index)
    if not name.endswith(MISSING_SUFFIX):
        return spread
    return spread.cat.add_categories([NOT_IN_WAVE]).mask(~index.isin(column.index), NOT_IN_WAVE)


def _attrition(known: Sequence[_Known]) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    always = pd.Series(data=True, index=known[0].states.index)
    for place, item in enumerate(known):
        among = {"roster": item.states, **({"linked_before": item.states[always]} if place else {})}
        for base, states in among.items():
            counts = states.value_counts()
            told = {state: int(counts.get(state, 0)) for state in (*LOST, LINKED)}
            named: dict[str, object] = {
                "wave": item.wave.name,
                "survey": item.latest.survey,
                "among": base,
                "courses": len(states),
            }
            rows.append(named | told)
        always &= item.states == LINKED
    return pd.DataFrame(rows, columns=list(ATTRITION_COLUMNS))


def _notes(known: Sequence[_Known], frame: pd.DataFrame) -> Iterator[str]:
    several = frame.groupby("person")["unit"].nunique().gt(1).sum()
    if several:
        yield f"persons with more than one course: {several}; cluster by person"
    moments = pd.DataFrame({"unit": frame["unit"], "at": _moments(cast("Mapping[str, Any]", frame))})
    back = moments[moments.groupby("unit")["at"].diff() < pd.Timedelta(0)]["unit"].nunique()
    if back:
        yield f"courses whose later wave was answered before an earlier one: {back}; check their dates"
    if not frame["unit"].duplicated().any():
        yield "no course is linked over two waves"
    for item in known:
        if item.doubled:
            told = f"courses with an interview in two versions of {item.latest.survey}: {item.doubled}"
            yield f"{told}; the complete one counts, then the later"
        lost = int((item.states == "no_research").sum())
        if lost:
            yield f"interviews of wave {item.wave.name} left out because they may not be used for research: {lost}"
