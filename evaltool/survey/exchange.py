"""What translators are given, and what of their work is taken in: nothing of it if there is any fault."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import polib

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.catalogue import STATE_LINE, STATES, Catalogue, Entry, State, new_catalogue, render_entry
from evaltool.survey.model import ChoiceList, Question, Survey
from evaltool.survey.translations import alike_faults, choice_key, sources, text_faults
from evaltool.text import pick
from evaltool.yamlfile import nearest

LIMITS: Mapping[str, int] = {
    "title": 120,
    "page title": 120,
    "question": 250,
    "note": 250,
    "hint": 250,
    "message": 160,
    "choice": 80,
}
"""Most characters of a translation by kind of text; twice its source, if that is more."""

_FEW = 3  # questions that are told for a choice of a shared list
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Task:
    """One text to translate: where it stands, what helps to understand it, and its translation so far."""

    key: str
    place: str
    kind: str
    source: str
    context: str
    entry: Entry

    @property
    def limit(self) -> int:
        return max(LIMITS[self.kind], 2 * len(self.source))

    @property
    def to_do(self) -> bool:
        """Whether nobody has translated it, or no person has reviewed it, or its source has changed since."""
        return not self.entry.text or self.entry.draft or bool(self.entry.former)


def make_tasks(
    survey: Survey, language: str, entries: Mapping[str, Entry], lists: Mapping[str, ChoiceList]
) -> list[Task]:
    """Every text of the survey that is translated into `language`, in order; `lists` has the notes on shared lists."""
    described = dict(_described(survey, lists))
    return [
        Task(key, *described[key][:2], source, described[key][2], entries.get(key) or Entry(key, source))
        for key, source in sources(survey, language).items()
    ]


def _described(survey: Survey, lists: Mapping[str, ChoiceList]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Place, kind and context of each text by key. A choice of a shared list is told where it comes first."""
    yield "title", ("", "title", "")
    asked: dict[str, list[str]] = {}
    for question in survey.questions:
        for code in question.choices:
            asked.setdefault(choice_key(question, code), []).append(pick(question.label, survey.language))
    told: set[str] = set()
    for page in survey.pages:
        yield f"page.{page.name}.title", (page.name, "page title", "")
        for question in page.questions:
            place = f"{page.name} › {question.name}"
            yield from _question_texts(question, place, survey.language)
            shared = lists.get(question.list_name or "")
            note = shared.translation_note if shared else question.translation_note
            for code in question.choices:
                key = choice_key(question, code)
                if key not in told:
                    yield key, (place, "choice", _lines(*_few(asked[key]), note))
                told.add(key)


def _question_texts(question: Question, place: str, language: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    label = pick(question.label, language)
    kind = "note" if question.type == "note" else "question"
    yield f"{question.name}.label", (place, kind, question.translation_note)
    yield f"{question.name}.hint", (place, "hint", _lines(label, question.translation_note))
    yield f"{question.name}.constraint_message", (place, "message", label)


def _few(labels: Sequence[str]) -> list[str]:
    return [*labels[:_FEW], *(["…"] if len(labels) > _FEW else [])]


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def fingerprint(*texts: str) -> str:
    """By which a text is known to be the one that was sent; blanks at its ends do not count."""
    return hashlib.sha256("\0".join(text.strip() for text in texts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Base:
    """What a translator was given for one text, as fingerprints, and its state."""

    source: str
    text: str
    rest: str
    state: str


def base_of(task: Task) -> Base:
    entry = task.entry
    return Base(fingerprint(task.source), fingerprint(entry.text), fingerprint(entry.back, entry.comment), entry.state)


@dataclass(frozen=True)
class Sent:
    """What a file was made for, and what was in it."""

    survey: str
    version: int
    language: str
    bases: Mapping[str, Base]


@dataclass(frozen=True)
class Row:
    """One text as it came back. `unsure`: the translator's program left it marked as a draft."""

    where: str
    key: str
    source: str
    text: str
    back: str
    state: str
    comment: str
    unsure: bool = False


_SENT, _KEYS, _BASE = "X-Evaltool-Sent", "X-Evaltool-Keys", "sent: "


def write_package(sent: Sent, tasks: Sequence[Task]) -> str:
    """One gettext file of all texts, for translation programs; what was sent stands in comments that they keep."""
    header = {_SENT: f"{sent.survey} {sent.version} {sent.language}", _KEYS: " ".join(sent.bases)}
    head = new_catalogue(f"{sent.survey}/v{sent.version}", sent.language, **header).text
    return "\n".join([head, *(render_entry(task.entry, polib.POEntry(comment=_told(task))) for task in tasks)])


def _told(task: Task) -> str:
    base = base_of(task)
    told = [
        _BASE + " ".join((base.source, base.text, base.rest, base.state)),
        f"{task.kind}: {task.place}".rstrip(": "),
    ]
    told += [f"context: {line}" for line in task.context.splitlines()]
    return "\n".join([*told, f"at most {task.limit} characters"])


def read_package(catalogue: Catalogue, where: str) -> tuple[Sent, list[Row]]:
    """What such a file was made for, and its entries.

    Raises:
        DefinitionError: if it comes from no export.
    """
    said = re.fullmatch(r"(\S+) (\d+) (\w+)", catalogue.header.get(_SENT, ""))
    if said is None or catalogue.header.get("Language", said[3]) != said[3]:
        mend = "Fill in the file that «evaltool translate export» made, and leave its header as it is."
        raise DefinitionError("this is no file of an export", where=where, mend=mend)
    bases = {key: Base("", "", "", "draft") for key in catalogue.header.get(_KEYS, "").split()}
    rows: list[Row] = []
    for key, entry in catalogue.entries.items():
        po = catalogue.blocks[key].po
        base = re.search(rf"^{_BASE}(\w+)\s(\w+)\s(\w+)\s(\w+)$", po.comment, re.MULTILINE)
        bases |= {key: Base(*base.groups())} if base and key in bases else {}
        comment, unsure = entry.comment, po.fuzzy
        rows.append(Row(entry.where, key, entry.source, entry.text, entry.back, entry.state, comment, unsure))
    return Sent(said[1], int(said[2]), said[3], bases), rows


def untouched(row: Row, base: Base) -> bool:
    """Whether nobody has worked on the row since it was sent."""
    same = (fingerprint(row.text), fingerprint(row.back, row.comment)) == (base.text, base.rest)
    return same and row.state in {"", base.state}


@dataclass(frozen=True)
class Reviewer:
    """Who worked on the file, the day, and the state of what was changed unless its row says another."""

    name: str
    today: str
    state: State = "translated"


@dataclass
class Accepted:
    """What the import changes, or why it changes nothing. `outdated` are unchanged rows whose source is older."""

    changed: dict[str, Entry] = field(default_factory=dict[str, Entry])
    faults: list[Fault] = field(default_factory=list[Fault])
    outdated: list[str] = field(default_factory=list[str])


def accept(sent: Sent, rows: Sequence[Row], tasks: Sequence[Task], reviewer: Reviewer, *, where: str) -> Accepted:
    """Compare what came back with what was sent and with what stands now; `where` names the file."""
    known = {task.key: task for task in tasks}
    done = Accepted()
    seen: dict[str, Row] = {}
    for row in rows:
        if row.key in seen:
            message = f"«{row.key}» stands twice (first in {seen[row.key].where})"
            done.faults.append(Fault("double-row", message, row.where, "Remove one of them."))
        elif row.key not in sent.bases:
            mend = nearest(row.key, sent.bases) or "Take rows from an export only."
            done.faults.append(Fault("unknown-key", f"unknown key «{row.key}»", row.where, mend))
        else:
            _take(row, sent.bases[row.key], known.get(row.key), reviewer, done)
        seen.setdefault(row.key, row)
    lost = [key for key in sent.bases if key not in seen]
    if lost:
        message = f"{len(lost)} of {len(sent.bases)} rows are lost: {', '.join(lost)}"
        done.faults.append(Fault("lost-rows", message, where, "Put them back from the file that was exported."))
    return done


def _take(row: Row, base: Base, task: Task | None, reviewer: Reviewer, done: Accepted) -> None:
    if fingerprint(row.source) != base.source:
        mend = "Put the source back as it was exported; only the translation is yours to change."
        done.faults.append(Fault("altered-source", f"the source of «{row.key}» was altered", row.where, mend))
        return
    changed_text = fingerprint(row.text) != base.text
    said = row.state if row.state not in {"", base.state} else ""
    if said and said not in STATES:
        mend = f"There are: {', '.join(STATES)}."
        done.faults.append(Fault("unknown-state", f"unknown state «{said}»", row.where, mend))
        return
    if task is None or fingerprint(task.source) != base.source:
        done.outdated.append(row.key)
        if changed_text or said:
            mend = "Put the former translation back in this row. After the import export again, and write it there."
            message = f"the source of «{row.key}» has changed since this file was exported"
            done.faults.append(Fault("outdated-source", message, row.where, mend))
        return
    entry = task.entry
    if fingerprint(row.back, row.comment) != base.rest:
        comment = "\n".join(line.strip() for line in row.comment.splitlines() if line.strip())
        entry = replace(entry, back=" ".join(row.back.split()), comment=comment)
    if changed_text and row.text.strip() != entry.text.strip():
        entry = _new_text(row, base, replace(task, entry=entry), cast("State", said), reviewer, done)
    elif said and said != entry.state:
        entry = _new_state(row, entry, said, reviewer, done)
    if entry != task.entry:
        done.faults += row_faults(replace(task, entry=entry), row)
        done.changed[row.key] = replace(entry, where=row.where)


def _new_text(row: Row, base: Base, task: Task, said: State, reviewer: Reviewer, done: Accepted) -> Entry:
    if fingerprint(task.entry.text) != base.text:
        message = f"somebody else has changed «{row.key}» since this file was exported: {task.entry.text}"
        done.faults.append(Fault("changed-since", message, row.where, "Agree on one, and write that."))
    if not row.text.strip():
        message = f"the translation of «{row.key}» was taken away"
        done.faults.append(
            Fault("emptied", message, row.where, "Write it again; a text without one is shown in the source.")
        )
    state: State = said or ("draft" if row.unsure else reviewer.state)
    text = row.text.strip()
    return replace(
        task.entry, source=task.source, text=text, state=state, by=reviewer.name, on=reviewer.today, former=""
    )


def _new_state(row: Row, entry: Entry, said: State, reviewer: Reviewer, done: Accepted) -> Entry:
    if not entry.text:
        message = f"«{row.key}» is marked {said}, but has no translation"
        done.faults.append(Fault("empty", message, row.where, "Write the translation, or leave the state empty."))
    if STATES.index(said) < STATES.index(entry.state):
        message = f"the state of «{row.key}» would go back from {entry.state} to {said}"
        done.faults.append(Fault("state-back", message, row.where, "Put the state back, or change the translation."))
    return replace(entry, state=said, by=reviewer.name, on=reviewer.today, former="")


def row_faults(task: Task, row: Row) -> list[Fault]:
    """What is wrong in a changed translation itself."""
    text = task.entry.text
    faults = text_faults(task.key, task.source, text, where=row.where) if text else []
    if len(text) > task.limit:
        message = f"«{task.key}» has {len(text)} characters, at most {task.limit} fit"
        faults.append(Fault("too-long", message, row.where, "Say it in fewer words."))
    if STATE_LINE.search(row.comment):
        message = f"the comment on «{task.key}» has a line that begins with «state:»"
        faults.append(Fault("bad-comment", message, row.where, "Write it in other words, or use the column «state»."))
    signs = sorted({f"U+{ord(sign):04X}" for sign in _CONTROL.findall(text + row.back + row.comment)})
    if signs:
        message = f"«{task.key}» has signs that cannot be seen: {', '.join(signs)}"
        faults.append(Fault("control-sign", message, row.where, "Write the text again, without copying it."))
    return faults


def alike_after(survey: Survey, entries: Mapping[str, Entry], changed: Mapping[str, Entry]) -> list[Fault]:
    """Choices that read the same once the changes are in, and did not before."""
    before = {fault.message for fault in alike_faults(survey, entries)}
    after = dict.fromkeys(alike_faults(survey, {**entries, **changed}))  # questions may share a list
    return [fault for fault in after if fault.message not in before]
