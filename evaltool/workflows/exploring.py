"""The report's figures, tables and charts from Python, for a notebook: read from the same rows by the same words."""

from dataclasses import dataclass
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evaltool.errors import ReportError
from evaltool.project import FILE, find_project
from evaltool.report.charts import draw
from evaltool.report.context import ReportContext
from evaltool.report.definition import ReportDefinition, read_definition
from evaltool.report.drawing import Chart
from evaltool.report.grid import Grid
from evaltool.report.prose import Prose, as_text
from evaltool.report.rows import Rows
from evaltool.report.tables import KINDS
from evaltool.results import Results
from evaltool.text import pick
from evaltool.workflows.asking import About, Standing, told
from evaltool.workflows.datasets import datasets
from evaltool.workflows.estimated import definition_path, read_estimates_manifest
from evaltool.workflows.report_data import with_data
from evaltool.workflows.report_facts import Facts
from evaltool.yamlfile import nearest

if TYPE_CHECKING:
    import pandas as pd

_Spec = TypeVar("_Spec")


class Sentence(str):
    """A sentence that a notebook shows as text, without quotation marks."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f"<p>{escape(self)}</p>"


@dataclass(frozen=True)
class Table:
    """A table of the report. `cells` are as the report prints them: rounded, in its language, small groups left out."""

    caption: str
    grid: Grid

    @property
    def cells(self) -> list[list[str]]:
        """Row by row, without the header."""
        return [[as_text(cell).replace("**", "") for cell in row] for row in self.grid.rows]

    def to_frame(self) -> "pd.DataFrame":
        """The cells as text (dtype `str`); unrounded numbers are in `Report.rows`."""
        import pandas as pd  # noqa: PLC0415  # as in `Results.to_frame`

        return pd.DataFrame(self.cells, columns=list(self.grid.header), dtype="str")

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.grid.header)
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self.cells)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        notes = "".join(f"<p>{escape(as_text(note))}</p>" for note in self.grid.notes)
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


class Report:
    """One population's report, opened to be questioned. Made by `open_report`."""

    def __init__(self, standing: Standing, definition: ReportDefinition, context: ReportContext):
        self._standing = standing
        self._definition = definition
        self._context = context

    @property
    def population(self) -> str:
        return self._context.population

    @property
    def marks(self) -> tuple[str, ...]:
        """What must be said of the data wherever they are shown, for instance that they are made up."""
        return self._context.marks

    @cached_property
    def rows(self) -> Results:
        """All estimates of the project, of every population, unrounded."""
        return Results(self._standing.rows)

    def figure(self, indicator: str) -> Sentence:
        """What `evaltool ask` says of an indicator. Raises ReportError if the plan has none of that name."""
        return Sentence(told(self._prose(), indicator))

    def chart(self, name: str) -> Chart:
        """A chart of the report definition, as SVG. Raises ReportError if it has none of that name."""
        return draw(self._prose(), _named(self._definition.charts, name, "chart"))

    def table(self, name: str) -> Table:
        """A table of the report definition. Raises ReportError if it has none of that name."""
        spec = _named(self._definition.tables, name, "table")
        caption = pick(spec.caption, self._context.language) if spec.caption else ""
        return Table(caption, KINDS[spec.kind](self._prose(), spec))

    def _prose(self) -> Prose:
        """A fresh record each time: ids of figures are counted within one document."""
        return Prose(Rows(self._standing.rows), self._context, self._definition.parts, self._definition.phrases)

    def _repr_html_(self) -> str:
        names = {"Charts": self._definition.charts, "Tables": self._definition.tables}
        found = "".join(f"<p>{kind}: {escape(', '.join(known))}</p>" for kind, known in names.items())
        marks = "".join(f"<p><strong>{escape(mark)}</strong></p>" for mark in self.marks)
        return f"{marks}<p>{escape(self.population)}. Rows: {len(self.rows)}</p>{found}"


def _named(known: dict[str, _Spec], name: str, kind: str) -> _Spec:
    if name not in known:
        raise ReportError(
            f"the report has no {kind} «{name}»", mend=nearest(name, known) or f"Known: {', '.join(known)}."
        )
    return known[name]


def open_report(
    folder: str | PathLike[str] = ".",
    *,
    population: str = "",
    group: tuple[str, str] = ("", ""),
    language: str = "",
    report: str = "status",
) -> Report:
    """Open the report of a project that was analysed.

    `folder` is the project's, or one below it. `population` is the latest unless it is named, `group` a breakdown and
    one of its levels, `language` that of the plan; `report` is the name of its folder below reports/.

    Raises:
        ProjectError: if there is no project.
        PlanError: if nothing was analysed yet.
        ReportError: if anything has changed since the analysis, or a name is unknown.
    """
    here = Path(folder).resolve()
    places = (here, *here.parents)
    project = find_project(next((place for place in places if (place / FILE).is_file()), here))
    standing = Standing(project)
    context = standing.prose(About(population, group, language)).context
    facts = Facts(project, read_estimates_manifest(project), standing.populations)
    context = with_data(context, facts, datasets(project))
    return Report(standing, read_definition(definition_path(project, report)), context)
