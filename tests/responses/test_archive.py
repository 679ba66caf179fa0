import hashlib
import json
from dataclasses import replace

import pytest

from evaltool.errors import ArchiveError
from evaltool.records import RawResponse, digest
from evaltool.responses.archive import Archive

AT = "2021-11-22T10:00:00+00:00"
RECORD = RawResponse(
    deployment="d1",
    interview="i1",
    unit="u_1",
    person="p_1",
    structure_hash="h",
    language="da",
    mode="self",
    status="partial",
    revision=1,
    opened_at=AT,
    saved_at=AT,
    answers={"job": "yes", "why": "æ\u2028ø", "skills": ["a", "b"]},
)
SECOND = replace(RECORD, revision=2, status="complete")
THIRD = replace(RECORD, interview="i2", unit="u_2")


class CutOffError(Exception):
    """The power went."""


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "d1")


@pytest.fixture
def filled(archive):
    archive.append([RECORD], 1, pulled_at=AT)
    archive.append([SECOND, THIRD], 3, pulled_at=AT)
    archive.append([replace(THIRD, revision=2)], 4, pulled_at=AT)
    return archive


def codes(archive):
    return [fault.code for fault in archive.verify()]


def records(archive, **more):
    return [RawResponse.from_json(json.loads(line.as_py())) for lines in archive.segments(**more) for line in lines]


def names(archive):
    return sorted(path.name for path in archive.folder.iterdir())


def test_what_was_appended_comes_back_in_order(filled):
    assert records(filled) == [RECORD, SECOND, THIRD, replace(THIRD, revision=2)]
    assert filled.cursor() == 4
    assert names(filled) == ["000001.jsonl", "000002.jsonl", "000003.jsonl", "ledger.jsonl"]
    assert codes(filled) == []


def test_an_empty_pull_writes_nothing(archive):
    assert archive.append([], 7, pulled_at=AT) == 0
    assert not archive.folder.exists()
    assert (archive.cursor(), archive.head(), records(archive), codes(archive)) == (0, "", [], [])


def test_a_second_pull_of_the_same_adds_nothing(filled):
    before = {name: (filled.folder / name).read_bytes() for name in names(filled)}
    assert filled.append([replace(THIRD, revision=2)], 4, pulled_at="2021-11-23T10:00:00+00:00") == 0
    assert {name: (filled.folder / name).read_bytes() for name in names(filled)} == before


@pytest.mark.parametrize("step", ["write_segment", "write_ledger"])
def test_a_pull_cut_off_before_a_step_is_made_good_by_the_next(filled, monkeypatch, step):
    def cut(*_):
        raise CutOffError

    with monkeypatch.context() as patch:
        patch.setattr(Archive, step, cut)
        with pytest.raises(CutOffError):
            filled.append([replace(THIRD, revision=3, answers={"job": "lost"})], 5, pulled_at=AT)
    assert filled.cursor() == 4
    assert len(records(filled)) == 4
    assert codes(filled) == []
    filled.append([replace(THIRD, revision=3)], 5, pulled_at=AT)
    assert records(filled)[4:] == [replace(THIRD, revision=3)]
    assert (filled.cursor(), codes(filled), len(names(filled))) == (5, [], 5)


@pytest.mark.parametrize("keep", [1, 40, -1])
def test_a_torn_ledger_line_does_not_count_and_is_mended(filled, keep):
    ledger = filled.folder / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:2]) + lines[2][:keep])
    assert filled.cursor() == 3
    assert len(records(filled)) == 3
    assert codes(filled) == []
    filled.append([replace(THIRD, revision=2)], 4, pulled_at=AT)
    assert ledger.read_bytes() == b"".join(lines)


def test_rubbish_that_a_crash_left_after_the_ledger_is_cut_away(filled):
    ledger = filled.folder / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + b"\0" * 4096)
    filled.append([replace(THIRD, revision=3)], 5, pulled_at=AT)
    assert ledger.read_bytes().startswith(whole)
    assert (b"\0" in ledger.read_bytes(), filled.cursor(), codes(filled)) == (False, 5, [])


def test_half_a_segment_never_has_its_name(archive, monkeypatch):
    def cut(_):
        raise CutOffError

    monkeypatch.setattr("evaltool.responses.archive._sync", cut)
    with pytest.raises(CutOffError):
        archive.append([RECORD], 1, pulled_at=AT)
    assert names(archive) == ["000001.jsonl.part", "ledger.jsonl"]


def test_one_altered_answer_is_found(filled):
    segment = filled.folder / "000002.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b'"yes"', b'"not"', 1))
    faults = filled.verify()
    assert [fault.code for fault in faults] == ["altered-segment"]
    assert faults[0].where.endswith("d1/000002.jsonl")
    assert records(filled)[1].answers["job"] == "not"


def test_a_removed_segment_is_found_and_stops_reading_unless_accepted(filled):
    (filled.folder / "000002.jsonl").unlink()
    assert codes(filled) == ["missing-segment"]
    with pytest.raises(ArchiveError, match="missing"):
        records(filled)
    assert [record.revision for record in records(filled, accept_altered=True)] == [1, 2]


def test_swapped_ledger_lines_are_found(filled):
    ledger = filled.folder / "ledger.jsonl"
    first, second, third = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(second + first + third)
    assert set(codes(filled)) == {"broken-chain"}


def test_a_ledger_line_rewritten_to_fit_an_altered_segment_breaks_the_chain(filled):
    ledger = filled.folder / "ledger.jsonl"
    first, *rest = ledger.read_bytes().splitlines(keepends=True)
    forged = json.dumps({**json.loads(first), "records": 2}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    ledger.write_bytes(b"".join([forged, *rest]))
    assert codes(filled) == ["broken-chain"]


def test_a_segment_put_there_by_somebody_else_is_found(filled):
    (filled.folder / "000009.jsonl").write_text("{}\n", encoding="utf-8", newline="\n")
    assert codes(filled) == ["extra-segment"]


def test_a_ledger_line_that_cannot_be_read_is_a_fault_with_its_place(filled):
    ledger = filled.folder / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(lines[0] + b"{}\n" + lines[2])
    assert "ledger-line" in codes(filled)
    with pytest.raises(ArchiveError) as caught:
        filled.cursor()
    assert caught.value.where.endswith("ledger.jsonl:2")


def test_a_line_that_is_no_response_is_told_with_its_place(filled):
    (filled.folder / "000002.jsonl").write_text('{"unit": 1}\n', encoding="utf-8")
    with pytest.raises(ArchiveError) as caught:
        records(filled, accept_altered=True)
    assert caught.value.where.endswith("000002.jsonl:1")


def altered(record, **fields):
    return json.dumps({**record.to_json(), **fields}).encode()


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (b'{"answers": "\xff"}', ""),
        (b"no json", ""),
        (b"", ""),
        (b"[1]", ""),
        (altered(SECOND, answers="oops"), " (see answers)"),
        (altered(SECOND, answers={"job": 1, "why": {"secret": 2}}), " (see answers)"),
        (altered(SECOND, status="finished"), " (see status)"),
        (altered(SECOND, mode="phone", revision="2"), " (see mode, revision)"),
        (altered(SECOND, attributes=None), " (see attributes)"),
        (altered(SECOND, pages=[{"page": "start"}]), " (see pages)"),
        (altered(SECOND, unit=None), " (see unit)"),
        (altered(SECOND, saved_at="soon"), " (see saved_at)"),
        (altered(SECOND, colour="red"), " (see colour)"),
    ],
)
def test_an_altered_record_that_is_none_is_told_with_its_place_and_without_its_answers(filled, line, fields):
    first = (filled.folder / "000001.jsonl").read_bytes()
    (filled.folder / "000002.jsonl").write_bytes(first + line + b"\n")
    with pytest.raises(ArchiveError) as caught:
        records(filled, accept_altered=True)
    assert caught.value.message == f"this line is no response{fields}"
    assert caught.value.where.endswith("000002.jsonl:2")
    assert "secret" not in str(caught.value)


def test_of_an_answer_that_was_made_to_stand_twice_the_last_counts_and_only_it_is_handed_on(filled):
    segment = filled.folder / "000001.jsonl"
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b'"job":"yes"', b'"job":"no","job":"yes"'))
    assert codes(filled) == ["altered-segment"]
    lines = next(filled.segments(accept_altered=True))
    assert lines.to_pylist() == whole.decode().split("\n")[:-1]


def test_a_ledger_of_a_newer_evaltool_asks_for_an_update(filled):
    ledger = filled.folder / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:2]) + b'{"colour":"red","format":3}\n')
    for verb in (filled.verify, filled.entries, lambda: records(filled, accept_altered=True)):
        with pytest.raises(ArchiveError, match="format 3; this evaltool knows 2") as caught:
            verb()
        assert (caught.value.where[-14:], caught.value.mend) == ("ledger.jsonl:3", "Update evaltool.")


@pytest.mark.parametrize("wrong", [{"format": "2"}, {"records": "1"}, {"cursor_after": None}, {"colour": "red"}])
def test_a_ledger_line_with_wrong_values_is_no_line(filled, wrong):
    ledger = filled.folder / "ledger.jsonl"
    first, *rest = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([json.dumps({**json.loads(first), **wrong}).encode() + b"\n", *rest]))
    assert "ledger-line" in codes(filled)


def test_a_deleted_ledger_is_found_and_nothing_is_read_or_written_over_the_segments(filled):
    (filled.folder / "ledger.jsonl").unlink()
    before = {name: (filled.folder / name).read_bytes() for name in names(filled)}
    faults = filled.verify()
    assert [(fault.code, fault.where) for fault in faults] == [
        ("missing-ledger", (filled.folder / "ledger.jsonl").as_posix())
    ]
    verbs = (
        filled.cursor,
        lambda: records(filled, accept_altered=True),
        lambda: filled.append([RECORD], 1, pulled_at=AT),
    )
    for verb in verbs:
        with pytest.raises(ArchiveError, match="their ledger is missing"):
            verb()
    assert {name: (filled.folder / name).read_bytes() for name in names(filled)} == before


@pytest.mark.parametrize("step", ["write_segment", "write_ledger"])
def test_a_first_pull_that_was_cut_off_is_no_missing_ledger(archive, monkeypatch, step):
    def cut(*_):
        raise CutOffError

    with monkeypatch.context() as patch:
        patch.setattr(Archive, step, cut)
        with pytest.raises(CutOffError):
            archive.append([RECORD], 1, pulled_at=AT)
    assert (codes(archive), archive.cursor(), records(archive)) == ([], 0, [])
    archive.append([RECORD], 1, pulled_at=AT)
    assert (codes(archive), records(archive)) == ([], [RECORD])


def test_an_archive_holds_every_head_that_it_ever_had(archive):
    heads = [archive.head()]
    for number in range(1, 4):
        archive.append([replace(RECORD, revision=number)], number, pulled_at=AT)
        heads.append(archive.head())
    last = (archive.folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)[-1]
    assert heads[-1] == hashlib.sha256(last).hexdigest()
    assert [archive.holds(head) for head in heads] == [True] * 4
    assert not archive.holds("0" * 64)


def test_a_ledger_whose_end_was_cut_off_no_longer_holds_its_head(filled):
    head = filled.head()
    ledger = filled.folder / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    assert codes(filled) == []  # a pull that was cut off looks the same
    assert not filled.holds(head)
    ledger.unlink()
    assert not filled.holds(head)


def test_answers_of_another_deployment_are_refused(archive):
    with pytest.raises(ArchiveError, match="another deployment"):
        archive.append([replace(RECORD, deployment="d2")], 1, pulled_at=AT)
    assert not archive.folder.exists()


def test_a_platform_that_went_back_in_time_is_refused(filled):
    with pytest.raises(ArchiveError, match="stands at change 2, the archive already at 4"):
        filled.append([RECORD], 2, pulled_at=AT)


def test_the_last_state_of_each_interview_is_told_with_its_digest(filled):
    tricky = replace(
        RECORD,
        interview='i",\\3',
        revision=12,
        answers={"interview": ',"interview":"x","language":"da"', "revision": ',"revision":7,', "language": "\\"},
        attributes={"revision": "5", "interview": "no"},
    )
    filled.append([tricky, SECOND, RECORD], 5, pulled_at=AT)
    assert filled.latest() == {
        "i1": (2, digest(SECOND)),
        "i2": (2, digest(THIRD)),
        'i",\\3': (12, digest(tricky)),
    }


def test_a_digest_changes_with_everything_but_the_revision():
    # Worked with the standard's own tools: sha256 of the JSON with its keys in order and without `revision`.
    said = {name: value for name, value in RECORD.to_json().items() if name != "revision"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert digest(RECORD) == digest(replace(RECORD, revision=9)) == hashlib.sha256(text.encode()).hexdigest()
    others = [replace(RECORD, status="complete"), replace(RECORD, answers={}), replace(RECORD, completed_at=AT)]
    assert len({digest(RECORD), *map(digest, others)}) == 4


def test_an_empty_archive_has_no_states(archive):
    assert archive.latest() == {}
