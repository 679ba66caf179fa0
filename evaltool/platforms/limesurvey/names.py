"""What our names are called on LimeSurvey, which takes less: the mapping, kept in the deployment record.

Names that fit stay as they are. The same survey always gets the same names, and each leads back to one of ours.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from evaltool.survey.model import Question, Survey

QUESTION_LENGTH, CHOICE_LENGTH = 20, 5
MARKER = "evaltool"
"""The hidden question that says which survey this is."""

# The words LimeSurvey's own validator refuses as a question's code, in lower case as all of ours are.
_REFUSED = {"lang", "sid", "savedid", "token", "qid", "gid", "sgq", "self", "that", "this"}
# Its expressions read these as operators, whatever stands around them.
_OPERATORS = {"and", "or", "le", "lt", "ge", "gt", "eq", "ne"}
# Columns of an export: a question of this name would overwrite them.
_COLUMNS = (
    {"id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr", "refurl", "tid"}
    | {"interviewtime", "completed", "firstname", "lastname", "email", "emailstatus", "language", "participantid"}
    | {"groupid", "title", "code", "question", "other", "time"}
)
RESERVED = frozenset(_REFUSED | _OPERATORS | _COLUMNS | {MARKER})
RESERVED_PARTS = frozenset({"time"})
"""Reserved among the choices of a question with several answers (`other`, too, where LimeSurvey's own «other» is on;
we never use that)."""

_QUESTION_FORM = re.compile(rf"[a-z][a-z0-9]{{0,{QUESTION_LENGTH - 1}}}")
_CHOICE_FORM = re.compile(rf"[a-z0-9]{{1,{CHOICE_LENGTH}}}")
_PAGE_RECORD = re.compile(r"seen\d*")
Named = Mapping[str, str]


@dataclass(frozen=True)
class Names:
    """LimeSurvey's names by ours.

    `choices` are the codes of a question's choices: answers of one that takes one, subquestions of one that takes
    several. `others` are the questions that hold the text of «other», `records` the hidden questions that say, page by
    page, what was shown. `unit` and `person` are the attributes of a participant that hold her pseudonyms.

    Of a survey that was built by hand, `left_out` are columns that are not taken in, with the reason, and `unrouted`
    are questions of ours that LimeSurvey shows by a rule (which is told) that the definition does not say.
    """

    questions: Named
    choices: Mapping[str, Named] = field(default_factory=dict[str, Named])
    others: Named = field(default_factory=dict[str, str])
    records: Named = field(default_factory=dict[str, str])
    attributes: Named = field(default_factory=dict[str, str])
    unit: str = ""
    person: str = ""
    left_out: Named = field(default_factory=dict[str, str])
    unrouted: Named = field(default_factory=dict[str, str])

    @property
    def participant(self) -> list[str]:
        """The attributes of a participant that say who she is and what routing went by; none if a person made them."""
        return [*self.attributes.values(), self.unit, self.person] if self.unit else []

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


def name_survey(survey: Survey) -> Names:
    """The names of everything in the survey."""
    questions = _assign(survey.by_name, fits=_fits_question, shorten=_short_question)
    taken = set(questions.values())
    others: dict[str, str] = {}
    for question in survey.questions:
        if question.other_choice:
            others[question.name] = _short_question(f"{questions[question.name]}other", taken)
            taken.add(others[question.name])
    return Names(
        questions=questions,
        choices={question.name: _name_choices(question) for question in survey.questions if question.choices},
        others=others,
        records={page.name: f"seen{number}" for number, page in enumerate(survey.pages, start=1)},
        attributes={name: f"attribute_{number}" for number, name in enumerate(survey.attributes, start=1)},
        unit=f"attribute_{len(survey.attributes) + 1}",
        person=f"attribute_{len(survey.attributes) + 2}",
    )


def _fits_question(name: str) -> bool:
    return bool(_QUESTION_FORM.fullmatch(name)) and name not in RESERVED and not _PAGE_RECORD.fullmatch(name)


def _name_choices(question: Question) -> dict[str, str]:
    if question.type == "select_multiple":
        return _assign(question.choices, fits=_fits_part, shorten=_short_part)
    return _assign(question.choices, fits=lambda code: bool(_CHOICE_FORM.fullmatch(code)), shorten=_short_choice)


def _fits_part(code: str) -> bool:
    return bool(_QUESTION_FORM.fullmatch(code)) and code not in RESERVED_PARTS


def _assign(
    names: Iterable[str], *, fits: Callable[[str], bool], shorten: Callable[[str, set[str]], str]
) -> dict[str, str]:
    """Names that fit go first, so that no shortened one takes their place."""
    found = {name: name for name in names if fits(name)}
    for name in names:
        if name not in found:
            found[name] = shorten(name, set(found.values()))
    return {name: found[name] for name in names}


def _short_question(name: str, taken: set[str]) -> str:
    plain = name.replace("_", "")
    return plain if plain not in taken and _fits_question(plain) else _hashed(name, plain)


def _short_part(code: str, taken: set[str]) -> str:
    plain = code.replace("_", "")
    return plain if plain not in taken and _fits_part(plain) else _hashed(code, plain)


def _hashed(name: str, plain: str) -> str:
    """Shortened, and told apart by five digits of the whole name's hash."""
    return plain[: QUESTION_LENGTH - 5] + hashlib.sha256(name.encode()).hexdigest()[:5]


def _short_choice(code: str, taken: set[str]) -> str:
    """The first five letters, else the first three and a number, which follows the order of the choices."""
    plain = code.replace("_", "")
    numbered = (f"{plain[:3]}{number:02}" for number in range(1, 100))
    return next((short for short in (plain[:CHOICE_LENGTH], *numbered) if short not in taken), "")
