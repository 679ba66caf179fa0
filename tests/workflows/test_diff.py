"""`evaltool diff` as a user runs it: versions of another programme, side by side."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Run

from evaltool.project import Project
from evaltool.workflows.comparison_views import marked


@pytest.fixture
def folder(project: Project) -> Path:
    """The survey's folder with a second version: other words, a choice more, another order, one question less."""
    folder = project.surveys / "participant-end"
    text = (folder / "v1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 2", 1)
    for old, new in CHANGED:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "v2.yaml").write_text(text, encoding="utf-8")
    return folder


CHANGED = [
    ("label: Do you have a job now?", "label: Are you in paid work now?"),
]


def test_two_versions_are_told_in_words(run: Run, folder: Path) -> None:
    shown = run("diff", "participant-end", "1", "v2")
    assert shown.returncode == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 100
    for told in (
        "participant-end: version 1 and version 2",
        "no verdict: 1",
        "To be decided before the release: work.",
        "work: no verdict – proposed: not comparable",
        "- the question is worded otherwise",
        "before: Do you have a job now?",
        "now: Are you in paid work now?",
    ):
        assert told in shown.stdout


def test_danish_is_spoken_throughout(run: Run, folder: Path) -> None:
    shown = run("diff", "participant-end", "1", "2", "--lang", "da").stdout
    assert "spørgsmålet er formuleret anderledes" in shown
    for english in ("version 1 and", "worded", "proposed", "before:", "identical", "no verdict", "decided"):
        assert english not in shown


def test_json_has_its_documented_keys(run: Run, folder: Path) -> None:
    data = json.loads(run("diff", "participant-end", "1", "2", "--format", "json").stdout)
    assert list(data) == ["format", "survey", "old", "new", "revision", "counts", "items", "outside"]
    items = {item["name"]: item for item in data["items"]}
    assert list(items["work"]) == [
        *("name", "state", "proposal", "decided", "of", "languages", "changes", "within", "crosswalk", "words")
    ]
    assert items["work"]["state"] == "missing"
    assert items["work"]["proposal"] == "not_comparable"
    assert items["work"]["languages"] == {"en": "not_comparable"}
    assert [change["kind"] for change in items["work"]["changes"]] == ["wording"]
    assert items["work"]["words"]["new"]["label"] == {"en": "Are you in paid work now?"}
    assert data["counts"]["missing"] == 1
    assert {item["state"] for name, item in items.items() if name != "work"} == {"identical"}


class _Page(HTMLParser):
    """Tags, and words in del and ins."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {"del": [], "ins": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop() if self.open else None

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.words:
            self.words[self.open[-1]].append(data)


def test_html_is_one_page_without_scripts_that_marks_the_words(run: Run, folder: Path, tmp_path: Path) -> None:
    path = folder / "v2.yaml"
    text = path.read_text(encoding="utf-8").replace("paid work now", "paid <b>work</b> & such now")
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "new" / "diff.html"
    shown = run("diff", "participant-end", "1", "2", "--format", "html", "--out", str(out))
    assert shown.returncode == 0, shown.stderr
    html = out.read_text(encoding="utf-8")
    page = _Page()
    page.feed(html)
    assert page.words == {"del": ["Do", "have a job"], "ins": ["Are", "in paid <b>work</b> & such"]}
    assert not {"script", "link", "img", "b"} & set(page.tags)
    assert not re.search(r"https?://|\bon\w+=", html)
    assert [path.name for path in out.parent.iterdir()] == ["diff.html"]


def test_marked_words_are_whole_runs() -> None:
    old, new = marked("How satisfied are you with our meetings?", "How satisfied are you with the activities?")
    assert old == [("How satisfied are you with", False), ("our meetings?", True)]
    assert new == [("How satisfied are you with", False), ("the activities?", True)]
    assert marked("", "new") == ([], [("new", True)])


def test_proposals_are_written_once_and_decided_by_a_person(run: Run, folder: Path) -> None:
    assert (
        "1 item has no verdict against version 1 (evaltool diff participant-end 1 2 --propose)" in run("check").stderr
    )
    shown = run("diff", "participant-end", "1", "2", "--propose")
    assert shown.returncode == 0, shown.stderr
    path = folder / "v2.verdicts.yaml"
    assert "v2.verdicts.yaml: work." in shown.stdout
    assert "Now decide on each" in shown.stdout
    before = path.read_bytes()
    again = run("diff", "participant-end", "1", "2", "--propose").stdout
    assert "Still undecided: work." in again
    assert path.read_bytes() == before
    assert "1 item has no decision" in run("check").stderr

    text = before.decode().replace("undecided", "not_comparable").replace("reason: ''", "reason: Paid work is less")
    path.write_text(text.replace("by: ''", "by: Eva").replace("on:\n", "on: 2024-05-01\n"), encoding="utf-8")
    decided = run("diff", "participant-end", "1", "2").stdout
    assert "work: not comparable – decided by Eva, 1 May 2024" in decided
    assert "Paid work is less" in decided
    assert "verdict" not in run("check").stderr


def test_a_verdict_on_other_words_is_outdated(run: Run, folder: Path) -> None:
    run("diff", "participant-end", "1", "2", "--propose")
    path = folder / "v2.verdicts.yaml"
    text = path.read_text(encoding="utf-8").replace("undecided", "comparable").replace("reason: ''", "reason: same")
    path.write_text(text.replace("by: ''", "by: Eva").replace("on:\n", "on: 2024-05-01\n"), encoding="utf-8")
    version = folder / "v2.yaml"
    version.write_text(version.read_text(encoding="utf-8").replace("paid work", "any work"), encoding="utf-8")
    assert (
        "work: changed since its verdict – proposed: not comparable" in run("diff", "participant-end", "1", "2").stdout
    )
    shown = run("check")
    assert shown.returncode == 1
    assert "«work» has changed since its verdict" in shown.stderr
    assert re.search(r"v2\.verdicts\.yaml:\d+: ", shown.stderr)


def test_verdicts_against_another_version_are_not_mixed_in(run: Run, folder: Path) -> None:
    text = (folder / "v2.yaml").read_text(encoding="utf-8").replace("version: 2", "version: 3")
    (folder / "v3.yaml").write_text(text.replace("paid work", "any work"), encoding="utf-8")
    run("diff", "participant-end", "1", "3", "--propose")
    shown = run("diff", "participant-end", "2", "3", "--propose")
    assert shown.returncode == 1
    assert "against 1, not 2" in shown.stderr
    assert "work: no verdict" in run("diff", "participant-end", "2", "3").stdout
    assert "work: undecided" in run("diff", "participant-end", "1", "3").stdout


# A release and its definition as it is now


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", "The definition is as it was released."),
        ("Do you have a job now?", "Do you have any job now?", "That can be a text revision"),
        ("type: text", "type: text, required: true", "That needs a new version: put version 1 back"),
    ],
)
def test_one_version_is_compared_with_its_release(run: Run, project: Project, old: str, new: str, told: str) -> None:
    assert run("release", "participant-end", "--version", "1").returncode == 0
    path = project.surveys / "participant-end" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    shown = run("diff", "participant-end", "1")
    assert shown.returncode == 0, shown.stderr
    assert " ".join(told.split()) in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("1",), 1, "is not released"),
        (("2", "1"), 1, "evaltool diff participant-end 1 2"),
        (("1", "1"), 1, "not older"),
        (("1", "7"), 1, "There are: participant-end v1, participant-end v2"),
        (("1", "--propose"), 1, "verdicts are about two versions"),
        (("1", "2", "--lang", "xx"), 1, "does not speak «xx»"),
        (("1", "two"), 2, "a version is a number"),
        (("0", "2"), 2, "a version is a number"),
        (("1", "2", "--format", "pdf"), 2, "pdf"),
    ],
)
def test_wrong_use_says_what_to_do(run: Run, folder: Path, words: tuple[str, ...], code: int, told: str) -> None:
    shown = run("diff", "participant-end", *words)
    assert shown.returncode == code
    assert told in " ".join(shown.stderr.split())
    assert "Traceback" not in shown.stderr
