"""An old survey taken in from a LimeSurvey 6.4.2, as `tests/platforms/limesurvey/record_adopted.py` recorded it.

Six people had an access code. Mette, Ali, Sam and Eva sent their answers, Rose stopped after the first page, and one
never came. What they answered stands in `PEOPLE` there; the shares below are counted from it by hand.
"""

import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import EvaltoolError, PlatformError
from evaltool.platforms.limesurvey.pull import read_export
from evaltool.project import Project, read_project
from evaltool.responses.dataset import read_dataset
from evaltool.workflows.adopting import Step, Wanted, adopt, survey_key
from evaltool.workflows.cleaning import clean
from evaltool.workflows.definitions import check, release
from evaltool.workflows.deploying import deploy, deployment_of
from evaltool.workflows.erasing import Who, erase
from evaltool.workflows.estimating import analyse
from evaltool.workflows.fieldwork import import_roster, invite, pull, remind
from evaltool.workflows.reporting import WantedReport, report
from evaltool.workflows.working import pull_path
from tests.platforms.limesurvey.rc2_adapters import PASSWORD, export, recorded

SID = 770001
EXPORT = Path(__file__).parents[1] / "platforms" / "limesurvey" / "adopted" / "by_hand_3.lss"
Alter = Callable[[str, Any], Any]
NO_SURVEY = {"status": "Error: Invalid survey ID"}
NOBODY = {"get_summary": {"full_responses": 0}, "export_responses": {"status": "No Data, could not get max id."}}


def as_it_was(_method: str, result: Any) -> Any:
    return result


def said(**properties: str) -> Alter:
    """The recorded survey with other settings."""
    return lambda method, result: {**result, **properties} if method == "get_survey_properties" else result


def always(status: str) -> Alter:
    """It says no to everything."""
    return lambda _method, _result: {"status": status}


def anonymised(method: str, result: Any) -> Any:
    """As LimeSurvey tells of an anonymised survey: no access codes, and one and the same time for all."""
    if method == "export_responses" and isinstance(result, str):
        rows = read_export(result) or []
        dates = dict.fromkeys(("startdate", "datestamp"), "1980-01-01 00:00:00")
        kept = [{name: value for name, value in {**row, **dates}.items() if name != "token"} for row in rows]
        sent = [{**row, "submitdate": row["submitdate"] and "1980-01-01 00:00:00"} for row in kept]
        return export(sent)
    return said(anonymized="Y")(method, result)


@contextmanager
def limesurvey(alter: Alter = as_it_was) -> Generator[str]:
    """The address of a server that answers as recorded, but for what is altered; other surveys it does not have."""
    known = {
        json.dumps([item["request"]["method"], item["request"]["params"][1:]]): item["response"]["result"]
        for item in recorded("../adopted/rc2_6.4.2.json")
    }

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            method = asked["method"]
            found = known.get(json.dumps([method, asked["params"][1:]]), NO_SURVEY)
            result = "key" if method.endswith("_session_key") else alter(method, found)
            body = json.dumps({"id": asked["id"], "result": result, "error": None}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.php/admin/remotecontrol"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def programme(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose LimeSurvey is not known yet, with the courses of three of them on the roster."""
    monkeypatch.setenv("EVALTOOL_LIMESURVEY_PASSWORD", PASSWORD)
    path = tmp_path / "roster.csv"
    path.write_text(
        "person_id;course_id;language;site;start_date;end_date;status\n"
        "P1;C1;en;north;01-02-2019;30-06-2019;ended\n"
        "P2;C2;en;south;01-02-2019;30-06-2019;ended\n"
        "P3;C3;en;south;01-02-2019;30-06-2019;ended\n",
        encoding="utf-8",
    )
    import_roster(project, path)
    return project


PARTICIPANTS = """\
tid;token;firstname;Person number;course_id
1;mette2019;Mette;P1;C1
2;ali2019;Ali;P2;C2
3;sam2019;Sam;;
6;never2019;N;P3;C3
"""


def at(project: Project, url: str) -> Project:
    """The project with its LimeSurvey at this address."""
    settings = f'\n[limesurvey]\nurl = "{url}"\nuser = "evaluation"\ntimezone = "Europe/Copenhagen"\n'
    path = project.root / "evaltool.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("\n[limesurvey]")[0] + settings, encoding="utf-8")
    return read_project(project.root)


def wanted(**more: Any) -> Wanted:
    told: dict[str, Any] = {"sid": SID, "survey": "old-end", "version": 1, **more}
    return Wanted(**told)


def adopted(project: Project, **more: Any) -> Step:
    """Both steps; the files are left as they were written."""
    adopt(project, wanted(**more))
    release(project, "old-end", 1)
    return adopt(project, wanted(**more))


def frame(project: Project) -> pd.DataFrame:
    return read_dataset(project.dataset("old-end@1")).frame


def participants(tmp_path: Path, text: str = PARTICIPANTS) -> Path:
    path = tmp_path / "participants.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_old_survey_gives_the_right_shares(programme: Project) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        assert [item.records for item in pull(project)] == [5]
        assert [item.records for item in pull(project)] == [0]
        clean(project)
    data = frame(project)
    assert sorted(data["disposition"].astype("str")) == ["I", "I", "I", "I", "P"]
    assert data["kon"].value_counts().to_dict() == {"a1": 3, "a2": 1, "other": 1}
    assert data["kon_other"].dropna().to_list() == ["Neither"]
    assert sorted(data["alder"]) == [19, 28, 34, 41, 52]
    assert data["satmed_sq001"].value_counts().to_dict() == {"c1": 2, "c2": 1, "c3": 1, "c4": 0}
    assert data["satmed_sq001__missing"].dropna().to_list() == ["not_reached"]
    assert data["satmed_x3"].value_counts().to_dict() == {"c1": 1, "c4": 1, "c2": 0, "c3": 0}
    assert data["satmed_x3__missing"].value_counts()[["not_answered", "not_reached"]].to_list() == [2, 1]
    several = data[["emner__sq001", "emner__sq002", "emner__sq003", "emner__other"]]
    assert (several.sum().to_list(), several.count().to_list()) == ([1, 1, 1, 1], [3, 3, 3, 3])
    assert data["emner_other"].dropna().to_list() == ["Driving licence"]
    assert data["anbefal"].value_counts().to_dict() == {"yes": 3, "no": 1}
    assert data["points"].value_counts()[["c4", "c5"]].to_list() == [1, 1]
    assert data["timer_uge"].dropna().to_list() == [2.5]
    assert data["start"].dropna().astype("str").to_list() == ["2018-08-17"]
    assert data["kom_comment"].dropna().to_list() == ["på café"]


def test_why_an_answer_is_missing_is_said_only_where_it_is_known(programme: Project) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        pull(project)
        clean(project)
    data = frame(project).sort_values("alder")  # Eva 19, Ali 28, Mette 34, Sam 41, Rose 52
    reasons = {
        name: data[f"{name}__missing"].astype("object").fillna("-").to_list() for name in ("q3", "points", "svaer")
    }
    off, empty, unreached = "not_applicable", "not_answered", "not_reached"
    assert reasons["q3"] == [off, "-", off, off, off]
    assert reasons["points"] == [empty, "-", "-", off, unreached]
    # LimeSurvey showed it by a rule that the definition does not say: nobody knows who left it empty
    assert reasons["svaer"] == [unreached, unreached, "-", unreached, unreached]


def test_answers_are_linked_to_the_roster_by_their_access_codes(programme: Project, tmp_path: Path) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        step = adopted(project, participants=participants(tmp_path))
        assert step.done[1] == "3 access codes are linked to the roster, 1 are not"
        pull(project)
        clean(project)
        analyse(project)
    data = frame(project).sort_values("alder")
    assert data["site"].astype("object").fillna("").to_list() == ["", "south", "north", "", ""]
    assert data["unit"].str.startswith("ls770001-").to_list() == [True, False, False, True, True]
    dispositions = read_dataset(project.dataset("old-end@1")).dispositions
    assert sorted(dispositions["disposition"].astype("str")) == ["I", "I", "I", "I", "NC", "P"]


def test_links_of_an_adopted_survey_are_those_that_people_have(programme: Project, tmp_path: Path) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project, participants=participants(tmp_path))
        deployment = deployment_of(project, "old-end", 1)
        out = tmp_path / "links.csv"
        remind(project, deployment, out=out)
        told = out.read_text(encoding="utf-8-sig")
    assert sorted(re.findall(r"/770001\?token=(\w+)&", told)) == ["ali2019", "mette2019", "never2019"]


def test_nobody_is_reminded_of_an_adopted_survey_that_has_ended(programme: Project, tmp_path: Path) -> None:
    with limesurvey(said(expires="2019-12-31 00:00:00")) as url:
        project = at(programme, url)
        adopted(project, participants=participants(tmp_path))
        with pytest.raises(PlatformError, match="nobody could answer: the survey has ended"):
            remind(project, deployment_of(project, "old-end", 1), out=tmp_path / "links.csv")
    assert not (tmp_path / "links.csv").exists()


def test_nobody_gets_a_link_of_evaltool_to_an_adopted_survey(programme: Project) -> None:
    """It would lead nowhere, and answers without an access code would be taken for hers."""
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        with pytest.raises(PlatformError, match="evaltool only reads its answers"):
            invite(project, deployment_of(project, "old-end", 1))
    with closing(Vault.open(project.vault)) as vault:
        assert vault.links("old-end@1") == []


def test_what_cannot_be_pulled_keeps_nothing_else_from_it(programme: Project) -> None:
    with limesurvey() as url:
        adopted(at(programme, url))
    with limesurvey(always("No Data, survey table does not exist.")) as url:
        project = at(programme, url)
        (project.data / "platforms" / "limesurvey.json").unlink(missing_ok=True)  # another port
        release(project, "participant-end", 1)
        deploy(project, "participant-end", 1)
        with pytest.raises(PlatformError, match="the survey is not active") as caught:
            pull(project)
    assert caught.value.message == "not all could be pulled; pulled was participant-end@1 (0 records)"
    assert pull_path(project, "participant-end@1").is_file()


def test_who_is_linked_later_is_linked_in_the_next_dataset(programme: Project, tmp_path: Path) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        pull(project)
        step = adopt(project, wanted(participants=participants(tmp_path)))
        assert step.done[0] == "old-end@1 was adopted already: 5 interviews on LimeSurvey"
        assert [item.records for item in pull(project)] == [2]
        clean(project)
    assert len(frame(project)) == 5
    assert frame(project)["site"].notna().sum() == 2


def test_who_is_erased_goes_with_what_was_pulled_before_she_was_linked(programme: Project, tmp_path: Path) -> None:
    deleted: list[str] = []

    def alter(method: str, result: Any) -> Any:
        deleted.extend([method] if method.startswith("delete_") else [])
        return [] if method == "list_participants" else {"status": "OK"} if method.startswith("delete_") else result

    with limesurvey(alter) as url:
        project = at(programme, url)
        adopted(project)
        pull(project)
        adopt(project, wanted(participants=participants(tmp_path)))
        pull(project)
        erase(project, Who(person_id="P1"), sure=True)
        clean(project)
    assert deleted[0] == "delete_response"
    assert sorted(frame(project)["alder"]) == [19, 28, 41, 52]
    archived = b"".join(
        path.read_bytes() for path in (project.archive / "old-end@1").glob("*.jsonl") if path.stem.isdigit()
    )
    assert "på café".encode() not in archived
    assert b"Driving licence" in archived


def test_who_is_erased_goes_from_the_server_though_her_link_was_taken_away(programme: Project, tmp_path: Path) -> None:
    deleted: list[str] = []

    def alter(method: str, result: Any) -> Any:
        deleted.extend([method] if method.startswith("delete_") else [])
        return {"status": "OK"} if method.startswith("delete_") else result

    with limesurvey(alter) as url:
        project = at(programme, url)
        adopted(project, participants=participants(tmp_path))
        pull(project)
        others = "".join(line for line in PARTICIPANTS.splitlines(keepends=True) if "mette2019" not in line)
        adopt(project, wanted(participants=participants(tmp_path, others)))
        done = erase(project, Who(person_id="P1"), sure=True)
    assert deleted == ["delete_response"]
    assert "survey platforms: invitation and answers of old-end@1 on limesurvey" in done.gone


def test_renamed_questions_and_codes_are_read_by_the_mapping(programme: Project) -> None:
    renamed = {"kon": "gender", "a1": "woman", "a2": "man", "satmed_sq001": "trust", "c1": "much"}
    with limesurvey() as url:
        project = at(programme, url)
        adopt(project, wanted())
        for name in ("v1.yaml", "v1.limesurvey.yaml"):
            path = project.surveys / "old-end" / name
            text = path.read_text(encoding="utf-8")
            for before, after in renamed.items():
                text = text.replace(f" {before}:", f" {after}:").replace(f"name: {before}\n", f"name: {after}\n")
                text = text.replace(f"${{{before}}} = 'a2'", f"${{{after}}} = 'man'")
            path.write_text(text, encoding="utf-8")
        (project.surveys / "old-end" / "v1.en.po").unlink()
        release(project, "old-end", 1)
        adopt(project, wanted())
        pull(project)
        clean(project)
    data = frame(project)
    assert data["gender"].value_counts().to_dict() == {"woman": 3, "man": 1, "other": 1}
    assert data["trust"].value_counts()["much"] == 2
    assert data["q3"].dropna().to_list() == ["Bo"]


def test_an_anonymised_survey_needs_a_word_and_marks_its_data(programme: Project) -> None:
    with limesurvey(anonymised) as url:
        project = at(programme, url)
        with pytest.raises(EvaltoolError, match="it is anonymised: LimeSurvey has cut the link to persons"):
            adopt(project, wanted())
        adopted(project, accept_anonymised=True)
        pull(project)
        clean(project)
    assert read_dataset(project.dataset("old-end@1")).manifest["anonymised"] is True
    assert frame(project)["kon"].value_counts()["a1"] == 3
    assert set(frame(project)["completed_at"].dropna().astype("str")) == {"1980-01-01 00:00:00+00:00"}


def test_an_anonymised_survey_is_linked_to_nobody(programme: Project, tmp_path: Path) -> None:
    """Its three participants would count as silent beside its answers, which may be theirs."""
    with limesurvey(anonymised) as url:
        project = at(programme, url)
        adopted(project, accept_anonymised=True)
        with pytest.raises(EvaltoolError, match="its answers can be linked to nobody"):
            adopt(project, wanted(accept_anonymised=True, participants=participants(tmp_path)))


def test_nobody_who_was_erased_is_linked_when_an_older_vault_was_put_back(programme: Project, tmp_path: Path) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        old = project.vault.read_bytes()
        erase(project, Who(person_id="P1"), sure=True)
        project.vault.write_bytes(old)
        with pytest.raises(EvaltoolError, match="nobody was linked") as caught:
            adopt(project, wanted(participants=participants(tmp_path)))
    assert [fault.where for fault in caught.value.faults] == ["participants.csv, row 2"]


def test_a_survey_without_answers_is_told(programme: Project) -> None:
    with limesurvey(NOBODY.get) as url:
        project = at(programme, url)
        assert adopted(project).notes[0] == "nobody has answered yet"
        assert [item.records for item in pull(project)] == [0]
        clean(project)
    assert frame(project).empty


def test_the_structure_may_come_from_a_file(programme: Project) -> None:
    step = adopt(programme, wanted(lss=EXPORT))  # LimeSurvey is not asked: its address is not known
    assert [line.rpartition("/")[2] for line in step.done] == ["v1.yaml", "v1.limesurvey.yaml", "v1.en.po"]
    assert step.notes[0] == "left out: «Rang», type R: a ranking"
    assert [item.survey.key for item in check(programme)] == ["old-end@1", "participant-end@1"]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"lss": EXPORT, "sid": 770002}, "this is survey 770001, not 770002"),
        ({"lss": EXPORT.with_name("gone.lss")}, "no such file"),
        ({"survey": "participant-end"}, "participant-end@1 is there, and was not adopted"),
    ],
)
def test_nothing_is_written_over_or_from_another_survey(programme: Project, more: dict[str, Any], fault: str) -> None:
    before = {path: path.read_bytes() for path in programme.surveys.rglob("*") if path.is_file()}
    with pytest.raises(EvaltoolError, match=fault):
        adopt(programme, wanted(**more))
    assert {path: path.read_bytes() for path in programme.surveys.rglob("*") if path.is_file()} == before


def test_a_translation_that_stands_there_is_kept(programme: Project) -> None:
    path = programme.surveys / "old-end" / "v1.en.po"
    path.parent.mkdir()
    path.write_text("by hand", encoding="utf-8")
    with pytest.raises(EvaltoolError, match="these files are there already"):
        adopt(programme, wanted(lss=EXPORT))
    assert [item.name for item in path.parent.iterdir()] == ["v1.en.po"]


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (said(active="N"), "it is not active: LimeSurvey gives no answers of it"),
        (always("Error: Invalid survey ID"), "there is no such survey"),
        (always("No permission"), "this user has no right to it"),
    ],
)
def test_what_limesurvey_does_not_give(programme: Project, alter: Alter, fault: str) -> None:
    with limesurvey(alter) as url, pytest.raises(EvaltoolError, match=fault):
        adopt(at(programme, url), wanted())
    assert not (programme.surveys / "old-end").exists()


def test_it_is_taken_in_only_when_it_is_released_and_mapped(programme: Project) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopt(project, wanted())
        with pytest.raises(EvaltoolError, match="old-end version 1 is not released"):
            adopt(project, wanted())
        release(project, "old-end", 1)
        path = project.surveys / "old-end" / "v1.limesurvey.yaml"
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace('column: "Alder"', 'column: "Age"'), encoding="utf-8")
        with pytest.raises(EvaltoolError, match="survey 770001 has no column «Age»"):
            adopt(project, wanted())
        path.write_text(whole.replace("sid: 770001", "sid: 770009"), encoding="utf-8")
        with pytest.raises(EvaltoolError, match="the mapping is about another sid: 770009, not 770001"):
            adopt(project, wanted())
        path.write_text(whole, encoding="utf-8")
        adopt(project, wanted())


def test_the_same_answers_never_come_in_twice(programme: Project) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        adopt(project, wanted(version=2))
        release(project, "old-end", 2)
        with pytest.raises(EvaltoolError, match="survey 770001 is old-end@1 already"):
            adopt(project, wanted(version=2))


HEAD = "token;person_id;course_id\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("token;person_id\nx;P1\n", ["the columns course_id are missing"]),
        (HEAD + "x;P1;C9\n", ["row 2: the roster has no such course"]),
        (HEAD + ";P1;C1\n", ["row 2: no access code"]),
        (HEAD + "x;P1;C1\ny;P1;C1\n", ["row 2: this course stands 2 times", "row 3: this course stands 2 times"]),
        (HEAD + "x;P1;C1\nx;P2;C2\n", ["row 2: this access code stands 2 times", "row 3: this access code stands"]),
    ],
)
def test_participants_with_faults(programme: Project, tmp_path: Path, text: str, faults: list[str]) -> None:
    with limesurvey() as url:
        project = at(programme, url)
        adopt(project, wanted())
        release(project, "old-end", 1)
        with pytest.raises(EvaltoolError) as caught:
            adopt(project, wanted(participants=participants(tmp_path, text)))
        assert all(fault in str(caught.value) for fault in faults)
        assert not any(secret in str(caught.value) for secret in ("P1", "C9", "P2"))
        adopt(project, wanted())


def test_a_report_is_about_the_survey_of_the_plan(programme: Project) -> None:
    release(programme, "participant-end", 1)
    with limesurvey() as url:
        project = at(programme, url)
        adopted(project)
        pull(project)
        clean(project)
    analyse(project)
    with pytest.raises(EvaltoolError, match="there is no dataset of participant-end, which the report is about"):
        report(project, WantedReport())


@pytest.mark.parametrize("text", ["old-end", "old-end@", "old-end@0", "Old@1", "old_end@1", "@1", "old@1.5"])
def test_a_name_and_version_are_needed(text: str) -> None:
    with pytest.raises(EvaltoolError, match="names no survey and version"):
        survey_key(text)


def test_the_command_tells_both_steps(programme: Project, run: Callable[..., Any]) -> None:
    assert survey_key("old-end@12") == ("old-end", 12)
    with limesurvey() as url:
        at(programme, url)
        first = run("adopt", str(SID), "--as", "old-end@1")
        assert "evaltool release old-end --version 1" in first.stdout
        assert "left out: «Rang», type R: a ranking" in first.stderr
        release(programme, "old-end", 1)
        second = run("adopt", str(SID), "--as", "old-end@1")
        assert second.stdout == "old-end@1 is adopted: 5 interviews on LimeSurvey\nNext: evaltool pull\n"
        assert "without --participants" in second.stderr
        refused = run("drift", "old-end", "--version", "1")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "old-end@1 was adopted: evaltool only reads its answers" in refused.stderr
