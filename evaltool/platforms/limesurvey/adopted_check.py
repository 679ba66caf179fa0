"""Whether a mapping that a person has completed fits the definition, and what stands on LimeSurvey."""

from collections import Counter
from collections.abc import Iterator, Mapping

from evaltool.errors import Fault
from evaltool.platforms.limesurvey.adopted import Column, Mapped
from evaltool.platforms.limesurvey.adopted_reading import Foreign, ForeignSurvey
from evaltool.platforms.limesurvey.names import MARKER
from evaltool.platforms.limesurvey.rows import OWN_OTHER, SYSTEM_COLUMNS
from evaltool.survey.model import Question, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.yamlfile import YamlFile, nearest


def survey_faults(foreign: ForeignSurvey) -> Iterator[Fault]:
    """Why answers to this survey cannot be told apart, or are ours already."""
    where = f"survey {foreign.sid} on LimeSurvey"
    titles = Counter(question.title for question in foreign.questions)
    if MARKER in titles:
        yield Fault("own", "evaltool itself has put it there", where, "Its answers come by: evaltool pull")
    for title, count in titles.items():
        if count > 1:
            mend = "Give one of them another code in LimeSurvey: its answers stay."
            yield Fault("double-code", f"{count} questions have the code «{title}»", where, mend)
        if title in SYSTEM_COLUMNS:
            mend = "Give it another code in LimeSurvey: its answers stay."
            yield Fault("taken-code", f"the code «{title}» hides a column of every answer", where, mend)


def mapping_faults(mapped: Mapped, file: YamlFile, survey: Survey, foreign: ForeignSurvey) -> list[Fault]:
    """Everything in which the mapping does not fit the definition, or not what stands on LimeSurvey."""
    return [*_definition_faults(mapped, file, survey), *_foreign_faults(mapped, file, foreign)]


def _definition_faults(mapped: Mapped, file: YamlFile, survey: Survey) -> Iterator[Fault]:
    unmapped = [question for question in survey.questions if question.name not in mapped.questions]
    strange = mapped.questions.keys() - survey.by_name.keys()
    for question in unmapped:
        if QUESTION_TYPES[question.type].asks:
            mend = nearest(question.name, strange)
            mend = mend or "Map it to its column, or take it out of the definition: nobody was asked it."
            yield Fault("unmapped", f"the question «{question.name}» has no column", file.where(("questions",)), mend)
    for name, column in mapped.questions.items():
        where = file.where(("questions", name))
        if name not in strange:
            yield from _question_faults(survey.by_name[name], column, where)
        else:
            mend = nearest(name, [question.name for question in unmapped])
            mend = mend or "Rename it as in the definition, or put its column under left_out with the reason."
            yield Fault("unknown-name", f"{survey.key} asks no «{name}»", where, mend)
    columns = {name: column.column for name, column in mapped.questions.items()}
    yield from _doubled(columns, "column", file.where(("questions",)))


def _question_faults(question: Question, column: Column, where: str) -> Iterator[Fault]:
    told = [f"without «{code}»" for code in question.choices if code not in column.choices]
    told += [f"with «{code}»" for code in column.choices if code not in question.choices]
    if told:
        mend = "Give both the same codes: here and in the definition."
        yield Fault("other-codes", f"«{question.name}» has other choices here: {', '.join(told)}", where, mend)
    if bool(column.other) != bool(question.other_choice):
        mend = "«other» is the column of its text here; in the definition a choice has «other: true»."
        message = f"only one of mapping and definition says that «{question.name}» has a text of «other»"
        yield Fault("other-text", message, where, mend)
    yield from _doubled(column.choices, f"code of «{question.name}»", where)


def _doubled(theirs: Mapping[str, str], what: str, where: str) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for ours, code in theirs.items():
        if code in seen:
            mend = "Only one of ours can lead to it."
            yield Fault("collision", f"the {what} «{code}» is both «{seen[code]}» and «{ours}»", where, mend)
        seen[code] = ours


def _foreign_faults(mapped: Mapped, file: YamlFile, foreign: ForeignSurvey) -> Iterator[Fault]:
    there = {column: question for question in foreign.questions for column in _columns(question)}
    told = {text for column in mapped.questions.values() for text in (column.column, column.other)}
    for name, column in mapped.questions.items():
        if column.column in there:
            yield from _code_faults(there[column.column], column, file.where(("questions", name)))
        else:
            message = f"survey {foreign.sid} has no column «{column.column}»"
            yield Fault("unknown-column", message, file.where(("questions", name)), nearest(column.column, there))
    for column, question in there.items():
        if column not in told and not {column, question.title} & mapped.left_out.keys():
            mend = "Map it to a question, or put it under left_out with the reason."
            yield Fault("unmapped", f"nothing is said of the column «{column}»", file.where(("left_out",)), mend)


def _code_faults(question: Foreign, column: Column, where: str) -> Iterator[Fault]:
    parts = question.parts if question.type in "MP" else question.answers
    codes = [part.code for part in parts]
    if not codes or not column.choices:  # LimeSurvey's own answers, or none
        return
    for code in column.choices.values():
        if code not in {*codes, *([OWN_OTHER] if question.other else [])}:
            message = f"«{column.column}» has no code «{code}» on LimeSurvey"
            yield Fault("unknown-code", message, where, nearest(code, codes))
    for code in codes:
        if code not in column.choices.values():
            mend = "Give it a choice here and in the definition."
            yield Fault("unmapped", f"nothing is said of the code «{code}» of «{column.column}»", where, mend)


def _columns(question: Foreign) -> list[str]:
    """The columns that answers stand in; those of several answers to one question are one."""
    title = question.title
    others = ["other"] if question.other else []
    if question.type == "P":
        comments = [f"{part}comment" for part in (*(part.code for part in question.parts), *others)]
        return [title, *(f"{title}[{part}]" for part in (*others, *comments))]
    if question.parts and question.type != "M":
        return [f"{title}[{part.code}]" for part in question.parts]
    return [title, *(f"{title}[{part}]" for part in (*others, *(["comment"] if question.type == "O" else [])))]
