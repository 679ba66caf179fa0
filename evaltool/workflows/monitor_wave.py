"""A wave as it is followed, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from evaltool.project import Schedule
from evaltool.records import Deployment
from evaltool.results import Estimate
from evaltool.survey.model import Survey
from evaltool.text import Text, long_date, number, percent, pick, say
from evaltool.workflows.monitor_counts import Duration, Flow, Stop, Unanswered


@dataclass(frozen=True)
class Said:
    """A sentence for `say`. Its values are put into words with it: days, shares (0 to 1), numbers, texts."""

    message: str
    values: Mapping[str, date | float | int | str | Text] = field(default_factory=dict[str, "date | float | Text"])

    def told(self, language: str) -> str:
        return say(self.message, language, **{name: _written(value, language) for name, value in self.values.items()})


def _written(value: "date | float | int | str | Text", language: str) -> str:
    match value:
        case date():
            return long_date(value, language)
        case float():
            return percent(value, language)
        case int():
            return number(value, language)
        case str():
            return value
        case _:
            return pick(value, language)


@dataclass(frozen=True)
class Grouped:
    """The answers by the levels of one roster column, or by the language people are invited in."""

    label: Text
    flows: tuple[Flow, ...]


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One deployment as the last pull left it. `few`: groups of fewer are not shown.

    `pulled_at` is when it was pulled last, `saved_on` the day on which something last came in. `alike` and `others` are
    the rows of `evaltool.stats.quality_rows`, by battery and by question.
    """

    deployment: Deployment
    survey: Survey
    schedule: Schedule | None
    few: int
    pulled_at: datetime
    saved_on: date | None
    counts: Mapping[str, int]
    everybody: Flow
    groups: tuple[Grouped, ...]
    stops: tuple[Stop, ...]
    durations: tuple[Duration, ...]
    unanswered: tuple[Unanswered, ...]
    alike: Mapping[str, Estimate]
    others: Mapping[str, Estimate]
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Monitor:
    """All waves that can be followed, what is to be looked at (of a wave by its id, of all: ""), and when this was."""

    at: datetime
    waves: tuple[Wave, ...]
    alerts: tuple[tuple[str, Said], ...]
    notes: tuple[Said, ...]
    synthetic: bool = False
