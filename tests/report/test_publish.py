"""Finished reports on their way into build/report: what the project leader wrote in Word is never lost."""

from pathlib import Path

import pytest

from evaltool.errors import ReportError
from evaltool.workflows.reporting import publish, written
from evaltool.workflows.working import file_hash


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "report"
    folder.mkdir()
    return folder


def make(out, **texts):
    """Files made beside `out`, with the manifest of their run."""
    folder = out / ".making"
    folder.mkdir(exist_ok=True)
    made = [folder / f"{name}.docx" for name in texts]
    made.append(folder / "one.pdf")
    for path, text in zip(made, [*texts.values(), "pdf"], strict=True):
        path.write_text(text, encoding="utf-8")
    return made, out, {"outputs": {path.name: file_hash(path) for path in made}}


def contents(out):
    return {path.name: path.read_text(encoding="utf-8") for path in out.glob("*.docx")}


def test_unedited_reports_are_replaced_without_a_note(out):
    publish(*make(out, one="first"))
    lines = publish(*make(out, one="second"))
    assert lines == [str(out / "one.docx"), str(out / "one.pdf")]
    assert contents(out) == {"one.docx": "second"}


def test_each_edited_report_is_kept_under_a_name_of_its_own_and_told(out):
    publish(*make(out, one="first"))
    for number in (1, 2):
        (out / "one.docx").write_text(f"hers {number}", encoding="utf-8")
        note = publish(*make(out, one="new"))[-1]
        assert f"one-edited-{number}.docx" in note
    assert contents(out) == {"one.docx": "new", "one-edited-1.docx": "hers 1", "one-edited-2.docx": "hers 2"}


def test_edit_is_known_after_a_run_that_wrote_other_reports(out):
    publish(*make(out, one="first", two="first"))
    publish(*make(out, two="second"))
    (out / "one.docx").write_text("hers", encoding="utf-8")
    publish(*make(out, two="third"))
    assert publish(*make(out, two="fourth")) == [str(out / "two.docx"), str(out / "one.pdf")]
    assert "one-edited-1.docx" in publish(*make(out, one="fifth"))[-1]
    assert contents(out) == {"one.docx": "fifth", "two.docx": "fourth", "one-edited-1.docx": "hers"}


def test_unedited_report_is_known_after_runs_that_wrote_others(out):
    publish(*make(out, one="first", two="first"))
    publish(*make(out, two="second"))
    publish(*make(out, two="third"))
    publish(*make(out, one="second"))
    assert contents(out) == {"one.docx": "second", "two.docx": "third"}


def test_report_that_nobody_recorded_counts_as_edited(out):
    (out / "one.docx").write_text("from somewhere", encoding="utf-8")
    publish(*make(out, one="new"))
    assert contents(out) == {"one.docx": "new", "one-edited-1.docx": "from somewhere"}


def test_nothing_is_moved_or_copied_while_one_file_is_open_elsewhere(out, monkeypatch):
    publish(*make(out, one="first", two="first"))
    (out / "one.docx").write_text("hers", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    work = make(out, one="new", two="new")
    own_open = Path.open

    def as_windows(path, mode="r", *rest, **named):
        if path == out / "two.docx" and "+" in mode:
            raise PermissionError(13, "Permission denied", str(path))
        return own_open(path, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", as_windows)
    with pytest.raises(ReportError, match=r"two\.docx"):
        publish(*work)
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("note", [".~lock.one.docx#", "~$e.docx", "~$one.docx"])
def test_nothing_is_moved_while_an_office_program_notes_that_a_file_is_open(out, note):
    publish(*make(out, one="first"))
    (out / note).touch()
    with pytest.raises(ReportError, match="open in an office program"):
        publish(*make(out, one="second"))
    assert (out / "one.docx").read_text(encoding="utf-8") == "first"


def test_a_workbook_that_somebody_went_on_working_in_is_kept_too(out):
    made, _, _ = make(out, one="first")
    made.append(made[0].with_suffix(".xlsx"))
    lines = []
    for text in ("first", "second"):
        for path in made:
            path.write_text(text, encoding="utf-8")
        lines = publish(made, out, {"outputs": {path.name: file_hash(path) for path in made}})
        if text == "first":
            (out / "one.xlsx").write_text("hers", encoding="utf-8")
    assert "one-edited-1.xlsx" in lines[-1]
    assert (out / "one-edited-1.xlsx").read_text(encoding="utf-8") == "hers"
    assert out / "one-edited-1.xlsx" in written(out)[1]


def test_charts_go_into_their_folder_and_are_told_in_one_line(out):
    made, _, _ = make(out, one="first")
    folder = made[0].parent / "one-charts"
    folder.mkdir()
    made += [folder / name for name in ("sites.svg", "sites.csv")]
    for path in made[-2:]:
        path.write_text("drawn", encoding="utf-8")
    outputs = {path.relative_to(made[0].parent).as_posix(): file_hash(path) for path in made}
    assert publish(made, out, {"outputs": outputs})[-1] == str(out / "one-charts")
    assert (out / "one-charts" / "sites.csv").read_text(encoding="utf-8") == "drawn"
    assert out / "one-charts" / "sites.svg" in written(out)[0]


def test_two_reports_of_one_name_are_refused_and_nothing_is_changed(out):
    made, _, manifest = make(out, one="first")
    twice = [*made, made[0].with_name("ONE.docx")]
    with pytest.raises(ReportError, match=r"several reports would be called one\.docx") as caught:
        publish(twice, out, manifest)
    assert "{population}" in caught.value.mend
    assert contents(out) == {}


def test_nothing_is_moved_where_no_folder_of_charts_can_be(out):
    made, _, _ = make(out, one="first")
    (made[0].parent / "one-charts").mkdir()
    made.append(made[0].parent / "one-charts" / "sites.svg")
    made[-1].write_text("drawn", encoding="utf-8")
    (out / "one-charts").write_text("a file of hers", encoding="utf-8")
    outputs = {path.relative_to(made[0].parent).as_posix(): file_hash(path) for path in made}
    with pytest.raises(ReportError, match="cannot be written"):
        publish(made, out, {"outputs": outputs})
    assert contents(out) == {}


def test_what_a_killed_run_left_is_evaltools_own(out):
    left = out / ".evaltool-x1y2"
    left.mkdir()
    assert left in written(out)[0]
