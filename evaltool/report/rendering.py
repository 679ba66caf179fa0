"""From a report definition, rows and what is told beside them to finished documents."""

from collections.abc import Iterable
from pathlib import Path

from evaltool.errors import Fault, ReportError
from evaltool.report.context import ReportContext
from evaltool.report.definition import Draft, read_definition, read_draft, report_error
from evaltool.report.documents import Document, write_documents
from evaltool.report.file_names import file_name
from evaltool.report.names import Names, unknown_in_definition
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.source import Template, asked_in_vain, fill, template_faults
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
    draft = read_draft(definition_path)
    definition, language = draft.checked(), context.language
    definition.require_language(language, str(definition_path))
    looks = reference or (definition_path.parent / definition.reference if definition.reference else None)
    word_template = read_template(looks) if looks else None
    template = Template.read(definition_path.parent / definition.template[language])
    prose = Prose(Rows(rows), context, definition.parts, definition.phrases)
    faults = _faults([template], draft, Names.told(prose))
    if faults:
        raise report_error("the report names what there is not", faults)
    source = fill(template, definition, prose)
    title, subtitle = (
        text[language].format(population=context.population, group=context.group_name)
        for text in (definition.title, definition.subtitle)
    )
    stem = file_name(definition.file[language].format(population=context.population, group=context.group_in_file))
    return Document(source, prose, title, subtitle, stem + context.file_marks, word_template)


def check_report(definition_path: Path, names: Names | None = None) -> str:
    """Check the definition and every template before there are data; returns a line that says what was checked.

    Raises ReportError with all faults. Names of indicators, groups and comparisons are held against `names`.
    """
    draft = read_draft(definition_path)
    templates, faults = _readable(definition_path.parent, draft)
    faults += [*draft.faults, *_faults(templates, draft, names)]
    definition = draft.definition
    if definition is None or faults:
        raise report_error("the report has faults", faults)
    parts = f"charts: {len(definition.charts)}, tables: {len(definition.tables)}"
    return f"report {definition_path.parent.name} ({', '.join(definition.template)}): {parts}, no faults"


def _readable(folder: Path, draft: Draft) -> tuple[list[Template], list[Fault]]:
    """The templates, and the faults of the files that cannot be read."""
    templates: list[Template] = []
    faults: list[Fault] = []
    for name in draft.templates:
        try:
            templates.append(Template.read(folder / name))
        except ReportError as error:
            faults.append(Fault(error.code, error.message, error.where, error.mend))
    if draft.definition and draft.definition.reference:
        faults += _reference_faults(folder / draft.definition.reference)
    return templates, faults


def _reference_faults(path: Path) -> list[Fault]:
    try:
        read_template(path)
    except ReportError as error:
        return [Fault(error.code, error.message, error.where, error.mend)]
    return []


def _faults(templates: Iterable[Template], draft: Draft, names: Names | None) -> list[Fault]:
    """What the texts, and with `names` the definition, name that there is not, and what is no template."""
    faults = [fault for template in templates for fault in template_faults(template, draft, names)]
    if draft.definition and names:
        faults += unknown_in_definition(draft.definition, draft.file, names)
    return faults


def report_warnings(definition_path: Path, names: Names) -> list[Fault]:
    """What the writers of a report's texts should look at; no reason to stop. The files have been checked."""
    definition = read_definition(definition_path)
    texts = {name: Template.read(definition_path.parent / name) for name in definition.template.values()}
    asked = [fault for template in texts.values() for fault in asked_in_vain(template, names)]
    written = [
        warning
        for language, name in definition.template.items()
        for warning in writing_warnings(texts[name], definition, language)
    ]
    return asked + written
