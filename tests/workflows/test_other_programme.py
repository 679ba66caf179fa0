"""Another programme: the project of `evaltool init`, its own demo, and a package that knows no programme."""

import re
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypandoc
import pytest
from commands import evaltool
from lxml import html
from pypdf import PdfReader

from evaltool.project import Project
from evaltool.results import read_estimates
from evaltool.workflows.starting import init_project

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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its demo, run while the database of the real collection lies elsewhere; there is a report for another funder."""
    root = tmp_path_factory.mktemp("other") / "programme"
    init_project(root)
    letter = root / "reports" / "letter"
    letter.mkdir()
    (letter / "report.yaml").write_text(LETTER, encoding="utf-8")
    (letter / "letter.md").write_text(WORDS, encoding="utf-8")
    house_style(letter / "house.docx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALTOOL_DATABASE", f"sqlite:///{(root / 'real.sqlite').as_posix()}")
        shown = evaltool("--project", str(root), "demo", "--out", str(root / "build" / "demo"))
    assert shown.returncode == 0, shown.stderr
    return root / "build" / "demo"


LETTER = """\
format: 1
title: {en: "To the Harbour Trust: how it went in {population}"}
subtitle: {en: A letter of one page}
file: {en: "letter-{population}"}
template: {en: letter.md}
reference: house.docx
phrases:
  in_work: {en: "{count} {has|have} found work"}
charts:
  both: {kind: bars, indicators: [in_work, satisfied], title: {en: Two results}}
tables:
  both: {kind: shares, indicators: [in_work, satisfied], caption: {en: The two results}}
"""
WORDS = """\
# What you paid for

{{ result("in_work") }} {{ response() }}

{{ chart("both") }}

## The figures

{{ table("both") }}

{% if has("in_wrok") %}
{{ share("in_wrok") }}
{% endif %}
"""


def house_style(path: Path) -> None:
    """A Word file of somebody else's: Letter paper lying down, headings in green."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    with ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = b'<w:pgSz w:w="15840" w:h="12240" w:orient="landscape"/></w:sectPr>'
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"</w:sectPr>", page)
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b"0F4761", b"1B7F3B")
    with ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def test_the_demo_leaves_the_real_database_alone(demo: Path) -> None:
    assert not (demo.parents[1] / "real.sqlite").exists()


def test_a_report_for_another_funder_needs_no_code(demo: Path) -> None:
    shown = evaltool("--project", str(demo), "report", "letter")
    assert shown.returncode == 0, shown.stderr
    assert "letter.md:11: has(…) is always false: unknown indicator «in_wrok»" in shown.stdout
    stem = demo / "report" / "letter-2024-MADE-UP-DATA"
    assert {stem.with_suffix(f".{kind}").is_file() for kind in ("docx", "html", "pdf", "xlsx")} == {True}
    row = next(
        row
        for row in read_estimates(demo / "estimates.csv")
        if (row.indicator, row.statistic, row.by) == ("in_work", "share", "")
    )
    told = f"Among the {row.n} participants who answered, {row.count} have found work (41 per cent;"
    page = html.fromstring(stem.with_suffix(".html").read_text(encoding="utf-8")).text_content()
    assert told in " ".join(page.split())
    with ZipFile(stem.with_suffix(".docx")) as archive:
        assert b'w:w="15840"' in archive.read("word/document.xml")
        assert b"1B7F3B" in archive.read("word/styles.xml")
    assert len(PdfReader(stem.with_suffix(".pdf")).pages) == 1


def test_each_site_has_a_page(demo: Path) -> None:
    shown = evaltool("--project", str(demo), "report", "--each", "site")
    assert shown.returncode == 0, shown.stderr
    names = {path.name for path in (demo / "report").glob("local-page-*.docx")}
    assert names == {f"local-page-{site}-2024-MADE-UP-DATA.docx" for site in ("North", "South")}
    pages = PdfReader(demo / "report" / "local-page-North-2024-MADE-UP-DATA.pdf").pages
    assert len(pages) == 1
    assert "North, 2024" in pages[0].extract_text()


def test_an_unknown_breakdown_is_told(demo: Path) -> None:
    shown = evaltool("--project", str(demo), "report", "--each", "sites")
    assert shown.returncode == 1
    assert "there is no breakdown «sites»" in shown.stderr
    assert "«site»" in shown.stderr


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
