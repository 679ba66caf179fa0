"""The documentation names what there is: every command, key, column and statistic, and nothing that there is not."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import polib
import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from evaltool.cli import app
from evaltool.plan import (
    RESERVED,
    TAKEN,
    Compared,
    Grouping,
    Indicator,
    Paired,
    Plan,
    PlanFile,
    Population,
    Recorded,
    Scale,
    Weights,
    load_plan,
)
from evaltool.plan.model import Days, Level
from evaltool.platforms.limesurvey.adopted import Column, Mapped
from evaltool.project import LimeSurvey, Paths, Schedule, Server, Settings
from evaltool.records import Deployment, RawResponse
from evaltool.report.definition import ChartKind, ChartSpec, ReportDefinition, TableKind, TableSpec
from evaltool.report.source import _BY_INDICATOR  # pyright: ignore[reportPrivateUsage]  # the vocabulary of templates
from evaltool.responses.archive import LedgerEntry, Rewritten, Tombstone
from evaltool.responses.clean import DISPOSITIONS
from evaltool.responses.coding import Coding, Mark, Row
from evaltool.responses.coding_themes import OpenQuestion, Theme, Themes
from evaltool.responses.corrections import COLUMNS as CORRECTION_COLUMNS
from evaltool.responses.dispositions import OUTCOMES, Finding
from evaltool.responses.routing import REASONS
from evaltool.responses.steps import LOG_COLUMNS
from evaltool.results import COLUMNS
from evaltool.stats.estimate import estimate
from evaltool.survey import check
from evaltool.survey.crosswalks import Group
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Attribute, Choice, ChoiceList, Follows, Page, Question, Roster, Survey
from evaltool.survey.rules import Apart, Readability, Rules, Same
from evaltool.survey.verdicts import ItemVerdict, VerdictsFile
from evaltool.workflows.erased import Erasure
from evaltool.workflows.made_up import Demo, DemoPopulation, Fieldwork, Follow, Saying
from evaltool.workflows.starting import init_project

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
README = ROOT / "README.md"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Text below each heading of the second level, by the heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _section(start: str) -> str:
    found = [body for heading, body in _sections(_read("formats.md")).items() if heading.startswith(start)]
    assert len(found) == 1, f"formats.md needs one section «{start}»"
    return found[0]


def _named(text: str) -> set[str]:
    """Words in code marks."""
    return {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"\w+", code)}


def _keys(*models: type[BaseModel]) -> set[str]:
    return {name for model in models for name in model.model_fields}


def _unnamed(wanted: Iterable[str], start: str) -> list[str]:
    return sorted(set(wanted) - _named(_section(start)))


def _group() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


# Commands


def _calls() -> Iterator[tuple[str, str]]:
    """Every `evaltool …` in code of the docs and the README: where, and the words after the name."""
    for path in (*DOCS, README):
        text = path.read_text(encoding="utf-8")
        code = [body for _, body in _FENCE.findall(text)] + re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))
        for line in (line for block in code for line in block.splitlines()):
            for call in re.findall(r"\bevaltool +([-a-z][^#]*)", line):
                words = re.sub(r"^--project \S+ ", "", call)
                if words != "…":
                    yield path.name, words


@pytest.mark.parametrize("command", sorted(_group().commands))
def test_every_command_has_a_recipe(command: str) -> None:
    assert command in {call.split()[0] for name, call in _calls() if name == "how-to.md"}


def _options(command: object) -> set[str]:
    """Options of a command, or of all commands of a group."""
    members = getattr(command, "commands", {}).values()
    own = {option for parameter in getattr(command, "params", ()) for option in parameter.opts}
    return own.union(*(_options(member) for member in members))


def test_every_command_of_a_group_has_a_recipe() -> None:
    groups = {name: item.commands for name, item in _group().commands.items() if isinstance(item, TyperGroup)}
    wanted = {(name, member) for name, members in groups.items() for member in members}
    told = {tuple(call.split()[:2]) for name, call in _calls() if name == "how-to.md"}
    assert wanted
    assert wanted - told == set()


def test_no_command_or_option_is_told_that_there_is_not() -> None:
    commands = _group().commands
    calls = list(_calls())
    assert len(calls) > 40
    unknown = [call for call in calls if call[1].split()[0] not in {*commands, "--help"}]
    options = {name: {"--help", *_options(item)} for name, item in commands.items()}
    unknown += [
        (name, call)
        for name, call in calls
        for option in re.findall(r"(?<=\s)--[a-z-]+", call)
        if call.split()[0] in options and option not in options[call.split()[0]]
        if not commands[call.split()[0]].context_settings.get("ignore_unknown_options")  # breakdowns are its options
    ]
    assert unknown == []


# Keys of the files that people write


@pytest.mark.parametrize(
    ("section", "models"),
    [
        ("evaltool.toml", (Settings, Paths, Server, LimeSurvey, Schedule)),
        ("surveys/\\<survey>", (Survey, Follows, Page, Question, Choice, ChoiceList)),
        ("Verdicts", (VerdictsFile, ItemVerdict, Group)),
        ("Adopted surveys", (Mapped, Column)),
        ("surveys/rules.yaml", (Rules, Readability, Same, Apart)),
        ("surveys/roster.yaml", (Roster, Attribute)),
        ("analysis/plan.yaml", (Plan, Population, Indicator, Paired, Recorded)),
        ("analysis/plan.yaml", (Grouping, Days, Level, Weights, Compared, Scale)),
        ("analysis/demo.yaml", (Demo, DemoPopulation, Fieldwork, Follow, Saying)),
        ("analysis/themes.yaml", (Themes, OpenQuestion, Theme)),
        ("reports/", (ReportDefinition, ChartSpec, TableSpec)),
    ],
)
def test_every_key_is_explained_where_its_file_is(section: str, models: tuple[type[BaseModel], ...]) -> None:
    assert _unnamed(_keys(*models), section) == []


def _literals(annotation: Any) -> Iterator[str]:
    """Words that a key may hold, however deep they stand in its type."""
    if isinstance(annotation, str):
        yield annotation
    for part in get_args(annotation):
        yield from _literals(part)


@pytest.mark.parametrize(
    ("section", "model", "key"),
    [
        ("surveys/\\<survey>", Question, "type"),
        ("surveys/\\<survey>", Question, "role"),
        ("surveys/\\<survey>", Question, "scale"),
        ("surveys/\\<survey>", Question, "appearance"),
        ("surveys/\\<survey>", Choice, "missing"),
        ("surveys/roster.yaml", Attribute, "type"),
        ("surveys/roster.yaml", Attribute, "sensitivity"),
        ("surveys/roster.yaml", Attribute, "role"),
        ("analysis/plan.yaml", Compared, "status"),
        ("analysis/plan.yaml", PlanFile, "families"),
    ],
)
def test_every_word_that_a_key_may_hold_is_named(section: str, model: type[BaseModel], key: str) -> None:
    words = {word for word in _literals(model.model_fields[key].annotation) if word}
    assert words
    assert _unnamed(words, section) == []


def test_kinds_of_charts_and_tables_and_all_functions_are_named() -> None:
    wanted = {*get_args(ChartKind), *get_args(TableKind), *_BY_INDICATOR, "has", "chart", "table"}
    assert _unnamed(wanted, "reports/") == []


def test_names_that_are_taken_are_told() -> None:
    assert _unnamed({*RESERVED, *TAKEN}, "analysis/plan.yaml") == []
    assert _unnamed(check.RESERVED, "surveys/\\<survey>") == []


def test_environment_variables_are_those_of_the_package() -> None:
    package = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "evaltool").rglob("*.py"))
    used = set(re.findall(r"\bEVALTOOL_[A-Z_]+\b", package))
    assert used == {name for name in _named(_section("evaltool.toml")) if name.startswith("EVALTOOL_")}


# Files that evaltool writes, and the corrections


def test_records_and_tables_of_the_data_folder_are_named() -> None:
    kinds = (Deployment, RawResponse, LedgerEntry, Tombstone, Rewritten, Erasure, Finding, Coding, Row, Mark)
    wanted = {item.name for kind in kinds for item in fields(kind)}
    wanted |= {*LOG_COLUMNS, *CORRECTION_COLUMNS, *REASONS, *DISPOSITIONS, *OUTCOMES}
    assert _unnamed(wanted, "data/") == []


def test_the_example_of_corrections_has_their_columns() -> None:
    (example,) = [body for kind, body in _FENCE.findall(_read("how-to.md")) if kind == "csv"]
    assert tuple(example.splitlines()[0].split(";")) == CORRECTION_COLUMNS


def _first_cells(text: str) -> set[str]:
    """What the first column of the tables names."""
    cells = re.findall(r"^\| (`.+?`) \|", text, flags=re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`([^`]+)`", cell)}


def test_every_column_of_the_estimates_is_explained() -> None:
    assert set(COLUMNS) - _first_cells(_section("build/estimates.csv")) == set()


def test_every_statistic_is_explained() -> None:
    roster = load_roster(ROOT / "surveys" / "roster.yaml")
    surveys = [load_survey(path, roster) for path in find_definitions(ROOT / "surveys")]
    plan = load_plan(ROOT / "analysis" / "plan.yaml", {item.key: item for item in surveys}, roster)
    course = {"unit": "u_1", "cohort": "2021", "status": "ended", **dict.fromkeys(plan.breakdowns, "")}
    rows = estimate(plan, [], pd.DataFrame([{**dict.fromkeys(plan.attributes), **course}], dtype="str"))
    statistics = {re.sub(r"\[\w+\]", "[<code>]", row.statistic) for row in rows}
    assert {"share", "share[<code>]", "target_test", "bound_low", "rr1", "count[<code>]"} <= statistics
    assert statistics - _first_cells(_section("build/estimates.csv")) == set()


# Recipes and links


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init_project(tmp_path / "programme")
    return tmp_path / "programme"


def _load(project: Path) -> Survey:
    roster = load_roster(project / "surveys" / "roster.yaml")
    return load_survey(project / "surveys" / "participant-end" / "v1.yaml", roster)


def test_the_example_page_can_be_put_into_a_survey(project: Path) -> None:
    (page,) = [body for kind, body in _FENCE.findall(_read("how-to.md")) if kind == "yaml"]
    path = project / "surveys" / "participant-end" / "v1.yaml"
    before, words, after = path.read_text(encoding="utf-8").partition("  - name: words\n")
    path.write_text(before + page + words + after, encoding="utf-8")
    assert [item.name for item in _load(project).pages] == ["consent", "outcome", "view", "school", "words"]


def test_a_new_language_gets_files_to_fill_in(project: Path) -> None:
    path = project / "surveys" / "participant-end" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("language: en\n", "language: en\ntranslations: [ar]\n", 1), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "evaltool", "-p", str(project), "translate", "update"], check=True)
    catalogue = project / "surveys" / "participant-end" / "v1.ar.po"
    entries = polib.pofile(str(catalogue), encoding="utf-8")
    for entry in entries:
        assert entry.msgstr == ""
        entry.msgstr = " ".join([f"نعم {entry.msgctxt}", *re.findall(r"\$\{[a-z_.]+\}|[0-9]+", entry.msgid)])
    entries.save()
    assert _load(project).title["ar"] == "نعم title"


def _anchor(heading: str) -> str:
    """A heading's anchor as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", [*DOCS, README], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        found = path.parent / name if name else path
        assert found.exists(), target
        headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in map(_anchor, headings), target
