"""`evaltool monitor` on a small archive whose figures are worked out by hand."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import ArchiveError, PlatformError, ProjectError, RosterError
from evaltool.project import Project, read_project
from evaltool.records import PageVisit, RawResponse
from evaltool.responses.archive import Archive
from evaltool.responses.dispositions import Finding, append_findings
from evaltool.survey.release import read_release
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.fieldwork import import_roster, invite
from evaltool.workflows.monitor_alerts import alerts
from evaltool.workflows.monitor_counts import Stop, read_interviews
from evaltool.workflows.monitor_page import as_html, write_page
from evaltool.workflows.monitor_tables import overview, tables
from evaltool.workflows.monitor_wave import Monitor, Wave
from evaltool.workflows.monitoring import monitor
from evaltool.workflows.starting import init_project
from evaltool.workflows.working import write_json

SURVEY = """\
survey: small
version: 1
language: en
title: A survey
pages:
  - name: start
    questions:
      - {name: helper, type: select_one, role: helper, label: Who helps you?, choices: {nobody: Nobody, mentor: Mentor}}
      - {name: work, type: select_one, role: headline, label: Do you have a job now?, choices: yes_no}
  - name: mentor
    questions:
      - {name: trust, type: select_one, label: Trust, choices: satisfaction}
      - {name: respect, type: select_one, label: Respect, choices: satisfaction}
      - {name: equal, type: select_one, label: Equal worth, choices: satisfaction}
  - name: last
    questions:
      - name: seen
        type: select_one
        label: Where did you hear of us?
        choices: {friend: A friend, other: {label: Elsewhere, other: true}}
"""
SCHEDULE = """
[fieldwork."small@1"]
begin = 2024-07-01
end = 2024-07-20
reminders = [2024-07-04, 2024-07-10]
targets = {2024-07-02 = 0.5, 2024-07-20 = 0.8}
"""
START = {"helper": "nobody", "work": "yes"}
ALIKE = dict.fromkeys(("trust", "respect", "equal"), "satisfied")
MIXED = {**ALIKE, "equal": "neither"}
FRIEND = {"seen": "friend", "seen_other": None}
WHOLE = {**START, **MIXED, **FRIEND}
PULLED = "2024-07-05T20:00:00+00:00"
NAMES = [f"{site}{number}" for site in ("N", "S") for number in range(1, 13)]


def day(number: int, hour: int = 10, minute: int = 0) -> str:
    return f"2024-07-{number:02}T{hour:02}:{minute:02}:00+00:00"


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A project when it is deployed, when all are invited, and when answers were pulled; each made once."""
    root = tmp_path_factory.mktemp("monitor")
    found: dict[str, Path] = {}
    init_project(root / "made")
    project = read_project(root / "made")
    for name, step in (("deployed", make_deployed), ("invited", make_invited), ("answered", make_answered)):
        step(project)
        project = read_project(project.root)
        found[name] = shutil.copytree(project.root, root / name)
    return found


@pytest.fixture
def deployed(project: Project, stages: Mapping[str, Path]) -> Project:
    return read_project(shutil.copytree(stages["deployed"], project.root, dirs_exist_ok=True))


@pytest.fixture
def invited(project: Project, stages: Mapping[str, Path]) -> Project:
    return read_project(shutil.copytree(stages["invited"], project.root, dirs_exist_ok=True))


@pytest.fixture
def answered(project: Project, stages: Mapping[str, Path]) -> Project:
    return read_project(shutil.copytree(stages["answered"], project.root, dirs_exist_ok=True))


def make_deployed(project: Project) -> None:
    """24 courses on the roster, 12 at each of two sites; nobody is invited."""
    path = project.surveys / "small" / "v1.yaml"
    path.parent.mkdir()
    path.write_text(SURVEY, encoding="utf-8")
    sites = {"N": "north", "S": "south"}
    rows = [
        f"P{name};{name};Åse {name};+45 {name};{name}@example.org;en;{sites[name[0]]};;30-06-2024;ended"
        for name in NAMES
    ]
    roster = project.root / "all.csv"
    header = "person_id;course_id;name;phone;email;language;site;start_date;end_date;status"
    roster.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    release(project, "small", 1)
    import_roster(project, roster)
    deploy(project, "small", 1)


def make_invited(project: Project) -> None:
    """All are invited on the first of July, and the fieldwork is planned."""
    invite(project, deploy(project, "small", 1).deployment)
    with closing(sqlite3.connect(project.vault)) as database, database:
        database.execute("update links set created_at = '2024-07-01T08:00:00+00:00'")
    settings = project.root / "evaltool.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SCHEDULE, encoding="utf-8")


def record(project: Project, name: str, saved: str, answers: dict[str, Any], **values: Any) -> RawResponse:
    """An interview that was opened at ten, and by default sent at `saved`; `name` is a course, or nobody's."""
    with closing(Vault.open(project.vault)) as vault:
        known = {course.course_id: course for course in vault.courses()}
    unit, person = (known[name].unit, known[name].person) if name in known else ("u_stranger", "p_stranger")
    given: dict[str, Any] = {"status": "complete", "completed_at": saved, "opened_at": f"{saved[:11]}10:00:00+00:00"}
    given |= {
        "mode": "self",
        "revision": 5,
        "pages": (PageVisit(page="start", language="en", saved_at=saved),),
        **values,
    }
    return RawResponse(
        deployment="small@1",
        interview=f"i_{name}",
        unit=unit,
        person=person,
        structure_hash=read_release(project.surveys, "small", 1).structure_hash,
        language="en",
        saved_at=saved,
        answers=answers,
        **given,
    )


STOPPED = {"status": "partial", "completed_at": None}


def make_answered(project: Project) -> None:
    """Answers of five days. Minutes of those who answered whole at N: 4, 6, 8, 10, 12, 14, 16, 18."""
    days = (1, 1, 2, 2, 2, 4, 4, 4)
    whole = {f"N{number}": day(days[number - 1], 10, 2 + 2 * number) for number in range(1, 9)}
    other = {
        "N1": {**WHOLE, **ALIKE, "helper": None},
        "N2": {**WHOLE, **ALIKE, "seen": "other", "seen_other": "At Åse’s library"},
        "N3": {**WHOLE, **ALIKE, "seen": None},
        "N4": {**WHOLE, **ALIKE},
        "N5": {**WHOLE, "trust": None},
    }
    records = [record(project, name, saved, other.get(name, WHOLE)) for name, saved in whole.items()]
    paused = (PageVisit(page="start", language="en", saved_at=day(2, 10, 5)),)
    records += [
        record(project, "S1", day(2, 13), WHOLE, pages=paused),
        record(project, "N9", day(4), START, **STOPPED),
        record(project, "N10", day(4), {}, status="refused", completed_at=None),
        record(project, "N11", day(4), {}, status="opened", completed_at=None, pages=()),
        record(project, "S3", day(5), START, **STOPPED),
        record(project, "S4", day(4), {**START, "work": None}, **STOPPED),
        record(project, "stranger", day(4), WHOLE),
    ]
    archive = Archive(project.archive / "small@1")
    earlier = record(project, "N1", day(1, 10, 1), START, **{**STOPPED, "revision": 1})
    archive.append([earlier], 1, pulled_at=day(1, 12))
    archive.append(records, 16, pulled_at=PULLED)


def follow(project: Project, at: str = "2024-07-05T21:00:00+00:00") -> Monitor:
    return monitor(project, clock=lambda: at)


def only(project: Project) -> Wave:
    (wave,) = follow(project).waves
    return wave


def told(project: Project, at: str = "2024-07-05T21:00:00+00:00") -> list[str]:
    return [alert.told("en") for _, alert in follow(project, at).alerts]


def table(wave: Wave, title: str) -> list[list[str]]:
    (found,) = [item for item in tables(wave, "en", with_labels=False) if item.title == title]
    return [[cell.replace("\xa0", " ") for cell in row] for row in found.rows]


def test_it_tells_how_far_everybody_came(answered: Project) -> None:
    assert table(only(answered), "Where it stands") == [
        ["invited", "24"],
        ["answered whole", "38% (9 of 24)"],
        ["answered in part", "8% (2 of 24)"],
        ["refused", "4% (1 of 24)"],
        ["broke off before the main question", "8% (2 of 24)"],
        ["not begun; a coordinator knows why", "0% (0 of 24)"],
        ["not begun", "42% (10 of 24)"],
        ["of these perhaps still under way", "4% (1 of 24)"],
    ]
    (row,) = overview(follow(answered), "en").rows
    assert row == ("small@1", "46% (11\xa0of\xa024)", "1", "2", "5 July 2024")
    assert only(answered).notes[0].told("en").startswith("1 interviews are left out")


def test_answers_come_in_day_by_day(answered: Project) -> None:
    assert table(only(answered), "Answers by day") == [
        ["5 July 2024", "1", "46% (11 of 24)"],
        ["4 July 2024", "4", "42% (10 of 24)"],
        ["2 July 2024", "4", "25% (6 of 24)"],
        ["1 July 2024", "2", "8% (2 of 24)"],
    ]


def test_answers_stand_by_site_and_language(answered: Project) -> None:
    wave = only(answered)
    assert table(wave, "Site: answers") == [["North", "12", "75% (9 of 12)"], ["South", "12", "17% (2 of 12)"]]
    assert table(wave, "Language: answers") == [["English", "24", "46% (11 of 24)"]]


def test_a_small_group_is_not_shown(answered: Project) -> None:
    plan = answered.plan.read_text(encoding="utf-8")
    answered.plan.write_text(f"{plan}\nfew: 13\n", encoding="utf-8")
    wave = only(answered)
    assert table(wave, "Site: answers") == [[name, *["too few"] * 2] for name in ("North", "South")]
    assert "North:" not in as_html(follow(answered), "en")
    assert table(wave, "Language: answers") == [["English", "24", "46% (11 of 24)"]]


def test_interviews_stop_after_the_last_question_that_was_sent(answered: Project) -> None:
    # Wilson 95 %: 2 of 11 is 0.051 to 0.477, 1 of 12 is 0.015 to 0.354. Who is under way (S3) or refused is in no base.
    assert table(only(answered), "Where interviews were broken off") == [
        ["work", "mentor", "11", "18% (2 of 11)", "5–48%", "1"],
        ["none: opened only", "start", "12", "8% (1 of 12)", "1–35%", "0"],
    ]


def test_an_interview_that_stands_still_is_broken_off(answered: Project) -> None:
    write_json(answered.data / "pulls" / "small@1.json", {"pulled_at": "2024-07-06T20:00:00+00:00"})
    wave = only(answered)
    assert wave.counts["under_way"] == 0
    assert table(wave, "Where interviews were broken off")[0][2:4] == ["12", "25% (3 of 12)"]


def test_durations_are_of_one_sitting(answered: Project) -> None:
    # Quartiles of type 7 of 4, 6, …, 18: 7.5, 11, 14.5. S1 was away for nearly three hours.
    assert table(only(answered), "How long it takes") == [
        ["All", "8", "7.5", "11.0", "14.5", "1"],
        ["English", "8", *["too few"] * 3, "1"],
    ]


def test_what_staff_typed_in_or_nobody_sent_has_no_duration(invited: Project) -> None:
    records = [
        record(invited, "N1", day(1, 10, 20), WHOLE),
        record(invited, "N2", day(1, 10, 20), WHOLE, mode="keyed"),
        record(invited, "N3", day(1, 10, 20), START, **STOPPED),
        record(invited, "N4", day(1, 11), WHOLE, pages=()),
        record(invited, "N5", day(1, 11, 1), WHOLE, pages=()),
    ]
    Archive(invited.archive / "small@1").append(records, 1, pulled_at=PULLED)
    frame = read_interviews(Archive(invited.archive / "small@1").segments()).set_index("interview")
    assert frame["seconds"].dropna().to_dict() == {"i_N1": 1200, "i_N4": 3600}


def test_alike_answers_gaps_and_texts_are_counted(answered: Project) -> None:
    wave = only(answered)
    assert table(wave, "The same answer to all questions of a battery") == [["trust – equal", "50% (4 of 8)"]]
    assert table(wave, "Questions without an answer") == [
        ["trust", "9", "11% (1 of 9)", "0"],
        ["seen", "9", "11% (1 of 9)", "0"],
        ["helper", "11", "9% (1 of 11)", "0"],
        ["work", "11", "0% (0 of 11)", "0"],
        ["respect", "9", "0% (0 of 9)", "0"],
        ["equal", "9", "0% (0 of 9)", "0"],
    ]
    assert table(wave, "Answers in own words beside a list") == [["seen", "13% (1 of 8)"]]


def test_the_plan_stands_beside_what_came(answered: Project) -> None:
    assert table(only(answered), "Against the plan") == [
        ["1 July 2024", "begin", "4 days before the last pull"],
        ["2 July 2024", "50 per cent have answered", "target not reached: 25% (6 of 24)"],
        ["4 July 2024", "reminder", "1 days before the last pull"],
        ["10 July 2024", "reminder", "5 days after the last pull"],
        ["20 July 2024", "end", "15 days after the last pull"],
        ["20 July 2024", "80 per cent have answered", "15 days after the last pull"],
    ]


def test_who_was_invited_after_the_last_pull_is_in_the_base(answered: Project) -> None:
    with closing(sqlite3.connect(answered.vault)) as database, database:
        south = "(select unit from courses where course_id like 'S%')"
        database.execute(f"update links set created_at = '2024-07-08T08:00:00+00:00' where unit in {south}")
    assert table(only(answered), "Answers by day")[1] == ["4 July 2024", "4", "83% (10 of 12)"]
    assert table(only(answered), "Site: answers")[1] == ["South", "12", "17% (2 of 12)"]
    assert as_html(follow(answered), "en").count("<img ") == 3


def test_a_missed_target_and_a_weak_site_are_told_with_their_bases(answered: Project) -> None:
    # Newcombe 95 % of 9/12 − 2/12: from 0.583 − √((0.75 − 0.4677)² + (0.4480 − 0.1667)²) = 0.185.
    target, site = told(answered)
    assert target == "By 2 July 2024 50 per cent were to have answered; it was 25 per cent (6 of 24)."
    assert site == (
        "Site, South: 17 per cent have answered (2 of 12), of all others 75 per cent (9 of 12); at least 18 percentage "
        "points fewer (95 per cent interval)."
    )


def test_an_old_pull_is_told_unless_the_fieldwork_is_over(answered: Project) -> None:
    (old, *_) = told(answered, "2024-07-06T21:00:00+00:00")
    assert old == "Pulled last on 5 July 2024: small@1. What has come in since is not counted (evaltool pull)."
    write_json(answered.data / "pulls" / "small@1.json", {"pulled_at": "2024-07-21T06:00:00+00:00"})
    assert not [text for text in told(answered, "2025-01-01T00:00:00+00:00") if "Pulled last" in text]


def test_silence_is_counted_up_to_the_last_pull(answered: Project) -> None:
    silence = "Nothing has come in after 5 July 2024, 3 days before the last pull, though the survey is open."
    for pulled, expected in (("07", False), ("08", True), ("21", False)):
        write_json(answered.data / "pulls" / "small@1.json", {"pulled_at": f"2024-07-{pulled}T06:00:00+00:00"})
        assert (silence in told(answered)) is expected


def test_silence_from_the_beginning(invited: Project) -> None:
    write_json(invited.data / "pulls" / "small@1.json", {"pulled_at": day(4)})
    expected = "Nothing has come in since 1 July 2024, 3 days before the last pull, though the survey is open."
    assert expected in told(invited, day(4, 11))
    assert "no answers yet" not in as_html(follow(invited), "en")


@pytest.mark.parametrize(
    ("left", "shown", "expected"),
    [
        (5, 30, "5 of 30 broke off: 17 per cent (95 per cent interval: 7 per cent to 34 per cent)"),
        (4, 8, ""),  # few people
        (5, 60, ""),  # 8 per cent, but Wilson 95 %: from 0.036
    ],
)
def test_many_who_stop_at_one_question_are_told(answered: Project, left: int, shown: int, expected: str) -> None:
    wave = replace(only(answered), schedule=None, groups=(), stops=(Stop("work", ("mentor",), shown, left, 0),))
    assert [alert.told("en") for alert in alerts(wave)] == (
        [f"After the question «work» {expected}."] if expected else []
    )


def set_limit(project: Project, text: str) -> Project:
    settings = project.root / "evaltool.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[limesurvey]\n{text}\n", encoding="utf-8")
    path = project.data / "deployments" / "small@1.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "platform": "limesurvey"}), "utf-8")
    return read_project(project.root)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # 10 whole ones (a stranger's too) and a refusal count 1, 4 that were only begun a half.
        (
            "responses_limit = 16",
            "This project has spent 13 of the 16 responses of its LimeSurvey account (81 per cent).",
        ),
        ("responses_limit = 17", ""),
        # Without the two of the first day.
        (
            "responses_limit = 13\nresponses_since = 2024-07-02",
            "Since 2 July 2024 this project has spent 11 of the 13 responses of its LimeSurvey account (85 per cent).",
        ),
    ],
)
def test_a_quota_that_is_nearly_spent_is_told(answered: Project, settings: str, expected: str) -> None:
    found = [text for text in told(set_limit(answered, settings)) if "LimeSurvey account" in text]
    assert found == ([expected] if expected else [])


def test_a_quota_is_counted_where_nothing_was_answered_yet(invited: Project) -> None:
    (invited.data / "pulls").mkdir(exist_ok=True)
    write_json(invited.data / "pulls" / "small@1.json", {"pulled_at": day(4)})
    limited = set_limit(invited, "responses_limit = 1\nresponses_since = 2024-07-02")
    assert not [text for text in told(limited) if "LimeSurvey account" in text]


def test_where_dates_were_reset_nothing_is_told_of_days(answered: Project) -> None:
    path = answered.data / "deployments" / "small@1.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "anonymised": True}), "utf-8")
    wave = only(answered)
    titles = {item.title for item in tables(wave, "en")}
    assert not titles & {"Answers by day", "How long it takes", "Site: answers"}
    assert table(wave, "Where it stands")[1] == ["answered whole", "38% (9 of 24)"]
    assert "data:image" not in as_html(follow(answered), "en")


def test_what_coordinators_found_out_counts_where_nobody_opened(answered: Project) -> None:
    with closing(Vault.open(answered.vault)) as vault:
        units = {course.course_id: course.unit for course in vault.courses()}
    found = {"S5": "refused", "S6": "moved", "S7": "wrong_number", "N1": "refused"}  # N1 has answered all the same
    findings = [
        Finding(
            deployment="small@1",
            unit=units[name],
            reason=reason,
            disposition="",
            aapor="",
            found_on="",
            sheet=day(3),
            read_at=day(3),
        )
        for name, reason in found.items()
    ]
    append_findings(answered.findings, findings)
    counts = only(answered).counts
    assert [counts[name] for name in ("complete", "refused", "reported", "not_begun")] == [9, 2, 2, 7]


def adopt(project: Project) -> None:
    """As if the survey had been adopted from LimeSurvey today, with its answers."""
    path = project.data / "deployments" / "small@1.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "mapping": {"adopted": True}}), encoding="utf-8")
    with closing(sqlite3.connect(project.vault)) as database, database:
        database.execute("update links set created_at = '2026-07-01T08:00:00+00:00'")


def test_an_adopted_survey_counts_from_its_first_answer(answered: Project) -> None:
    adopt(answered)
    assert table(only(answered), "Answers by day")[-1] == ["1 July 2024", "2", "8% (2 of 24)"]
    assert "invited on the platform itself" in only(answered).notes[0].told("en")


def test_answers_that_lead_to_nobody_are_counted_where_a_survey_was_adopted(answered: Project) -> None:
    adopt(answered)
    with closing(sqlite3.connect(answered.vault)) as database, database:
        database.execute("delete from links")
    own = replace(record(answered, "own", day(5), WHOLE), unit="i_own", person="i_own")
    Archive(answered.archive / "small@1").append([own], 17, pulled_at=PULLED)
    assert table(only(answered), "Where it stands")[0] == ["answered whole", "10"]


def test_without_invitations_there_is_no_base(answered: Project) -> None:
    with closing(sqlite3.connect(answered.vault)) as database, database:
        database.execute("delete from links")
    wave = only(answered)
    assert table(wave, "Where it stands")[:2] == [["answered whole", "9"], ["answered in part", "2"]]
    assert table(wave, "Site: answers") == [["North", "too few"], ["South", "too few"]]
    assert "Nobody was invited from here" in wave.notes[0].told("en")


# The command and its page


def test_the_command_prints_tables_and_writes_the_page(run: Any, answered: Project) -> None:
    before = {path: path.read_bytes() for path in answered.data.rglob("*") if path.is_file()}
    shown = run("monitor", "small")
    assert shown.returncode == 0, shown.stderr
    text = " ".join(shown.stdout.split())
    assert "work mentor 11 18% (2 of 11)" in text
    assert "Warning: small@1: Site, South: 17 per cent have answered" in shown.stderr
    assert (answered.build / "monitor.html").is_file()
    assert {path: path.read_bytes() for path in answered.data.rglob("*") if path.is_file()} == before


def test_the_page_holds_everything_and_tells_nobody(run: Any, answered: Project, tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.html"
    shown = run("monitor", "--lang", "da", "--html", str(file))
    assert shown.returncode == 0, shown.stderr
    html = file.read_text(encoding="utf-8")
    assert '<html lang="da"' in html
    assert "Hvor besvarelserne blev afbrudt" in html
    assert html.count("<img ") == html.count('src="data:image/svg+xml;base64,') == html.count('alt="') == 3
    assert "i alt 46\xa0%" in html  # the curve in words
    assert "<script" not in html
    assert "http" not in html
    for secret in ("Åse", "example.org", "+45", "library", "u_", "p_"):
        assert secret not in html + shown.stdout + shown.stderr
    assert [path.name for path in file.parent.iterdir()] == ["page.html"]


def test_danish_is_spoken_throughout(answered: Project) -> None:
    html = as_html(follow(answered, "2024-07-09T00:00:00+00:00"), "da")
    text = html.partition("<body>")[2]
    for english in ("answered", "invited", "pull ", "Nothing", "broke", "days", "question", "interval of"):
        assert english not in text.replace("evaltool pull", ""), english


# What cannot be followed


def test_nothing_is_deployed(run: Any, project: Project) -> None:
    shown = run("monitor")
    assert shown.returncode == 1
    assert "evaltool deploy" in shown.stderr


def test_another_survey_is_deployed(deployed: Project) -> None:
    with pytest.raises(PlatformError, match="«smal» is not deployed") as error:
        monitor(deployed, "smal")
    assert "small" in error.value.mend


def test_nobody_is_invited(deployed: Project) -> None:
    with pytest.raises(PlatformError, match="nobody is invited yet"):
        monitor(deployed)


def test_nothing_was_pulled(invited: Project) -> None:
    with pytest.raises(PlatformError, match=r"nothing was pulled yet\. evaltool pull"):
        monitor(invited)


def test_one_wave_that_was_not_pulled_does_not_hide_the_others(answered: Project) -> None:
    release(answered, "participant-end", 1)
    deploy(answered, "participant-end", 1)
    found = follow(answered)
    assert [wave.deployment.id for wave in found.waves] == ["small@1"]
    assert [note.told("en") for note in found.notes] == [
        "participant-end@1: nobody is invited yet, and nothing was answered. evaltool invite"
    ]


def test_an_altered_archive_is_not_counted(answered: Project) -> None:
    segment = answered.archive / "small@1" / "000002.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b'"friend"', b'"other"', 1))
    with pytest.raises(ArchiveError, match="altered after the pull"):
        monitor(answered)


def test_without_a_roster_it_says_what_to_run(answered: Project) -> None:
    answered.roster.unlink()
    with pytest.raises(RosterError, match="evaltool roster"):
        monitor(answered)


def test_a_page_that_cannot_be_written_is_told(answered: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ProjectError, match="cannot be written"):
        write_page(follow(answered), tmp_path / "file" / "page.html", "en")


def test_a_schedule_of_nothing_deployed_is_told(answered: Project) -> None:
    settings = answered.root / "evaltool.toml"
    text = settings.read_text(encoding="utf-8").replace('"small@1"', '"smal@1"')
    settings.write_text(text, encoding="utf-8")
    (note,) = follow(read_project(answered.root)).notes
    assert "«smal@1», which is not deployed" in note.told("en")


@pytest.mark.parametrize("line", ["end = 2024-06-30", "reminders = [2024-08-01]", "targets = {2024-07-02 = 1.5}"])
def test_a_schedule_out_of_order_is_refused(invited: Project, line: str) -> None:
    settings = invited.root / "evaltool.toml"
    key = line.split(" = ", maxsplit=1)[0]
    lines = [line if old.startswith(f"{key} =") else old for old in settings.read_text(encoding="utf-8").splitlines()]
    settings.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ProjectError, match=r"fieldwork.small@1"):
        read_project(invited.root)
