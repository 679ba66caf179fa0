"""The demo, run once as a user runs it; then what can be found out from its folder."""

import json
import os
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import nbformat
import openpyxl
import pandas as pd
import pytest
from commands import evaltool, evaltool_apart
from english_words import english_in
from nbclient import NotebookClient
from pypdf import PdfReader

from evaltool.project import find_project
from evaltool.report.prose import Prose
from evaltool.report.row_labels import group_words, statistic_words
from evaltool.report.rows import Rows
from evaltool.report.words import told
from evaltool.results import Estimate, read_estimates
from evaltool.workflows.estimated import read_codebook

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "demo"
    shown = evaltool_apart("--project", str(ROOT), "demo", "--out", str(out))
    assert shown.returncode == 0, shown.stderr
    return out


@pytest.fixture(scope="module")
def rows(demo: Path) -> dict[tuple[str, str, str], Estimate]:
    """The plain rows about everybody, by indicator, population and statistic."""
    found = read_estimates(demo / "estimates.csv")
    return {(row.indicator, row.population, row.statistic): row for row in found if not (row.by or row.weighting)}


def whole_per_cent(row: Estimate) -> int:
    assert row.count is not None
    assert row.n is not None
    return (200 * row.count + row.n) // (2 * row.n)


@pytest.mark.parametrize(
    ("indicator", "share"),
    [
        ("job_or_education", 59),
        ("job", 44),
        ("education", 15),
        ("danish_developed", 83),
        ("satisfied_introduction", 82),
        ("satisfied_match", 79),
    ],
)
def test_the_published_shares_come_out(rows: dict[tuple[str, str, str], Estimate], indicator: str, share: int) -> None:
    row = rows[indicator, "2021", "share"]
    assert whole_per_cent(row) == share
    assert row.base
    assert row.conf_low is not None
    assert row.conf_high is not None
    assert row.conf_low < share / 100 < row.conf_high


def test_response_rate_and_bounds_stand_beside_the_headline(
    demo: Path, rows: dict[tuple[str, str, str], Estimate]
) -> None:
    courses = pd.read_csv(demo / "data" / "roster-MADE-UP-DATA.csv", dtype=str)
    ended = int(((courses["status"] == "ended") & courses["end_date"].str.startswith("2021")).sum())
    share = rows["job_or_education", "2021", "share"]
    low, high = (rows["job_or_education", "2021", name] for name in ("bound_low", "bound_high"))
    rate = rows["response", "2021", "rr2"]
    assert low.n == high.n == rate.n == ended
    assert low.count == share.count
    assert share.n is not None
    assert (high.count, high.n) == ((share.count or 0) + ended - share.n, ended)
    assert rows["job_or_education", "2021", "target_test"].verdict == "met"


def test_the_report_is_there_and_marked(demo: Path) -> None:
    names = {path.name for path in (demo / "report").iterdir()}
    assert {f"statusrapport-2021-OPDIGTEDE-DATA.{form}" for form in ("docx", "pdf", "html")} <= names
    assert all("OPDIGTEDE-DATA" in name or "MADE-UP-DATA" in name for name in names if not name.endswith(".json"))


def cells(workbook: Path) -> list[str]:
    """All texts of the chapters' sheets but the ids."""
    sheets = openpyxl.load_workbook(workbook).worksheets[1:]
    found = (cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    return sorted({cell for cell in found if isinstance(cell, str) and not cell.startswith("ev_")})


def test_no_cell_of_a_danish_workbook_is_left_in_english(demo: Path) -> None:
    texts = cells(demo / "report" / "statusrapport-2021-OPDIGTEDE-DATA.xlsx")
    assert {"Wilson 95 pct.", "andel med temaet: Mod og selvtillid", "måde at svare på: selv"} <= set(texts)
    assert {text: words for text in texts if (words := english_in(text))} == {}
    assert not [text for text in cells(demo / "report" / "status-report-2021-MADE-UP-DATA.xlsx") if "«" in text]


def test_no_row_of_any_year_is_left_in_english(demo: Path) -> None:
    """Also those that no report shows."""
    context = replace(read_codebook(find_project(demo)).context, language="da")
    prose, found = Prose(Rows([]), context), read_estimates(demo / "estimates.csv")
    texts = {words for row in found for words in (told(row.method, context), told(row.warning, context))}
    texts |= {words for row in found for words in (statistic_words(prose, row), group_words(prose, row.by, row.level))}
    assert len(texts) > 300
    assert {text: words for text in texts if (words := english_in(text))} == {}


@pytest.mark.parametrize(
    ("file", "head"), [("statusrapport-2021-OPDIGTEDE-DATA", "Journal"), ("status-report-2021-MADE-UP-DATA", "Ledger")]
)
def test_the_report_names_every_version_whose_answers_it_counts(demo: Path, file: str, head: str) -> None:
    counted = json.loads((demo / "estimates.manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert "mentor-end@1" in counted
    page = (demo / "report" / f"{file}.html").read_text(encoding="utf-8")
    (table,) = (found for found in re.findall("<table.*?</table>", page, re.DOTALL) if head in found)
    assert [key for key in counted if key not in table] == []


def test_a_figure_is_traced_to_plan_release_and_segments(demo: Path) -> None:
    figure = next(
        row.id
        for row in read_estimates(demo / "estimates.csv")
        if (row.indicator, row.population, row.statistic, row.by) == ("job_or_education", "2021", "share", "")
    )
    with zipfile.ZipFile(demo / "report" / "statusrapport-2021-OPDIGTEDE-DATA.docx") as word:
        assert f'w:name="{figure}"' in word.read("word/document.xml").decode()
    told = evaltool("--project", str(demo), "trace", figure).stdout
    for part in ("mentee-end@1.json", "plan.yaml", "mentee-end@1/000001.jsonl", "as pulled", "MADE UP"):
        assert part in told
    assert "ALTERED" not in told


def alter(folder: Path) -> None:
    """Turn one satisfied mentee of 2021 into a dissatisfied one, in the archive."""
    for path in sorted((folder / "data" / "archive" / "mentee-end@1").glob("0*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for number, line in enumerate(lines):
            record = json.loads(line)
            if record["status"] == "complete" and record["answers"]["satisfied_match"] == "satisfied":
                record["answers"]["satisfied_match"] = "dissatisfied"
                lines[number] = json.dumps(record, ensure_ascii=False) + "\n"
                path.write_text("".join(lines), encoding="utf-8", newline="\n")
                return
    raise AssertionError("nobody is satisfied")


def test_an_altered_archive_is_refused_and_moves_only_what_depends_on_it(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    before = {row.id: row for row in read_estimates(copy / "estimates.csv")}
    alter(copy)
    refused = evaltool("--project", str(copy), "clean")
    assert refused.returncode == 1
    assert "mentee-end@1/0" in refused.stderr
    assert "--accept-altered" in refused.stderr
    assert evaltool("--project", str(copy), "clean", "--accept-altered").returncode == 0
    assert evaltool("--project", str(copy), "analyse").returncode == 0
    after = {row.id: row for row in read_estimates(copy / "estimates.csv")}
    moved = [row for name, row in after.items() if row != before[name]]
    assert {(row.indicator, row.population) for row in moved} == {
        ("satisfied_match", "2021"),
        ("satisfied_match", "2021+2022"),  # compared with the year before
        ("satisfied_match", "2021–2022"),  # pooled
    }
    main = {row.statistic: row for row in moved if not (row.by or row.weighting)}
    assert set(main) == {
        *("share", "share[satisfied]", "share[dissatisfied]", "trend"),
        *("share_of_interviews", "share_of_complete", "bound_low", "bound_high"),  # the same on other bases
    }
    assert main["share"].count == (before[main["share"].id].count or 0) - 1
    assert "ALTERED" in evaltool("--project", str(copy), "trace", main["share"].id).stdout


def test_a_figure_is_traced_by_name_also_where_a_weighted_one_stands_beside_it(demo: Path) -> None:
    shown = evaltool("--project", str(demo), "trace", "job_or_education", "--population", "2021")
    assert shown.returncode == 0, shown.stderr
    assert "identity   indicator job_or_education, population 2021, statistic share\n" in shown.stdout


def test_an_archive_that_was_cut_is_refused(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    folder = copy / "data" / "archive" / "mentee-end@1"
    ledger = folder / "ledger.jsonl"
    lines = ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.write_text("".join(lines[:-1]), encoding="utf-8", newline="\n")
    (folder / f"{len(lines):06}.jsonl").unlink()
    refused = evaltool("--project", str(copy), "clean")
    assert refused.returncode == 1
    assert "cut or replaced" in refused.stderr


def test_pulling_again_finds_nothing_new_and_the_same_answers_give_the_same_figures(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    shown = evaltool("--project", str(copy), "pull").stdout
    assert shown.count(": 0 records pulled") == 5
    before = (copy / "estimates.csv").read_bytes()
    parquet = (copy / "data" / "datasets" / "mentee-end@1" / "dataset.parquet").read_bytes()
    assert evaltool("--project", str(copy), "clean").returncode == 0
    assert evaltool("--project", str(copy), "analyse").returncode == 0
    assert (copy / "estimates.csv").read_bytes() == before
    assert (copy / "data" / "datasets" / "mentee-end@1" / "dataset.parquet").read_bytes() == parquet


def test_all_eight_languages_were_answered_in(demo: Path) -> None:
    frames = [pd.read_parquet(path) for path in (demo / "data" / "datasets").glob("mentee-end@*/dataset.parquet")]
    spoken = pd.concat(frame["interview_language"].astype(object) for frame in frames)
    assert set(spoken) == {"da", "en", "ar", "tr", "fa", "so", "ti", "uk"}


def test_the_panel_holds_only_who_agreed_and_says_that_it_is_made_up(demo: Path) -> None:
    folder = demo / "data" / "panel"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["synthetic"] is True
    panel = pd.read_parquet(folder / "panel.parquet")
    assert set(panel["wave"]) == {"start", "end", "followup"}
    ended = pd.read_parquet(demo / "data" / "datasets" / "mentee-end@1" / "dataset.parquet").set_index("unit")
    linked = panel[(panel["wave"] == "end") & (panel["survey_version"] == 1)]["unit"]
    assert len(linked)
    assert set(ended.loc[linked, "consent_link"]) == {"yes"}
    asked_again = pd.read_parquet(demo / "data" / "datasets" / "mentee-followup@1" / "dispositions.parquet")["unit"]
    known = ended.index.intersection(asked_again)
    assert set(ended.loc[known, "contact_again"]) == {"yes"}


def test_a_report_of_other_data_than_the_estimates_is_refused(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    assert evaltool("--project", str(copy), "clean").returncode == 0
    refused = evaltool("--project", str(copy), "report")
    assert refused.returncode == 1
    assert "Run: evaltool analyse" in refused.stderr


def test_a_demo_never_replaces_another_folder(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    shown = evaltool("--project", str(demo), "demo", "--out", str(tmp_path))
    assert shown.returncode == 1
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_no_contact_data_leave_the_vault(demo: Path) -> None:
    """Names, numbers and ids of the roster are in no file of archive, datasets, estimates or report."""
    telling = [b"person12@example.org", b"+00 00 000012", b"P00012", b"C00012"]
    folders = [demo / "data" / "archive", demo / "data" / "datasets", demo / "report"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for path in [*files, demo / "estimates.csv", demo / "data" / "roster.parquet", demo / "data" / "server.sqlite"]:
        data = readable(path)
        assert not [word for word in telling if word in data], path


def readable(path: Path) -> bytes:
    """What a file says, out of its compression."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as word:
            return b"".join(word.read(name) for name in word.namelist())
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages).encode()
    return path.read_bytes()


def test_the_notebook_shows_the_figures_of_the_report(demo: Path, rows: dict[tuple[str, str, str], Estimate]) -> None:
    folder = demo / "definitions" / "analysis"
    notebook = nbformat.read(folder / "01_status.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)  # kept without what it showed
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    shown = {cell.source: output.data for cell in code for output in cell.outputs if "data" in output}
    assert len(shown) == len(code)

    row = rows["job_or_education", "2021", "share"]
    figure = shown['report.figure("job_or_education")']["text/html"]
    assert {"MADE-UP", str(row.count), str(row.n)} <= set(figure.replace(">", " ").split())
    assert row.id in figure
    table, chart = shown['report.table("targets")']["text/html"], shown['report.chart("targets")']["image/svg+xml"]
    for name in ("job_or_education", "danish_developed", "satisfied_introduction", "satisfied_match"):
        row = rows[name, "2021", "share"]
        assert f"<td>{whole_per_cent(row)} per cent</td><td>{row.count} of {row.n}</td>" in table
        assert f"{whole_per_cent(row)} per cent ({row.count} of {row.n})" in chart
    assert "MADE-UP DATA" in chart
    low, high = (rows["job_or_education", "2021", name] for name in ("bound_low", "bound_high"))
    bases = shown[code[-1].source]["text/plain"].split()
    assert {str(low.n), str(high.count), "share_of_complete", "share_of_interviews"} <= set(bases)


def test_another_plan_is_reckoned_on_the_same_answers(demo: Path, tmp_path: Path) -> None:
    text = (demo / "definitions" / "analysis" / "plan.yaml").read_text(encoding="utf-8")
    other = tmp_path / "last-year.yaml"
    other.write_text(text.replace(" or ${job} = 'own_business'", "", 1), encoding="utf-8")  # the headline's rule
    told = reconciled(demo, "job_or_education", "--year", "2021", "--plan", str(other))

    answers = pd.read_parquet(demo / "data" / "datasets" / "mentee-end@1" / "dataset.parquet")
    answers = answers[answers["disposition"].isin(["I", "P"]) & (answers["cohort"].astype("str") == "2021")]
    answers = answers[answers["job"].notna() & answers["education"].notna()]
    active = answers["job"].isin(["ordinary", "subsidised"]) | (answers["education"] == "yes")
    own = (answers["job"] == "own_business") & ~active
    numbers = [line.split()[1:] for line in told.splitlines() if line.startswith(("Antal ", "n "))]
    assert numbers == [[str(active.sum() + own.sum()), str(active.sum())], [str(len(answers))] * 2]
    assert "Tallene har hver sin definition" in told
    words = "er «Ja, jeg har mit eget firma»."
    assert (
        f"Hvem der tæller med: plan.yaml tager også dem med, hvor svaret på spørgsmål «Har du et job nu?» {words}"
        in told
    )
    assert f"Af de samme {len(answers)} tæller plan.yaml {own.sum()} flere med end {other.as_posix()}." in told
    assert "${" not in told


def test_a_small_group_stays_withheld_under_a_plan_that_would_tell_it(demo: Path, tmp_path: Path) -> None:
    text = (demo / "definitions" / "analysis" / "plan.yaml").read_text(encoding="utf-8")
    other = tmp_path / "loose.yaml"
    wider = text.replace("'own_business' or ${education}", "'own_business' or ${job} = 'internship' or ${education}", 1)
    other.write_text(wider.replace("few: 10", "few: 1"), encoding="utf-8")
    told = reconciled(demo, "job_or_education", "--year", "2022", "--site", "amager", "--plan", str(other))
    numbers = [line.split()[1:] for line in told.splitlines() if line.startswith(("Antal ", "n "))]
    assert numbers == [["–", "–"], ["–", "–"]]
    assert told.count("Der er for få svar (færre end 10) til at vise tal for 2022.") == 2
    assert "tager også dem med" in told
    assert "Af de samme" not in told


def test_a_group_under_another_base_is_withheld_where_only_few_are_between(demo: Path, tmp_path: Path) -> None:
    answers = pd.read_parquet(demo / "data" / "datasets" / "mentee-end@1" / "dataset.parquet")
    odense = answers[answers["site"] == "odense"].dropna(subset=["job", "education"])
    outside = int((odense["match_kind"] != "job_education").sum())
    assert 0 < outside < 10 <= len(odense) - outside  # else it shows nothing

    text = (demo / "definitions" / "analysis" / "plan.yaml").read_text(encoding="utf-8")
    other = tmp_path / "narrow.yaml"
    lines = [
        "base: \"${match_kind} = 'job_education'\"",
        "base_label: {da: i jobforløb, en: in job matches}",
        "target: 0.30",
    ]
    other.write_text(text.replace("target: 0.30", "\n    ".join(lines)), encoding="utf-8")
    told = reconciled(demo, "job_or_education", "--year", "2021", "--site", "odense", "--plan", str(other))
    assert [line.split()[1:] for line in told.splitlines() if line.startswith("n ")] == [[str(len(odense)), "–"]]
    assert "Basen er mindre end 10, eller næsten lige så stor som den anden" in told
    everybody = reconciled(demo, "job_or_education", "--year", "2021", "--plan", str(other))
    assert "–" not in next(line for line in everybody.splitlines() if line.startswith("n "))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: 0.30", "base: \"${site} = 'svendborg'\"\n    base_label: {da: S, en: S}"),
        ("target: 0.30", "base: \"not(${site} = 'svendborg')\"\n    base_label: {da: S, en: S}"),
        ("or ${education} = 'yes'", "or ${education} = 'yes' and not(${site} = 'svendborg')"),
    ],
)
def test_no_plan_for_everybody_gives_a_small_group_away(demo: Path, tmp_path: Path, old: str, new: str) -> None:
    answers = pd.concat(pd.read_parquet(path) for path in (demo / "data" / "datasets").glob("mentee-end@*/*.parquet"))
    answers = answers[(answers["cohort"].astype("str") == "2022") & (answers["site"] == "svendborg")]
    few = answers.dropna(subset=["job", "education"])
    assert 0 < len(few) < 10
    assert (few["education"] == "yes").any()  # else the last rule counts no fewer

    text = (demo / "definitions" / "analysis" / "plan.yaml").read_text(encoding="utf-8")
    other = tmp_path / "picking.yaml"
    other.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = reconciled(demo, "job_or_education", "--year", "2022", "--plan", str(other))
    figures = ("Alle besvarelser ", "Antal ", "n ", "Andel ")
    assert [line.split()[-1] for line in told.splitlines() if line.startswith(figures)] == ["–"] * 4
    assert "Basen er mindre end 10, eller næsten lige så stor som den anden" in told


def test_two_surveys_of_a_group_are_shown_in_either_order(demo: Path) -> None:
    numbers = []
    for names in (("job", "job_at_start"), ("job_at_start", "job")):
        told = reconciled(demo, *names, "--year", "2021", "--site", "odense")
        numbers.append([line.split()[1:] for line in told.splitlines() if line.startswith(("Antal ", "n "))])
    first, second = numbers
    assert abs(int(first[1][0]) - int(first[1][1])) < 10  # else it shows nothing
    assert first == [row[::-1] for row in second]


def test_a_breakdown_is_the_same_under_another_label(demo: Path, tmp_path: Path) -> None:
    text = (demo / "definitions" / "analysis" / "plan.yaml").read_text(encoding="utf-8")
    other, about = tmp_path / "labels.yaml", ("job", "--year", "2021", "--group", "meetings=often")
    renamed = text.replace("en: How often they met", "en: Meetings").replace("en: Less often", "en: Seldom")
    other.write_text(renamed, encoding="utf-8")
    assert "Begge har samme definition" in reconciled(demo, *about, "--plan", str(other))
    moved = text.replace("[weekly, twice_month]}", "[weekly]}").replace("[monthly", "[twice_month, monthly")
    other.write_text(moved, encoding="utf-8")
    shown = evaltool("-p", str(demo), "reconcile", *about, "--plan", str(other))
    assert "«meetings» is another grouping in that plan" in shown.stderr


def test_each_year_is_told_in_the_words_of_the_version_that_it_answered(demo: Path) -> None:
    told = reconciled(demo, "satisfied_courses", "--year", "2021", "--year", "2022", "--language", "en")
    (line,) = [line for line in told.splitlines() if line.startswith("Who is counted")]
    first, second = (
        "with our meetings and courses?” is",
        "with the activities in the network that you have taken part in?” is",
    )
    assert line.index(first) < line.index(second)


def reconciled(demo: Path, *words: str) -> str:
    with patch.dict(os.environ, COLUMNS="600"):  # one line a row
        shown = evaltool("-p", str(demo), "reconcile", *words)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout
