"""Erasing from an archive: her records go, the ledger tells of it, and everything else is found as before."""

import hashlib
import json
from dataclasses import replace

import pytest

from evaltool.errors import ArchiveError
from evaltool.records import RawResponse, record_line
from evaltool.responses.archive import Archive

AT = "2021-11-22T10:00:00+00:00"
LATER = "2021-11-23T10:00:00+00:00"


def response(number, revision=1, **more):
    record = RawResponse(
        deployment="d1",
        interview=f"i{number}",
        unit=f"u_{number}",
        person=f"p_{number}",
        structure_hash="h",
        language="da",
        mode="self",
        status="partial",
        revision=revision,
        opened_at=AT,
        saved_at=AT,
        answers={"why": f"words of {number}"},
    )
    return replace(record, **more)


@pytest.fixture
def archive(tmp_path):
    """Three segments: 1 and 2; then 2 and 12 (whose pseudonym begins as that of 1); then 3."""
    archive = Archive(tmp_path / "d1")
    archive.append([response(1), response(2)], 2, pulled_at=AT)
    archive.append([response(2, revision=2), response(12)], 4, pulled_at=AT)
    archive.append([response(3)], 5, pulled_at=AT)
    return archive


def codes(archive):
    return [fault.code for fault in archive.verify()]


def interviews(archive, **more):
    return [json.loads(line.as_py())["interview"] for lines in archive.segments(**more) for line in lines]


def content(archive, leave_out=""):
    return b"".join(path.read_bytes() for path in archive.folder.iterdir() if path.name != leave_out)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def segment(*records):
    return "".join(record_line(record) + "\n" for record in records)


def test_her_records_go_and_a_tombstone_tells_of_it(archive):
    head = archive.head()
    assert archive.erase(["u_2", "p_2"], erased_at=LATER) == 2
    assert interviews(archive) == ["i1", "i12", "i3"]
    assert codes(archive) == []
    assert [(entry.segment[5], entry.records) for entry in archive.entries()] == [("1", 1), ("2", 1), ("3", 1)]
    last = json.loads((archive.folder / "ledger.jsonl").read_text().splitlines()[-1])
    assert last == {
        "format": 2,
        "erased": ["p_2", "u_2"],
        "erased_at": LATER,
        "segments": [
            {
                "segment": "000001.jsonl",
                "before": sha256(segment(response(1), response(2))),
                "after": sha256(segment(response(1))),
                "records": 1,
            },
            {
                "segment": "000002.jsonl",
                "before": sha256(segment(response(2, revision=2), response(12))),
                "after": sha256(segment(response(12))),
                "records": 1,
            },
        ],
        "previous": head,
    }
    assert b"words of 2" not in content(archive)
    assert b"u_2" not in content(archive, leave_out="ledger.jsonl")


def test_a_head_from_before_is_still_held_and_a_cut_ledger_is_still_found(archive):
    before = archive.head()
    archive.erase(["u_1"], erased_at=LATER)
    after = archive.head()
    assert archive.holds(before)
    assert archive.holds(after)
    ledger = archive.folder / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    assert not archive.holds(after)
    assert codes(archive) == ["altered-segment"]


def test_an_erased_person_is_erased_by_person_where_others_answer_for_the_course(archive):
    archive.append([response(4, unit="u_3")], 6, pulled_at=AT)
    assert archive.erase(["p_4"], erased_at=LATER) == 1
    assert interviews(archive) == ["i1", "i2", "i2", "i12", "i3"]


def test_pulls_go_on_and_leave_her_out(archive):
    archive.erase(["u_2", "p_3"], erased_at=LATER)
    assert archive.cursor() == 5
    assert archive.append([response(2, revision=3), response(3), response(5)], 8, pulled_at=LATER) == 1
    assert archive.append([response(2, revision=4)], 9, pulled_at=LATER) == 0
    assert archive.cursor() == 9
    assert interviews(archive) == ["i1", "i12", "i5"]
    assert codes(archive) == []
    assert set(archive.latest()) == {"i1", "i12", "i5"}


def test_the_same_once_more_changes_nothing(archive):
    archive.erase(["u_2"], erased_at=LATER)
    before = content(archive)
    assert archive.erase(["u_2"], erased_at="2022-01-01T00:00:00+00:00") == 0
    assert archive.erase([], erased_at="2022-01-01T00:00:00+00:00") == 0
    assert content(archive) == before


def test_who_never_answered_is_kept_away_all_the_same(archive, tmp_path):
    empty = Archive(tmp_path / "d2")
    empty.erase(["u_9"], erased_at=LATER)
    assert (empty.erased(), empty.cursor(), empty.entries(), codes(empty)) == ({"u_9"}, 0, [], [])
    assert empty.append([response(9, deployment="d2"), response(1, deployment="d2")], 3, pulled_at=AT) == 1
    assert (interviews(empty), codes(empty)) == (["i1"], [])


def test_nothing_is_written_when_nobody_was_ever_erased(tmp_path):
    empty = Archive(tmp_path / "d2")
    assert empty.erase([], erased_at=LATER) == 0
    assert not empty.folder.exists()


def test_a_second_erasure_follows_the_first(archive):
    archive.erase(["u_2"], erased_at=LATER)
    archive.erase(["u_12", "u_3"], erased_at=LATER)
    assert interviews(archive) == ["i1"]
    assert codes(archive) == []
    assert archive.erased() == {"u_2", "u_12", "u_3"}


class CutOffError(Exception):
    """The power went."""


@pytest.mark.parametrize(("step", "place"), [("write_ledger", 1), ("write_segment", 1), ("write_segment", 2)])
def test_an_erasure_that_was_cut_off_is_told_and_finished_by_the_next(archive, monkeypatch, step, place):
    calls = []
    real = getattr(Archive, step)

    def cut(self, *given):
        calls.append(given)
        if len(calls) == place:
            raise CutOffError
        real(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Archive, step, cut)
        with pytest.raises(CutOffError):
            archive.erase(["u_2"], erased_at=LATER)
    # Before the ledger's line nothing has happened; after it each segment that still holds her is told.
    unfinished = {"write_ledger": 0, "write_segment": 3 - place}[step]
    assert codes(archive) == ["unfinished-erasure"] * unfinished
    archive.erase(["u_2"], erased_at=LATER)
    assert interviews(archive) == ["i1", "i12", "i3"]
    assert codes(archive) == []
    assert len((archive.folder / "ledger.jsonl").read_text().splitlines()) == 4


def test_the_next_erasure_finishes_another_that_was_cut_off(archive, monkeypatch):
    def cut(*_):
        raise CutOffError

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "write_segment", cut)
        with pytest.raises(CutOffError):
            archive.erase(["u_2"], erased_at=LATER)
    archive.erase(["u_12"], erased_at=LATER)
    assert interviews(archive) == ["i1", "i3"]
    assert codes(archive) == []


def test_what_a_cut_off_pull_left_of_her_goes_too(archive):
    (archive.folder / "000004.jsonl").write_text(segment(response(2, revision=9)))
    (archive.folder / "000004.jsonl.part").write_text(segment(response(2, revision=9)))
    archive.erase(["u_2"], erased_at=LATER)
    assert b"words of 2" not in content(archive)
    assert archive.append([response(7)], 6, pulled_at=LATER) == 1
    assert codes(archive) == []


def test_an_older_copy_of_a_segment_is_told_and_erased_anew(archive):
    former = (archive.folder / "000001.jsonl").read_bytes()
    archive.erase(["u_2"], erased_at=LATER)
    (archive.folder / "000001.jsonl").write_bytes(former)
    assert codes(archive) == ["unfinished-erasure"]
    assert archive.erase([], erased_at=LATER) == 1
    assert interviews(archive) == ["i1", "i12", "i3"]
    assert codes(archive) == []


def test_an_older_copy_of_the_archive_is_erased_anew(archive):
    former = {path.name: path.read_bytes() for path in archive.folder.iterdir()}
    archive.erase(["u_2"], erased_at=LATER)
    for name, data in former.items():
        (archive.folder / name).write_bytes(data)
    assert archive.erase(["u_2"], erased_at="2022-01-01T00:00:00+00:00") == 2
    assert interviews(archive) == ["i1", "i12", "i3"]
    assert codes(archive) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_altered_segment_stays_altered(archive, when):
    """An answer of somebody else in a segment that is written anew."""
    path = archive.folder / "000001.jsonl"
    if when == "after":
        archive.erase(["u_2"], erased_at=LATER)
    path.write_bytes(path.read_bytes().replace(b"words of 1", b"words 0f 1"))
    archive.erase(["u_2"], erased_at=LATER)
    assert codes(archive) == ["altered-segment"]
    assert b"words of 2" not in content(archive)
    assert interviews(archive, accept_altered=True) == ["i1", "i12", "i3"]


def test_she_goes_from_a_line_that_is_no_response_any_more(archive):
    path = archive.folder / "000003.jsonl"
    path.write_bytes(b'{"unit": "u_3", "person": \xff torn')
    archive.erase(["u_3"], erased_at=LATER)
    assert path.read_bytes() == b""
    assert codes(archive) == ["altered-segment"]


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item.update(erased=["u_1"]),
        lambda item: item["segments"][0].update(before="0" * 64),
        lambda item: item["segments"][0].update(segment="000009.jsonl"),
        lambda item: item["segments"][0].update(after=sha256("forged")),
        lambda item: item.update(segments=[]),
    ],
)
def test_an_altered_tombstone_is_found(archive, change):
    archive.erase(["u_2"], erased_at=LATER)
    archive.append([response(5)], 6, pulled_at=LATER)
    ledger = archive.folder / "ledger.jsonl"
    lines = ledger.read_text().splitlines()
    tombstone = json.loads(lines[3])
    change(tombstone)
    lines[3] = json.dumps(tombstone, sort_keys=True, separators=(",", ":"))
    ledger.write_text("".join(f"{line}\n" for line in lines))
    assert "broken-chain" in codes(archive)


def test_a_missing_segment_and_a_missing_ledger_are_told_after_an_erasure(archive):
    archive.erase(["u_2"], erased_at=LATER)
    (archive.folder / "000002.jsonl").unlink()
    assert codes(archive) == ["missing-segment"]
    (archive.folder / "ledger.jsonl").unlink()
    assert codes(archive) == ["missing-ledger"]
    with pytest.raises(ArchiveError, match="their ledger is missing"):
        archive.erase(["u_3"], erased_at=LATER)
