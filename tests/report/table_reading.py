"""Tables as a reader sees them: cells and notes without Markdown."""

import re
from typing import Any

from report_samples import context, rows

from evaltool.report.definition import TableSpec
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.tables import table


def prose(language: str = "en", some: Any = None, **changes: Any) -> Prose:
    return Prose(Rows(rows() if some is None else some), context(language, **changes))


def without(*indicators_and_statistics: tuple[str, str]) -> list[Any]:
    return [row for row in rows() if (row.indicator, row.statistic) not in indicators_and_statistics]


def read(told: Prose, **spec: Any) -> tuple[list[str], list[list[str]], str]:
    """Header, lines, and the notes below as one text."""
    text = plain_text(str(table(told, TableSpec(**spec))))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    notes = [line for line in text.splitlines() if line and not line.startswith(("|", ":"))]
    return cells[0], cells[2:], " ".join(notes)


def plain_text(markdown: str) -> str:
    """Spans and escapes taken away."""
    return re.sub(r"\[((?:\\.|[^\]])*)\]\{#ev_\w+ \.figure\}", r"\1", markdown).replace("\\", "")
