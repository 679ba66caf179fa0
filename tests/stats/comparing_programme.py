"""A programme whose plan compares sites, and people whose answers are counted by hand rather than by the chain."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from evaltool.plan import Plan, load_plan
from evaltool.results import Estimate
from evaltool.stats.comparing import comparison_rows
from evaltool.stats.counting import Group, Tally
from evaltool.stats.units import Units
from evaltool.survey.footing import Footing
from evaltool.survey.model import Roster, Survey

YES_NO = {"yes": "Yes", "no": "No"}


def _question(name, choices, **more):
    return {"name": name, "type": "select_one", "label": name, "choices": choices, **more}


SURVEY = Survey.model_validate(
    {
        "survey": "end",
        "version": 1,
        "language": "en",
        "title": "End",
        "pages": [
            {
                "name": "all",
                "questions": [
                    _question("job", YES_NO),
                    _question("school", YES_NO),
                    _question("glad", {"high": "High", "mid": "Middle", "low": "Low"}, scale="descending"),
                    _question("met", {"often": "Often", "seldom": "Seldom"}),
                ],
            }
        ],
    },
    context={"language": "en"},
)
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "text", "label": "Year"},
            "kind": {"type": "choice", "choices": {"one": "One", "two": "Two"}},
            "site": {"type": "choice", "choices": {"north": "North", "south": "South", "east": "East"}},
            "focus": {"type": "choice", "choices": {"yes": "Yes", "no": "No", "both": "Both"}},
            "age": {"type": "integer"},
            "began": {"type": "date"},
            "ended": {"type": "date"},
        },
    },
    context={"language": "en"},
)
PLAN = """\
format: 1
language: en
population: {survey: end, column: year, units: courses, respondents: participants}
breakdowns: [site]
few: 3
indicators:
  job: {label: In a job, variable: job, counted: ["yes"]}
  school: {label: At school, variable: school, counted: ["yes"]}
  glad: {label: Glad, variable: glad, counted: [high]}
groups:
  met: {label: Met, answer: met}
  lasted:
    label: Lasted
    days: {start: began, end: ended}
    levels: {short: {label: Short, below: 90}, half: {label: Half, below: 200}, long: {label: Long}}
"""


def plan_of(comparisons: str, folder: Path, *, footings: Mapping[str, Footing] | None = None) -> Plan:
    path = folder / "plan.yaml"
    path.write_text(PLAN + comparisons, encoding="utf-8")
    plan = load_plan(path, {SURVEY.key: SURVEY}, ROSTER)
    return plan.model_copy(update={"footings": {**plan.footings, **(footings or {})}})


def people(n: int, counted: int, **who: object) -> list[dict[str, object]]:
    """`n` people alike, `counted` of whom have a job (or what `of` names, with the codes `=yes` and `=no`)."""
    name = str(who.pop("of", "job"))
    return [{"year": "2021", **who, name: "=yes" if number < counted else "=no"} for number in range(n)]


def compared(
    plan: Plan,
    rows: Sequence[Mapping[str, object]],
    *,
    versions: Mapping[tuple[str, str], frozenset[int]] | None = None,
) -> list[Estimate]:
    """The rows of the comparisons over these people; an answer that nobody gives is `no_interview`."""
    table = pd.DataFrame({"population": [str(row["year"]) for row in rows]})
    for name in ("site", "focus", "kind", "age", "met", "year", "lasted"):
        table[f"by:{name}"] = [str(row.get(name, "")) for row in rows]
    measures = [*plan.indicators, "job~common", *(["glad~codes"] if "glad~codes" in plan.footings else [])]
    for name in measures:
        table[f"state:{name}"] = [str(row.get(name, "no_interview")) for row in rows]
    groups: dict[Group, list[Mapping[str, object]]] = {}
    for row in rows:
        population = str(row["year"])
        for group in (Group(population), *(Group(population, by, str(row.get(by, ""))) for by in plan.groupings)):
            groups.setdefault(group, []).append(row)
    counted = {group: {name: _tally(members, name) for name in measures} for group, members in groups.items()}
    return comparison_rows(plan, Units(table, versions or {}), counted)


def _tally(members: Sequence[Mapping[str, object]], name: str) -> Tally:
    states = Counter(str(row.get(name, "no_interview")) for row in members)
    weights: dict[str, tuple[float, float]] = {}
    for row in members:
        state, weight = str(row.get(name, "no_interview")), row.get("weight")
        if isinstance(weight, float):
            sums = weights.get(state, (0.0, 0.0))
            weights[state] = (sums[0] + weight, sums[1] + weight**2)
    return Tally(dict(states), weights)


def one(rows: Sequence[Estimate], statistic: str, level: str = "", **more: str) -> Estimate:
    wanted = {"indicator": "job", "weighting": "", "statistic": statistic, "level": level, **more}
    (row,) = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return row
