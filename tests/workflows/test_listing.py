"""What `evaltool report --list` tells before there are data, and of a report that has faults."""

from typing import get_args

import pytest

from evaltool.errors import ReportError
from evaltool.project import Project
from evaltool.report.definition import ChartKind, TableKind
from evaltool.report.source import _WORDS  # pyright: ignore[reportPrivateUsage]  # the vocabulary of templates
from evaltool.report.vocabulary import CHARTS, TABLES, WORDS
from evaltool.results import Estimate, write_estimates
from evaltool.workflows.listing import list_report
from evaltool.workflows.reporting import WantedReport, find_report, report


def test_every_kind_and_every_word_is_told_once() -> None:
    assert set(CHARTS) == set(get_args(ChartKind))
    assert set(TABLES) == set(get_args(TableKind))
    assert [word.partition("(")[0] for word in WORDS] == list(dict.fromkeys(word.partition("(")[0] for word in WORDS))
    assert {word.partition("(")[0] for word in WORDS} == set(_WORDS)


def block(lines: list[str], title: str) -> list[str]:
    start = next(index for index, line in enumerate(lines) if line.startswith(title))
    return lines[start + 1 : lines.index("", start) if "" in lines[start:] else None]


def test_sections_stand_with_their_figures_charts_and_tables(project: Project) -> None:
    sections = block(list(list_report(project, "status")), "SECTIONS")
    start = sections.index("  2 Courses, sites and satisfaction")
    assert sections[start + 1 :][:6] == [
        "        figures of in_work, satisfied",
        "        table courses (counts) Courses by site and status",
        "        table response (response) Answered courses at each site",
        "        chart sites (bars) In work at each site",
        "        chart satisfaction (stacked) How satisfied the participants were with the programme",
        "  3 Learning and method",
    ]


def test_before_there_are_data_indicators_stand_without_statistics(project: Project) -> None:
    lines = list(list_report(project, "status"))
    assert "INDICATORS (no figures yet: evaltool analyse)" in lines
    assert block(lines, "INDICATORS")[0].split() == ["in_work", "In", "work"]
    assert block(lines, "BREAKDOWNS") == ["  site  north (North), south (South)"]


def test_with_figures_each_indicator_has_its_statistics(project: Project) -> None:
    project.estimates.parent.mkdir(parents=True)
    rows = [
        Estimate(indicator="satisfied", population="2024", statistic="share"),
        Estimate(indicator="satisfied", population="2024", statistic="share[neither]"),
        Estimate(indicator="response", population="2024", statistic="rr2"),
    ]
    write_estimates(rows, project.estimates)
    found = block(list(list_report(project, "status")), "INDICATORS, each with its statistics")
    told = [line.strip() for line in found]
    assert told[told.index(next(line for line in told if line.startswith("satisfied"))) + 1] == "share, share[…]"
    assert told[-2:] == ["response   Response", "rr2"]


def test_an_unknown_report_is_told_with_those_that_there_are(project: Project) -> None:
    with pytest.raises(ReportError, match="there is no report «statsu»") as caught:
        find_report(project, "statsu")
    assert "«status»" in caught.value.mend
    assert "All of them: " in caught.value.mend


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (WantedReport(name="status", each="site"), "is about everybody"),
        (WantedReport(name="local"), "is about one group at a time"),
    ],
)
def test_a_report_on_everybody_is_not_one_on_groups(project: Project, wanted: WantedReport, told: str) -> None:
    local = project.reports / "local"
    local.mkdir(exist_ok=True)
    text = find_report(project, "status").read_text(encoding="utf-8")
    (local / "report.yaml").write_text(text.replace('"status-report-', '"local-{group}-'), encoding="utf-8")
    with pytest.raises(ReportError, match=told) as caught:
        report(project, wanted)
    assert "--each" in caught.value.mend
