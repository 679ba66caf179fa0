"""A comparison of two versions as text, as one HTML page, and as JSON."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaltool.survey.compare import CHOICE, Change, question_texts
from evaltool.survey.crosswalks import Group
from evaltool.survey.model import Question
from evaltool.survey.prose import Subjects, subjects, tell, told_in
from evaltool.text import direction, language_name, long_date, pick, say
from evaltool.workflows.comparison import Comparison, Judged, Revision, State

Format = Literal["text", "html", "json"]

STATES: Mapping[State, str] = {
    "not_comparable": "not comparable",
    "comparable": "comparable",
    "outdated": "changed since its verdict",
    "undecided": "undecided",
    "missing": "no verdict",
    "changed": "changed",
    "added": "new",
    "removed": "no longer asked",
    "identical": "identical",
}
_REVISIONS: Mapping[Revision, str] = {
    "nothing": "The definition is as it was released.",
    "texts": "Only texts differ. That can be a text revision, if each question still asks the same: {command}",
    "version": "More than texts differ. That needs a new version: put version {version} back, and the change into "
    "v{next}.yaml.",
}
_PARTS: Mapping[str, str] = {"label": "question", "hint": "help text", "constraint_message": "message about limits"}
Words = list[tuple[str, bool]]


@dataclass(frozen=True)
class Wording:
    """A text that differs: which, in which language, and both versions in pieces with what changed marked."""

    part: str
    language: str
    direction: str
    old: Words
    new: Words


@dataclass(frozen=True)
class Meeting:
    """One line of a crosswalk: codes of the old version, the harmonised code with its words, codes of the new."""

    old: tuple[tuple[str, str], ...]
    name: str
    words: str
    new: tuple[tuple[str, str], ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is the same code on both sides."""
        return [code for code, _ in self.old] == [code for code, _ in self.new] == [self.name]


@dataclass(frozen=True)
class Row:
    """One item in words."""

    name: str
    state: State
    verdict: str
    note: str
    label: str
    reason: str
    changes: tuple[str, ...]
    wordings: tuple[Wording, ...]
    within: tuple[str, str]
    crosswalk: str
    meetings: tuple[Meeting, ...]
    languages: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class View:
    """A comparison in words."""

    title: str
    conclusion: str
    counts: tuple[tuple[State, str, int], ...]
    rows: tuple[Row, ...]
    around: tuple[str, ...]

    @property
    def different(self) -> list[Row]:
        return [row for row in self.rows if row.state != "identical"]

    @property
    def identical(self) -> list[str]:
        return [row.name for row in self.rows if row.state == "identical"]


def view(comparison: Comparison, language: str) -> View:
    """The comparison in words of `language`; texts of the survey stay in their own languages."""
    old, new = comparison.old, comparison.new
    known = subjects(new, comparison.columns, numbers={}, language=told_in(language))
    known = {**subjects(old, comparison.columns, numbers={}, language=told_in(language)), **known}
    teller = _Teller(language, known)
    title = "{survey}: version {old} and version {new}"
    if comparison.revision:
        title = "{survey}: version {old} as released, and as it is now"
    counts: list[tuple[State, str, int]] = [
        (state, say(STATES[state], language), number) for state, number in comparison.counts.items()
    ]
    return View(
        say(title, language, survey=new.survey, old=old.version, new=new.version),
        _conclusion(comparison, language),
        tuple(counts),
        tuple(_row(judged, teller, new.language) for judged in comparison.items),
        tuple(teller.change(change) for change in comparison.around),
    )


def _conclusion(comparison: Comparison, language: str) -> str:
    survey = comparison.new
    if comparison.revision:
        command = f'evaltool release {survey.survey} --version {survey.version} --revision "…"'
        values = {"command": command, "version": survey.version, "next": survey.version + 1}
        return say(_REVISIONS[comparison.revision], language, **values)
    open_items = [item.item.name for item in comparison.items if item.state in {"missing", "undecided", "outdated"}]
    if not open_items:
        return say("Every item that both versions ask is the same or has a verdict.", language)
    return say("To be decided before the release: {names}.", language, names=", ".join(open_items))


class _Teller:
    """Changes and conditions in words."""

    def __init__(self, language: str, known: Subjects):
        self.language, self.known = language, known

    def condition(self, text: str) -> str:
        """An expression in words; what stands for none is everybody."""
        if text in {"", "–"}:
            return say("everybody", self.language)
        return tell(text, told_in(self.language), self.known)

    def change(self, change: Change) -> str:
        values = dict(change.values)
        if change.kind in {"routing", "universe", "consent", "page", "note"} and "${" in f"{values}":
            values |= {side: self.condition(str(values[side])) for side in ("old", "new") if side in values}
        return say(change.message, self.language, **values)


def _row(judged: Judged, teller: _Teller, source: str) -> Row:
    item, language = judged.item, teller.language
    told = [
        (code, say(STATES[found], language) if found else "–", found or "") for code, found in judged.languages.items()
    ]
    within = (teller.condition(judged.within), judged.within) if judged.within else ("", "")
    return Row(
        item.name,
        judged.state,
        say(STATES[judged.state], language),
        _note(judged, language),
        pick(item.question.label, source),
        " ".join(pick(judged.decided.reason, language).split()) if judged.decided else "",
        tuple(teller.change(change) for change in item.changes),
        tuple(_wordings(item.old, item.new, language)) if item.old and item.new else (),
        within,
        say("crosswalk" if judged.decided else "proposed crosswalk", language),
        tuple(_meetings(judged, source)),
        tuple(told),
    )


def _note(judged: Judged, language: str) -> str:
    """Who decided, and when; where nobody did, what is proposed."""
    if judged.decided:
        day = long_date(judged.decided.on, language) if judged.decided.on else "–"
        return say("decided by {by}, {day}", language, by=judged.decided.by or "–", day=day)
    if judged.state in {"missing", "undecided", "outdated"}:
        return say("proposed: {proposal}", language, proposal=say(STATES[judged.item.proposal], language))
    return ""


def _wordings(old: Question, new: Question, language: str) -> Iterator[Wording]:
    before, now = question_texts(old), question_texts(new)
    for part in now:
        for code in dict.fromkeys([*before.get(part, {}), *now[part]]):
            texts = before.get(part, {}).get(code, ""), now[part].get(code, "")
            if part in before and texts[0] != texts[1]:
                name = part.removeprefix(CHOICE)
                words = (
                    say("choice {code}", language, code=f"«{name}»") if name != part else say(_PARTS[part], language)
                )
                yield Wording(words, code, direction(code), *marked(*texts))


def marked(old: str, new: str) -> tuple[Words, Words]:
    """Both texts in pieces; True marks a piece that the other one lacks."""
    before, now = old.split(), new.split()
    pieces: tuple[Words, Words] = ([], [])
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        for found, words in zip(pieces, (before[i1:i2], now[j1:j2]), strict=True):
            if words:
                found.append((" ".join(words), kind != "equal"))
    return pieces


def _meetings(judged: Judged, source: str) -> Iterator[Meeting]:
    item = judged.item
    for name, group in judged.crosswalk.items():
        sides = [
            _choices(question, codes, source) for question, codes in ((item.old, group.old), (item.new, group.new))
        ]
        yield Meeting(sides[0], name, _label(group, sides, source), sides[1])


def _choices(question: Question | None, codes: Sequence[str], source: str) -> tuple[tuple[str, str], ...]:
    known = question.choices if question else {}
    return tuple((code, pick(known[code].label, source) if code in known else "") for code in codes)


def _label(group: Group, sides: Sequence[tuple[tuple[str, str], ...]], source: str) -> str:
    if group.label:
        return pick(group.label, source)
    return " / ".join(dict.fromkeys(words for _, words in sides[1] or sides[0]))


# Text

_WIDTH = 98


def as_text(comparison: Comparison, language: str) -> str:
    """Lines of at most 98 signs: the counts, each item that differs, the identical ones, what stands outside."""
    shown = view(comparison, language)
    lines = [shown.title, *_wrapped(" · ".join(f"{words}: {count}" for _, words, count in shown.counts))]
    lines += _wrapped(shown.conclusion, 0)
    for row in shown.different:
        lines += ["", *_text_row(row, language)]
    if shown.identical:
        lines += ["", *_wrapped(f"{say('identical', language)}: {', '.join(shown.identical)}", 0)]
    if shown.around:
        lines += ["", say("Outside the items", language)]
        lines += [line for told in shown.around for line in _wrapped(f"- {told}", 2)]
    return "\n".join(lines)


def _wrapped(text: str, indent: int = 2, more: int = 2) -> list[str]:
    spaces = " " * indent
    wrapper = textwrap.TextWrapper(_WIDTH, initial_indent=spaces, subsequent_indent=spaces + " " * more)
    wrapper.break_on_hyphens = wrapper.break_long_words = False
    return wrapper.wrap(text)


def _text_row(row: Row, language: str) -> list[str]:
    head = " – ".join(text for text in (f"{row.name}: {row.verdict}", row.note) if text)
    lines = [*_wrapped(head, 0), *_wrapped(row.label)]
    lines += [line for told in row.changes for line in _wrapped(f"- {told}")]
    lines += _wrapped(row.reason)
    for wording in row.wordings:
        lines += _wrapped(f"{wording.part} ({wording.language})")
        lines += _wrapped(f"{say('before', language)}: {_plain(wording.old)}", 4)
        lines += _wrapped(f"{say('now', language)}: {_plain(wording.new)}", 4)
    if row.within[0]:
        lines += _wrapped(f"{say('compared only where', language)}: {row.within[0]}")
    plain = [meeting.name for meeting in row.meetings if meeting.is_plain]
    if row.meetings:
        lines += _wrapped(f"{row.crosswalk}:")
    for meeting in row.meetings:
        if not meeting.is_plain:
            sides = [", ".join(code for code, _ in side) or "–" for side in (meeting.old, meeting.new)]
            lines += _wrapped(f"{sides[0]} → {meeting.name} ← {sides[1]}", 4)
    if plain:
        lines += _wrapped(f"{say('the same in both', language)}: {', '.join(plain)}", 4)
    if len({code for _, _, code in row.languages if code}) > 1:
        lines += _wrapped(" · ".join(f"{code}: {words}" for code, words, _ in row.languages))
    return lines


def _plain(words: Words) -> str:
    return " ".join(text for text, _ in words) or "–"


# HTML

_templates = Environment(
    loader=PackageLoader("evaltool", "workflows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def as_html(comparison: Comparison, language: str) -> str:
    """One page without scripts that works from a disk, and prints."""
    old, new = comparison.old, comparison.new
    names = ("as released", "as it is now") if comparison.revision else ("version {number}", "version {number}")
    return _templates.get_template("comparison.html").render(
        view=view(comparison, language),
        new=new,
        old_name=say(names[0], language, number=old.version),
        new_name=say(names[1], language, number=new.version),
        languages=list(dict.fromkeys([*new.languages, *old.languages])),
        language=language,
        direction=direction(language),
        source=new.language,
        source_direction=direction(new.language),
        name=language_name,
        states=STATES,
        t=partial(say, language=language),
    )


# JSON

FORMAT = 1


def as_json(comparison: Comparison, language: str) -> str:
    """Everything as data; only `text` of changes is told in `language`."""
    shown = view(comparison, language)
    data = {
        "format": FORMAT,
        "survey": comparison.new.survey,
        "old": comparison.old.version,
        "new": comparison.new.version,
        "revision": comparison.revision,
        "counts": comparison.counts,
        "items": [_item(judged, row) for judged, row in zip(comparison.items, shown.rows, strict=True)],
        "outside": [{"kind": c.kind, "text": text} for c, text in zip(comparison.around, shown.around, strict=True)],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def _item(judged: Judged, row: Row) -> dict[str, Any]:
    item, decided = judged.item, judged.decided
    return {
        "name": item.name,
        "state": judged.state,
        "proposal": item.proposal if item.asked_in_both else None,
        "decided": decided and decided.model_dump(mode="json", include={"verdict", "reason", "by", "on"}),
        "of": item.of,
        "languages": judged.languages,
        "changes": [
            {"kind": change.kind, "text": text, "proposal": change.proposal, "languages": list(change.languages)}
            for change, text in zip(item.changes, row.changes, strict=True)
        ],
        "within": judged.within,
        "crosswalk": {
            name: {"old": list(group.old), "new": list(group.new)} for name, group in judged.crosswalk.items()
        },
        "words": {side: _texts(question) for side, question in (("old", item.old), ("new", item.new)) if question},
    }


def _texts(question: Question) -> dict[str, dict[str, str]]:
    return {part: dict(text) for part, text in question_texts(question).items() if text}


FORMS: Mapping[Format, Callable[[Comparison, str], str]] = {"text": as_text, "html": as_html, "json": as_json}
