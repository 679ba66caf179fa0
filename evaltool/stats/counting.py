"""How many units are in each state of each measure: by population, and by each level of the breakdowns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evaltool.stats.cells import Cell, Columns, Sums, count_cells
from evaltool.stats.weighted import WeightedMean, weighted_share_of_sums

REASONS = ("not_applicable", "not_reached", "not_answered", "dont_know", "refused")
NO_START = "no_start"
OTHER_VERSION = "other_version"
NO_INTERVIEW = "no_interview"
OUTSIDE_BASE = "outside_base"
POPULATION = "population"
WEIGHT = "weight"
_VALUE = "="  # marks a substantive state, so that a choice may be called like a reason


def value(code: str) -> str:
    """The state of a unit with this substantive answer."""
    return _VALUE + code


def by_column(name: str) -> str:
    return f"by:{name}"


def state_column(measure: str) -> str:
    return f"state:{measure}"


def in_order(populations: Iterable[str]) -> list[str]:
    """Each population once: by number where all are numbers, as years are, else by name."""
    names = set(populations)
    return sorted(names, key=int) if all(name.isascii() and name.isdigit() for name in names) else sorted(names)


@dataclass(frozen=True, order=True)
class Group:
    """A population, or one level of a breakdown of it (`by` and `level` are "" for everybody)."""

    population: str
    by: str = ""
    level: str = ""


@dataclass(frozen=True)
class Tally:
    """How many units of a group are in each state of one measure, and Σw, Σw² of them where they are weighted."""

    states: Mapping[str, int]
    weights: Mapping[str, Sums] = field(default_factory=dict[str, Sums])

    def of(self, *codes: str) -> int:
        """Units whose answer is one of the codes."""
        return sum(self.states.get(value(code), 0) for code in codes)

    @property
    def answered(self) -> int:
        return sum(count for state, count in self.states.items() if state.startswith(_VALUE))

    @property
    def missing(self) -> dict[str, int]:
        """Interviews without a substantive answer, by reason."""
        reasons = (*REASONS, NO_START, OTHER_VERSION)
        return {name: self.states[name] for name in reasons if self.states.get(name)}

    def weighted(self, *codes: str) -> WeightedMean:
        """The weighted share of those whose answer is one of the codes; the standard error is linearised."""
        counted = {value(code) for code in codes}
        answers = {state: sums for state, sums in self.weights.items() if state.startswith(_VALUE)}
        yes = _total(sums for state, sums in answers.items() if state in counted)
        no = _total(sums for state, sums in answers.items() if state not in counted)
        return weighted_share_of_sums(yes, no, n=self.answered, rows=self.answered + sum(self.missing.values()))

    def __add__(self, other: "Tally") -> "Tally":
        """Both together: of units that are in one of them only."""
        weights = {
            state: _total(part.weights[state] for part in (self, other) if state in part.weights)
            for state in (*self.weights, *other.weights)
        }
        states = (*self.states, *other.states)
        return Tally({state: self.states.get(state, 0) + other.states.get(state, 0) for state in states}, weights)

    @property
    def silent(self) -> int:
        """Units in the base without an interview."""
        return self.states.get(NO_INTERVIEW, 0)


Counts = Mapping[Group, Mapping[str, Tally]]


def _total(sums: Iterable[Sums]) -> Sums:
    pairs = list(sums)
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def count_units(units: pd.DataFrame, *, breakdowns: Sequence[str], measures: Mapping[str, Sequence[str]]) -> Counts:
    """Count the units table (see `evaltool.stats.units`) for every population and each breakdown of it."""
    by: dict[Columns, str] = {(POPULATION,): ""}
    by |= {(POPULATION, by_column(name)): name for name in breakdowns}
    states = {state_column(measure): measure for measure in measures}
    weight = WEIGHT if WEIGHT in units else None
    found: dict[Group, dict[str, dict[str, Cell]]] = {}
    for (grouping, column), cells in count_cells(units, list(by), list(states), weight=weight).items():
        for cell in cells:
            population, *level = map(str, cell.level)
            tallies = found.setdefault(Group(population, by[grouping], *level), {})
            tallies.setdefault(states[column], {})[cell.state] = cell
    return {
        group: {measure: _tally(cells.get(measure, {}), every) for measure, every in measures.items()}
        for group, cells in found.items()
    }


def _tally(cells: Mapping[str, Cell], states: Sequence[str]) -> Tally:
    """Every state that a measure can have, in its order, also where no unit is in it."""
    sums = {
        state: cells[state].sums for state in states if state in cells
    }  # in this order, so that sums come out alike
    weights = {state: pair for state, pair in sums.items() if pair is not None}
    return Tally({state: cells[state].n if state in cells else 0 for state in states}, weights)
