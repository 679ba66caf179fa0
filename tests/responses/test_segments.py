import json
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from small_survey import interview

from evaltool.errors import ArchiveError
from evaltool.records import RawResponse, record_line
from evaltool.responses.segments import check_lines, read_segment

RECORD = interview("u1", answers={"job": "yes", "why": 'æ "\\ \n\u2028\x7f', "skills": ["a", "b"], "text": None})
LINE = record_line(RECORD)
FULL = TypeAdapter(RawResponse)


def accepted(line: bytes) -> RawResponse | None:
    """The record by a reading of every field, or None."""
    try:
        record = FULL.validate_json(line, strict=True, extra="forbid")
        for time in (record.opened_at, record.saved_at, record.completed_at):
            datetime.fromisoformat(time or record.opened_at)
    except (ValidationError, ValueError):
        return None
    return record if abs(record.revision) < 2**63 else None


def checked(*lines: bytes) -> list[RawResponse]:
    return [RawResponse.from_json(json.loads(line.as_py())) for line in check_lines(list(lines), "x")]


PIECES = [
    "",
    '"',
    "\\",
    "{}",
    "[]",
    ",",
    ":",
    "null",
    "1",
    '"x"',
    "\t",
    "\\u0041",
    "\\ud800",
    "\\/",
    " ",
    '"a":"b",',
    "}",
    "é",
]


@st.composite
def altered_lines(draw: st.DrawFn) -> bytes:
    start = draw(st.integers(0, len(LINE)))
    end = draw(st.integers(start, min(len(LINE), start + draw(st.sampled_from([0, 1, 5, 400])))))
    return (LINE[:start] + draw(st.sampled_from(PIECES)) + LINE[end:]).encode()


@given(line=altered_lines())
@example(LINE.replace('"2021-11-22T', '"2021-02-30T').encode())
@example(LINE.replace('"2021-11-22T', '"2024-02-29T').encode())
@example(LINE.replace('"2021-11-22T', '"2021-11-31T').encode())
@example(LINE.replace('"2021-11-22T10', '"2021-11-22T24').encode())
@example(LINE.replace('"revision":4', '"revision":04').encode())
@example(LINE.replace('"revision":4', '"revision":4.0').encode())
@example(LINE.replace('"revision":4', '"revision":-4').encode())
@example(LINE.replace('"revision":4', f'"revision":{"9" * 30}').encode())
@example(LINE.replace('"yes"', "true").encode())
@example(LINE.replace('["a","b"]', '["a",null]').encode())
@example(LINE.replace('"yes"', '["a",["b"]]').encode())
@example(LINE.replace('"complete"', '"sent"').encode())
@example(LINE.replace('"self"', '"web"').encode())
@example(LINE.replace("T10:00", "T10:60").encode())
@example(LINE.replace('"2021-11-22T', '"2021-04-31T').encode())
@example(LINE.replace('"revision":4', '"revision":10000000000000000000').encode())
@example(LINE.replace('[{"language":"en",', "[{").encode())
@example(LINE.replace('[{"language"', '[{"colour":"red","language"').encode())
@example(LINE.replace('"page":"start",', '"page":"start","reached":"yes",').encode())
def test_a_line_is_taken_or_refused_as_a_reading_of_every_field_does(line):
    record = accepted(line)
    if record is None:
        with pytest.raises(ArchiveError):
            checked(line)
    else:
        assert checked(line) == [record]


def test_a_line_as_it_is_written_is_known_without_a_reading_of_every_field(monkeypatch):
    monkeypatch.delattr("evaltool.responses.segments._read_record")
    plain = interview("u2", "opened", attributes={}, pages=())
    assert checked(LINE.encode(), record_line(plain).encode()) == [RECORD, plain]


@given(texts=st.lists(st.text(), min_size=4, max_size=4))
def test_any_text_comes_back(texts):
    unit, why, one, site = texts
    record = replace(RECORD, unit=unit, answers={"why": why, "many": [one, ""]}, attributes={"site": site})
    line = record_line(record).encode()
    assert checked(line) == [record]


@pytest.mark.parametrize(
    "form",
    [
        json.dumps,
        lambda data: json.dumps(data, indent=1).replace("\n", " "),
        lambda data: json.dumps(dict(reversed(data.items()))) + "\r",
        lambda data: "\t" + json.dumps({**data, "opened_at": "2021-11-22T11:00+01:00"}),
    ],
)
def test_another_writing_of_the_same_is_no_damage(form):
    data = RECORD.to_json()
    line = form(data).encode()
    assert checked(line, LINE.encode()) == [accepted(line), RECORD]


def test_what_may_be_left_out_may_be_left_out():
    data = RECORD.to_json()
    for name in ("completed_at", "attributes", "answers", "pages"):
        del data[name]
    [found] = checked(json.dumps(data).encode())
    assert (found.completed_at, found.attributes, found.answers, found.pages) == (None, {}, {}, ())


@pytest.mark.parametrize(
    "wrong",
    [
        LINE[:200].encode(),
        b"",
        b"   ",
        f"{LINE}{LINE}".encode(),
        LINE.replace('"yes"', "1").encode(),
        LINE.replace('"unit":"u1"', '"colour":"red","unit":"u1"').encode(),
        LINE.encode().replace(b"yes", b"\xff"),
    ],
)
def test_a_wrong_line_among_many_is_named_by_its_place(tmp_path, wrong):
    path = tmp_path / "000007.jsonl"
    path.write_bytes(b"\n".join([LINE.encode(), LINE.encode(), wrong, LINE.encode(), b""]))
    with pytest.raises(ArchiveError, match="this line is no response") as caught:
        read_segment(path)
    assert caught.value.where == f"{path.as_posix()}:3"
    assert "yes" not in str(caught.value)


def test_half_a_last_line_and_its_other_half_on_the_next_are_two_wrong_lines(tmp_path):
    path = tmp_path / "000001.jsonl"
    path.write_bytes(f"{LINE}\n{LINE[:120]}\n{LINE[120:]}\n".encode())
    with pytest.raises(ArchiveError) as caught:
        read_segment(path)
    assert caught.value.where.endswith("000001.jsonl:2")


def test_a_segment_may_be_empty_and_its_last_line_without_an_end(tmp_path):
    path = tmp_path / "000001.jsonl"
    path.write_bytes(b"")
    assert len(read_segment(path)) == 0
    path.write_text(f"{LINE}\n{LINE}", encoding="utf-8", newline="\n")
    assert read_segment(path).to_pylist() == [LINE, LINE]
