"""Tests against a real LimeSurvey, by hand: docs/limesurvey.md tells how. `make test` does not collect them."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from evaltool.platforms.limesurvey.account import VARIABLE
from evaltool.platforms.limesurvey.platform import log_in
from evaltool.platforms.limesurvey.structure import survey_number
from evaltool.platforms.limesurvey.transport import RemoteControl
from tests.browser.install import BROWSERS
from tests.live.live_project import LiveProject, Where, make_project


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--limesurvey-url", help="Address of RemoteControl 2 of a LimeSurvey where surveys may be made.")
    parser.addoption("--limesurvey-user", help=f"Who makes surveys there; the password is in {VARIABLE}.")
    parser.addoption("--limesurvey-timezone", default="Europe/Copenhagen", help="Of that server's clock.")
    parser.addoption("--record", action="store_true", help="Keep rows and records for the replay in make test.")


@pytest.fixture(scope="session")
def where(pytestconfig: pytest.Config) -> Where:
    url, user = pytestconfig.getoption("--limesurvey-url"), pytestconfig.getoption("--limesurvey-user")
    if not (url and user and os.environ.get(VARIABLE)):
        pytest.fail(f"these tests need --limesurvey-url, --limesurvey-user, and the password in {VARIABLE}")
    return Where(url, user, pytestconfig.getoption("--limesurvey-timezone"))


@pytest.fixture(scope="session")
def server(where: Where) -> Iterator[RemoteControl]:
    with log_in(where.url, where.user) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@dataclass(frozen=True)
class Pair:
    """The same survey, under the same name, in two projects."""

    limesurvey: LiveProject
    embedded: LiveProject
    sid: int


@pytest.fixture
def pair(where: Where, server: RemoteControl, tmp_path: Path) -> Iterator[Callable[[str, int], Pair]]:
    """Makes a pair of projects; what it has put on LimeSurvey is deleted there in the end."""
    made: list[int] = []

    def make(survey: str, version: int) -> Pair:
        name = f"live-{secrets.token_hex(3)}"
        projects = [
            make_project(tmp_path / platform, survey, version, name=name, where=where, platform=platform)
            for platform in ("limesurvey", "embedded")
        ]
        made.append(survey_number(projects[0].key))
        return Pair(*projects, made[-1])

    yield make
    for sid in made:
        server.tell("delete_survey", sid)
