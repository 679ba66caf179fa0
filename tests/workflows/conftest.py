"""A project of another programme, made by `evaltool init`, and a way to run commands as a user does."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from commands import Ended, evaltool, evaltool_apart

from evaltool.project import Project, read_project
from evaltool.workflows.starting import init_project

Run = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    init_project(tmp_path / "programme")
    return read_project(tmp_path / "programme")


@pytest.fixture
def run(project: Project) -> Run:
    """Run a command in the project; returns what it printed and its exit code."""
    return partial(evaltool, "--project", str(project.root))


@pytest.fixture
def run_apart(project: Project) -> Run:
    """The same in a process of its own."""
    return partial(evaltool_apart, "--project", str(project.root))


ROSTER = """\
person_id;course_id;name;phone;email;language;site;start_date;end_date;status
P1;C1;Åse Ærø;+45 11 11 11 11;a@example.org;en;north;01-02-2024;30-06-2024;ended
P2;C2;Bo;+45 22 22 22 22;b@example.org;en;south;01-02-2024;30-06-2024;ended
P2;C3;Bo;+45 22 22 22 22;b@example.org;en;south;01-07-2024;;running
"""


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A roster as a spreadsheet program on a Danish Windows saves it."""
    path = tmp_path / "roster.csv"
    path.write_bytes(ROSTER.encode("cp1252"))
    return path
