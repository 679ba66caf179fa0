"""Made-up rosters and respondents for any project, aimed at the shares that `analysis/demo.yaml` declares.

Nothing here knows a question or a column: rosters follow `roster.yaml`, interviews the definition, aims the plan.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from evaltool.errors import PlanError
from evaltool.survey.answers import read_attributes
from evaltool.survey.expressions import Value, holds
from evaltool.survey.model import Attribute, Part, Roster, Survey
from evaltool.survey.simulate import Habits
from evaltool.text import say
from evaltool.yamlfile import faults_error, model_faults, plain, read_yaml

Fate = Literal["complete", "partial", "broke_off", "refused", "opened", "never"]
Manner = Literal["come_back", "post_twice", ""]
Shares = dict[str, float]
_SAME_RESPONDENT = 0.1
_DRAWN = frozenset({"language", "coordinator"})  # roles whose cells are drawn like those of any other column


class Follow(Part):
    """A column whose value follows from another column's."""

    column: str
    values: dict[str, str]


class Saying(Part):
    """Something that people write in answer to an open question, by language, and the themes that it tells of."""

    themes: tuple[str, ...] = ()
    text: dict[str, str] = Field(min_length=1)


class Fieldwork(Part):
    """One survey in one population: what share of the invited does what (the rest never opens), and how they answer.

    `texts` are what they write, by open question; without any of her language she writes that it is made up.
    """

    version: int
    response: dict[Fate, float]
    weights: dict[str, Shares] = Field(default_factory=dict)
    texts: dict[str, tuple[Saying, ...]] = Field(default_factory=dict)

    def written(self, language: str) -> dict[str, tuple[str, ...]]:
        """The texts of one language by question."""
        return {
            question: tuple(item.text[language] for item in sayings if language in item.text)
            for question, sayings in self.texts.items()
        }


class DemoPopulation(Part):
    """One population: its roster, its surveys and the shares that the answers shall give."""

    courses: int = Field(ge=1, le=20_000)
    second_courses: float = Field(default=0, ge=0, le=1)
    attributes: dict[str, Shares] = Field(default_factory=dict)
    follows: dict[str, Follow] = Field(default_factory=dict)
    surveys: dict[str, Fieldwork]
    shares: Shares = Field(default_factory=dict)


class Demo(Part):
    """`analysis/demo.yaml`. `silent`: chance of leaving a question blank; `manners`: share that does so on the way."""

    format: Literal[1]
    seed: int = 1
    silent: float = Field(default=0.03, ge=0, lt=1)
    manners: dict[Manner, float] = Field(default_factory=dict)
    populations: dict[str, DemoPopulation] = Field(min_length=1)


def load_demo(path: Path) -> Demo:
    """Read `analysis/demo.yaml`. Raises PlanError with every fault."""
    file = read_yaml(path)
    try:
        return Demo.model_validate(plain(file.data))
    except ValidationError as error:
        faults = model_faults(error, file, (Demo, DemoPopulation, Fieldwork, Saying, Follow))
        raise PlanError("the demo's settings have faults", faults=faults_error("", faults).faults) from None


def make_roster(roster: Roster, demo: Demo, column: str) -> list[dict[str, str]]:
    """Made-up rows for all populations; `column` is the roster column whose values the populations are."""
    rows: list[dict[str, str]] = []
    for name, population in demo.populations.items():
        chance = random.Random(f"{demo.seed}/roster/{name}")  # noqa: S311  # made-up people
        others = random.Random(f"{demo.seed}/roster/{name}/respondents")  # noqa: S311  # made-up people
        maker = _RosterMaker(roster, population, chance, others, f"{demo.seed}/roster/{name}")
        rows += [maker.row(column, name, len(rows) + number + 1) for number in range(population.courses)]
    return rows


@dataclass
class _RosterMaker:
    roster: Roster
    population: DemoPopulation
    chance: random.Random
    others: random.Random
    seed: str
    persons: int = 0
    streams: dict[str, random.Random] = field(default_factory=dict[str, random.Random])
    respondents: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def row(self, column: str, value: str, number: int) -> dict[str, str]:
        self.persons = self.persons if self._second() else number
        columns = {name: item for name, item in self.roster.columns.items() if not item.year_of}
        own = {name: self._cell(name, item, number) for name, item in columns.items() if not item.respondent}
        cells = own | self._respondent_cells(number)
        cells |= {name: rule.values.get(cells[rule.column], "") for name, rule in self.population.follows.items()}
        return cells | self._population_cells(column, value)

    def _second(self) -> bool:
        """Whether this row is a further course of the person before."""
        return bool(self.persons) and self.chance.random() < self.population.second_courses

    def _respondent_cells(self, number: int) -> dict[str, str]:
        """Others who answer for the course: a new person each, or the one of the course before."""
        for respondent in self.roster.respondents:
            if respondent not in self.respondents or self.others.random() >= _SAME_RESPONDENT:
                columns = {name: item for name, item in self.roster.columns.items() if item.respondent == respondent}
                made = {name: self._respondent_cell(name, item, number) for name, item in columns.items()}
                self.respondents[respondent] = made
        return {name: text for cells in self.respondents.values() for name, text in cells.items()}

    def _respondent_cell(self, name: str, column: Attribute, number: int) -> str:
        if column.role and column.role not in _DRAWN:
            return self._identity(column.role, number, of=column.respondent or "")
        return self._drawn(name, column, self.others)

    def _cell(self, name: str, column: Attribute, number: int) -> str:
        if column.role and column.role not in _DRAWN:
            return f"C{number:05}" if column.role == "course" else self._identity(column.role, self.persons)
        # A stream each: a column that is added to the roster changes no other.
        stream = self.streams.setdefault(name, random.Random(f"{self.seed}/{name}"))  # noqa: S311  # made-up people
        return self._drawn(name, column, stream)

    def _drawn(self, name: str, column: Attribute, chance: random.Random) -> str:
        codes = list(column.choices)
        if codes:
            weights = self.population.attributes.get(name) or dict.fromkeys(codes, 1.0)
            return chance.choices(list(weights), list(weights.values()))[0]
        return str(chance.randint(0, 2)) if column.type == "integer" else f"{name} {chance.randint(1, 6)}"

    def _identity(self, role: str, number: int, *, of: str = "") -> str:
        """Another person's identity looks like this one's, and says what she is to the course."""
        name = say("Made-up person {number}", self.roster.language, number=number)
        made = {
            "person": f"P{number:05}" if not of else f"{of}-{number:05}",
            "name": f"{name} ({of})" if of else name,
            "phone": f"+00 {1 if of else 0}0 {number:06}",
            "email": f"{of or 'person'}{number}@example.org",
        }
        return made[role]

    def _population_cells(self, column: str, value: str) -> dict[str, str]:
        """The cells that put the row into its population; other dates lie before the one that decides."""
        year_of = self.roster.columns[column].year_of
        cells = {} if year_of else {column: value}
        day = date(int(value), 1, 1) if year_of else date(2021, 1, 1)
        day += timedelta(days=self.chance.randrange(360))
        dates = [name for name, item in self.roster.columns.items() if item.type == "date" and name != year_of]
        if year_of:
            cells[year_of] = day.isoformat()
        for name in reversed(dates):
            day -= timedelta(days=self.chance.randint(120, 360))
            cells[name] = day.isoformat()
        return cells


@dataclass(frozen=True)
class Respondent:
    """One made-up respondent of one survey. `pages`: how many pages are answered before she stops (None: all)."""

    course: str
    survey: Survey
    language: str
    attributes: Mapping[str, Value | None]
    habits: Habits
    fate: Fate
    pages: int | None = None
    manner: Manner = ""

    def with_fixed(self, fixed: Mapping[str, Sequence[str]]) -> "Respondent":
        return replace(self, habits=replace(self.habits, fixed={**self.habits.fixed, **fixed}))


@dataclass(frozen=True)
class Cast:
    """What is needed to make respondents of one survey in one population: `courses` by course id."""

    survey: Survey
    fieldwork: Fieldwork
    courses: Mapping[str, Mapping[str, str]]
    languages: Mapping[str, str]
    columns: Mapping[str, Attribute] = field(default_factory=dict[str, Attribute])


def make_respondents(cast: Cast, demo: Demo, name: str) -> list[Respondent]:
    """One respondent for each course that the survey invites, with fates in the declared shares."""
    chance = random.Random(f"{demo.seed}/{name}/{cast.survey.survey}")  # noqa: S311  # made-up people
    attributes = {course: read_attributes(cast.columns, raw) for course, raw in sorted(cast.courses.items())}
    invited = [
        course for course in attributes if not cast.survey.invite or holds(cast.survey.invite, attributes[course])
    ]
    fates: list[Fate] = list(quotas(cast.fieldwork.response, len(invited), rest="never"))
    chance.shuffle(fates)
    manners: list[Manner] = list(quotas(demo.manners, len(invited), rest=""))
    chance.shuffle(manners)
    return [
        Respondent(
            course=course,
            survey=cast.survey,
            language=cast.languages[course],
            attributes=attributes[course],
            habits=Habits(
                seed=f"{demo.seed}/{course}/{cast.survey.survey}",
                weights=cast.fieldwork.weights,
                texts=cast.fieldwork.written(cast.languages[course]),
                silent=demo.silent,
                refuses=fate == "refused",
            ),
            fate=fate,
            pages=_pages(cast.survey, fate, chance),
            manner=manner if fate == "complete" else "",
        )
        for course, fate, manner in zip(invited, fates, manners, strict=True)
    ]


_Name = TypeVar("_Name", bound=str)


def quotas(shares: Mapping[_Name, float], count: int, *, rest: _Name) -> Iterator[_Name]:
    """`count` names in the given shares, as near as whole numbers allow; what is left is `rest`."""
    given = 0
    total = 0.0
    for name, share in shares.items():
        total += share
        wanted = round(total * count)
        yield from [name] * (wanted - given)
        given = wanted
    yield from [rest] * (count - given)


def _pages(survey: Survey, fate: Fate, chance: random.Random) -> int | None:
    """How many pages this fate answers; a partial interview has the headline question, a broken off one has not."""
    headline = survey.with_role("headline")
    last = len(survey.pages)
    index = next((at for at, page in enumerate(survey.pages) if headline in page.questions), 0)
    limits: Mapping[Fate, tuple[int, int]] = {
        "partial": (min(index + 1, last - 1), last - 1),
        "broke_off": (min(1, index), index),
        "opened": (0, 0),
    }
    return chance.randint(*limits[fate]) if fate in limits else None
