"""Loading a plan: every name in it is checked against the surveys, the roster and the verdicts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from evaltool.errors import DefinitionError, Fault, PlanError
from evaltool.plan.check import Check
from evaltool.plan.finder import questions_of
from evaltool.plan.groups import CheckGroups
from evaltool.plan.model import (
    CODES,
    Compared,
    Days,
    Grouping,
    Indicator,
    Level,
    Paired,
    Panel,
    Plan,
    PlanFile,
    Population,
    Recorded,
    Scale,
    Variable,
    Weights,
)
from evaltool.survey.expressions import Comparison, Constant, Disjunction, Expression, Ref, names, parse
from evaltool.survey.footing import Footing, footing
from evaltool.survey.harmony import Harmonised
from evaltool.survey.model import Roster, Survey
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

GROUP, SCALE = "group:", "scale:"
Harmonies: TypeAlias = Mapping[str, Mapping[str, Harmonised]]
"""By survey and item: which versions can be put together."""


def load_plan(path: Path, surveys: Mapping[str, Survey], roster: Roster, harmonies: Harmonies | None = None) -> Plan:
    """Load the plan and check every name in it. `surveys` holds every version, by its key.

    Without `harmonies` nothing is known of how the versions compare, and all are put together.

    Raises:
        PlanError: with every fault, its file:line and how to mend it.
    """
    try:
        file = read_yaml(path)
        written = _read(file)
        faults = [
            *Check(written, surveys, roster, file).faults(),
            *CheckGroups(written, surveys, roster, file).faults(),
        ]
        if faults:
            raise faults_error("the analysis plan has faults", faults)
        footings = _footings(written, harmonies or {}, roster, surveys)
        faults = [*_pooled_faults(written, footings, file), *_apart_faults(written, footings, file)]
        if faults:
            raise faults_error("the analysis plan puts together what is not comparable", faults)
    except DefinitionError as error:
        raise PlanError(error.message, where=error.where, mend=error.mend, faults=error.faults) from None
    used = {written.population.survey, *(item.survey for item in written.indicators.values())}
    used |= {item.survey for item in written.scales.values()}
    used |= {item.paired.start for item in written.indicators.values() if item.paired}
    variables = {name: _variables(surveys, name) for name in sorted(filter(None, used))}
    return Plan(**dict(written), variables=variables, attributes=roster.attributes, footings=footings)


def _footings(
    plan: PlanFile, harmonies: Harmonies, roster: Roster, surveys: Mapping[str, Survey]
) -> dict[str, Footing]:
    """The footing of every share and distribution; that of an indicator's answers only if it is another."""
    found: dict[str, Footing] = {}
    for name, survey, asked, expressions in _told_apart(plan, surveys):
        items = harmonies.get(survey, {})
        read = dict.fromkeys([*asked, *(part for text in expressions for part in names(text))])
        made = footing(expressions, [part for part in read if part in items], items, roster.attributes)
        if not name.endswith(CODES) or made.joins != found[name.removesuffix(CODES)].joins:
            found[name] = made
    return found


def _told_apart(
    plan: PlanFile, surveys: Mapping[str, Survey]
) -> Iterator[tuple[str, str, Sequence[str], list[Expression]]]:
    """Name and survey of every share and distribution, what must be answered, and what decides where a unit counts."""
    for name, indicator in plan.indicators.items():
        if indicator.paired:
            continue
        survey, deciding = indicator.survey or "", _deciding(indicator)
        yield name, survey, indicator.answered, deciding
        if indicator.variable:
            codes = _each_code(indicator.variable, survey, surveys)
            yield name + CODES, survey, indicator.answered, [*deciding, *codes]
    for name in plan.distributions:
        survey = plan.population.survey
        yield name, survey, (), _each_code(name, survey, surveys)
    for name, group in plan.groups.items():
        if group.answer:
            survey = plan.population.survey
            joined = [_any_of(group.answer, level.codes) for level in group.levels.values()]
            yield GROUP + name, survey, (), joined or _each_code(group.answer, survey, surveys)
    for name, scale in plan.scales.items():
        survey = scale.survey or plan.population.survey
        yield SCALE + name, survey, (), [code for item in scale.items for code in _each_code(item, survey, surveys)]


def _each_code(variable: str, survey: str, surveys: Mapping[str, Survey]) -> list[Expression]:
    codes = questions_of(surveys, survey)[variable].substantive
    return [Comparison("=", Ref(variable), Constant(code)) for code in codes]


def _deciding(indicator: Indicator) -> list[Expression]:
    """What decides whether a unit counts, and whether it is in the base."""
    texts = [parse(text) for text in (indicator.rule, indicator.base) if text]
    return [*texts, *([_any_of(indicator.variable or "", indicator.counted)] if indicator.counted else [])]


def _any_of(variable: str, codes: Sequence[str]) -> Expression:
    return Disjunction(tuple(Comparison("=", Ref(variable), Constant(code)) for code in codes))


def _pooled_faults(plan: PlanFile, footings: Mapping[str, Footing], file: YamlFile) -> Iterator[Fault]:
    for number, name in enumerate(plan.pooled):
        where = file.where(("pooled", number))
        found = footings.get(name)
        if name not in plan.indicators:
            mend = nearest(name, plan.indicators)
            yield Fault("unknown-indicator", f"no indicator is called «{name}»", where, mend)
        elif found is None:
            message = f"«{name}» is a paired change, which is not pooled"
            yield Fault("bad-kind", message, where, "Name an indicator that is one share.")
        elif found.nowhere_together:
            message = f"«{name}» cannot be pooled: {found.why_apart(found.joins)}"
            mend = "Remove it here. Its years stand side by side, and a trend breaks between them."
            yield Fault("not-comparable", message, where, mend)


def _apart_faults(plan: PlanFile, footings: Mapping[str, Footing], file: YamlFile) -> Iterator[Fault]:
    for name in plan.groups:
        found = footings.get(GROUP + name)
        if found is not None and found.breaks:
            message = f"the levels of «{name}» are not the same in all versions: {found.why_apart(found.joins)}"
            mend = "Join codes until the levels can be told in every version."
            yield Fault("not-comparable", message, file.where(("groups", name)), mend)
        elif found is not None and found.narrowed:
            message = f"the levels of «{name}» can be told of a part only: {_only(found)}"
            mend = "Group by another question, or by a column of the roster."
            yield Fault("not-comparable", message, file.where(("groups", name)), mend)


def _only(found: Footing) -> str:
    """Whom all versions can compare."""
    left = sorted({language for languages in found.left_out.values() for language in languages})
    spoken = [f"not those who answered in {', '.join(left)}"] if left else []
    return "; ".join([*(f"where {text}" for text in found.within), *spoken])


def _read(file: YamlFile) -> PlanFile:
    data = plain(file.data)
    try:
        return PlanFile.model_validate(data, context={"language": str(data.get("language", "en"))})
    except ValidationError as error:
        parts = (PlanFile, Population, Indicator, Paired, Panel, Recorded)
        parts += (Grouping, Days, Level, Weights, Compared, Scale)
        raise faults_error("the analysis plan has faults", model_faults(error, file, parts)) from None


def _variables(surveys: Mapping[str, Survey], name: str) -> dict[str, Variable]:
    questions = questions_of(surveys, name)
    return {
        question.name: Variable(codes=tuple(question.substantive), scale=question.scale)
        for question in questions.values()
        if question.choices
    }
