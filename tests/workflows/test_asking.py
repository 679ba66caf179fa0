"""`evaltool ask`: one sentence that can be mailed, or why there is none."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import evaltool
from standing import share, stand

from evaltool.errors import ReportError
from evaltool.project import Project, read_project
from evaltool.workflows.asking import About, ask
from evaltool.workflows.estimated import codebook_path, read_codebook
from evaltool.workflows.starting import init_project

TEST = {"statistic": "target_test", "comparison": "target", "verdict": "met", "estimate": 1e-6}
FEW = {"by": "site", "level": "south", "warning": "few answers"}
ROWS = [
    share("in_work", 44, 80, population="2020"),
    share("in_work", 51, 87),
    share("in_work", 51, 87, **TEST),
    share("response", 90, 124, statistic="rr2"),
    share("in_work", 30, 60, by="site", level="north"),
    share("response", 62, 80, statistic="rr2", by="site", level="north"),
    share("in_work", 3, 7, **FEW),
    share("in_work", 9, 21, population="2019–2021", comparison="pooled", by="site", level="south"),
    share("satisfied", 2, 4, **FEW),
    share("satisfied", 0, 0, missing="not_applicable=90", warning="no answers"),
    share("satisfied", 40, 50, statistic="trend", population="2020"),
    share("satisfied", 0, 0, statistic="trend", verdict="not_comparable", warning="asked about something else"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("asking") / "programme"
    init_project(folder)
    found = read_project(folder)
    stand(found, ROWS)
    return found


def asked(project: Project, indicator: str, *group: str, population: str = "2021") -> str:
    by, level = group or ("", "")
    return ask(project, indicator, About(population, (by, level), "en"))


def test_a_figure_stands_with_mark_population_numerator_base_interval_verdict_and_response(project: Project) -> None:
    assert asked(project, "in_work") == (
        "MADE-UP DATA. 2021: Among the 87 participants who answered, 51 were in work "
        "(59 per cent; 95 per cent interval 54–64). "
        "The target is 25 per cent. The target is met. 90 of 124 ended courses were answered (73 per cent). "
        f"[{ROWS[1].id}]"
    )


def test_a_group_is_named_by_code_or_label_and_the_latest_population_is_meant(project: Project) -> None:
    told = asked(project, "in_work", "site", "north")
    assert told.startswith("MADE-UP DATA. 2021 (Site: North): Among the 60 participants who answered, 30 were in work")
    assert "62 of 80 ended courses" in told
    assert ask(project, "in_work", About(group=("site", "NORTH"))) == told


def test_too_few_answers_give_the_years_together_instead_or_nothing(project: Project) -> None:
    pooled = asked(project, "in_work", "site", "south")
    assert "3 of" not in pooled
    assert "2019–2021 together" in pooled
    assert "9 of 21 (43 per cent; 95 per cent interval 38–48)." in pooled
    assert pooled.endswith(f"[{ROWS[7].id}]")
    alone = asked(project, "satisfied", "site", "south")
    assert "with the programme: Too few answered (fewer than 10) for a figure of 2021. [ev_" in alone
    assert not re.search(r"\b[24]\b", alone)


def test_a_question_that_was_not_asked_or_cannot_be_compared_says_so(project: Project) -> None:
    told = asked(project, "satisfied")
    assert "There are no answers for 2021. The question was not put to them." in told
    assert "2020 and 2021 cannot be compared: asked about something else." in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in_wrok",), "Did you mean «in_work»"),
        (("in_work", "--sit", "north"), "Did you mean «site»"),
        (("in_work", "--site", "noth"), "Did you mean «north»"),
        (("in_work", "--langauge", "da"), "Did you mean «language»"),
        (("in_work", "--group", "year=2020"), "Use: --year 2020"),
        (("in_work", "--year", "1921"), "Known: 2020, 2021."),
        (("in_work", "--language", "xx"), "do not both speak «xx»"),
        (("in_work", "--language", "da"), "do not both speak «da»"),  # the labels of the plan are English alone
    ],
)
def test_an_unknown_name_ends_with_the_nearest(project: Project, words: tuple[str, ...], said: str) -> None:
    shown = evaltool("--project", str(project.root), "ask", *words)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert said in shown.stderr


TWO = ("--year", "2020", "--year", "2021")


def test_a_breakdown_is_an_option_of_its_own_name(project: Project) -> None:
    ways = [("--site", "north"), ("--site=north",), ("--group", "site=north")]
    told = {evaltool("-p", str(project.root), "ask", "in_work", *way).stdout for way in ways}
    assert len(told) == 1
    assert "North" in told.pop()
    for wrong in (("north",), ("--site",), ("--site", "north", "--site", "south"), ("--group", "site"), TWO):
        assert evaltool("-p", str(project.root), "ask", "in_work", *wrong).returncode == 2


def test_nothing_is_said_once_the_plan_has_changed(project: Project) -> None:
    text = project.plan.read_text(encoding="utf-8")
    project.plan.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"plan\.yaml has changed since the analysis"):
        asked(project, "in_work")
    project.plan.write_text(text, encoding="utf-8")


def test_nothing_is_said_without_the_codebook_of_the_figures(project: Project) -> None:
    path = codebook_path(project)
    kept = path.read_bytes()
    path.write_bytes(b"{}")
    with pytest.raises(ReportError, match=r"estimates\.codebook\.json has changed"):
        asked(project, "in_work")
    with pytest.raises(ReportError, match="cannot be read"):
        read_codebook(project)
    path.write_bytes(kept)


def test_estimates_about_nobody_are_told(tmp_path: Path) -> None:
    init_project(tmp_path / "programme")
    project = read_project(tmp_path / "programme")
    stand(project, [])
    with pytest.raises(ReportError, match="about nobody"):
        asked(project, "in_work")


def test_an_answer_needs_no_library_that_is_slow_to_start() -> None:
    slow = ("pandas", "numpy", "matplotlib", "duckdb", "sqlalchemy", "typst", "pypandoc", "openpyxl", "scipy")
    code = f"import sys, evaltool.cli, evaltool.workflows.asking; print(sorted(set({slow}) & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
