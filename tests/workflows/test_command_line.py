"""Commands as a user runs them: what is printed, the exit code, and no traceback."""

import csv
import re
import shutil
import socket
from pathlib import Path

import openpyxl
import pytest
from filelock import FileLock

from evaltool.cli import app
from evaltool.project import Project
from evaltool.server.store import Store
from evaltool.workflows.connecting import database_url

COMMANDS = sorted(
    command.name or str(command.callback.__name__) for command in app.registered_commands if command.callback
)


def deployed(run) -> None:
    for words in (("release",), ("deploy",)):
        assert run(*words, "participant-end", "--version", "1").returncode == 0


def test_every_command_has_help_with_an_example(run) -> None:
    for command in COMMANDS:
        shown = run(command, "--help")
        assert shown.returncode == 0
        assert f"Example: evaltool {command}" in shown.stdout


def test_wrong_use_ends_with_2_and_an_error_with_1(run_apart) -> None:
    assert run_apart("relaese").returncode == 2
    assert run_apart("release", "participant-end").returncode == 2
    failed = run_apart("release", "participant-end", "--version", "7")
    assert failed.returncode == 1
    assert "There are: participant-end v1" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_template_passes_check(run) -> None:
    shown = run("check")
    assert shown.returncode == 0, shown.stderr
    assert "no faults" in shown.stdout


def test_check_tells_every_fault_with_file_and_line(run, project: Project) -> None:
    path = project.surveys / "participant-end" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    broken = text.replace("title: Now", "titel: Now").replace("choices: satisfaction", "choices: satisfacton")
    path.write_text(broken, encoding="utf-8")
    shown = run("check")
    assert shown.returncode == 1
    lines = [number for number, line in enumerate(broken.splitlines(), 1) if "titel" in line or "satisfacton" in line]
    assert sorted(int(found) for found in re.findall(r"v1\.yaml:(\d+): ", shown.stderr)) == lines
    assert "Did you mean «satisfaction»" in shown.stderr


def test_outside_a_project_the_mend_is_told(tmp_path: Path, run) -> None:
    shown = run("--project", str(tmp_path), "check")
    assert shown.returncode == 1
    assert "evaltool init" in shown.stderr


def test_init_leaves_a_full_folder_alone(run, project: Project) -> None:
    before = sorted(path.name for path in project.root.iterdir())
    shown = run("init", str(project.root))
    assert shown.returncode == 1
    assert sorted(path.name for path in project.root.iterdir()) == before


def test_a_roster_from_a_danish_spreadsheet_is_invited_once(
    run, project: Project, roster: Path, tmp_path: Path
) -> None:
    deployed(run)
    assert "3 courses added" in run("roster", str(roster)).stdout
    assert "3 as they were" in run("roster", str(roster)).stdout
    out = tmp_path / "links.csv"
    first = run("invite", "participant-end", "--version", "1", "--out", str(out))
    assert "2 new of 2 invited" in first.stdout, first.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        links = {row["name"]: row["link"] for row in csv.DictReader(file, delimiter=";")}
    assert set(links) == {"Åse Ærø", "Bo"}
    assert "0 new of 2 invited" in run("invite", "participant-end", "--version", "1", "--out", str(out)).stdout
    again = tmp_path / "links.xlsx"
    run("invite", "participant-end", "--version", "1", "--out", str(again))
    sheet = openpyxl.load_workbook(again).worksheets[0]
    assert {row[0]: row[4] for row in sheet.iter_rows(min_row=2, values_only=True)} == links


def test_a_roster_with_faults_changes_nothing(run, project: Project, roster: Path) -> None:
    good = roster.read_bytes()
    roster.write_bytes(good.replace(b"30-06-2024", b"31-02-2024").replace(b"C3", b"C2").replace(b";site;", b";sted;"))
    shown = run("roster", str(roster))
    assert shown.returncode == 1
    for told in ("31-02-2024", "row 4, column «course_id»", "sted"):
        assert told in shown.stderr
    roster.write_bytes(good)
    assert "3 courses added" in run("roster", str(roster)).stdout


def test_deploying_twice_changes_nothing_and_other_texts_are_refused(run, project: Project) -> None:
    deployed(run)
    assert "is deployed on embedded already: nothing to do" in run("deploy", "participant-end", "--version", "1").stdout
    settings = project.root / "evaltool.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("00 00 00 00", "11 11 11 11"), encoding="utf-8")
    shown = run("deploy", "participant-end", "--version", "1")
    assert shown.returncode == 1
    assert "[privacy]" in shown.stderr


def test_a_missing_privacy_fact_stops_the_deployment(run, project: Project) -> None:
    settings = project.root / "evaltool.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("kept_until", "kept_till"), encoding="utf-8")
    run("release", "participant-end", "--version", "1")
    shown = run("deploy", "participant-end", "--version", "1")
    assert shown.returncode == 1
    assert "kept_until" in shown.stderr


def test_only_releases_are_deployed_unless_it_is_a_pretest(run) -> None:
    assert "evaltool release" in run("deploy", "participant-end", "--version", "1").stderr
    assert "participant-end@1+pretest-" in run("deploy", "participant-end", "--version", "1", "--pretest").stdout


def test_a_pretest_can_be_deployed_again_after_a_change(run, project: Project) -> None:
    path = project.surveys / "participant-end" / "v1.yaml"
    first = run("deploy", "participant-end", "--version", "1", "--pretest").stdout
    path.write_text(path.read_text(encoding="utf-8").replace("Do you have a job", "Have you a job"), encoding="utf-8")
    second = run("deploy", "participant-end", "--version", "1", "--pretest").stdout
    assert " deployed on embedded" in second
    assert first != second


@pytest.mark.parametrize(
    ("where", "told"), [("${sitte} = 'north'", "site"), ("${site} = 'west'", "north"), ("${site} == 1", "character")]
)
def test_a_mistaken_selection_invites_nobody(run, roster: Path, where: str, told: str) -> None:
    deployed(run)
    run("roster", str(roster))
    shown = run("invite", "participant-end", "--version", "1", "--where", f"not({where})")
    assert shown.returncode == 1
    assert told in shown.stderr
    assert re.search(r"participant-end@1 +0 +0", run("status").stdout)


def test_the_file_of_links_holds_the_selected_only(run, roster: Path, tmp_path: Path) -> None:
    deployed(run)
    run("roster", str(roster))
    out = tmp_path / "links.csv"
    run("invite", "participant-end", "--version", "1", "--out", str(out))
    run("invite", "participant-end", "--version", "1", "--where", "${site} = 'north'", "--out", str(out))
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file, delimiter=";")] == ["Åse Ærø"]


def test_two_runs_at_once_are_refused(run, run_apart, project: Project) -> None:
    deployed(run)
    with FileLock(project.data / ".lock"):
        shown = run_apart("pull")
    assert shown.returncode == 1
    assert "another run" in shown.stderr
    assert run("pull").returncode == 0


def test_a_closed_survey_is_told_so(run, project: Project, roster: Path, tmp_path: Path) -> None:
    deployed(run)
    run("roster", str(roster))
    out = tmp_path / "links.csv"
    run("invite", "participant-end", "--version", "1", "--out", str(out))
    assert "is closed" in run("close", "participant-end", "--version", "1").stdout
    store = Store.open(database_url(project))
    try:
        with out.open(encoding="utf-8-sig", newline="") as file:
            visits = [store.find(row["link"].rpartition("/")[2]) for row in csv.DictReader(file, delimiter=";")]
    finally:
        store.close()
    assert [visit.is_open for visit in visits if visit] == [False, False]


@pytest.mark.parametrize("command", ["invite", "remind"])
def test_nobody_is_asked_for_answers_to_a_closed_survey(run, roster: Path, tmp_path: Path, command: str) -> None:
    deployed(run)
    run("roster", str(roster))
    run("invite", "participant-end", "--version", "1", "--out", str(tmp_path / "links.csv"))
    run("close", "participant-end", "--version", "1")
    shown = run(command, "participant-end", "--version", "1", "--out", str(tmp_path / "again.csv"))
    assert (shown.returncode, (tmp_path / "again.csv").exists()) == (1, False)
    assert "nobody could answer: the survey was closed" in shown.stderr
    assert "participant-end@1: the survey was closed" in run("status").stderr


@pytest.mark.parametrize("name", ["links.txt", "links"])
def test_links_are_written_as_what_their_name_says(run, roster: Path, tmp_path: Path, name: str) -> None:
    deployed(run)
    run("roster", str(roster))
    shown = run("invite", "participant-end", "--version", "1", "--out", str(tmp_path / name))
    assert shown.returncode == 1
    assert ".csv or .xlsx" in shown.stderr


def test_check_tells_the_faults_of_all_files_together(run, project: Project) -> None:
    for path in (project.plan, project.analysis / "demo.yaml", project.reports / "status" / "report.yaml"):
        path.write_text(path.read_text(encoding="utf-8") + "\nbogus: 1\n", encoding="utf-8")
    shown = run("check")
    assert shown.returncode == 1
    for name in ("plan.yaml", "demo.yaml", "report.yaml"):
        assert name in shown.stderr


def test_another_database_is_not_taken_for_the_former(run, project: Project) -> None:
    deployed(run)
    (project.data / "server.sqlite").rename(project.data / "moved.sqlite")
    for path in project.data.glob("server.sqlite-*"):
        path.unlink()
    shown = run("deploy", "participant-end", "--version", "1")
    assert shown.returncode == 1
    assert "not the one used before" in shown.stderr


def test_a_project_may_lie_in_a_folder_with_odd_signs(run, project: Project, tmp_path: Path) -> None:
    odd = tmp_path / "år 100% @#+"
    shutil.copytree(project.root, odd)
    for words in (("release",), ("deploy",)):
        assert run("--project", str(odd), *words, "participant-end", "--version", "1").returncode == 0
    assert (odd / "data" / "server.sqlite").is_file()


def test_a_taken_port_is_told(run, run_apart, project: Project) -> None:
    deployed(run)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown = run_apart("serve", "--port", str(port))
    assert shown.returncode == 1
    assert str(port) in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_folder_that_cannot_be_written_is_told(run, project: Project) -> None:
    project.data.write_text("a file where a folder should be", encoding="utf-8")
    run("release", "participant-end", "--version", "1")
    shown = run("deploy", "participant-end", "--version", "1")
    assert shown.returncode == 1
    assert "data" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_data_folder_in_a_cloud_is_warned_of(run, project: Project, tmp_path: Path) -> None:
    cloud = tmp_path / "OneDrive - Our organisation" / "programme"
    shutil.copytree(project.root, cloud)
    assert "synchronised to a cloud" in run("--project", str(cloud), "check").stderr
    assert "synchronised" not in run("check").stderr


def test_doctor_says_what_is_wrong(run, project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = project.root / "evaltool.toml"
        port = taken.getsockname()[1]
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text + f"\n[server]\nport = {port}\n", encoding="utf-8")
        shown = run("doctor")
    assert shown.returncode == 1
    assert f"FAULT  port {port} is taken: if evaltool's own server is running, all is well; else set" in shown.stdout
    assert run("doctor").returncode == 0


@pytest.mark.parametrize("command", ["clean", "analyse", "report", "trace"])
def test_a_step_too_early_says_which_comes_first(run, command: str) -> None:
    shown = run(command, *(["in_work"] if command == "trace" else []))
    assert shown.returncode == 1
    assert "Run: evaltool" in shown.stderr
