"""The report definition (`report.yaml`): templates, charts and tables. Every fault at once, with file and line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import FileMark, MarkedYAMLError, StringMark

from evaltool.errors import Fault, ReportError
from evaltool.report.rows import nearest

Texts = Annotated[dict[str, str], Field(min_length=1)]
FORMATS: tuple["Format", ...] = ("docx", "html", "pdf")
Format = Literal["docx", "html", "pdf"]
ChartKind = Literal["bars", "stacked"]
TableKind = Literal[
    "targets", "shares", "groups", "counts", "response", "cohorts", "distribution", "paired", "missing",
    "releases", "questions", "passport",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChartSpec(_Part):
    """A chart. `by` draws one bar a level of a breakdown; `title` is a plain sentence; `names` are shorter labels."""

    kind: ChartKind
    indicators: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Texts
    by: str = ""
    names: dict[str, Texts] = {}


class TableSpec(_Part):
    """A table. `response` names the statistic of the indicator `response` that stands beside targets."""

    kind: TableKind
    indicators: tuple[str, ...] = ()
    by: str = ""
    caption: Texts | None = None
    decimals: Annotated[int, Field(ge=0, le=2)] = 0
    response: str = "rr2"


class ReportDefinition(_Part):
    """What a report is made of. `parts` names shares that must add up: whole → its parts."""

    format: Literal[1]
    title: Texts
    subtitle: Texts
    file: Texts
    template: Texts
    parts: dict[str, tuple[str, ...]] = {}
    charts: dict[str, ChartSpec] = {}
    tables: dict[str, TableSpec] = {}

    def require_language(self, language: str, where: str) -> None:
        """Raises ReportError when the report is not written in `language`."""
        if language not in self.template:
            raise ReportError(
                f"the report is not written in '{language}'", where=where, mend=nearest(language, self.template)
            )


def read_definition(path: Path) -> ReportDefinition:
    """Read `report.yaml`. Raises ReportError with all faults."""
    try:
        data: Any = YAML(typ="rt").load(path.read_text(encoding="utf-8"))  # pyright: ignore[reportUnknownMemberType]  # ruamel types load() loosely
    except OSError as error:
        raise ReportError("the report definition cannot be read", where=str(path), mend=str(error.strerror)) from error
    except MarkedYAMLError as error:
        mark: object = vars(error).get("problem_mark")
        line = mark.line + 1 if isinstance(mark, StringMark | FileMark) else 1
        mend = "Mend the line, often its indent or a missing quote."
        raise ReportError("the file is no YAML", where=f"{path}:{line}", mend=mend) from error
    try:
        return ReportDefinition.model_validate(data)
    except ValidationError as error:
        faults = [_fault(item["loc"], item["msg"], item["type"], data, path) for item in error.errors()]
        raise ReportError("the report definition has faults", where=str(path), faults=faults) from error


def _fault(place: Sequence[int | str], message: str, kind: str, data: object, path: Path) -> Fault:
    name = ".".join(str(part) for part in place)
    mend = f"Remove or correct '{place[-1]}'." if kind == "extra_forbidden" else ""
    return Fault("report", f"{name}: {message}", f"{path}:{_line(place, data)}", mend)


def _line(place: Sequence[int | str], data: object) -> int:
    """The line of the deepest key that exists; a missing key is told at its parent's line."""
    line = 1
    for part in place:
        marks = getattr(data, "lc", None)
        if marks is None or not isinstance(data, Mapping) or part not in data:
            return line
        line = int(marks.key(part)[0]) + 1
        data = cast("Mapping[object, object]", data)[part]
    return line
