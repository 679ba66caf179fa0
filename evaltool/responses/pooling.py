"""Versions of a survey put together: one dataset in which every comparable question has one name and one set of codes.

Source of the idea: retroharmonize (Antal 2021), harmonised variables that keep their origin and their kinds of missing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pandas as pd

from evaltool.errors import CleaningError, Fault
from evaltool.responses.columns import MISSING_SUFFIX
from evaltool.responses.routing import REASONS
from evaltool.responses.tables import table_holds
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.codebook import Variable, codebook
from evaltool.survey.harmony import Harmonised, Run, Step, comparability, harmonise
from evaltool.survey.model import Question, Role, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.text import Text, pick
from evaltool.yamlfile import nearest

OUTSIDE = "outside_comparison"
ORIGIN_COLUMNS = (
    *("variable", "version", "original_variable", "original_codes", "harmonised_code"),
    *("verdict", "reason", "within", "languages_left_out"),
)
LEFT_OUT_COLUMNS = ("variable", "reason")
AGREED = "yes"
Column: TypeAlias = "pd.Series[Any]"
_POOLED_TYPE = pd.CategoricalDtype([*REASONS, OUTSIDE])


@dataclass(frozen=True)
class Meeting:
    """How one question of several sources (versions, or waves) becomes variables of one dataset.

    `codes`: for each source, its code → harmonised code, with words in `labels`; empty for numbers, dates and texts.
    `scale` is None where the sources do not order the codes alike.
    """

    question: Question
    codes: Sequence[Mapping[str, str]]
    labels: Mapping[str, Text]
    scale: str | None


@dataclass(frozen=True, eq=False)
class Pooled:
    """One row an interview, in order of version, then as in the datasets. `variables` are the codebook.

    `origin` says from what each variable was made, `left_out` what is not in it and why. `attributes` are the
    columns of the roster, `meetings` the questions by name.
    """

    frame: pd.DataFrame
    origin: pd.DataFrame
    left_out: pd.DataFrame
    variables: tuple[Variable, ...]
    attributes: tuple[str, ...]
    meetings: Mapping[str, Meeting]


@dataclass(frozen=True, eq=False)
class _Source:
    """One version: its dataset, rows numbered through over all versions, and the variables of each question."""

    survey: Survey
    frame: pd.DataFrame
    variables: Mapping[str, Sequence[Variable]]


def pool(frames: Mapping[int, pd.DataFrame], steps: Sequence[Step], *, only: Sequence[str] = ()) -> Pooled:
    """Put the datasets of one survey together, by version. `steps` are its releases, oldest first.

    Only verdicts between the first and the last version that has a dataset count. People outside the part that can be
    compared, and who answered in a language that cannot, have no value and the reason `outside_comparison`; an
    interview that is none as a whole keeps its reason. A select_multiple keeps the codes that all versions offered.

    Raises:
        CleaningError: if a question of `only` cannot be put together; all of them are told.
    """
    versions = sorted(frames)
    used = [step for step in steps if versions[0] <= step.survey.version <= versions[-1]]
    sources = _sources(frames, [step.survey for step in used if step.survey.version in frames])
    made, columns = _Made(), dict[str, Column]()
    wanted = {*only, *(name.partition("__")[0] for name in only)}  # of a code: the question that offers it
    for item in harmonise(used).values():
        if not only or item.name in wanted:
            columns |= _pooled(item, sources, used, made)
    _refuse(only, made, sources[-1].survey)
    whole, attributes = _around(sources)
    together = {**_stacked(sources, whole), **columns, **_stacked(sources, attributes)}
    return Pooled(
        frame=pd.DataFrame(together),
        origin=pd.DataFrame(made.origin, columns=list(ORIGIN_COLUMNS), dtype="str"),
        left_out=pd.DataFrame(made.left_out, columns=list(LEFT_OUT_COLUMNS), dtype="str"),
        variables=tuple(made.variables),
        attributes=tuple(attributes),
        meetings=made.meetings,
    )


class _Made:
    """What comes with the columns, gathered question by question."""

    def __init__(self) -> None:
        self.origin: list[Mapping[str, str]] = []
        self.left_out: list[tuple[str, str]] = []
        self.variables: list[Variable] = []
        self.meetings: dict[str, Meeting] = {}


def _sources(frames: Mapping[int, pd.DataFrame], surveys: Sequence[Survey]) -> list[_Source]:
    found: list[_Source] = []
    start = 0
    for survey in surveys:
        frame = frames[survey.version]
        numbered = frame.set_axis(pd.RangeIndex(start, start + len(frame)))
        found.append(_Source(survey, numbered, variables_of(survey)))
        start += len(frame)
    return found


def variables_of(survey: Survey) -> dict[str, list[Variable]]:
    """The variables of each question."""
    found: dict[str, list[Variable]] = {}
    for variable in codebook(survey):
        found.setdefault(variable.question, []).append(variable)
    return found


def _around(sources: Sequence[_Source]) -> tuple[list[str], list[str]]:
    """Columns of every dataset, that stand before the questions, and of the roster, that stand behind them."""
    frame = sources[-1].frame
    asked = {variable.name for found in sources[-1].variables.values() for variable in found}
    asked |= {name + MISSING_SUFFIX for name in sources[-1].variables}
    places = [place for place, name in enumerate(frame) if name in asked]
    names = [str(name) for name in frame]
    return names[: places[0]], names[places[-1] + 1 :]


def _stacked(sources: Sequence[_Source], names: Sequence[str]) -> dict[str, Column]:
    return {name: pd.concat([source.frame[name] for source in sources]) for name in names}


def _refuse(only: Sequence[str], made: _Made, latest: Survey) -> None:
    """A question that was asked for is put together, or told with the reason why not; all of them at once."""
    reasons = dict(made.left_out)
    faults: list[Fault] = []
    for name in only:
        if name in reasons:
            mend = "Leave it out, or analyse each version by itself."
            faults.append(Fault("not-comparable", f"«{name}» cannot be pooled: {reasons[name]}", mend=mend))
        elif name not in made.meetings:
            mend = nearest(name, variables_of(latest))
            faults.append(Fault("unknown-name", f"no question of {latest.survey} is called «{name}»", mend=mend))
    if faults:
        raise CleaningError("the pooled dataset cannot have all that it was asked for", faults=faults)


def _pooled(item: Harmonised, sources: Sequence[_Source], used: Sequence[Step], made: _Made) -> dict[str, Column]:
    """The item's columns, none if it is not comparable."""
    versions = [source.survey.version for source in sources]
    if all(item.name not in source.variables for source in sources):
        return {}
    verdict, reason = comparability([item], versions)
    run = item.run_of(versions[-1])
    if verdict == "not_comparable" or run is None:
        made.left_out.append((item.name, reason))
        return {}
    meeting = _meeting(item, run, sources)
    columns = join(meeting, [_inside(item.name, run, source) for source in sources])
    made.left_out += _not_offered(meeting, columns, sources)
    if not columns:
        return {}
    made.meetings[item.name] = meeting
    made.variables += described(meeting, columns, sources[-1].variables[item.name], within=_all_of(run.within))
    shared = {"verdict": verdict, "reason": _reasons(item.name, run, used), "within": _all_of(run.within)}
    for source, codes in zip(sources, meeting.codes, strict=True):
        version = source.survey.version
        spoken = {"languages_left_out": " ".join(sorted(run.left_out.get(version, ())))}
        rows = _origins(meeting, columns, codes)
        made.origin += [{"version": str(version), **row, **shared, **spoken} for row in rows]
    return columns


def _meeting(item: Harmonised, run: Run, sources: Sequence[_Source]) -> Meeting:
    codes = [run.codes[source.survey.version] for source in sources]
    offered = {to for mapping in codes for to in mapping.values()}
    labels = {code: text for code, text in run.labels.items() if code in offered}
    questions = [source.survey.by_name[item.name] for source in sources]
    scale = questions[-1].scale if _ordered_alike(questions, codes) else None
    return Meeting(questions[-1], codes, labels, scale)


def _ordered_alike(questions: Sequence[Question], codes: Sequence[Mapping[str, str]]) -> bool:
    """Whether the harmonised codes stand in one order, from low to high, in all versions."""
    if any(question.scale is None for question in questions):
        return False
    found = [[to[code] for code in _upwards(question)] for question, to in zip(questions, codes, strict=True)]
    order = list(dict.fromkeys(found[-1]))
    ranks = [[order.index(code) for code in codes] for codes in found]
    return all(places == sorted(places) for places in ranks)


def _upwards(question: Question) -> list[str]:
    return question.substantive[::-1] if question.scale == "descending" else question.substantive


def _all_of(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)


def _reasons(name: str, run: Run, used: Sequence[Step]) -> str:
    """What the verdicts that the run rests on say."""
    steps = [(step.survey, step.verdicts[name]) for step in used if name in step.verdicts]
    told = [
        (survey.version, pick(verdict.reason, survey.language))
        for survey, verdict in steps
        if survey.version in run.versions[1:]
    ]
    return "; ".join(f"version {version}: {reason}" for version, reason in told if reason)


def _inside(name: str, run: Run, source: _Source) -> pd.DataFrame:
    """The question's columns in one version, without values of people who are not compared."""
    frame = source.frame
    inside = pd.Series(data=True, index=frame.index)
    for text in run.within:
        inside &= table_holds(text, frame)
    spoken = frame["interview_language" if "interview_language" in frame else "language"]
    inside &= ~spoken.isin(run.left_out.get(source.survey.version, ()))
    outside = ~inside & frame["missing"].isna()
    values = {variable.name: frame[variable.name].mask(outside) for variable in source.variables[name]}
    reasons = frame[name + MISSING_SUFFIX].astype(_POOLED_TYPE).mask(outside, OUTSIDE)
    return pd.DataFrame({**values, name + MISSING_SUFFIX: reasons})


def join(meeting: Meeting, frames: Sequence[pd.DataFrame]) -> dict[str, Column]:
    """The variables of a question over all sources, each a frame with its columns; none if nothing can be joined."""
    name = meeting.question.name
    columns = _JOINS.get(QUESTION_TYPES[meeting.question.type].kind, _join_plain)(meeting, frames)
    if not columns:
        return {}
    extra = [name + MISSING_SUFFIX, name + OTHER_SUFFIX]
    names = [column for column in extra if all(column in frame for frame in frames)]
    return columns | {column: pd.concat([frame[column] for frame in frames]) for column in names}


def _join_categories(meeting: Meeting, frames: Sequence[pd.DataFrame]) -> dict[str, Column]:
    name = meeting.question.name
    found = [frame[name].astype(object).map(dict(codes)) for frame, codes in zip(frames, meeting.codes, strict=True)]
    categories = pd.CategoricalDtype(pd.Index(list(meeting.labels), dtype="str"), ordered=meeting.scale is not None)
    return {name: pd.concat(found).astype(object).astype(categories)}


def _join_sets(meeting: Meeting, frames: Sequence[pd.DataFrame]) -> dict[str, Column]:
    """A variable for each code that all sources offered; several codes that are one answer are ticked if one is."""
    name = meeting.question.name
    columns: dict[str, Column] = {}
    for code in meeting.labels:
        members = [[f"{name}__{own}" for own, to in codes.items() if to == code] for codes in meeting.codes]
        if all(names and set(names) <= set(frame) for names, frame in zip(members, frames, strict=True)):
            ticked = [_any(frame[names]) for names, frame in zip(members, frames, strict=True)]
            columns[f"{name}__{code}"] = pd.concat(ticked)
    return columns


def _any(ticks: pd.DataFrame) -> Column:
    found = ticks.iloc[:, 0]
    for number in range(1, ticks.shape[1]):
        found = found | ticks.iloc[:, number]
    return found


def _join_plain(meeting: Meeting, frames: Sequence[pd.DataFrame]) -> dict[str, Column]:
    name = meeting.question.name
    return {name: pd.concat([frame[name] for frame in frames])}


_JOINS: Mapping[str, Callable[[Meeting, Sequence[pd.DataFrame]], dict[str, Column]]] = {
    "category": _join_categories,
    "set": _join_sets,
}


def _not_offered(
    meeting: Meeting, columns: Mapping[str, Column], sources: Sequence[_Source]
) -> Iterator[tuple[str, str]]:
    """Codes, and texts beside a choice, that not all versions offered."""
    name = meeting.question.name
    if not columns:
        yield name, "no code is offered in all versions"
    if QUESTION_TYPES[meeting.question.type].kind == "set":
        for code in meeting.labels:
            pairs = zip(sources, meeting.codes, strict=True)
            lacking = [str(source.survey.version) for source, codes in pairs if code not in codes.values()]
            if lacking:
                yield f"{name}__{code}", f"«{code}» was not offered in version {', '.join(lacking)}"
    open_in = [source.survey.by_name[name].other_choice is not None for source in sources]
    if any(open_in) and not all(open_in):
        yield name + OTHER_SUFFIX, "not all versions let people write a text beside their choice"


def described(
    meeting: Meeting, columns: Mapping[str, Column], former: Sequence[Variable], *, within: str = ""
) -> Iterator[Variable]:
    """The codebook of the joined columns, made from that of the latest source."""
    name, base = meeting.question.name, former[0]
    universe = f"({base.universe}) and ({within})" if base.universe and within else base.universe or within
    base = replace(base, universe=universe, scale=meeting.scale)
    if name in columns:
        yield replace(base, categories=dict(meeting.labels))
    else:
        for code, label in meeting.labels.items():
            if f"{name}__{code}" in columns:
                words = {spoken: f"{text}: {label.get(spoken, '')}" for spoken, text in meeting.question.label.items()}
                yield replace(base, name=f"{name}__{code}", label=words)
    yield from (
        replace(item, universe=universe) for item in former if item.name == name + OTHER_SUFFIX and item.name in columns
    )


def _origins(meeting: Meeting, columns: Mapping[str, Column], codes: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """One row for each variable of a source, or for each harmonised code of a choice."""
    name = meeting.question.name
    is_set = QUESTION_TYPES[meeting.question.type].kind == "set"
    for code in meeting.labels:
        own = [former for former, to in codes.items() if to == code]
        variable = f"{name}__{code}" if is_set else name
        if variable in columns:
            original = " ".join(f"{name}__{former}" for former in own) if is_set else name
            yield _origin(variable, original, codes=" ".join(own), code=code)
    plain = [name + OTHER_SUFFIX] if meeting.labels else [name]
    yield from (_origin(variable, variable) for variable in plain if variable in columns)


def _origin(variable: str, original: str, *, codes: str = "", code: str = "") -> Mapping[str, str]:
    return {
        "variable": variable,
        "original_variable": original,
        "original_codes": codes,
        "harmonised_code": code,
    }


def consent_faults(role: Role, surveys: Sequence[Survey]) -> Iterator[Fault]:
    """Versions that did not ask for this consent, so that nobody gave it."""
    for survey in surveys:
        question = survey.with_role(role)
        if question is None or AGREED not in question.substantive:
            message = f"{survey.key} has no question with «role: {role}» and the answer «{AGREED}»"
            mend = "Nobody agreed to it there: leave this version out."
            yield Fault("missing-role", message, mend=mend)


def agreed(role: Role, surveys: Sequence[Survey], frames: Mapping[int, pd.DataFrame]) -> "pd.Series[bool]":
    """Who said yes to the question with this role, over all versions in the order of `pool`.

    Who answered several versions and said no in one of them has said no.

    Raises:
        CleaningError: if a version that has a dataset asks no such question.
    """
    used = sorted((survey for survey in surveys if survey.version in frames), key=lambda survey: survey.version)
    faults = list(consent_faults(role, used))
    if faults:
        raise CleaningError(f"not everybody was asked for this consent ({role})", faults=faults)
    asked = [(frames[survey.version], survey.with_role(role)) for survey in used]
    answers = [frame[question.name].astype(object) for frame, question in asked if question]
    answer = pd.concat(answers, ignore_index=True)
    unit = pd.concat([frame["unit"] for frame, _ in asked], ignore_index=True)
    no = unit[answer.notna() & answer.ne(AGREED)]
    return answer.eq(AGREED) & ~unit.isin(no)


def for_research(frames: Mapping[int, pd.DataFrame], surveys: Sequence[Survey]) -> dict[int, pd.DataFrame]:
    """The interviews whose people agreed to research.

    Raises:
        CleaningError: if a version that has a dataset did not ask for it.
    """
    mask = agreed("research", surveys, frames).to_numpy()
    found: dict[int, pd.DataFrame] = {}
    for version in sorted(frames):
        size = len(frames[version])
        found[version], mask = frames[version][mask[:size]], mask[size:]
    return found
