"""Fix made-up answers so that the plan's indicators come out at the declared shares.

Indicators that share questions are solved together as a small integer programme: how many respondents
get which combination of codes, so that every share is as near to its aim as whole people allow.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from evaltool.errors import PlanError
from evaltool.plan import Indicator, Plan
from evaltool.survey.answers import reread
from evaltool.survey.expressions import Value, holds
from evaltool.survey.simulate import simulate
from evaltool.workflows.made_up import Respondent

_MOST_COMBINATIONS = 5000
_RECORD_ERRS = 0.15
Combination = tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """Respondents who can answer the same questions and count in the same indicators."""

    questions: tuple[str, ...]
    indicators: tuple[str, ...]


def aim(plan: Plan, respondents: Sequence[Respondent], shares: Mapping[str, float]) -> list[Respondent]:
    """The respondents with the answers fixed that the aimed indicators read.

    Raises:
        PlanError: if an aim names no indicator, or the aims contradict each other or cannot be met by so few.
    """
    unknown = [name for name in shares if name not in plan.indicators or plan.indicators[name].paired]
    if unknown:
        mend = f"Indicators that can be aimed at: {', '.join(n for n, i in plan.indicators.items() if not i.paired)}."
        raise PlanError(f"demo.yaml aims at {', '.join(unknown)}, which cannot be aimed at", mend=mend)
    for names in _components(plan, list(shares)):
        respondents = _aim_together(plan, respondents, {name: shares[name] for name in names})
    return list(respondents)


def _components(plan: Plan, names: Sequence[str]) -> Iterator[list[str]]:
    """Indicators joined by common questions."""
    left = list(names)
    while left:
        component = [left.pop(0)]
        questions = set(_questions(plan, component[0]))
        while joined := [name for name in left if questions & set(_questions(plan, name))]:
            component += joined
            questions |= {question for name in joined for question in _questions(plan, name)}
            left = [name for name in left if name not in joined]
        yield component


def _questions(plan: Plan, name: str) -> list[str]:
    return plan.answered(plan.indicators[name])


def _counts(indicator: Indicator, values: Mapping[str, Value | None]) -> bool:
    if indicator.variable:
        return values.get(indicator.variable) in indicator.counted
    return holds(indicator.rule, values)


def _aim_together(plan: Plan, respondents: Sequence[Respondent], shares: Mapping[str, float]) -> list[Respondent]:
    questions = list(dict.fromkeys(question for name in shares for question in _questions(plan, name)))
    members: dict[_Group, list[int]] = defaultdict(list)
    for number, respondent in enumerate(respondents):
        members[_group(plan, respondent, questions, shares)].append(number)
    patterns = {group: _patterns(plan, group, respondents[at[0]]) for group, at in members.items() if group.indicators}
    chosen = _solve(shares, {group: (len(members[group]), list(found)) for group, found in patterns.items()})
    fixed = list(respondents)
    for group, counts in chosen.items():
        order = [pattern for pattern, count in counts.items() for _ in range(count)]
        chance = random.Random(f"{respondents[members[group][0]].habits.seed}/{group}")  # noqa: S311  # made-up answers
        chance.shuffle(order)
        numbers, order = _as_recorded(plan, group, [(at, fixed[at]) for at in members[group]], order, chance)
        for number, pattern in zip(numbers, order, strict=True):
            codes = _combination(fixed[number], group, patterns[group][pattern])
            fixed[number] = fixed[number].with_fixed(codes)
    return fixed


def _as_recorded(
    plan: Plan,
    group: _Group,
    members: Sequence[tuple[int, Respondent]],
    order: list[tuple[bool, ...]],
    chance: random.Random,
) -> tuple[list[int], list[tuple[bool, ...]]]:
    """Most answers agree with what the roster recorded of the same outcome (the first that is), as real ones do."""
    recorded = ((place, plan.indicators[name].recorded) for place, name in enumerate(group.indicators))
    found = next(((place, record) for place, record in recorded if record), None)
    if found is None:
        return [at for at, _ in members], order
    place, record = found
    drawn: dict[int, float] = {}
    for at, respondent in members:
        known, luck = respondent.attributes.get(record.column), chance.random()
        drawn[at] = float((known in record.counted) != (luck < _RECORD_ERRS)) if known else luck
    return sorted(drawn, key=lambda at: drawn[at]), sorted(order, key=lambda pattern: pattern[place])


def _group(plan: Plan, respondent: Respondent, questions: Sequence[str], shares: Mapping[str, float]) -> _Group:
    values = given_values(respondent)
    answered = tuple(question for question in questions if values.get(question) is not None)
    known = {**respondent.attributes, **values}
    counted = [name for name in shares if set(_questions(plan, name)) <= set(answered)]
    return _Group(answered, tuple(name for name in counted if holds(plan.indicators[name].base, known)))


def given_values(respondent: Respondent) -> dict[str, Value | None]:
    """Values of the answers that she gives before she stops."""
    if respondent.fate in {"never", "opened", "refused"}:
        return {}
    survey = respondent.survey
    reached = {question.name for page in survey.pages[: respondent.pages] for question in page.questions}
    written = simulate(survey, respondent.attributes, respondent.habits)
    return {name: reread(survey.by_name[name], list(words)).value for name, words in written.items() if name in reached}


def _patterns(plan: Plan, group: _Group, example: Respondent) -> dict[tuple[bool, ...], list[Combination]]:
    """Every outcome of the group's indicators, with the combinations of codes that give it."""
    choices = [_codes(example, question) for question in group.questions]
    if np.prod([len(codes) for codes in choices]) > _MOST_COMBINATIONS:
        raise PlanError(
            f"too many combinations of {', '.join(group.questions)} to aim at {', '.join(group.indicators)}"
        )
    found: dict[tuple[bool, ...], list[Combination]] = defaultdict(list)
    for codes in itertools.product(*choices):
        values: dict[str, Value | None] = dict(zip(group.questions, codes, strict=True))
        found[tuple(_counts(plan.indicators[name], values) for name in group.indicators)].append(codes)
    return found


def _codes(example: Respondent, question: str) -> list[str]:
    asked = example.survey.by_name[question]
    if asked.type != "select_one":
        raise PlanError(f"demo.yaml can aim at choices only, and «{question}» is {asked.type}")
    weights = example.habits.weights.get(question)
    return [code for code in asked.substantive if not weights or weights.get(code, 0) > 0]


def _combination(respondent: Respondent, group: _Group, combinations: Sequence[Combination]) -> dict[str, list[str]]:
    """One of the combinations, as often as the weights of its codes say."""
    weights = respondent.habits.weights
    odds = [
        float(
            np.prod(
                [
                    weights.get(question, {}).get(code, 1.0)
                    for question, code in zip(group.questions, codes, strict=True)
                ]
            )
        )
        for codes in combinations
    ]
    chance = random.Random(f"{respondent.habits.seed}/{group.questions}")  # noqa: S311  # made-up answers
    codes = chance.choices(combinations, odds)[0]
    return {question: [code] for question, code in zip(group.questions, codes, strict=True)}


def _solve(
    shares: Mapping[str, float], groups: Mapping[_Group, tuple[int, list[tuple[bool, ...]]]]
) -> dict[_Group, dict[tuple[bool, ...], int]]:
    """How many of each group get each pattern. Variables: those counts, then a shortfall and an excess an indicator."""
    cells = [(group, pattern) for group, (_, patterns) in groups.items() for pattern in patterns]
    sizes = {name: sum(size for group, (size, _) in groups.items() if name in group.indicators) for name in shares}
    rows = [[float(cell[0] == group) for cell in cells] + [0.0] * 2 * len(shares) for group in groups]
    totals = [float(size) for size, _ in groups.values()]
    for number, (name, share) in enumerate(shares.items()):
        slack = [0.0] * 2 * len(shares)
        slack[2 * number], slack[2 * number + 1] = 1.0, -1.0
        rows.append([float(_is_yes(name, *cell)) for cell in cells] + slack)
        totals.append(share * sizes[name])
    cost = [0.0] * len(cells) + [1.0 / max(sizes[name], 1) for name in shares for _ in range(2)]
    whole = np.array([1] * len(cells) + [0] * 2 * len(shares))
    found = milp(
        cost, integrality=whole, bounds=Bounds(0, np.inf), constraints=LinearConstraint(np.array(rows), totals, totals)
    )
    counts = [round(float(value)) for value in cast("Any", found).x[: len(cells)]]
    yes = {name: sum(n for n, cell in zip(counts, cells, strict=True) if _is_yes(name, *cell)) for name in shares}
    _refuse_missed(shares, yes, sizes)
    result: dict[_Group, dict[tuple[bool, ...], int]] = defaultdict(dict)
    for (group, pattern), count in zip(cells, counts, strict=True):
        result[group][pattern] = count
    return result


def _is_yes(name: str, group: _Group, pattern: tuple[bool, ...]) -> bool:
    return name in group.indicators and pattern[group.indicators.index(name)]


def _refuse_missed(shares: Mapping[str, float], yes: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    """A share may be off by what one whole person makes; more than that means that the aims contradict each other."""
    missed = [
        f"{name}: {100 * shares[name]:g} pct. aimed at, the nearest is {yes[name]} of {sizes[name]}"
        for name in shares
        if not sizes[name] or abs(yes[name] - shares[name] * sizes[name]) > 1
    ]
    if missed:
        mend = "Aims that share questions must agree: a union is not less than a part, and parts add up to it."
        raise PlanError("the shares in demo.yaml cannot be met: " + "; ".join(missed), mend=mend)
