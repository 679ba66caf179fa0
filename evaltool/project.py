"""The project's settings: `evaltool.toml`, read once. It holds no secret; those come from the environment."""

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from evaltool.errors import Fault, ProjectError
from evaltool.text import Text

FILE = "evaltool.toml"
VARIABLE = "EVALTOOL_PROJECT"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Paths(_Section):
    """Folders, relative to the folder of `evaltool.toml`."""

    surveys: str = "surveys"
    analysis: str = "analysis"
    reports: str = "reports"
    data: str = "data"
    build: str = "build"


class Server(_Section):
    """Where the embedded server listens, the address that personal links start with, and its database file.

    `database` is relative to the project; without it `EVALTOOL_DATABASE` counts, else a file in the data folder.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8021, ge=1, le=65535)
    public_url: str = ""
    database: str = ""


class LimeSurvey(_Section):
    """Where RemoteControl 2 is (its whole address), who logs in there, and the time zone of that server's clock.

    The password comes from `EVALTOOL_LIMESURVEY_PASSWORD` or the keyring. `responses_limit` is how many responses a
    paid account takes in the period that began on `responses_since`.
    """

    url: str = ""
    user: str = ""
    timezone: str = ""
    responses_limit: int | None = Field(default=None, ge=1)
    responses_since: date | None = None


class Schedule(_Section):
    """When a wave is to be in the field, on which days it is reminded, and which share is to have answered by when.

    Nothing coming in for `quiet_days` is worth a warning.
    """

    begin: date
    end: date
    reminders: tuple[date, ...] = ()
    targets: dict[date, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    quiet_days: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not all(self.begin <= day <= self.end for day in (self.end, *self.reminders, *self.targets)):
            raise ValueError("«begin» comes first, «end» last, and reminders and targets lie between them")
        return self


def _text(value: object) -> object:
    return {"": value} if isinstance(value, str) else value


class Settings(_Section):
    """All of `evaltool.toml`. `privacy` fills `${privacy.<key>}` in the surveys' texts, by language if it differs.

    `fieldwork` is by version of a survey: `course-end@2`.
    """

    format: Literal[1]
    name: str
    language: str
    synthetic: bool = False
    paths: Paths = Paths()
    server: Server = Server()
    limesurvey: LimeSurvey = LimeSurvey()
    fieldwork: dict[str, Schedule] = Field(default_factory=dict)
    privacy: dict[str, Annotated[dict[str, str], BeforeValidator(_text)]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """A project: its settings and the places of everything it keeps."""

    root: Path
    settings: Settings

    @cached_property
    def surveys(self) -> Path:
        return self.root / self.settings.paths.surveys

    @cached_property
    def analysis(self) -> Path:
        return self.root / self.settings.paths.analysis

    @cached_property
    def reports(self) -> Path:
        return self.root / self.settings.paths.reports

    @cached_property
    def data(self) -> Path:
        return self.root / self.settings.paths.data

    @cached_property
    def build(self) -> Path:
        return self.root / self.settings.paths.build

    @property
    def plan(self) -> Path:
        return self.analysis / "plan.yaml"

    @property
    def vault(self) -> Path:
        return self.data / "vault.sqlite"

    @property
    def database(self) -> Path | str:
        """The embedded server's: `[server] database`, else the address `EVALTOOL_DATABASE`, else in the data folder."""
        if self.settings.server.database:
            return self.root / self.settings.server.database
        return os.environ.get("EVALTOOL_DATABASE") or self.data / "server.sqlite"

    @property
    def archive(self) -> Path:
        return self.data / "archive"

    @property
    def roster(self) -> Path:
        return self.data / "roster.parquet"

    @property
    def corrections(self) -> Path:
        return self.data / "corrections.csv"

    @property
    def findings(self) -> Path:
        """What coordinators found out, without names."""
        return self.data / "dispositions.jsonl"

    def dataset(self, survey_key: str) -> Path:
        return self.data / "datasets" / survey_key

    @property
    def estimates(self) -> Path:
        return self.build / "estimates.csv"

    @property
    def public_url(self) -> str:
        server = self.settings.server
        return server.public_url.rstrip("/") or f"http://{server.host}:{server.port}"

    @property
    def privacy(self) -> dict[str, Text]:
        return dict(self.settings.privacy)


def find_project(start: Path | None = None) -> Project:
    """The project of `start`, else of `EVALTOOL_PROJECT`, else of this folder or the nearest one above it.

    Raises:
        ProjectError: if there is none, or its settings have faults.
    """
    given = start or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if given is not None:
        return read_project(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return read_project(folder)
    mend = "Go to the project's folder, name it with --project, or make one: evaltool init DIR"
    raise ProjectError(f"no {FILE} here or above", where=here.as_posix(), mend=mend)


def read_project(root: Path) -> Project:
    """Read the settings in `root`.

    Raises:
        ProjectError: with every fault of `evaltool.toml`.
    """
    path = root / FILE
    where = path.as_posix()
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return Project(root.resolve(), Settings.model_validate(data))
    except FileNotFoundError:
        raise ProjectError(
            f"no {FILE} in this folder", where=root.as_posix(), mend="Make one: evaltool init DIR"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"cannot be read: {error}", where=where, mend="Mend this line; save as UTF-8.") from None
    except ValidationError as error:
        faults = [
            Fault("setting", f"{'.'.join(map(str, item['loc']))}: {item['msg']}", where) for item in error.errors()
        ]
        raise ProjectError("settings with faults", where=where, faults=faults) from None
