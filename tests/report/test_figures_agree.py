"""Every share of the status report, read from the finished files: text, tables, charts and workbook say the same."""

import re
from collections import defaultdict
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from lxml import etree
from report_samples import context, rows

from evaltool.report.rendering import render_report
from evaltool.report.word import read_map

STATUS = Path(__file__).parents[2] / "reports" / "status" / "report.yaml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
PER_CENT = re.compile(r"(\d+)(,\d)? pct\.")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return {path.suffix[1:]: path for path in render_report(STATUS, rows(), context(), tmp_path_factory.mktemp("da"))}


@pytest.fixture(scope="module")
def in_word(files):
    """Each figure's id → where it stands → what is written there."""
    found = defaultdict(lambda: defaultdict(list))
    with ZipFile(files["docx"]) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    controls = {tag.get(f"{W}val"): tag.getparent().getparent() for tag in document.iter(f"{W}tag")}
    alts = {picture.get("name"): picture.get("descr") for picture in document.iter(PICTURE)}
    for entry in read_map(files["docx"].read_bytes()):
        if entry["form"] == "chart":
            withheld = not re.search(r"\d", entry["shown"])
            assert withheld or entry["shown"].removesuffix(" pct.") in alts[entry["carrier"]]
            found[entry["id"]]["chart"].append(entry["shown"])
        elif entry["form"] in {"share", "percent"}:
            control = controls[entry["carrier"]]
            place = "table" if next(control.iterancestors(f"{W}tbl"), None) is not None else "text"
            found[entry["id"]][place].append("".join(text.text or "" for text in control.iter(f"{W}t")))
    return found


@pytest.fixture(scope="module")
def in_workbook(files):
    """Each figure's id → per cent, number and base of every sheet that it stands on."""
    found = defaultdict(set)
    for sheet in openpyxl.load_workbook(files["xlsx"]).worksheets[1:]:
        head = {cell.value: index for index, cell in enumerate(sheet[6])}
        for row in sheet.iter_rows(min_row=7, values_only=True):
            found[row[0]].add(tuple(row[head[name]] for name in ("Procent", "Antal", "Base (n)")))
    return found


def test_every_share_is_the_same_in_text_table_chart_and_workbook(in_word, in_workbook):
    checked = defaultdict(set)
    for figure, places in in_word.items():
        ((per_cent, _, _),) = in_workbook[figure]
        for place, texts in places.items():
            for whole, decimal in (shown for text in texts for shown in PER_CENT.findall(text)):
                if per_cent is None:  # a count: its share is only told in brackets behind it
                    assert all(re.fullmatch(r"[\d.]+ \(\d+ pct\.\)", text) for text in texts), (figure, texts)
                    continue
                value = float(whole + decimal.replace(",", "."))
                assert abs(value - 100 * per_cent) < (0.6 if decimal else 0.01), (figure, place, texts)
                checked[figure].add(place)
    everywhere = [figure for figure, places in checked.items() if places == {"text", "table", "chart"}]
    assert len(checked) >= 40
    assert len(everywhere) >= 3


def test_numerators_and_bases_agree_too(in_word, in_workbook):
    pairs = re.compile(r"([\d.]+) af ([\d.]+)")
    checked = 0
    for figure, places in in_word.items():
        ((_, count, base),) = in_workbook[figure]
        for text in (text for texts in places.values() for text in texts):
            for found in pairs.findall(text):
                assert tuple(int(number.replace(".", "")) for number in found) == (count, base)
                checked += 1
    assert checked >= 40
