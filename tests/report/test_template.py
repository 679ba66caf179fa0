"""Templates and report.yaml: every fault at once, with its line."""

import pytest
from report_samples import context, rows, share

from evaltool.errors import ReportError
from evaltool.report.context import Breakdown
from evaltool.report.definition import ReportDefinition, TableSpec, paired_faults, read_definition
from evaltool.report.prose import Prose
from evaltool.report.rendering import check_report, fill_report
from evaltool.report.rows import Rows
from evaltool.report.tables import table
from evaltool.yamlfile import read_yaml

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
    return fill_report(written(tmp_path, text, definition), rows(), context(language)).source


def test_all_unknown_names_are_told_at_once_with_their_lines(tmp_path):
    hidden = '{% if false %}{{ chart("headlines") }}{% endif %}'
    text = 'One {{ share("job_or_eduction") }}.\n\n' + hidden + '\n{{ shares("job") }}\n'
    with pytest.raises(ReportError) as caught:
        filled(tmp_path, text)
    told = {fault.where.rpartition(":")[2]: str(fault) for fault in caught.value.faults}
    assert set(told) == {"1", "3", "4"}
    assert "«job_or_education»" in told["1"]
    assert "«headline»" in told["3"]
    assert "«share»" in told["4"]


def test_indicator_asked_for_with_has_may_be_absent(tmp_path):
    text = '{% if has("later", "median") %}{{ value("later", "median") }}{% else %}nothing yet{% endif %}'
    assert filled(tmp_path, text).markdown == "nothing yet"


def test_indicator_that_only_a_chart_names_is_checked_too(tmp_path):
    with pytest.raises(ReportError) as caught:
        filled(
            tmp_path, "text", DEFINITION.replace("indicators: [job_or_education], title", "indicators: [jobs], title")
        )
    assert "report.yaml:7: unknown indicator «jobs»" in str(caught.value)


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
    told = {fault.message: fault for fault in caught.value.faults}
    misspelt = told["unknown key «titel»"]
    assert misspelt.where.endswith("report.yaml:2")
    assert "«title»" in misspelt.mend
    assert next(fault for message, fault in told.items() if "«kind»" in message).where.endswith(":4")
    assert "the key «title» is missing" in told


def test_file_that_is_no_yaml_and_file_that_is_not_there(tmp_path):
    path = tmp_path / "report.yaml"
    with pytest.raises(ReportError, match="no such file"):
        read_definition(path)
    path.write_text("format: 1\ntitle: {en: [\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"report\.yaml:3: not YAML"):
        read_definition(path)


def test_language_without_a_template_is_refused(tmp_path):
    (tmp_path / "report.yaml").write_text(DEFINITION, encoding="utf-8")
    definition: ReportDefinition = read_definition(tmp_path / "report.yaml")
    with pytest.raises(ReportError, match="not written in «da»"):
        definition.require_language("da", "report.yaml")


def written(tmp_path, text, definition=DEFINITION):
    (tmp_path / "report.yaml").write_text(definition, encoding="utf-8")
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    return tmp_path / "report.yaml"


def test_report_without_faults_is_checked_without_data(tmp_path):
    text = '{% for year in populations %}{{ share("anything", population=year) }}{% endfor %}{{ chart("headline") }}'
    told = check_report(written(tmp_path, text))
    assert "charts: 1, tables: 1" in told
    assert "(en)" in told


def test_check_tells_the_faults_of_all_templates(tmp_path):
    definition = DEFINITION.replace("{en:", "{da: x, en:").replace("da: x, en: report.md", "da: da.md, en: report.md")
    path = written(tmp_path, 'one\n{{ tabel("goals") }}\n{{ table("gaols") }}\n{{ share("job") | shout }}', definition)
    (tmp_path / "da.md").write_text('{{ chart("headlin") }}\n{{ share("job", site="x") }}\n{{ value("job") }}', "utf-8")
    with pytest.raises(ReportError) as caught:
        check_report(path)
    places = {
        (*fault.where.split("/")[-1].split(":"), fault.message.partition(" «")[0]) for fault in caught.value.faults
    }
    assert ("da.md", "1", "unknown chart") in places
    assert {line for name, line, _ in places if name == "da.md"} == {"1", "2", "3"}
    assert [line for name, line, _ in places if name == "report.md"] == ["4"]  # an unknown filter is a fault of syntax
    (tmp_path / "report.md").write_text('one\n{{ tabel("goals") }}\n{{ table("gaols") }}', "utf-8")
    with pytest.raises(ReportError) as caught:
        check_report(path)
    told = [fault for fault in caught.value.faults if "report.md" in fault.where]
    assert [fault.where.rpartition(":")[2] for fault in told] == ["2", "3"]
    assert "«table»" in told[0].mend
    assert "«goals»" in told[1].mend


def test_template_that_is_not_there_is_a_fault(tmp_path):
    path = written(tmp_path, "text")
    (tmp_path / "report.md").unlink()
    with pytest.raises(ReportError, match="1 fault") as caught:
        check_report(path)
    assert "report.md" in caught.value.faults[0].where


def test_cover_must_be_written_in_the_languages_of_the_templates(tmp_path):
    definition = DEFINITION.replace("{en: Made up}", '{da: "{year}"}')
    with pytest.raises(ReportError) as caught:
        check_report(written(tmp_path, "text", definition))
    assert [fault.message for fault in caught.value.faults] == [
        "«subtitle» cannot be filled", "«subtitle» has no text in «en»"
    ]  # fmt: skip
    assert all(fault.where.endswith(":3") for fault in caught.value.faults)


def test_title_and_caption_must_be_written_in_the_languages_of_the_templates(tmp_path):
    definition = DEFINITION.replace("title: {en: In a job or education}", "title: {da: I job eller uddannelse}")
    definition = definition.replace("{kind: targets, ", "{kind: targets, caption: {da: Mål}, ")
    with pytest.raises(ReportError) as caught:
        check_report(written(tmp_path, "text", definition))
    assert [(fault.message, fault.where.rpartition(":")[2]) for fault in caught.value.faults] == [
        ("«charts.headline.title» has no text in «en»", "7"),
        ("«tables.goals.caption» has no text in «en»", "9"),
    ]


def test_chart_that_would_leave_something_out_is_a_fault(tmp_path):
    kinds = {"a": "dots", "b": "bars, by: site", "c": "trend, by: site"}
    more = "indicators: [job, education], title: {en: Two}}"
    charts = "\n".join(["charts:", *(f"  {name}: {{kind: {kind}, {more}" for name, kind in kinds.items()), ""])
    with pytest.raises(ReportError) as caught:
        check_report(written(tmp_path, "text", DEFINITION.replace("charts:\n", charts)))
    assert [fault.message for fault in caught.value.faults] == [
        "the chart «a» has no «by»",
        "the chart «b» shows one indicator",
        "the chart «c» cannot be by a breakdown",
        "the chart «c» shows one indicator",
    ]


def test_levels_add_up_empty_ones_are_left_out_and_the_unrecorded_stands_last(tmp_path):
    sites = {code: {"en": code.title()} for code in ("east", "west", "north")}
    some = [
        share("job", 5, 20, by="site", level=""),
        share("job", 11, 30, by="site", level="north"),
        share("job", 4, 10, by="site", level="moon"),
        share("job", 9, 25, by="site", level="east"),
        share("job", 7, 12, by="site", level="west", population="2022"),
        share("job", 29, 85),
    ]
    place = Breakdown(label={"en": "Site"}, levels=sites)
    told = Prose(Rows(some), context("en", breakdowns={"site": place}))
    lines = str(table(told, TableSpec(kind="groups", indicators=("job",), by="site"))).strip().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert [row[0].strip("*") for row in cells] == ["East", "North", "moon", "Not recorded", "All"]
    counts = [int(row[1].split(" of ")[0].lstrip("[")) for row in cells]
    assert sum(counts[:-1]) == counts[-1]


def test_unknown_breakdown_is_told(tmp_path):
    definition = DEFINITION.replace("[job_or_education], title", "[job_or_education], by: sites, title")
    with pytest.raises(ReportError, match=r"report\.yaml:7: unknown breakdown «sites»") as caught:
        filled(tmp_path, '{{ chart("headline") }}', definition)
    assert caught.value.faults[0].mend == "Did you mean «site»?"


def test_what_was_asked_twice_stands_beside_nothing_that_was_asked_once(tmp_path):
    own = "tables:\n  change: {kind: paired, indicators: [danish_speak_change]}\n"
    mixed = "  both: {kind: missing, indicators: [danish_speak_change, danish_developed]}\n"
    path = tmp_path / "report.yaml"
    path.write_text(DEFINITION.replace("tables:\n", own + mixed), encoding="utf-8")
    faults = paired_faults(read_definition(path), read_yaml(path), {"danish_speak_change"})
    assert [fault.where.rpartition(":")[2] for fault in faults] == ["10"]
    assert "danish_speak_change, asked at start and end, beside danish_developed" in faults[0].message


@pytest.mark.parametrize("text", ["nobody", "{count} {was|were} and {count}", "{count} in {place}"])
def test_phrase_that_cannot_be_filled_is_told_with_its_line(tmp_path, text):
    path = tmp_path / "report.yaml"
    path.write_text(f"{DEFINITION}phrases:\n  job: {{en: '{text}'}}\n", encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        read_definition(path)
    assert [(fault.code, fault.where.rpartition(":")[2]) for fault in caught.value.faults] == [("bad-value", "11")]


def test_phrase_is_needed_in_each_language_of_the_report(tmp_path):
    path = tmp_path / "report.yaml"
    path.write_text(DEFINITION + "phrases:\n  job: {da: 'var {count} i job'}\n", encoding="utf-8")
    with pytest.raises(ReportError, match="the phrase of «job» has no text in «en»"):
        read_definition(path)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ('result("jobb")', "«job»"),
        ('if_silent("jobb")', "«job»"),
        ('change("job_or_eduction")', "«job_or_education»"),
        ('paired("danish_speek_change")', "«danish_speak_change»"),
        ('weighted("job_or_eduction")', "«job_or_education»"),
        ('compared("jobb", "sites")', "«job»"),
        ('compared("job", "site")', "«sites»"),
        ('parts("job_or_eduction")', "«job_or_education»"),
        ("respons()", "«response»"),
        ("no_causes()", "«no_cause»"),
    ],
)
def test_unknown_name_in_a_sentence_is_told_with_the_nearest_also_in_a_branch(tmp_path, word, near):
    definition = DEFINITION + "parts:\n  job_or_education: [job, education]\n"
    with pytest.raises(ReportError) as caught:
        filled(tmp_path, f"One.\n\n{{% if false %}}{{{{ {word} }}}}{{% endif %}}\n", definition)
    (fault,) = caught.value.faults
    assert fault.where.endswith(":3")
    assert near in fault.mend


def test_phrase_or_part_of_an_unknown_indicator_is_told(tmp_path):
    definition = DEFINITION + "phrases: {jobb: {en: '{count}'}}\nparts: {job_or_education: [jobs]}\n"
    with pytest.raises(ReportError) as caught:
        filled(tmp_path, "text", definition)
    places = {(fault.where.rpartition(":")[2], fault.message) for fault in caught.value.faults}
    assert places == {("10", "unknown indicator «jobb»"), ("11", "unknown indicator «jobs»")}


def test_number_that_is_no_result_stands_as_it_is(tmp_path):
    assert filled(tmp_path, 'At the {{ fixed("2.5 per cent") }} level.').markdown == "At the 2.5 per cent level."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{{ share }}", "«share» stands alone"),
        ("{{ chart }}", "«chart» stands alone"),
        ("{{ table() }}", "table(): missing a required argument"),
        ('{{ ref("goals", "headline") }}', "ref(): too many positional arguments"),
        ('{{ share("job", population=2021) }}', 'population=2021 needs quotation marks: population="2021"'),
    ],
)
def test_word_without_what_it_is_about_is_told_before_there_are_data(tmp_path, words, told):
    (tmp_path / "report.yaml").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "report.md").write_text(f"one\n{words}\n", encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        check_report(tmp_path / "report.yaml")
    (fault,) = caught.value.faults
    assert told in fault.message
    assert fault.where.endswith("report.md:2")


@pytest.mark.parametrize("words", ["{{ 1 / 0 }}", "{{ 'a' + few }}", '{{ share("job", population="1900") }}'])
def test_what_fails_only_with_data_is_told_with_its_line(tmp_path, words):
    with pytest.raises(ReportError) as caught:
        filled(tmp_path, f"one\n\n{words}\n")
    assert caught.value.where.endswith("report.md:3")


def test_table_that_would_be_empty_for_want_of_an_indicator_is_a_fault(tmp_path):
    with pytest.raises(ReportError, match="1 fault") as caught:
        filled(tmp_path, "text", DEFINITION.replace("targets, indicators: [job_or_education]", "groups"))
    assert "«goals» names no indicator" in str(caught.value.faults[0])


def test_answers_without_a_scale_cannot_be_stacked(tmp_path):
    with pytest.raises(ReportError, match="«job_or_education» is no question with a scale"):
        filled(tmp_path, '{{ chart("headline") }}', DEFINITION.replace("bars", "stacked"))


def test_charts_without_figures_say_so_and_are_told_apart(tmp_path):
    made = filled(tmp_path, '{{ chart("headline") }}\n{{ chart("headline") }}', DEFINITION.replace("bars", "flow"))
    assert len(made.charts) == 2
    assert all(name in made.markdown and "no answers" in chart.alt for name, chart in made.charts.items())


def test_signs_that_no_document_can_hold_are_left_out(tmp_path):
    assert filled(tmp_path, "one\x01two\n\tthree\n").markdown == "one two\n\tthree"
