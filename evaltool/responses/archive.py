"""The raw archive of one deployment: append-only segments and a hash-chained ledger.

A segment counts once its line stands in the ledger. A pull that is cut off leaves a segment without a line, or a
torn line; both are made good by the next pull, which asks again from the last cursor. The ledger is there before
the first segment, so segments without a ledger are never what a pull left.

Only `erase` replaces segments. Its line, a tombstone, is written before them: it says what they are to be from then on,
so that an erasure that was cut off is told from any other alteration, and finished.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from evaltool.errors import ArchiveError, Fault
from evaltool.records import FORMAT, RawResponse, record_line
from evaltool.responses.segments import RESTORE, Lines, line_state, read_segment, without

LEDGER = "ledger.jsonl"
TOMBSTONE_FORMAT = 2
_SEGMENT = re.compile(r"\d{6,}\.jsonl")


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One segment as the ledger knows it. `previous` is the hash of the ledger line before ("" for the first)."""

    format: int
    segment: str
    sha256: str
    records: int
    cursor_after: int
    pulled_at: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class Rewritten:
    """A segment that was written anew: its hash before and after, and how many records went."""

    segment: str
    before: str
    after: str
    records: int


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """The ledger's line of an erasure. `erased` are pseudonyms of units and persons; they lead to nobody any more."""

    format: int
    erased: tuple[str, ...]
    erased_at: str
    segments: tuple[Rewritten, ...]
    previous: str


_LINE: TypeAdapter[LedgerEntry | Tombstone] = TypeAdapter(LedgerEntry | Tombstone)


@dataclass(frozen=True)
class Archive:
    """The folder of one deployment; its name is the deployment's id. One process at a time may write."""

    folder: Path

    def append(self, records: Sequence[RawResponse], cursor: int, *, pulled_at: str) -> int:
        """Store a pull durably and return how many records it added; a pull already stored adds none.

        Records of somebody who was erased are left out.

        Raises:
            ArchiveError: for records of another deployment, a cursor before the archive's, or a ledger that is gone.
        """
        entries = self.entries()
        before = entries[-1].cursor_after if entries else 0
        if not records or (entries and cursor == before):
            return 0
        self._refuse(records, cursor, before)
        erased = self.erased()
        kept = [record for record in records if erased.isdisjoint((record.unit, record.person))]
        segment = _segment_name(len(entries) + 1)
        data = "".join(record_line(record) + "\n" for record in kept).encode()
        entry = LedgerEntry(
            format=FORMAT,
            segment=segment,
            sha256=_sha256(data),
            records=len(kept),
            cursor_after=cursor,
            pulled_at=pulled_at,
            previous=self.head(),
        )
        self.begin_ledger()
        self.write_segment(segment, data)
        self.write_ledger(entry)
        return len(kept)

    def _refuse(self, records: Sequence[RawResponse], cursor: int, before: int) -> None:
        where = self.folder.as_posix()
        if any(record.deployment != self.folder.name for record in records):
            raise ArchiveError("the pull holds answers of another deployment", where=where, mend="Pull again.")
        if cursor < before:
            message = f"the platform stands at change {cursor}, the archive already at {before}"
            raise ArchiveError(message, where=where, mend="Was the platform's database replaced by an older copy?")

    def begin_ledger(self) -> None:
        """Before the first pull: an empty ledger."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / LEDGER).exists():
            (self.folder / LEDGER).touch()
            _sync_folder(self.folder)

    def write_segment(self, segment: str, data: bytes) -> None:
        """First step of a pull: the answers, whole or not at all."""
        part = self.folder / f"{segment}.part"
        with part.open("wb") as file:
            file.write(data)
            _sync(file.fileno())
        part.replace(self.folder / segment)
        _sync_folder(self.folder)

    def write_ledger(self, entry: LedgerEntry | Tombstone) -> None:
        """Second step: the line that makes the segment count. A torn last line is cut away before."""
        path = self.folder / LEDGER
        whole = b"".join(self._lines())
        with path.open("r+b") as file:
            file.truncate(len(whole))
            file.seek(len(whole))
            file.write(f"{record_line(entry)}\n".encode())
            _sync(file.fileno())
        _sync_folder(self.folder)

    def _lines(self) -> list[bytes]:
        """Whole lines of the ledger; what follows the last line end was torn by a crash."""
        path = self.folder / LEDGER
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]

    def _read(self) -> Iterator[LedgerEntry | Tombstone]:
        """The ledger's lines in order.

        Raises:
            ArchiveError: if one cannot be read or is of a newer form, or the ledger is gone though segments are there.
        """
        missing = self._check_ledger()
        if missing:
            raise ArchiveError(missing[0].message, where=missing[0].where, mend=missing[0].mend)
        for number, line in enumerate(self._lines(), start=1):
            where = f"{(self.folder / LEDGER).as_posix()}:{number}"
            entry = _read_entry(line, where)
            if entry is None:
                raise ArchiveError("this line of the ledger cannot be read", where=where, mend=RESTORE)
            yield entry

    def entries(self) -> list[LedgerEntry]:
        """The segments in order, as they are since the last erasure. Raises ArchiveError if they cannot be told."""
        found: dict[str, LedgerEntry] = {}
        for entry in self._read():
            _follow(found, entry)
        return list(found.values())

    def erased(self) -> frozenset[str]:
        """The pseudonyms of all who were erased. Raises ArchiveError if they cannot be told."""
        return frozenset(name for entry in self._read() if isinstance(entry, Tombstone) for name in entry.erased)

    def count(self, pseudonyms: Collection[str]) -> int:
        """How many records of these units or persons there are."""
        segments = (path.read_bytes() for path in self._segments())
        return sum(_lost(data, without(data, pseudonyms)) for data in segments)

    def erase(self, pseudonyms: Collection[str], *, erased_at: str) -> int:
        """Write the segments anew without these units or persons, who are never taken in again.

        It can be cut off anywhere, the next one finishes it; and who was erased before is erased anew if an older copy
        of a segment was put back. An altered segment is written without them, too, and stays altered. Returns how
        many records went.
        """
        before = self.erased()
        every = before.union(pseudonyms)
        known = {entry.segment: entry.sha256 for entry in self.entries()}
        changed: dict[str, bytes] = {}
        rewritten: list[Rewritten] = []
        count = 0
        for path in self._segments():
            data = path.read_bytes()
            left, stood = without(data, every), without(data, before)
            if left != data:
                changed[path.name] = left
                count += _lost(data, left)
            if left != stood and _sha256(stood) == known.get(path.name):
                item = Rewritten(
                    segment=path.name, before=_sha256(stood), after=_sha256(left), records=_lost(stood, left)
                )
                rewritten.append(item)
        if every > before:
            self._bury(every - before, rewritten, erased_at)
        for segment, data in changed.items():
            self.write_segment(segment, data)
        for part in self.folder.glob("*.part"):  # of a pull that was cut off
            part.unlink()
        return count

    def _bury(self, pseudonyms: Collection[str], rewritten: Sequence[Rewritten], erased_at: str) -> None:
        self.begin_ledger()
        tombstone = Tombstone(
            format=TOMBSTONE_FORMAT,
            erased=tuple(sorted(pseudonyms)),
            erased_at=erased_at,
            segments=tuple(rewritten),
            previous=self.head(),
        )
        self.write_ledger(tombstone)

    def cursor(self) -> int:
        """The change number up to which everything is archived."""
        entries = self.entries()
        return entries[-1].cursor_after if entries else 0

    def head(self) -> str:
        """Hash of the last ledger line; through the chain it stands for the whole archive ("" when empty)."""
        lines = self._lines()
        return _sha256(lines[-1]) if lines else ""

    def holds(self, head: str) -> bool:
        """Whether the archive once ended with this `head`; if not, it was cut short or replaced since then.

        A shortened archive agrees with its shortened ledger, so only a head that was kept elsewhere can tell.
        """
        return not head or any(_sha256(line) == head for line in self._lines())

    def segments(self, *, accept_altered: bool = False) -> Iterator[Lines]:
        """The checked lines of each segment, as `append` writes them, in the order in which they were pulled.

        Raises:
            ArchiveError: if a segment is missing (unless `accept_altered`) or a line of it is no record.
        """
        for entry in self.entries():
            path = self.folder / entry.segment
            if path.exists():
                yield read_segment(path, altered=accept_altered)
            elif not accept_altered:
                raise ArchiveError("this segment is missing", where=path.as_posix(), mend=RESTORE)

    def latest(self) -> dict[str, tuple[int, str]]:
        """The last state of each interview: its revision, and the digest of the record."""
        found: dict[str, tuple[int, str]] = {}
        for lines in self.segments():
            for interview, revision, digest in map(line_state, lines.to_pylist()):
                if interview not in found or revision >= found[interview][0]:
                    found[interview] = (revision, digest)
        return found

    def verify(self) -> list[Fault]:
        """All that does not agree with the ledger; empty if nothing was altered. Compare `holds` for a cut end.

        Raises:
            ArchiveError: if a newer evaltool wrote the ledger.
        """
        faults = self._check_ledger()
        if faults:
            return faults
        previous, segments, erased, pulls = "", dict[str, LedgerEntry](), set[str](), 0
        for number, line in enumerate(self._lines(), start=1):
            where = f"{(self.folder / LEDGER).as_posix()}:{number}"
            entry = _read_entry(line, where)
            pulls += not isinstance(entry, Tombstone)
            if entry is None:
                faults.append(Fault("ledger-line", "this line of the ledger cannot be read", where, RESTORE))
            elif entry.previous != previous or not _fits(segments, entry, pulls):
                faults.append(Fault("broken-chain", "the ledger was altered at or before this line", where, RESTORE))
            if entry:
                _follow(segments, entry)
            if isinstance(entry, Tombstone):
                erased.update(entry.erased)
            previous = _sha256(line)
        for entry in segments.values():
            faults += self._check_segment(entry, erased)
        return faults + self._check_extra({*segments, _segment_name(pulls + 1)})

    def _check_segment(self, entry: LedgerEntry, erased: Collection[str]) -> list[Fault]:
        path = self.folder / entry.segment
        if not path.exists():
            return [Fault("missing-segment", "this segment is missing", path.as_posix(), RESTORE)]
        data = path.read_bytes()
        if _sha256(data) == entry.sha256:
            return []
        if _sha256(without(data, erased)) == entry.sha256:
            message = "this segment still holds somebody who was erased"
            return [Fault("unfinished-erasure", message, path.as_posix(), "Run: evaltool erase --again --yes")]
        return [Fault("altered-segment", "this segment was altered after the pull", path.as_posix(), RESTORE)]

    def _check_ledger(self) -> list[Fault]:
        path = self.folder / LEDGER
        if path.exists() or not self._segments():
            return []
        return [Fault("missing-ledger", "there are segments, but their ledger is missing", path.as_posix(), RESTORE)]

    def _check_extra(self, expected: Collection[str]) -> list[Fault]:
        # One of them is the segment after the last, which a pull that was cut off leaves; the next writes it anew.
        extra = [path for path in self._segments() if path.name not in expected]
        message = "this segment is not in the ledger"
        return [Fault("extra-segment", message, path.as_posix(), "Find out who put it there.") for path in extra]

    def _segments(self) -> list[Path]:
        files = self.folder.iterdir() if self.folder.is_dir() else iter(())
        return sorted(path for path in files if _SEGMENT.fullmatch(path.name))


def _segment_name(number: int) -> str:
    return f"{number:06}.jsonl"


def _follow(segments: dict[str, LedgerEntry], entry: LedgerEntry | Tombstone) -> None:
    """Bring what is known of the segments up to the ledger's next line."""
    if isinstance(entry, LedgerEntry):
        segments[entry.segment] = entry
        return
    for item in entry.segments:
        if item.segment in segments:
            known = segments[item.segment]
            segments[item.segment] = replace(known, sha256=item.after, records=known.records - item.records)


def _fits(segments: Mapping[str, LedgerEntry], entry: LedgerEntry | Tombstone, pulls: int) -> bool:
    """Whether the line can follow those before: the next segment, or segments as they were left."""
    if isinstance(entry, LedgerEntry):
        return entry.segment == _segment_name(pulls)
    return all(item.segment in segments and segments[item.segment].sha256 == item.before for item in entry.segments)


def _lost(before: bytes, after: bytes) -> int:
    """How many lines fewer."""
    return before.count(b"\n") - after.count(b"\n")


def _read_entry(line: bytes, where: str) -> LedgerEntry | Tombstone | None:
    """None if the line is no entry; that a newer evaltool wrote it is no damage to restore or to accept."""
    try:
        version = json.loads(line)["format"]
        if isinstance(version, int) and version > TOMBSTONE_FORMAT:
            message = f"the ledger has format {version}; this evaltool knows {TOMBSTONE_FORMAT}"
            raise ArchiveError(message, where=where, mend="Update evaltool.")
        return _LINE.validate_json(line, strict=True, extra="forbid")
    except (ValueError, TypeError, KeyError):
        return None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a new name in the folder durable; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
