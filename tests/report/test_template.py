"""Templates and report.yaml: every fault at once, with its line."""

import pytest
from report_samples import context, rows

from evaltool.errors import ReportError
from evaltool.report.definition import ReportDefinition, read_definition
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows
from evaltool.report.source import Template, fill

DEFINITION = """\
format: 1
title: {en: "Report {population}"}
subtitle: {en: Made up}
file: {en: "report-{population}"}
template: {en: report.md}
charts:
  headline: {kind: bars, indicators: [job_or_education], title: {en: In a job or education}}
tables:
  goals: {kind: targets, indicators: [job_or_education]}
"""


def filled(tmp_path, text, definition=DEFINITION, language="en"):
    (tmp_path / "report.yaml").write_text(definition, encoding="utf-8")
    template = Template(tmp_path / "report.md", text)
    told = Prose(Rows(rows()), context(language))
    return fill(template, read_definition(tmp_path / "report.yaml"), told)


def test_all_unknown_names_are_told_at_once_with_their_lines(tmp_path):
    hidden = '{% if false %}{{ chart("headlines") }}{% endif %}'
    text = 'One {{ share("job_or_eduction") }}.\n\n' + hidden + '\n{{ shares("job") }}\n'
    with pytest.raises(ReportError) as caught:
        filled(tmp_path, text)
    told = {fault.where.rpartition(":")[2]: str(fault) for fault in caught.value.faults}
    assert set(told) == {"1", "3", "4"}
    assert "'job_or_education'" in told["1"]
    assert "'headline'" in told["3"]
    assert "'share'" in told["4"]


def test_indicator_asked_for_with_has_may_be_absent(tmp_path):
    text = '{% if has("later", "median") %}{{ value("later", "median") }}{% else %}nothing yet{% endif %}'
    assert filled(tmp_path, text).markdown == "nothing yet"


def test_indicator_that_only_a_chart_names_is_checked_too(tmp_path):
    with pytest.raises(ReportError) as caught:
        filled(
            tmp_path, "text", DEFINITION.replace("indicators: [job_or_education], title", "indicators: [jobs], title")
        )
    assert "charts.headline: unknown indicator 'jobs'" in str(caught.value)


def test_template_cannot_reach_python(tmp_path):
    with pytest.raises(ReportError):
        filled(tmp_path, "{{ share.__func__.__globals__ }}")


def test_heading_identifier_is_no_comment_of_the_template(tmp_path):
    assert filled(tmp_path, "# Appendix {#appendix}\n").markdown.strip() == "# Appendix {#appendix}"


def test_syntax_fault_is_told_with_its_line(tmp_path):
    with pytest.raises(ReportError, match=r"report\.md:2"):
        filled(tmp_path, "one\n{% if %}\n")


def test_target_table_has_the_columns_of_the_outline(tmp_path):
    lines = filled(tmp_path, '{{ table("goals") }}', language="en").markdown.strip().splitlines()
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert heads == [
        "Agreed goal", "Result", "Number/base", "Response rate", "95 per cent interval", "Outer bounds", "Verdict"
    ]  # fmt: skip
    spans = [part.rpartition("[")[2] for part in lines[2].split("]{#")[:-1]]
    assert spans[:8] == ["30 per cent", "59 per cent", "51 of 87", "70 per cent", "48–68", "41", "71 per cent", "met"]


def test_chart_carries_every_row_it_draws(tmp_path):
    source = filled(tmp_path, '{{ chart("headline") }}')
    (name,) = source.charts
    assert [(carrier.name, carrier.row.indicator, carrier.form) for carrier in source.carriers] == [
        (name, "job_or_education", "chart")
    ]
    alt = source.charts[name].alt
    assert alt.startswith("MADE-UP DATA. In a job or education. 2021.")
    assert "In a job or education: 59 per cent (51 of 87)" in alt


def test_faults_of_the_definition_are_told_together(tmp_path):
    path = tmp_path / "report.yaml"
    path.write_text("format: 1\ntitel: {en: x}\ntables:\n  one: {kind: pie}\n", encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        read_definition(path)
    places = {fault.message.partition(":")[0]: fault.where.rpartition(":")[2] for fault in caught.value.faults}
    assert places["titel"] == "2"
    assert places["tables.one.kind"] == "4"
    assert "title" in places


def test_file_that_is_no_yaml_and_file_that_is_not_there(tmp_path):
    path = tmp_path / "report.yaml"
    with pytest.raises(ReportError, match="cannot be read"):
        read_definition(path)
    path.write_text("format: 1\ntitle: {en: [\n", encoding="utf-8")
    with pytest.raises(ReportError, match="no YAML"):
        read_definition(path)


def test_language_without_a_template_is_refused(tmp_path):
    (tmp_path / "report.yaml").write_text(DEFINITION, encoding="utf-8")
    definition: ReportDefinition = read_definition(tmp_path / "report.yaml")
    with pytest.raises(ReportError, match="not written in 'da'"):
        definition.require_language("da", "report.yaml")
