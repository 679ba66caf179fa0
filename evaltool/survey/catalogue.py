"""Gettext files of a survey, read strictly and changed entry by entry: all other bytes of a file stay as they are.

`msgctxt` is the key of a text. `fuzzy` means: no person has reviewed it. How far a translation has come stands in one
line of the translator's comment, which other programs keep: `# state: reviewed; by: A. Hassan; on: 2026-11-22`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

import polib

from evaltool.errors import Fault

State: TypeAlias = Literal["draft", "translated", "reviewed", "adjudicated", "pretested"]
STATES: tuple[State, ...] = get_args(State)
MACHINE = "machine"
BACK = "back-translation: "
_WIDTH = 100
STATE_LINE = re.compile(r"^state: *(\w+)(?:; *by: *([^;\n]*?))?(?:; *on: *(\d{4}-\d{2}-\d{2}))?[ \t]*$", re.MULTILINE)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_WORD_LINE = re.compile(rf"(?:#~\s*)?(?:(msgctxt|msgid|msgstr)\s+)?{_QUOTED}")
_PREVIOUS_LINE = re.compile(rf"#~?\|\s*(?:(?:msgctxt|msgid)\s+)?{_QUOTED}")
_WHOLE = (["msgid", "msgstr"], ["msgctxt", "msgid", "msgstr"])


@dataclass(frozen=True)
class Entry:
    """One translation and how far it has come; `former` is the source that it was written for, if that has changed.

    `by` is who wrote or last reviewed it ("" if nobody knows, `machine` for a machine), `on` the day (ISO 8601).
    """

    key: str
    source: str
    text: str = ""
    state: State = "draft"
    by: str = ""
    on: str = ""
    former: str = ""
    back: str = ""
    comment: str = ""
    where: str = field(default="", compare=False)

    @property
    def draft(self) -> bool:
        """Whether no person has reviewed it."""
        return self.state == "draft"

    @property
    def machine(self) -> bool:
        return self.by == MACHINE


@dataclass(frozen=True)
class _Block:
    """The lines of one entry in the file's text."""

    start: int
    end: int
    line: int
    po: polib.POEntry


@dataclass(frozen=True)
class Catalogue:
    """A gettext file: its text as it stands on disk, its entries by key, and what is wrong with it."""

    text: str = ""
    header: Mapping[str, str] = field(default_factory=dict[str, str])
    entries: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    obsolete: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    faults: tuple[Fault, ...] = ()
    blocks: Mapping[str, _Block] = field(default_factory=dict[str, _Block], repr=False)
    obsolete_blocks: Mapping[str, _Block] = field(default_factory=dict[str, _Block], repr=False)


def read_catalogue(path: Path, language: str) -> Catalogue:
    """Read a `.po` file; a missing one is empty. What is wrong in it is in `faults`, with its lines.

    `language` is what the file's header must say ("" for any).
    """
    if not path.is_file():
        return Catalogue()
    data = path.read_bytes()
    where = path.as_posix()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mend = "Save it as UTF-8 with your translation program."
        return Catalogue(faults=(Fault("charset", "not UTF-8", f"{where}:{line}", mend),))
    return parse_catalogue(text, language, where=where)


@lru_cache(maxsize=128)  # all surveys share the files of the lists
def parse_catalogue(text: str, language: str, *, where: str) -> Catalogue:
    """Read the text of a `.po` file. `where` is its name, for faults."""
    pieces, faults = _split(text, where)
    if faults:
        return Catalogue(text=text, faults=tuple(faults))
    try:
        book = polib.pofile(text)
    except (OSError, ValueError) as error:
        mend = "Open it with a translation program, or take it back from version control."
        return Catalogue(text=text, faults=(Fault("not-gettext", f"not a gettext file: {error}", where, mend),))
    header = {name: str(value) for name, value in cast("dict[str, object]", book.metadata).items()}
    found = _Reader(where)
    by_line = {int(entry.linenum or 0): entry for entry in book}
    for piece in pieces:
        if piece.words and piece.line in by_line:
            found.add(_Block(piece.start, piece.end, piece.line, by_line[piece.line]))
    faults = [*_header_faults(header, language, where), *found.faults]
    return Catalogue(text, header, found.entries, found.obsolete, tuple(faults), found.blocks, found.obsolete_blocks)


@dataclass
class _Piece:
    start: int
    line: int
    end: int = 0
    words: list[str] = field(default_factory=list[str])
    readable: bool = True


def _split(text: str, where: str) -> tuple[list[_Piece], list[Fault]]:
    """The file cut into entries, with lines that are none of gettext's, and entries that are not whole."""
    pieces: list[_Piece] = []
    faults: list[Fault] = []
    offset = 0
    for number, raw in enumerate(text.splitlines(keepends=True), start=1):
        line = raw.removeprefix("\ufeff").strip()
        if line:
            kind = _kind(line)
            if kind is None:
                mend = "Look at the quotation marks of this line; was the file cut off?"
                faults.append(Fault("not-gettext", "this line is none of a gettext file", f"{where}:{number}", mend))
            if not pieces or (kind in {"", "msgctxt", "msgid"} and "msgstr" in pieces[-1].words):
                pieces.append(_Piece(offset, number))
            pieces[-1].words += [kind] if kind in {"msgctxt", "msgid", "msgstr"} else []
            pieces[-1].readable &= kind is not None
            pieces[-1].end = offset + len(raw)
        offset += len(raw)
    odd = [piece for piece in pieces if piece.readable and piece.words not in _WHOLE]
    broken = [piece for piece in odd if piece.words or piece is not pieces[-1]]  # comments may stand at the end
    mend = "Each entry is msgctxt, msgid and msgstr. Take the file back from version control if it was cut off."
    faults += [Fault("not-gettext", "the entry is not whole", f"{where}:{piece.line}", mend) for piece in broken]
    if not faults and (not pieces or pieces[0].words != ["msgid", "msgstr"]):
        mend = "It begins with an empty msgid, whose msgstr names Language and Content-Type."
        faults.append(Fault("not-gettext", "the file has no header", f"{where}:1", mend))
    return pieces, faults


def _kind(line: str) -> str | None:
    """`msgctxt`, `msgid` or `msgstr`; `more` of it; "" for a comment; None if it is nothing of these."""
    if line.startswith(("#|", "#~|")):
        return "" if _PREVIOUS_LINE.fullmatch(line) else None
    if line.startswith("#") and not line.startswith("#~"):
        return ""
    match = _WORD_LINE.fullmatch(line)
    return (match[1] or "more") if match else None


def _header_faults(header: Mapping[str, str], language: str, where: str) -> list[Fault]:
    faults: list[Fault] = []
    charset = re.search(r"charset=([-\w]+)", header.get("Content-Type", ""))
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        message = f"the header says charset {charset[1]}"
        faults.append(Fault("charset", message, f"{where}:1", "Save it as UTF-8 with your translation program."))
    said = header.get("Language", "")
    if said and language and re.split(r"[-_@.]", said)[0].lower() != language:
        message = f"the header says language «{said}», but the file is for «{language}»"
        faults.append(Fault("other-language", message, f"{where}:1", "Is it the right file? Then mend its header."))
    return faults


class _Reader:
    """Entries as they are found, and what is wrong with them."""

    def __init__(self, where: str):
        self.where = where
        self.entries: dict[str, Entry] = {}
        self.obsolete: dict[str, Entry] = {}
        self.blocks: dict[str, _Block] = {}
        self.obsolete_blocks: dict[str, _Block] = {}
        self.faults: list[Fault] = []

    def add(self, block: _Block) -> None:
        key = block.po.msgctxt or ""
        place = f"{self.where}:{block.line}"
        if block.po.obsolete:
            self.obsolete[key] = _entry(block.po, place)
            self.obsolete_blocks[key] = block
            return
        if not key:
            self.faults.append(Fault("no-key", "the entry has no msgctxt", place, "Write the key of its text there."))
        elif key in self.entries:
            first = self.entries[key].where.rpartition(":")[2]
            message = f"«{key}» stands twice (first in line {first})"
            self.faults.append(Fault("double-entry", message, place, "Remove one of them."))
        state = _state_line(block.po)
        if state and state[1] not in STATES:
            mend = f"There are: {', '.join(STATES)}."
            self.faults.append(Fault("unknown-state", f"unknown state «{state[1]}»", place, mend))
        self.entries.setdefault(key, _entry(block.po, place))
        self.blocks.setdefault(key, block)


def _state_line(po: polib.POEntry) -> re.Match[str] | None:
    return next((found for line in po.tcomment.split("\n") if (found := STATE_LINE.fullmatch(line))), None)


def _entry(po: polib.POEntry, where: str) -> Entry:
    """A fuzzy entry is a draft whatever its comment says; one that is not, and says nothing, was translated."""
    match = _state_line(po)
    said = match[1] if match and match[1] in STATES else "translated"
    fuzzy = po.fuzzy or not po.msgstr
    comment = [line for line in po.tcomment.split("\n") if not STATE_LINE.fullmatch(line)]
    _, _, back = po.comment.partition(BACK)  # it comes last, and other programs may have wrapped it
    return Entry(
        key=po.msgctxt or "",
        source=po.msgid,
        text=po.msgstr,
        state="draft" if fuzzy else cast("State", "translated" if said == "draft" else said),
        by=(match[2] or "") if match else "",
        on=(match[3] or "") if match else "",
        former=po.previous_msgid or "",
        back=" ".join(back.split()),
        comment="\n".join(comment).strip(),
        where=where,
    )


def render_entry(entry: Entry, kept: polib.POEntry | None = None, *, obsolete: bool = False) -> str:
    """The lines of an entry. `kept` is the former one: flags, places and comments of other programs are its."""
    extracted = [line for line in (kept.comment if kept else "").partition(BACK)[0].split("\n") if line]
    told = f"state: {entry.state}; by: {entry.by}; on: {entry.on}" if entry.by else f"state: {entry.state}"
    comments = [f"# {line}".rstrip() for line in entry.comment.split("\n") if line]
    comments += [f"# {told}"] if entry.text and (entry.by or not entry.draft) else []
    comments += [f"#. {line}" for line in extracted]
    comments += [f"#. {BACK}{' '.join(entry.back.split())}"] if entry.back else []
    flags = [flag for flag in (kept.flags if kept else []) if flag != "fuzzy"]
    body = polib.POEntry(
        msgctxt=entry.key,
        msgid=entry.source,
        msgstr=entry.text,
        flags=["fuzzy", *flags] if entry.text and entry.draft else flags,
        previous_msgid=entry.former or None,
        occurrences=kept.occurrences if kept else [],
        obsolete=obsolete,
    )
    return "\n".join([*comments, body.__unicode__(_WIDTH).strip("\n"), ""])


def change_catalogue(
    catalogue: Catalogue, changed: Mapping[str, Entry], *, gone: Collection[str] = (), order: Sequence[str] = ()
) -> str:
    """The file's text with these entries changed, added after their forerunner in `order`, or made obsolete."""
    text = catalogue.text
    newline = "\r\n" if "\r\n" in text else "\n"
    edits: list[tuple[int, int, str]] = []
    for key in gone:
        block = catalogue.blocks[key]
        edits.append((block.start, block.end, render_entry(catalogue.entries[key], block.po, obsolete=True)))
    for key, entry in sorted(changed.items(), key=lambda item: _rank(item[0], order)):
        block = catalogue.blocks.get(key) or catalogue.obsolete_blocks.get(key)
        if block:
            edits.append((block.start, block.end, render_entry(entry, block.po)))
        else:
            place = _anchor(catalogue, key, order)
            begun = text[:place].endswith("\n") or any(start == place for start, _, _ in edits)
            lead = "\n" if begun else "\n\n"
            edits.append((place, place, lead + render_entry(entry)))
    return _splice(text, [(start, end, words.replace("\n", newline)) for start, end, words in edits])


def _rank(key: str, order: Sequence[str]) -> int:
    return order.index(key) if key in order else len(order)


def _anchor(catalogue: Catalogue, key: str, order: Sequence[str]) -> int:
    """Where a new entry goes: behind the nearest forerunner that the file has, else behind all others."""
    before = [name for name in order[: _rank(key, order)] if name in catalogue.blocks]
    if before and key in order:
        return catalogue.blocks[before[-1]].end
    ends = [block.end for block in catalogue.blocks.values()]
    return max(ends, default=len(catalogue.text))


def _splice(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    place = 0
    for start, end, words in sorted(edits, key=lambda edit: edit[0]):
        parts += [text[place:start], words]
        place = end
    return "".join([*parts, text[place:]])


def new_catalogue(name: str, language: str, **more: str) -> Catalogue:
    """An empty file with its header; `more` goes there, too."""
    head = {
        "Project-Id-Version": name,
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        **more,
    }
    lines = "".join(f'"{key}: {value}\\n"\n' for key, value in head.items())
    return Catalogue(text=f'msgid ""\nmsgstr ""\n{lines}', header=head)


def write_catalogue(path: Path, text: str) -> None:
    """Write the file, whole or not at all, with the line ends that the text has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.encode("utf-8"))
    part.replace(path)


@dataclass(frozen=True)
class Update:
    """What brings a file in step with the definition: entries that change, and keys that are gone."""

    changed: Mapping[str, Entry]
    gone: tuple[str, ...]
    added: tuple[str, ...]
    outdated: tuple[str, ...]
    prefilled: tuple[str, ...]

    @property
    def needed(self) -> bool:
        return bool(self.changed or self.gone)


def plan_update(catalogue: Catalogue, sources: Mapping[str, str], memory: Mapping[str, str], *, today: str) -> Update:
    """What has to change so that the file has each of `sources` (key → text).

    A translation whose source has changed becomes a draft and keeps the source that it was written for. An empty one
    is filled from `memory` (source → translation) as a machine's draft.
    """
    changed: dict[str, Entry] = {}
    outdated: list[str] = []
    prefilled: list[str] = []
    for key, source in sources.items():
        before = catalogue.entries.get(key)
        now = before or catalogue.obsolete.get(key) or Entry(key, source)
        if now.source != source:
            outdated += [key] if now.text else []
            now = _with_source(now, source)
        if not now.text and source in memory:
            prefilled.append(key)
            now = replace(now, text=memory[source], state="draft", by=MACHINE, on=today)
        if now != before:
            changed[key] = now
    gone = tuple(key for key in catalogue.entries if key not in sources)
    added = tuple(key for key in changed if key not in catalogue.entries)
    return Update(changed, gone, added, tuple(outdated), tuple(prefilled))


def _with_source(entry: Entry, source: str) -> Entry:
    if not entry.text:
        return replace(entry, source=source, former="")
    former = entry.former or entry.source
    return replace(entry, source=source, former="" if former == source else former, state="draft")


def remember(catalogues: Iterable[Catalogue]) -> dict[str, str]:
    """Source → translation over all files of one language; of several the one that has come furthest."""
    found: dict[str, Entry] = {}
    for entry in (entry for catalogue in catalogues for entry in catalogue.entries.values()):
        known = found.get(entry.source)
        fits = entry.text and not entry.former
        if fits and (known is None or STATES.index(entry.state) > STATES.index(known.state)):
            found[entry.source] = entry
    return {source: entry.text for source, entry in found.items()}
