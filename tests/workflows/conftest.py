"""A project of another programme, made by `evaltool init`, and a way to run commands as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltool.project import Project, read_project
from evaltool.workflows.starting import init_project

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    init_project(tmp_path / "programme")
    return read_project(tmp_path / "programme")


@pytest.fixture
def run(project: Project) -> Run:
    """Run a command in the project; returns what it printed and its exit code."""

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-W", "error", "-m", "evaltool", "--project", str(project.root), *words]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)

    return call


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
