"""From a report definition, rows and what is told beside them to finished documents."""

from collections.abc import Iterable
from pathlib import Path

from evaltool.errors import Fault, ReportError
from evaltool.report.context import ReportContext
from evaltool.report.definition import ReportDefinition, read_definition
from evaltool.report.documents import Document, write_documents
from evaltool.report.file_names import file_name
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.source import Template, fill, template_faults
from evaltool.report.word_template import read_template
from evaltool.report.writing import writing_warnings
from evaltool.results import Estimate


def render_report(
    definition_path: Path,
    rows: Iterable[Estimate],
    context: ReportContext,
    out_dir: Path,
    *,
    reference: Path | None = None,
) -> list[Path]:
    """Write the report in `context.language` as Word, HTML and PDF, with its key figures as a workbook.

    The Word file looks like `reference`, else like the definition's own reference, else like ours.

    Raises ReportError with every unknown figure, when the reference is no Word file, or when a file is open elsewhere;
    then nothing is changed.
    """
    return write_documents(fill_report(definition_path, rows, context, reference=reference), out_dir)


def fill_report(
    definition_path: Path, rows: Iterable[Estimate], context: ReportContext, *, reference: Path | None = None
) -> Document:
    """The report with its figures, tables and charts, before it is set. Raises ReportError as `render_report`."""
    definition = read_definition(definition_path)
    language = context.language
    definition.require_language(language, str(definition_path))
    looks = reference or (definition_path.parent / definition.reference if definition.reference else None)
    word_template = read_template(looks) if looks else None
    template = Template.read(definition_path.parent / definition.template[language])
    prose = Prose(Rows(rows), context, definition.parts, definition.phrases)
    source = fill(template, definition, prose)
    title, subtitle = (
        text[language].format(population=context.population, group=context.group_name)
        for text in (definition.title, definition.subtitle)
    )
    stem = file_name(definition.file[language].format(population=context.population, group=context.group_in_file))
    return Document(source, prose, title, subtitle, stem + context.file_marks, word_template)


def check_report(definition_path: Path) -> str:
    """Check the definition and every template before there are data; returns a line that says what was checked.

    Raises ReportError with all faults. Names of indicators are checked when the report is written.
    """
    definition = read_definition(definition_path)
    beside = definition_path.parent
    paths = [beside / name for name in definition.template.values()]
    faults = [fault for path in dict.fromkeys(paths) for fault in _faults_in(path, definition)]
    faults += _reference_faults(beside / definition.reference) if definition.reference else []
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ReportError(f"the report's templates have {count}", faults=faults)
    parts = f"charts: {len(definition.charts)}, tables: {len(definition.tables)}"
    return f"report {definition_path.parent.name} ({', '.join(definition.template)}): {parts}, no faults"


def _reference_faults(path: Path) -> list[Fault]:
    try:
        read_template(path)
    except ReportError as error:
        return [Fault(error.code, error.message, error.where, error.mend)]
    return []


def report_warnings(definition_path: Path) -> list[Fault]:
    """What the writers of a report's texts should look at; no reason to stop. The files have been checked."""
    definition = read_definition(definition_path)
    return [
        warning
        for language, name in definition.template.items()
        for warning in writing_warnings(Template.read(definition_path.parent / name), definition, language)
    ]


def _faults_in(path: Path, definition: ReportDefinition) -> list[Fault]:
    try:
        return template_faults(Template.read(path), definition)
    except ReportError as error:
        return [Fault(error.code, error.message, error.where, error.mend)]
