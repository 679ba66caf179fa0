"""A short report with all that documents are made of: headings, lists, tables, charts, captions, references."""

from pathlib import Path
from typing import Any

from report_samples import context, rows

from evaltool.report.rendering import render_report

DEFINITION = """\
format: 1
title: {en: "Report {population}", da: "Rapport {population}"}
subtitle: {en: Made up, da: Opdigtet}
file: {en: "report-{population}", da: "rapport-{population}"}
template: {en: report.md, da: report.md}
charts:
  outcome: {kind: bars, indicators: [job_or_education], title: {en: In a job or education, da: I job}}
  sites: {kind: bars, indicators: [job_or_education], by: site, title: {en: The sites, da: Stederne}}
tables:
  goals: {kind: targets, indicators: [job_or_education], caption: {en: The goals, da: Målene}}
  places: {kind: groups, by: site, indicators: [job_or_education], caption: {en: Each site, da: Hvert sted}}
"""
TEMPLATE = """\
# One

See {{ ref("places") }} and {{ ref("sites") }}: {{ share("job_or_education") }}

{{ chart("outcome") }}

Some text, and **more**.

{{ table("goals") }}

After the table.

# Two

## Part

{{ table("places") }}

1. First
2. Second

{{ chart("sites") }}

::: note
A note.
:::
"""


def write_small(folder: Path, *, template: str = TEMPLATE, definition: str = DEFINITION) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(template, encoding="utf-8")
    path = folder / "report.yaml"
    path.write_text(definition, encoding="utf-8")
    return path


def render_small(folder: Path, language: str = "en", *, reference: Path | None = None, **more: Any) -> dict[str, Path]:
    """The small report in all formats: ending → file. `more` goes into the context."""
    definition = folder / "report.yaml"
    path = definition if definition.exists() else write_small(folder)
    made = render_report(path, rows(), context(language, **more), folder / f"out-{language}", reference=reference)
    return {path.suffix[1:]: path for path in made}
