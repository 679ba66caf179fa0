"""Nothing that is secret or personal is told or kept where it does not belong, whatever goes wrong on the way."""

import itertools
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evaltool.__main__ import main
from evaltool.contacts.vault import Vault
from evaltool.platforms import PLATFORMS
from evaltool.platforms.base import Access
from evaltool.platforms.limesurvey.participants import access_code
from evaltool.platforms.limesurvey.platform import LimeSurvey
from evaltool.project import Project, read_project
from evaltool.workflows.starting import init_project
from tests.platforms.limesurvey.fake_faults import FAULTS, GONE, copied, wire
from tests.platforms.limesurvey.fake_limesurvey import FakeLimeSurvey
from tests.platforms.limesurvey.fake_respondents import Seen, respond
from tests.platforms.limesurvey.rc2_adapters import ACCOUNT, KEY, PASSWORD, Rpc, remote

SURVEY = """\
survey: small
version: 1
language: en
title: Small
pages:
  - name: only
    questions:
      - {name: words, type: text, label: Words?}
"""
ROSTER = """\
person_id;course_id;name;phone;email;language;site;start_date;end_date;status
Canary-P1;C1;Canary One;+45 13 57 24 68;canary.one@example.org;en;north;01-02-2024;30-06-2024;ended
Canary-P2;C2;Canary Two;+45 13 57 24 69;bounce.canary@example.org;en;south;01-02-2024;30-06-2024;ended
"""
ANSWER = "in her own words"
PHONES = ("13572468", "13572469", "13 57 24 68", "13 57 24 69")
SETTINGS = f'\n[limesurvey]\nurl = "{ACCOUNT.url}"\nuser = "{ACCOUNT.user}"\ntimezone = "Europe/Copenhagen"\n'
ASKED = ("small", "--version", "1")
COMMANDS: Sequence[Sequence[str]] = (
    ("deploy", *ASKED, "--platform", "limesurvey"),
    ("invite", *ASKED, "--mail"),
    ("pull",),
    ("remind", *ASKED, "--mail"),
    ("status",),
    ("drift", *ASKED),
    ("close", *ASKED),
)


@dataclass
class Staff:
    """Gives commands in a project whose LimeSurvey is the fake.

    `shown` is all that they have seen, `leaks` are files with a secret.
    """

    project: Project
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    fake: FakeLimeSurvey = field(default_factory=FakeLimeSurvey)
    shown: list[str] = field(default_factory=list[str])
    secrets: set[str] = field(default_factory=lambda: {PASSWORD, KEY, "canary", *PHONES})
    leaks: list[Path] = field(default_factory=list[Path])

    def gives(self, *words: str, plan: dict[int, str] | None = None) -> tuple[int, Rpc]:
        """The exit code, and what went over the wire."""
        rpc = wire(self.fake, plan)

        def on_the_fake(access: Access) -> LimeSurvey:
            return LimeSurvey(access, remote(rpc))

        self.monkeypatch.setitem(PLATFORMS, "limesurvey", on_the_fake)  # type: ignore[arg-type]  # a dict, told as a mapping
        self.monkeypatch.setattr("sys.argv", ["evaltool", "--project", str(self.project.root), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        self.shown += self.capsys.readouterr()
        return int(ended.value.code or 0), rpc

    def insists(self, *words: str) -> None:
        """At each call of the command another fault, each time from the same start; at last the whole command."""
        start, kept = copied(self.fake), self.project.root.parent / "kept"
        shutil.copytree(self.project.data, kept)
        faults = itertools.cycle([*FAULTS, GONE])
        number, calls = 1, 2
        while number <= calls:
            _, rpc = self.gives(*words, plan={number: next(faults)})
            calls = max(calls, len(rpc.calls))
            self.looks_into_files()
            number += 1
            if number <= calls:
                self.fake = copied(start)
                shutil.rmtree(self.project.data)
                shutil.copytree(kept, self.project.data)
        shutil.rmtree(kept)
        assert self.gives(*words)[0] == 0, self.shown[-2:]
        self.looks_into_files()

    def looks_into_files(self) -> None:
        self.secrets |= {form for token in codes(self.project) for form in (token, access_code(token))}
        self.leaks += [path for path in files(self.project) if any(_holds(path, secret) for secret in self.secrets)]


@pytest.fixture
def staff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Staff:
    root = tmp_path / "programme"
    init_project(root)
    with (root / "evaltool.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    (root / "surveys" / "small").mkdir()
    (root / "surveys" / "small" / "v1.yaml").write_text(SURVEY, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    staff = Staff(read_project(root), monkeypatch, capsys)
    assert staff.gives("roster", str(tmp_path / "roster.csv"))[0] == 0
    assert staff.gives("release", *ASKED)[0] == 0
    return staff


def codes(project: Project) -> list[str]:
    with closing(Vault.open(project.vault)) as vault:
        return [link.token for link in vault.links("small@1")]


def files(project: Project) -> Iterator[Path]:
    """All that is kept, save for the vault and the files with the links."""
    for path in project.root.rglob("*"):
        if path.is_file() and path.parent.name != "invitations" and not path.name.startswith(project.vault.name):
            yield path


def test_nothing_secret_is_told_or_kept(staff: Staff, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for command in COMMANDS:
        staff.insists(*command)
        if command[0] == "invite":
            code = access_code(codes(staff.project)[0])
            [sid] = staff.fake.surveys
            respond(staff.fake, sid, code, [Seen(1, {"words": ANSWER})], language="en")
    told = "\n".join([*staff.shown, caplog.text]).lower()
    assert [secret for secret in staff.secrets if secret.lower() in told] == []
    assert staff.leaks == []
    assert len(staff.secrets) > len(PHONES) + 3, "the access codes are looked for, too"
    assert ANSWER not in told
    assert [path.suffix for path in staff.project.archive.rglob("*.jsonl")]
    assert {email for email, _ in staff.fake.mails} == {"canary.one@example.org"}


def _holds(path: Path, secret: str) -> bool:
    return secret.lower().encode() in path.read_bytes().lower()
