"""Two versions of a survey, item by item: what changed, and which verdict that deserves by itself.

A person decides (`evaltool.survey.verdicts`); what stands here is found and proposed. Texts shown are interface texts.
"""

import base64
import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from evaltool.survey.crosswalks import Crosswalk, Group, complete, propose
from evaltool.survey.expressions import Conjunction, Expression, Negation, names, parse
from evaltool.survey.model import Attribute, Page, Question, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.survey.universe import Relation, alike, relation
from evaltool.text import Text, say

Verdict = Literal["identical", "comparable", "not_comparable"]
Kind = (
    Literal["added", "removed", "wording", "choices", "order", "routing", "universe", "scale", "type", "limits"]
    | Literal["position", "translation"]
    | Literal["title", "languages", "consent", "page", "note", "role", "layout"]  # outside the items
)
_RANK: Mapping[Verdict, int] = {"identical": 0, "comparable": 1, "not_comparable": 2}


@dataclass(frozen=True)
class Change:
    """One thing that differs. `proposal` is the verdict that it deserves by itself; `languages`: only those, if any."""

    kind: Kind
    message: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    proposal: Verdict = "not_comparable"
    languages: tuple[str, ...] = ()

    def tell(self, language: str) -> str:
        """The change in words."""
        return say(self.message, language, **self.values)


@dataclass(frozen=True)
class Item:
    """One item in both versions (`old` or `new` is None where it was not asked). `of` names exactly this pair."""

    name: str
    old: Question | None
    new: Question | None
    changes: tuple[Change, ...] = ()
    crosswalk: Crosswalk = field(default_factory=dict[str, Group])
    within: str = ""
    of: str = ""

    @property
    def asked_in_both(self) -> bool:
        return self.old is not None and self.new is not None

    @property
    def proposal(self) -> Verdict:
        """The weightiest verdict of its changes."""
        return _weightiest(self.changes)

    def proposal_in(self, language: str) -> Verdict:
        """The weightiest verdict of the changes that somebody who answers in `language` meets."""
        return _weightiest([change for change in self.changes if language in (change.languages or (language,))])

    @property
    def question(self) -> Question:
        found = self.new or self.old
        assert found is not None
        return found


def _weightiest(changes: Sequence[Change]) -> Verdict:
    found: list[Verdict] = ["identical", *(change.proposal for change in changes)]
    return max(found, key=lambda verdict: _RANK[verdict])


def compare(old: Survey, new: Survey) -> list[Item]:
    """Every question that takes an answer in either version, in order of `new`, then what only `old` asked."""
    context = _Context(old, new)
    both = [name for name in items_of(new) if name in context.old_items]
    moved_items = moved(list(context.old_items), both)
    every = dict.fromkeys([*context.new_items, *context.old_items])
    items = {name: _item(context, name, is_moved=name in moved_items) for name in every}
    for name in every:
        items[name] = _with_dependence(context, items[name], items)
    return list(items.values())


def items_of(survey: Survey) -> dict[str, Question]:
    """Every question that takes an answer, by name."""
    return {
        question.name: question
        for question in survey.questions
        if QUESTION_TYPES[question.type].asks or question.type == "calculate"
    }


class _Context:
    """Both versions with what is looked up again and again."""

    def __init__(self, old: Survey, new: Survey):
        self.old, self.new = old, new
        self.old_items, self.new_items = items_of(old), items_of(new)
        self.things: dict[str, list[Question | Attribute]] = {}
        for survey in (old, new):
            for name, thing in {**survey.attributes, **survey.by_name}.items():
                self.things.setdefault(name, []).append(thing)
        self.invited: Relation = relation(_all_of(old.invite), _all_of(new.invite), self.things)
        self.others_answer = (old.follows, old.respondent) != (new.follows, new.respondent)
        self.languages = tuple(code for code in new.languages if code in old.languages)
        # The language in which other words are another question; in the rest they are another translation.
        self.own = next((code for code in (new.language, old.language) if code in self.languages), new.language)

    def headings(self, name: str) -> list[str]:
        """The headings above a question in both versions, if they differ: one may say of when the question speaks."""
        pages = [_page_of(survey, name) for survey in (self.old, self.new) if name in survey.by_name]
        words = [page.title.get(self.own, "") for page in pages]
        return words if len(set(words)) > 1 else []


def _all_of(*texts: str) -> Expression:
    return Conjunction(tuple(parse(text) for text in texts if text))


def _universe(survey: Survey, name: str) -> Expression:
    """Who is asked: page and question routing, and not refused on an earlier page."""
    number, page = next(
        (number, page) for number, page in enumerate(survey.pages) if any(item.name == name for item in page.questions)
    )
    routed = _all_of(page.relevant, survey.by_name[name].relevant)
    earlier = {item.name for before in survey.pages[:number] for item in before.questions}
    if survey.refusal and set(names(parse(survey.refusal))) & earlier:
        return Conjunction((Negation(parse(survey.refusal)), routed))
    return routed


def _page_of(survey: Survey, name: str) -> Page:
    return next(page for page in survey.pages if any(item.name == name for item in page.questions))


def routing(survey: Survey, name: str) -> str:
    """The routing of a question as one expression ("" for everybody)."""
    page = _page_of(survey, name)
    texts = [text for text in (page.relevant, survey.by_name[name].relevant) if text]
    return texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)


def moved(before: Sequence[str], now: Sequence[str]) -> set[str]:
    """Names of `now`, all of them in `before`, outside the longest run that keeps its order."""
    place = {name: number for number, name in enumerate(before)}
    tails: list[int] = []
    runs: list[list[str]] = []
    for name in now:
        at = bisect_left(tails, place[name])
        run = [*(runs[at - 1] if at else []), name]
        tails[at : at + 1], runs[at : at + 1] = [place[name]], [run]
    return set(now) - set(runs[-1] if runs else [])


def _item(context: _Context, name: str, *, is_moved: bool) -> Item:
    old, new = context.old_items.get(name), context.new_items.get(name)
    of = _fingerprint(context, name)
    if old is None:
        return Item(
            name, old, new, (Change("added", "not asked in version {old}", {"old": context.old.version}),), of=of
        )
    if new is None:
        change = Change("removed", "no longer asked in version {new}", {"new": context.new.version})
        return Item(name, old, new, (change,), of=of)
    asked, within = _asked(context, name)
    crosswalk = propose(old, new)
    changes = [*_type_changes(old, new), *_text_changes(context, old, new)]
    changes += [*_choice_changes(old, new, crosswalk), *asked]
    if context.headings(name):
        changes.append(Change("wording", "the heading of its page is worded otherwise", proposal="comparable"))
    if is_moved:
        changes.append(Change("position", "stands at another place among the other questions", proposal="comparable"))
    return Item(name, old, new, tuple(changes), crosswalk, within, of)


_SHAPE = {"type", "scale", "required", "constraint", "calculation", "max_length"}


def _fingerprint(context: _Context, name: str) -> str:
    """Names this pair of questions, so that a verdict on another state of them is noticed.

    Translations stand outside: they are corrected all the time, and a change of them is told by itself.
    """
    parts: list[object] = []
    for survey in (context.old, context.new):
        question = survey.by_name.get(name)
        if question is not None:
            words = {part: text.get(context.own, "") for part, text in question_texts(question).items()}
            choices = [[code, item.missing, item.exclusive, item.other] for code, item in question.choices.items()]
            shape = question.model_dump(mode="json", include=_SHAPE)
            parts.append([words, choices, shape, routing(survey, name), survey.invite, survey.refusal])
            if survey.follows or survey.respondent:
                parts.append(survey.model_dump(mode="json", include={"follows", "respondent"}))
    return _mark([*parts, *context.headings(name)])


def _mark(parts: Sequence[object]) -> str:
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:12]  # YAML reads some hexadecimal digits as a number


def _type_changes(old: Question, new: Question) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type", "another type of question: {old}, now {new}", {"old": old.type, "new": new.type})
    elif old.scale != new.scale:
        values = {"old": old.scale or "-", "new": new.scale or "-"}
        yield Change("scale", "the scale runs otherwise: {old}, now {new}", values)
    if old.calculation != new.calculation:
        yield Change("type", "worked out in another way")
    limits = ("constraint", "max_length", "required")
    if any(getattr(old, key) != getattr(new, key) for key in limits):
        yield Change("limits", "other answers are let through", proposal="comparable")


_WORDING: Mapping[str, tuple[str, Verdict]] = {
    "label": ("the question is worded otherwise", "not_comparable"),
    "hint": ("the help text is worded otherwise", "not_comparable"),
    "constraint_message": ("the message about its limits is worded otherwise", "comparable"),
}


def _text_changes(context: _Context, old: Question, new: Question) -> Iterator[Change]:
    """Other words in the survey's own language, then translations that changed while those words did not."""
    before, now = question_texts(old), question_texts(new)
    shared = context.languages
    if not shared and new.label:
        yield Change("wording", "no language is spoken by both versions")
    changed = {
        part: [code for code in shared if before[part].get(code) != now[part].get(code)]
        for part in now
        if part in before
    }
    reworded = {part: found for part, found in changed.items() if context.own in found}
    for part, (message, proposal) in _WORDING.items():
        if part in reworded:
            yield Change("wording", message, {}, proposal, _some(reworded[part], shared))
    codes = {part.removeprefix(CHOICE): found for part, found in reworded.items() if part.startswith(CHOICE)}
    if codes:
        found = [code for code in shared if any(code in languages for languages in codes.values())]
        message = "choices are worded otherwise: {codes}"
        yield Change("wording", message, {"codes": listed(codes)}, languages=_some(found, shared))
    translated = [code for code in shared if any(code in changed[part] for part in changed if part not in reworded)]
    if translated:
        values = {"languages": listed(translated)}
        yield Change("translation", "translated otherwise: {languages}", values, "comparable", tuple(translated))


def _some(languages: Sequence[str], shared: Sequence[str]) -> tuple[str, ...]:
    """The languages, if they are not all."""
    return () if len(languages) == len(shared) else tuple(languages)


CHOICE = "choice."


def question_texts(question: Question) -> dict[str, Text]:
    """The texts of a question by part (`label`, `hint`, `choice.<code>`); a part that it lacks is an empty text."""
    parts: dict[str, Text] = {part: getattr(question, part) for part in _WORDING}
    return parts | {CHOICE + code: choice.label for code, choice in question.choices.items()}


def _choice_changes(old: Question, new: Question, crosswalk: Crosswalk) -> Iterator[Change]:
    if old.type != new.type:
        return
    before, now = old.substantive, new.substantive
    fits: Verdict = "comparable" if complete(crosswalk, old, new) else "not_comparable"
    for codes, message in (
        (_without(now, before), "new choices: {codes}"),
        (_without(before, now), "choices gone: {codes}"),
    ):
        if codes:
            yield Change("choices", message, {"codes": listed(codes)}, fits)
    if [code for code in before if code in now] != [code for code in now if code in before]:
        scaled = bool(old.scale or new.scale)
        yield Change(
            "order", "the choices stand in another order", proposal="not_comparable" if scaled else "comparable"
        )
    if _reasons(old) != _reasons(new):
        yield Change("choices", "other ways to give no answer are offered", proposal="comparable")
    if _flags(old) != _flags(new):
        yield Change("choices", "a choice opens a text, or stands alone, in one version only", proposal="comparable")


def _without(codes: Sequence[str], others: Sequence[str]) -> list[str]:
    return [code for code in codes if code not in others]


def _reasons(question: Question) -> dict[str, str]:
    return {code: choice.missing for code, choice in question.choices.items() if choice.missing}


def _flags(question: Question) -> dict[str, tuple[bool, bool]]:
    return {
        code: (item.exclusive, item.other) for code, item in question.choices.items() if item.exclusive or item.other
    }


_ASKED: Mapping[Relation, str] = {
    "wider": "more people are asked it: {old}, now {new}",
    "narrower": "fewer people are asked it: {old}, now {new}",
    "different": "other people are asked it: {old}, now {new}",
    "unknown": "the routing is another, and too large to compare: {old}, now {new}",
}
_INVITED: Mapping[Relation, str] = {
    "wider": "more people are invited: {old}, now {new}",
    "narrower": "fewer people are invited: {old}, now {new}",
    "different": "other people are invited: {old}, now {new}",
    "unknown": "the invitation is another, and too large to compare: {old}, now {new}",
}


def _asked(context: _Context, name: str) -> tuple[list[Change], str]:
    """Changes of who is asked, and the expression within which both versions asked ("" if none is needed)."""
    routed = relation(_universe(context.old, name), _universe(context.new, name), context.things)
    asked = (_routing_told(context, context.old, name), _routing_told(context, context.new, name))
    texts = [asked, (context.old.invite, context.new.invite)]
    changes: list[Change] = []
    within: list[str] = []
    kinds: tuple[Kind, Kind] = ("routing", "universe")
    for kind, told, found, (old, new) in zip(kinds, (_ASKED, _INVITED), (routed, context.invited), texts, strict=True):
        if found == "same":
            continue
        common = {"wider": old, "narrower": new}.get(found, "")
        values = {"old": old or "–", "new": new or "–"}
        changes.append(Change(kind, told[found], values, "comparable" if common else "not_comparable"))
        within += [common] if common else []
    if context.others_answer:
        changes.append(Change("universe", "it follows another survey, or another person answers"))
    return changes, within[0] if len(within) == 1 else " and ".join(f"({text})" for text in within)


def _routing_told(context: _Context, survey: Survey, name: str) -> str:
    """The routing; and that she has not refused, if the two versions differ in what counts as that."""
    routed = routing(survey, name)
    if not survey.refusal or context.old.refusal == context.new.refusal:
        return routed
    return f"not({survey.refusal}) and ({routed})" if routed else f"not({survey.refusal})"


def _with_dependence(context: _Context, item: Item, items: Mapping[str, Item]) -> Item:
    """The item with what it rests on: whom it is put to, or what it is worked out from, may mean another thing."""
    if item.old is None or item.new is None:
        return item
    universes = [_universe(survey, item.name) for survey in (context.old, context.new)]
    same_sum = item.new.calculation if item.new.calculation == item.old.calculation else ""
    sums = [parse(same_sum)] if same_sum else []
    asked_by = [other for other in items.values() if _means_another_thing(context, other, universes)]
    made_of = [other for other in items.values() if _means_another_thing(context, other, sums)]
    changes = list(item.changes)
    if asked_by:
        values = {"names": listed(other.name for other in asked_by)}
        changes.append(Change("routing", "who is asked it rests on {names}, which changed", values, "comparable"))
    if made_of:
        values = {"names": listed(other.name for other in made_of)}
        changes.append(Change("type", "worked out from {names}, which changed", values))
    marks = [other.of for other in (*asked_by, *made_of)]
    return replace(item, changes=tuple(changes), of=_mark([item.of, marks]) if marks else item.of)


def _means_another_thing(context: _Context, item: Item, expressions: Sequence[Expression]) -> bool:
    """Whether what the expressions read is not comparable, or joined with something that they tell apart from it."""
    means_another = item.proposal == "not_comparable"
    joined = [list(dict.fromkeys([*group.old, *group.new])) for group in item.crosswalk.values()]
    if not (means_another or joined):
        return False
    readers = [expression for expression in expressions if item.name in names(expression)]
    if not readers or means_another:
        return bool(readers)
    return not all(alike(readers, item.name, codes, context.things) for codes in joined)


def listed(names: Iterable[str]) -> str:
    """Names as every text here shows them."""
    return ", ".join(f"«{name}»" for name in names)
