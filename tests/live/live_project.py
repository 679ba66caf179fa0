"""A project of its own with one of this project's surveys, under a name that no other project has on the server."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaltool.contacts.vault import Vault
from evaltool.project import read_project
from tests.live.live_interviews import Interview

HERE = Path(__file__).parents[2]
SETTINGS = """format = 1
name = "Live"
language = "da"
synthetic = true

[paths]
analysis = "surveys"
reports = "surveys"

[limesurvey]
url = "{url}"
user = "{user}"
timezone = "{timezone}"

"""
ROSTER = ("person_id", "course_id", "name", "language", "employer", "language_focus")
ALIKE = {"site": "aarhus", "match_kind": "social", "start_date": "2022-01-01", "status": "ended"}


@dataclass(frozen=True)
class Where:
    """A LimeSurvey; the password is in the environment, where the commands look for it."""

    url: str
    user: str
    timezone: str


@dataclass(frozen=True)
class LiveProject:
    """`survey` is the name that the survey `version` has here."""

    root: Path
    survey: str
    version: int
    platform: str

    @property
    def key(self) -> str:
        return f"{self.survey}@{self.version}"

    def run(self, *words: str) -> str:
        """Run a command as a user does; returns what it printed."""
        command = [sys.executable, "-m", "evaltool", "--project", str(self.root), *words]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            check=False,
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def run_with_version(self, command: str, *words: str) -> str:
        return self.run(command, self.survey, "--version", str(self.version), *words)

    def deploy(self, *words: str) -> str:
        return self.run_with_version("deploy", "--platform", self.platform, *words)

    def invite(self, people: Mapping[str, tuple[str, Interview]]) -> dict[str, str]:
        """Put these on the roster, by course, with language and interview; returns their personal links."""
        path = self.root / "roster.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file, delimiter=";")
            sheet.writerow([*ROSTER, *ALIKE])
            for course, (language, interview) in people.items():
                facts = [interview.attributes["employer"], interview.attributes["language_focus"]]
                sheet.writerow([f"p-{course}", course, course, language, *facts, *ALIKE.values()])
        self.run("roster", str(path))
        links = self.root / "links.csv"
        self.run_with_version("invite", "--out", str(links))
        with links.open(encoding="utf-8-sig", newline="") as file:
            return {row["name"]: row["link"] for row in csv.DictReader(file, delimiter=";")}

    def dataset(self) -> pd.DataFrame:
        """Pulled and cleaned, by course."""
        self.run("pull")
        self.run("clean")
        project = read_project(self.root)
        with closing(Vault.open(project.vault)) as vault:
            courses = {course.unit: course.course_id for course in vault.courses()}
        frame = pd.read_parquet(project.dataset(self.key) / "dataset.parquet")
        return frame.set_index(frame["unit"].map(courses).rename("course")).sort_index()


def make_project(folder: Path, survey: str, version: int, *, name: str, where: Where, platform: str) -> LiveProject:
    """A released survey in a project that collects made-up data."""
    surveys = folder / "surveys"
    (surveys / name).mkdir(parents=True)
    for path in [HERE / "surveys" / "roster.yaml", *(HERE / "surveys").glob("lists.*")]:
        shutil.copy(path, surveys)
    for path in (HERE / "surveys" / survey).glob(f"v{version}.*"):
        if path.name.endswith(".verdicts.yaml"):  # on the version before, which is not here
            continue
        text = path.read_text(encoding="utf-8").replace(f"survey: {survey}\n", f"survey: {name}\n")
        (surveys / name / path.name).write_text(text, encoding="utf-8", newline="\n")
    settings = SETTINGS.format(url=where.url, user=where.user, timezone=where.timezone)
    own = (HERE / "evaltool.toml").read_text(encoding="utf-8")
    privacy = own[own.index("[privacy]") :].split("\n[fieldwork")[0].split("\n[limesurvey")[0]
    (folder / "evaltool.toml").write_text(settings + privacy, encoding="utf-8", newline="\n")
    project = LiveProject(folder, name, version, platform)
    project.run_with_version("release")
    return project
