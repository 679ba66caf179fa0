"""Another programme: the project of `evaltool init`, its own demo, and a package that knows no programme."""

import re
from pathlib import Path

import pytest

from evaltool.project import Project
from evaltool.results import read_estimates

PACKAGE = Path(__file__).parents[2] / "evaltool"
NAMES = r"kvinfo|\bsiri\b|aarhus|odense|svendborg|slagelse|tingbjerg|københavn|nørrebro|amager|mentee"


@pytest.mark.parametrize(("work", "satisfied"), [(41, 75), (17, 92)])
def test_its_demo_gives_the_shares_that_it_aims_at(run, project: Project, work: int, satisfied: int) -> None:
    path = project.analysis / "demo.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("0.41", f"0.{work}").replace("      satisfied: 0.75", f"      satisfied: 0.{satisfied}")
    )
    shown = run("demo", "--out", str(project.root / "build" / "demo"))
    assert shown.returncode == 0, shown.stderr
    rows = read_estimates(project.root / "build" / "demo" / "estimates.csv")
    shares = {row.indicator: row for row in rows if row.statistic == "share" and not row.by}
    found = {name: round(100 * (row.estimate or 0)) for name, row in shares.items()}
    assert found == {"in_work": work, "satisfied": satisfied}


def test_the_demo_leaves_the_real_database_alone(
    run, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real.sqlite"
    monkeypatch.setenv("EVALTOOL_DATABASE", f"sqlite:///{real.as_posix()}")
    assert run("demo", "--out", str(project.root / "build" / "demo")).returncode == 0
    assert not real.exists()


def test_aims_that_contradict_each_other_are_refused(run, project: Project) -> None:
    plan = project.plan.read_text(encoding="utf-8")
    project.plan.write_text(
        plan + "  out_of_work:\n    label: Out of work\n    rule: \"${work} = 'no'\"\n", encoding="utf-8"
    )
    path = project.analysis / "demo.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "      out_of_work: 0.80\n", encoding="utf-8")
    shown = run("demo", "--out", str(project.root / "build" / "demo"))
    assert shown.returncode == 1
    assert "cannot be met" in shown.stderr


def test_the_package_names_no_programme_and_speaks_danish_only_in_its_locale() -> None:
    for path in PACKAGE.rglob("*"):
        if (
            path.suffix not in {".py", ".html", ".css", ".yaml", ".toml", ".md", ".lua", ".typ"}
            or "locale" in path.parts
        ):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(NAMES, text, re.IGNORECASE), path
        assert not re.search("[æøåÆØÅ]", text), path
