"""`evaltool schema` for whole projects: the files that we ship fit, and an editor finds what it needs."""

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from evaltool.project import read_project
from evaltool.workflows.schemas import FORMATS, write_schemas

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, ROOT / "evaltool" / "workflows" / "template"]


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """Every YAML file of a project with the name of its format."""
    for path in sorted((root / "surveys").rglob("*.y*ml")):
        of = path.stem if path.stem in {"lists", "roster", "rules"} else "survey"
        yield ("verdicts" if path.stem.endswith(".verdicts") else of), path
    for path in sorted((root / "analysis").glob("*.yaml")):
        yield path.stem, path
    for path in sorted((root / "reports").rglob("*.yaml")):
        yield "report", path


def read(path: Path) -> Any:
    """The file as an editor sees it: YAML 1.2, whose core has no dates, and keys are texts."""
    return json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8")), default=str))


@pytest.fixture(params=PROJECTS, ids=["ours", "template"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what people write in a project."""
    for name in ("surveys", "analysis", "reports", "evaltool.toml"):
        path = request.param / name
        if path.is_dir():
            shutil.copytree(path, tmp_path / name, ignore=shutil.ignore_patterns("releases"))
        else:
            shutil.copy(path, tmp_path / name)
    return tmp_path


def schemas(project: Path) -> dict[str, dict[str, Any]]:
    done = write_schemas(read_project(project))
    assert [path.parent for path in done.files] == [project / "schemas"] * len(FORMATS)
    return {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8")) for path in done.files}


def test_every_schema_is_one_and_accepts_the_files_that_we_ship(project: Path) -> None:
    made = schemas(project)
    for schema in made.values():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)
    found = list(files(project))
    assert {"survey", "roster", "plan", "demo", "report"} <= {name for name, _ in found}
    for name, path in found:
        assert list(Draft202012Validator(made[name]).iter_errors(read(path))) == [], path
    settings = tomllib.loads((project / "evaltool.toml").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(made["evaltool"]).iter_errors(settings)) == []


def test_an_unknown_key_is_refused_in_every_file(project: Path) -> None:
    made = schemas(project)
    for name, path in files(project):
        data = read(path)
        if name == "lists":  # its own keys are names
            next(iter(data.values()))["strange"] = "x"
        else:
            data["strange"] = "x"
        assert len(list(Draft202012Validator(made[name]).iter_errors(data))) == 1, path


def test_a_faulty_definition_is_noted_and_its_questions_are_not_missed(project: Path) -> None:
    path = sorted((project / "surveys").glob("*/v1.yaml"))[0]
    path.write_text(path.read_text(encoding="utf-8").replace("questions:", "question:", 1), encoding="utf-8")
    done = write_schemas(read_project(project))
    assert [path.as_posix() in note for note in done.notes] == [True]
    plan = json.loads((project / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(plan).iter_errors(read(project / "analysis" / "plan.yaml"))) == []


VERDICT = {"verdict": "comparable", "reason": "Same words.", "by": "A. B.", "on": "2026-11-22", "of": "abc"}


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"verdict": "undecided", "reason": "", "by": "", "on": None}, True),
        ({"crosswalk": {"weekly": "weekly", "rare": {"old": "rarer", "new": ["rarer", "monthly"]}}}, True),
        ({"languages": {"ar": "not_comparable"}, "within": "${match_kind} = 'social'"}, True),
        ({"reason": ""}, False),
        ({"reason": {"da": "Samme ord.", "en": "Same words."}}, True),
        ({"reason": {"da": "Samme ord.", "en": ""}}, False),
        ({"reason": {}}, False),
        ({"reason": {"Dansk": "Samme ord."}}, False),
        ({"reason": ["Same words."]}, False),
        ({"on": None}, False),
        ({"by": None}, False),
        ({"verdict": "perhaps"}, False),
        ({"crosswalk": {"weekly": 1}}, False),
        ({"languages": {"ar": "undecided"}}, False),
        ({"within": "${match_kind} = 'soc'"}, False),
    ],
)
def test_a_verdict_says_why_by_whom_and_when(tmp_path: Path, change: dict[str, object], fits: bool) -> None:
    write_schemas(read_project(ROOT), tmp_path)
    schema = json.loads((tmp_path / "verdicts.schema.json").read_text(encoding="utf-8"))
    data = {"format": 1, "survey": "mentee-end", "version": 2, "against": 1, "items": {"met": {**VERDICT, **change}}}
    assert (list(Draft202012Validator(schema).iter_errors(data)) == []) is fits


@pytest.mark.parametrize(
    ("rules", "fits"),
    [
        ({"banned": {"da": ["prøv*", "sags-nummer"]}, "banned_in": {"mentee-end/job": {"da": ["mand"]}}}, True),
        ({"banned": {"da": ["to ord"]}}, False),
        ({"banned_in": {"jobb": {"da": ["mand"]}}}, False),
        ({"readability": {"da": {"question": 0}}}, False),
        ({"same": [{"surveys": ["mentee-end"], "questions": ["job"]}]}, False),
        ({"apart": [{"one": ["job"], "other": ["jobb"]}]}, False),
    ],
)
def test_rules_name_questions_that_are_asked(tmp_path: Path, rules: dict[str, object], fits: bool) -> None:
    write_schemas(read_project(ROOT), tmp_path)
    schema = json.loads((tmp_path / "rules.schema.json").read_text(encoding="utf-8"))
    assert (list(Draft202012Validator(schema).iter_errors({"format": 1, **rules})) == []) is fits
