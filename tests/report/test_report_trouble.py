"""Texts that do not fit, nothing to show, no room to write: a whole report, or the old one and an error."""

import errno
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from small_report import DEFINITION, render_small, write_small

from evaltool.errors import ReportError

LONG = "Blandt de mentees der svarede og som havde givet samtykke til behandlingen af deres oplysninger " * 3
WORD = "Beskæftigelsesindsatsmedarbejderuddannelsesforløb" * 3


def texts(path):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_text_three_times_longer_than_its_place_is_shown_whole(tmp_path):
    definition = DEFINITION.replace("da: Målene", f'da: "{LONG}"').replace("da: Stederne", f'da: "{LONG}"')
    shown = '{{ table("goals") }}\n\n{{ chart("sites") }}'
    template = f"# {LONG}\n\n{shown}\n\n| a | b |\n|---|---|\n| {LONG} | {WORD} |\n"
    write_small(tmp_path, definition=definition, template=template)
    seen = re.sub(r"[\s\xad]", "", texts(render_small(tmp_path, "da")["pdf"]))  # wherever a line ends
    long = LONG.replace(" ", "")
    assert seen.count(long) == 4
    assert f"Tabel1.{long}" in seen
    assert f"Figur1.{long}" in seen
    assert WORD in seen


def test_table_without_rows_is_a_header_and_the_report_goes_on(tmp_path):
    bare = DEFINITION.replace("kind: groups, by: site, indicators: [job_or_education]", "kind: releases")
    write_small(tmp_path, definition=bare, template='# One\n\n{{ table("places") }}\n\nAfter it.\n')
    shown = texts(render_small(tmp_path, releases=())["pdf"])
    assert "Table 1. Each site Survey and version" in shown
    assert "After it." in shown


@pytest.mark.parametrize("name", ["reference.docx", "report.docx"])
def test_full_disk_leaves_the_old_report_as_it_was(name, tmp_path, monkeypatch):
    made = render_small(tmp_path)
    before = {path: path.read_bytes() for path in made["pdf"].parent.rglob("*") if path.is_file()}
    own_write = Path.write_bytes

    def full(path, data):
        if path.name == name:
            own_write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return own_write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReportError, match="No space left on device") as caught:
        render_small(tmp_path, few=3)
    assert "Make room" in caught.value.mend
    assert {path: path.read_bytes() for path in made["pdf"].parent.rglob("*") if path.is_file()} == before


def test_text_that_pandoc_cannot_set_is_told_and_nothing_is_written(tmp_path):
    write_small(tmp_path, template='# One\n\n{{ chart("sites") }}\n\n![A map](map.svg)\n')
    with pytest.raises(ReportError) as caught:
        render_small(tmp_path)
    assert "map.svg" in str(caught.value)
    assert list((tmp_path / "out-en").iterdir()) == []
