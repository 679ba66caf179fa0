"""What a report can name beside its own charts and tables, and the names in `report.yaml` that nothing has."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from evaltool.errors import Fault
from evaltool.report.checks import SURVEY
from evaltool.report.definition import ChartSpec, ReportDefinition, TableSpec
from evaltool.report.prose import EVERYBODY, Prose
from evaltool.yamlfile import YamlFile, nearest

Claim: TypeAlias = tuple[str, str, Collection[str]]
"""What kind of thing is named, how it is called, and the names that there are."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """Everything that can be named, whether there are figures of it yet or not.

    `groups` are breakdowns with their levels, `themes` open questions with their themes, `surveys` versions such as
    `course-end@1`. A breakdown without levels may have any.
    """

    indicators: Collection[str]
    comparisons: Collection[str] = ()
    groups: Mapping[str, Collection[str]]
    themes: Mapping[str, Collection[str]]
    surveys: Collection[str] = ()

    @classmethod
    def told(cls, prose: Prose) -> "Names":
        """What the rows have and what is told beside them."""
        context, rows = prose.context, prose.rows
        return cls(
            indicators={*context.indicators, *rows.indicators},
            comparisons=context.comparisons,
            groups={by: known.levels and {*known.levels, *rows.found(by)} for by, known in context.breakdowns.items()},
            themes={name: facts.themes for name, facts in context.indicators.items() if facts.themes},
            surveys={*context.wordings, *rows.found(SURVEY)},
        )

    def claims(self, texts: Mapping[str, str]) -> Iterator[Claim]:
        """The names among the arguments of a word, which are told by the parameter that they stand for."""
        indicator, by, level = (texts.get(key, "") for key in ("indicator", "by", "level"))
        if "indicator" in texts:
            yield "indicator", indicator, self.indicators
        question, theme = texts.get("question", ""), texts.get("theme")
        if "question" in texts:
            yield self.coded(question)
        themes = self.themes.get(question)
        if theme and themes:
            yield f"theme of {question}", theme, themes
        if comparison := texts.get("comparison"):
            yield "comparison", comparison.partition(":")[0], self.comparisons
        if by:
            yield "breakdown", by, {*self.groups, EVERYBODY, SURVEY}
        levels = {**self.groups, SURVEY: self.surveys}.get(by)
        if level and levels:
            yield f"level of {by}", level, levels

    def coded(self, question: str) -> Claim:
        """The name of an open question that has themes; what nothing is called is told like any other figure."""
        return "open question" if question in self.indicators else "indicator", question, self.themes


def unknown(claim: Claim, where: str) -> Fault | None:
    """The fault of a name that nothing has."""
    kind, name, known = claim
    return None if name in known else Fault("report", f"unknown {kind} «{name}»", where, nearest(name, known))


def unknown_in_definition(definition: ReportDefinition, file: YamlFile, names: Names) -> list[Fault]:
    """Names in `report.yaml` that nothing has, also of charts and tables that no text shows."""
    parts = [(("charts", key), spec) for key, spec in definition.charts.items()]
    parts += [(("tables", key), spec) for key, spec in definition.tables.items()]
    claims = [((*at, *rest), claim) for at, spec in parts for rest, claim in _in_part(spec, names)]
    claims += [(("phrases", name), ("indicator", name, names.indicators)) for name in definition.phrases]
    claims += [
        (("parts", whole, *place), ("indicator", name, names.indicators))
        for whole, members in definition.parts.items()
        for place, name in [((), whole), *(((place,), name) for place, name in enumerate(members))]
    ]
    return [fault for place, claim in claims if (fault := unknown(claim, file.where(place)))]


_Place: TypeAlias = tuple[str | int, ...]


def _in_part(spec: ChartSpec | TableSpec, names: Names) -> Iterator[tuple[_Place, Claim]]:
    for place, name in enumerate(spec.indicators):
        claim = names.coded(name) if spec.kind == "themes" else ("indicator", name, names.indicators)
        yield ("indicators", place), claim
    for name in spec.names:
        yield ("names", name), ("indicator", name, names.indicators)
    if spec.by and spec.kind in {"quality", "gaps"}:
        yield ("by",), ("survey", spec.by, {version.partition("@")[0] for version in names.surveys})
    elif spec.by:
        yield ("by",), ("breakdown", spec.by, names.groups)
    if isinstance(spec, TableSpec) and (spec.comparison or spec.kind == "comparison"):
        yield ("comparison",), ("comparison", spec.comparison, names.comparisons)
