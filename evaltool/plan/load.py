"""Loading a plan: every name in it is checked against the surveys, the roster and the verdicts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from evaltool.errors import DefinitionError, Fault, PlanError
from evaltool.plan.check import Check, questions_of
from evaltool.plan.model import Indicator, Paired, Panel, Plan, PlanFile, Population, Variable
from evaltool.survey.expressions import Comparison, Constant, Disjunction, Expression, Ref, names, parse
from evaltool.survey.footing import Footing, footing
from evaltool.survey.harmony import Harmonised
from evaltool.survey.model import Roster, Survey
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

Harmonies: TypeAlias = Mapping[str, Mapping[str, Harmonised]]
"""By survey and item: which versions can be put together."""


def load_plan(path: Path, surveys: Mapping[str, Survey], roster: Roster, harmonies: Harmonies | None = None) -> Plan:
    """Load the plan and check every name in it. `surveys` holds every version, by its key.

    Without `harmonies` nothing is known of how the versions compare, and each stands alone.

    Raises:
        PlanError: with every fault, its file:line and how to mend it.
    """
    try:
        file = read_yaml(path)
        written = _read(file)
        faults = list(Check(written, surveys, roster, file).faults())
        if faults:
            raise faults_error("the analysis plan has faults", faults)
        footings = _footings(written, harmonies or {}, roster)
        faults = list(_pooled_faults(written, footings, file))
        if faults:
            raise faults_error("the analysis plan pools what is not comparable", faults)
    except DefinitionError as error:
        raise PlanError(error.message, where=error.where, mend=error.mend, faults=error.faults) from None
    used = {written.population.survey, *(item.survey for item in written.indicators.values())}
    used |= {item.paired.start for item in written.indicators.values() if item.paired}
    variables = {name: _variables(surveys, name) for name in sorted(filter(None, used))}
    return Plan(**dict(written), variables=variables, attributes=roster.attributes, footings=footings)


def _footings(plan: PlanFile, harmonies: Harmonies, roster: Roster) -> dict[str, Footing]:
    """The footing of every indicator that is one share."""
    found: dict[str, Footing] = {}
    for name, indicator in plan.indicators.items():
        items = harmonies.get(indicator.survey or "", {})
        expressions = _deciding(indicator)
        asked = dict.fromkeys([*indicator.answered, *(part for text in expressions for part in names(text))])
        if not indicator.paired:
            found[name] = footing(expressions, [name for name in asked if name in items], items, roster.attributes)
    return found


def _deciding(indicator: Indicator) -> list[Expression]:
    """What decides whether a unit counts, and whether it is in the base."""
    counted = tuple(Comparison("=", Ref(indicator.variable or ""), Constant(code)) for code in indicator.counted)
    texts = [parse(text) for text in (indicator.rule, indicator.base) if text]
    return [*texts, *([Disjunction(counted)] if counted else [])]


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
        elif found.breaks:
            message = f"«{name}» cannot be pooled: {found.why_apart(found.joins)}"
            mend = "Remove it here. Its years stand side by side, and a trend breaks between them."
            yield Fault("not-comparable", message, where, mend)


def _read(file: YamlFile) -> PlanFile:
    data = plain(file.data)
    try:
        return PlanFile.model_validate(data, context={"language": str(data.get("language", "en"))})
    except ValidationError as error:
        parts = (PlanFile, Population, Indicator, Paired, Panel)
        raise faults_error("the analysis plan has faults", model_faults(error, file, parts)) from None


def _variables(surveys: Mapping[str, Survey], name: str) -> dict[str, Variable]:
    questions = questions_of(surveys, name)
    return {
        question.name: Variable(codes=tuple(question.substantive), scale=question.scale)
        for question in questions.values()
        if question.choices
    }
