"""The report definition (`report.yaml`): templates, charts and tables. Every fault at once, with file and line."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaltool.errors import DefinitionError, Fault, ReportError
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

Texts = Annotated[dict[str, str], Field(min_length=1)]
FORMATS: tuple["Format", ...] = ("docx", "html", "pdf", "xlsx")
Format = Literal["docx", "html", "pdf", "xlsx"]
CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
"""`{was|were}` in a phrase: which of the two is settled by the count."""
_ABOUT_INDICATORS = frozenset(
    {"targets", "shares", "groups", "counts", "cohorts", "distribution", "paired", "missing"}
    | {"shrunken", "records", "tests", "scales", "themes", "beside"}
)
"""Kinds of tables that show nothing without indicators."""
_GROUP = "{group}"
ChartKind = Literal["bars", "stacked", "trend", "flow", "dots", "bounds"]
TableKind = Literal[
    "targets", "shares", "groups", "counts", "response", "cohorts", "distribution", "paired", "missing",
    "releases", "questions", "passport", "headline", "comparison", "shrunken", "nonresponse", "records", "tests",
    "scales", "quality", "gaps", "methods", "base", "themes", "beside",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ChartSpec(_Part):
    """A chart. `by` draws a row a level of a breakdown; `title` is a plain sentence; `names` are shorter labels."""

    kind: ChartKind
    indicators: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Texts
    by: str = ""
    names: dict[str, Texts] = {}


class TableSpec(_Part):
    """A table. `response` names the statistic of the indicator `response` that stands beside targets.

    `names` are shorter labels of a table of cohorts; `pooled` groups are those of the last populations together;
    `comparison` is the name of the plan's comparison to show.
    """

    kind: TableKind
    indicators: tuple[str, ...] = ()
    by: str = ""
    caption: Texts | None = None
    names: dict[str, Texts] = {}
    pooled: bool = False
    decimals: Annotated[int, Field(ge=0, le=2)] = 0
    response: str = "rr2"
    comparison: str = ""


class ReportDefinition(_Part):
    """What a report is made of. `parts` names shares that must add up: whole → its parts.

    `reference` is a Word file beside the definition whose styles, page, headers and footers the Word report has.
    `phrases` say in a sentence what an indicator counts: «{count} {was|were} in a job».
    """

    format: Literal[1]
    title: Texts
    subtitle: Texts
    file: Texts
    template: Texts
    reference: str = ""
    parts: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, Texts] = {}
    charts: dict[str, ChartSpec] = {}
    tables: dict[str, TableSpec] = {}

    @property
    def for_groups(self) -> bool:
        """Whether the report is about one group at a time: its file is named after the group."""
        return all(_GROUP in text for text in self.file.values())

    def require_language(self, language: str, where: str) -> None:
        """Raises ReportError when the report is not written in `language`."""
        if language not in self.template:
            message = f"the report is not written in «{language}»"
            raise ReportError(message, where=where, mend=nearest(language, self.template))


@dataclass(frozen=True)
class Draft:
    """A definition as it is written. `definition` is None where the file does not fit its form."""

    file: YamlFile
    definition: ReportDefinition | None
    faults: tuple[Fault, ...]

    def checked(self) -> ReportDefinition:
        """The definition. Raises ReportError with all faults."""
        if self.definition is None or self.faults:
            raise report_error("the report definition has faults", self.faults)
        return self.definition

    @property
    def templates(self) -> list[str]:
        """The files of the texts, each once."""
        found = self._part("template") or {}
        return [name for name in dict.fromkeys(found.values()) if isinstance(name, str)]

    def names(self, part: Literal["charts", "tables", "parts"]) -> Collection[str] | None:
        """What is defined there; None where that cannot be told."""
        found = self._part(part)
        return None if found is None else [str(name) for name in found]

    def _part(self, key: str) -> Mapping[object, object] | None:
        part = self.file.data.get(key, {} if self.definition else None)
        return cast("Mapping[object, object]", part) if isinstance(part, Mapping) else None


def read_draft(path: Path) -> Draft:
    """Read `report.yaml` with all its faults. Raises ReportError where it is no YAML."""
    try:
        file = read_yaml(path)
    except DefinitionError as error:
        raise ReportError(error.message, where=error.where, mend=error.mend, faults=error.faults) from None
    try:
        definition = ReportDefinition.model_validate(plain(file.data))
    except ValidationError as error:
        return Draft(file, None, tuple(model_faults(error, file, (ReportDefinition, ChartSpec, TableSpec))))
    checks = (_text_faults, _phrase_faults, _chart_faults, _table_faults)
    return Draft(file, definition, tuple(fault for check in checks for fault in check(definition, file)))


def read_definition(path: Path) -> ReportDefinition:
    """Read `report.yaml`. Raises ReportError with all faults."""
    return read_draft(path).checked()


def report_error(message: str, faults: Sequence[Fault]) -> ReportError:
    """One error for all faults, in order of place."""
    error = faults_error(message, faults)
    return ReportError(error.message, faults=error.faults)


def _text_faults(definition: ReportDefinition, file: YamlFile) -> Iterator[Fault]:
    """The cover and the file's name must be there in each language that has a template, and name a group in all."""
    if any(_GROUP in text for text in definition.file.values()) and not definition.for_groups:
        message, mend = "«file» names the group in one language only", "Put {group} into each of them, or into none."
        yield Fault("bad-value", message, file.where(("file",)), mend)
    own: dict[tuple[str, ...], Texts] = {(key,): getattr(definition, key) for key in ("title", "subtitle", "file")}
    charts = {("charts", name, "title"): spec.title for name, spec in definition.charts.items()}
    tables = {("tables", name, "caption"): spec.caption for name, spec in definition.tables.items() if spec.caption}
    for path, texts in {**own, **charts, **tables}.items():
        for language in definition.template:
            if language not in texts:
                message, mend = f"«{'.'.join(path)}» has no text in «{language}»", f"Add «{language}: …»."
                yield Fault("missing-text", message, file.where(path), mend)
    for (key,), texts in own.items():
        for language, text in texts.items():
            if not _can_be_filled(text):
                message, mend = f"«{key}» cannot be filled", "The placeholders are {population} and {group}."
                yield Fault("bad-value", message, file.where((key, language)), mend)


def _phrase_faults(definition: ReportDefinition, file: YamlFile) -> Iterator[Fault]:
    """A phrase must be there in each language that has a template, and hold the count once."""
    for name, texts in definition.phrases.items():
        for language in definition.template:
            if language not in texts:
                message = f"the phrase of «{name}» has no text in «{language}»"
                yield Fault("missing-text", message, file.where(("phrases", name)), f"Add «{language}: …».")
        for language, text in texts.items():
            if sorted(re.findall(r"[{}]", CHOICE.sub("", text))) != ["{", "}"] or "{count}" not in text:
                mend = "It holds {count} once, and choices by it such as {was|were}."
                where = file.where(("phrases", name, language))
                yield Fault("bad-value", f"the phrase of «{name}» cannot be filled", where, mend)


def _chart_faults(definition: ReportDefinition, file: YamlFile) -> Iterator[Fault]:
    """Dots are by a breakdown, others than bars are not; what is by a breakdown shows one indicator, as a flow does."""
    for name, chart in definition.charts.items():
        where = file.where(("charts", name))
        if chart.kind == "dots" and not chart.by:
            yield Fault("bad-value", f"the chart «{name}» has no «by»", where, "Name the breakdown, or take bars.")
        if chart.by and chart.kind not in {"bars", "dots"}:
            yield Fault("bad-value", f"the chart «{name}» cannot be by a breakdown", where, "Take dots or bars.")
        if len(chart.indicators) > 1 and (chart.by or chart.kind == "flow"):
            yield Fault("bad-value", f"the chart «{name}» shows one indicator", where, "Make a chart of each.")


def _table_faults(definition: ReportDefinition, file: YamlFile) -> Iterator[Fault]:
    """Tables that would be empty for want of an indicator."""
    for name, table in definition.tables.items():
        if table.kind in _ABOUT_INDICATORS and not table.indicators:
            message = f"the table «{name}» names no indicator"
            yield Fault("bad-value", message, file.where(("tables", name)), "Add «indicators: […]».")


def paired_faults(definition: ReportDefinition, file: YamlFile, paired: Set[str]) -> list[Fault]:
    """Charts and tables that show a `paired` indicator, told at start and end, beside one that was told at the end.

    Side by side the two would be read as the same thing twice.
    """
    faults: list[Fault] = []
    for kind, parts in (("charts", definition.charts), ("tables", definition.tables)):
        for name, part in parts.items():
            changes = [each for each in part.indicators if each in paired]
            others = [each for each in part.indicators if each not in paired]
            if changes and others:
                message = f"«{name}» shows {', '.join(changes)}, asked at start and end, beside {', '.join(others)}"
                mend = "Show them in two charts or tables."
                faults.append(Fault("not-apart", message, file.where((kind, name)), mend))
    return faults


def _can_be_filled(text: str) -> bool:
    try:
        text.format(population="", group="")
    except (KeyError, IndexError, ValueError, AttributeError):
        return False
    return True
