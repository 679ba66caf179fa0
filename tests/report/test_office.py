"""LibreOffice takes in the Word file and writes it out again: what came through. It is never skipped: Debian's
`libreoffice-writer-nogui` is installed with the browser (tests/browser/install.py)."""

import re
import shutil
import subprocess
from zipfile import ZipFile

import pytest
from lxml import etree
from pypdf import PdfReader
from small_report import render_small

from evaltool.report.word import read_map

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return render_small(tmp_path_factory.mktemp("office"))["docx"]


@pytest.fixture(scope="module")
def saved(original):
    """The file as LibreOffice saves it again, as Word file and as PDF."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.fail("no LibreOffice found: install it, on Debian «apt-get install libreoffice-writer-nogui»")
    folder = original.parent / "saved"
    profile = f"-env:UserInstallation={(original.parent / 'profile').as_uri()}"
    for kind in ("docx", "pdf"):
        command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(original)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / original.name


def test_every_figure_is_still_found_by_one_of_its_carriers(original, saved):
    with ZipFile(saved) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    carriers = {node.get(f"{W}name") for node in document.iter(f"{W}bookmarkStart")}
    carriers |= {node.get(f"{W}val") for node in document.iter(f"{W}tag")}
    carriers |= {node.get("name") for node in document.iter("{*}docPr")}
    figures = read_map(original.read_bytes())
    assert len(figures) > 30
    assert {figure["carrier"] for figure in figures} <= carriers
    assert read_map(saved.read_bytes()) == figures


def test_captions_still_count_and_references_still_follow(saved):
    with ZipFile(saved) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    fields = [(node.text or "").split()[:2] for node in document.iter(f"{W}instrText")]
    assert [what for field, what in fields if field == "SEQ"] == ["Figure", "Table", "Table", "Figure"]
    assert [what for field, what in fields if field == "REF"] == ["table_2", "chart_2"]


def test_pages_show_captions_references_charts_and_marks(saved):
    pages = PdfReader(saved.with_suffix(".pdf")).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 2
    assert "See table 2 and figure 2: 51 of 87" in texts[0]
    assert re.search(r"Figure 1\. In a job or education.*Table 1\. The goals", texts[0])
    assert re.search(r"Table 2\. Each site.*Figure 2\. The sites", texts[1])
    assert all(text.count("MADE-UP DATA") >= 2 for text in texts)
    assert all("/XObject" in page["/Resources"] for page in pages)
