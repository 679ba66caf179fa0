"""What a report consists of and what it could use, for who writes a report definition. It needs no data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.report.definition import ChartSpec, ReportDefinition, TableSpec, read_definition
from evaltool.report.row_labels import INDICATORS
from evaltool.report.source import Template, named_in
from evaltool.report.vocabulary import CHARTS, TABLES, WORDS
from evaltool.results import read_estimates
from evaltool.text import Text, pick
from evaltool.workflows.planned import read_plan, read_themes
from evaltool.workflows.reporting import find_report

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*(?:\{[^{}]*\})?\s*$", re.MULTILINE)
_PARTS = ("chart", "table")
_Line: TypeAlias = tuple[str, str]


def list_report(project: Project, name: str) -> Iterator[str]:
    """Lines: the sections of the report with what stands in each, then all that a report of this project can use.

    Raises:
        ReportError: if there is no such report, or it has faults.
    """
    path = find_report(project, name)
    definition = read_definition(path)
    language, template = next(iter(definition.template.items()))
    plan = read_plan(project)
    yield f"Report {name}: {path.as_posix()}, {', '.join(definition.template)}"
    yield ""
    yield f"SECTIONS, by {template}"
    yield from _sections(path.parent / template, definition, language)
    blocks: list[tuple[str, list[_Line]]] = [
        (f"INDICATORS{_without_figures(project)}", list(_indicators(project, plan, language))),
        ("BREAKDOWNS, for by= and level=", [_breakdown(plan, name, language) for name in plan.grouped]),
        ("COMPARISONS", [_comparison(plan, name) for name in plan.comparisons]),
        ("KINDS OF CHARTS", list(CHARTS.items())),
        ("KINDS OF TABLES", list(TABLES.items())),
        ("WORDS OF TEMPLATES, between {{ and }}", list(WORDS.items())),
    ]
    for title, lines in blocks:
        if lines:
            yield ""
            yield title
            yield from _aligned(lines)


def _aligned(lines: Sequence[_Line]) -> Iterator[str]:
    width = max(len(name) for name, _ in lines)
    return (f"  {name:{width}}  {told}".rstrip() for name, told in lines)


# Sections


def _sections(path: Path, definition: ReportDefinition, language: str) -> Iterator[str]:
    """The headings, and below each its charts, its tables, and the indicators of its sentences."""
    template = Template.read(path)
    headings = [
        (template.text.count("\n", 0, found.start()) + 1, f"{'  ' * len(found[1])}{found[2]}")
        for found in _HEADING.finditer(template.text)
    ]
    named = named_in(template)
    ends = [line for line, _ in headings[1:]] + [10**9]
    before = [(word, name) for line, word, name in named if not headings or line < headings[0][0]]
    yield from _section(before, definition, language)
    for (start, heading), end in zip(headings, ends, strict=True):
        yield heading
        yield from _section([(word, name) for line, word, name in named if start <= line < end], definition, language)


def _section(named: Sequence[tuple[str, str]], definition: ReportDefinition, language: str) -> Iterator[str]:
    specs: dict[str, Mapping[str, ChartSpec | TableSpec]] = {"chart": definition.charts, "table": definition.tables}
    figures = dict.fromkeys(name for word, name in named if word not in {*_PARTS, "ref"})
    if figures:
        yield f"        figures of {', '.join(figures)}"
    for word, name in dict.fromkeys((word, name) for word, name in named if word in _PARTS):
        spec = specs[word].get(name)
        title = (spec.title if isinstance(spec, ChartSpec) else spec.caption or {}) if spec else {}
        yield f"        {word} {name} ({spec.kind if spec else 'unknown'}) {pick(title, language)}".rstrip()


# What can be used


def _indicators(project: Project, plan: Plan, language: str) -> Iterator[_Line]:
    found = _statistics(project)
    labels: dict[str, str] = {name: pick(item.label, language) for name, item in plan.indicators.items()}
    labels |= dict.fromkeys(plan.distributions, "answers to the question")
    labels |= {name: pick(scale.label, language) for name, scale in plan.scales.items()}
    labels |= dict.fromkeys(read_themes(project, plan).questions, "themes of the question")
    labels |= {name: INDICATORS.get(name, "") for name in found if name not in labels}
    for name, label in labels.items():
        yield name, label
        if name in found:
            yield "", f"  {', '.join(found[name])}"


def _without_figures(project: Project) -> str:
    return ", each with its statistics" if project.estimates.is_file() else " (no figures yet: evaltool analyse)"


def _statistics(project: Project) -> Mapping[str, Sequence[str]]:
    """The statistics of each indicator that has rows; those by code under one name."""
    if not project.estimates.is_file():
        return {}
    found: dict[str, dict[str, None]] = {}
    for row in read_estimates(project.estimates):
        kind, bracket, _ = row.statistic.partition("[")
        found.setdefault(row.indicator, {})[f"{kind}[…]" if bracket else kind] = None
    return {name: list(kinds) for name, kinds in found.items()}


def _breakdown(plan: Plan, name: str, language: str) -> _Line:
    labels: Mapping[str, Text] = plan.level_labels(name)
    levels = [f"{level} ({pick(labels[level], language)})" if level in labels else level for level in plan.levels(name)]
    return name, ", ".join(levels) or "levels as on the roster"


def _comparison(plan: Plan, name: str) -> _Line:
    compared = plan.comparisons[name]
    return name, f"by {compared.by}: {', '.join(compared.indicators)} ({compared.status})"
