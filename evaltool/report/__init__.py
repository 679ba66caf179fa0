"""Reports: charts, tables, prose and documents from result rows. Renders, and computes no statistic."""

from collections.abc import Iterable
from pathlib import Path

from evaltool.report.context import (
    Breakdown,
    IndicatorFacts,
    QuestionFacts,
    ReleaseFacts,
    ReportContext,
)
from evaltool.report.definition import read_definition
from evaltool.report.documents import Document, write_documents
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.source import Template, fill
from evaltool.report.word import read_map
from evaltool.results import Estimate

__all__ = [
    "Breakdown",
    "IndicatorFacts",
    "QuestionFacts",
    "ReleaseFacts",
    "ReportContext",
    "read_map",
    "render_report",
]


def render_report(definition_path: Path, rows: Iterable[Estimate], context: ReportContext, out_dir: Path) -> list[Path]:
    """Write the report in `context.language` as Word, HTML and PDF.

    Raises ReportError with every unknown figure, or when a file is open elsewhere; then nothing is changed.
    """
    definition = read_definition(definition_path)
    language = context.language
    definition.require_language(language, str(definition_path))
    template = Template.read(definition_path.parent / definition.template[language])
    prose = Prose(Rows(rows), context, definition.parts)
    source = fill(template, definition, prose)
    title, subtitle, stem = (
        text[language].format(population=context.population)
        for text in (definition.title, definition.subtitle, definition.file)
    )
    marks = "".join("-" + mark.replace(" ", "-") for mark in context.marks)
    return write_documents(Document(source, context, title, subtitle), out_dir, stem + marks)
