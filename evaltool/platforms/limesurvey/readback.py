"""What was sent compared with what stands on the server: a list of differences in our words.

Only comparison: who asks the server puts its answers into `Found`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest

from evaltool.errors import Fault
from evaltool.platforms.limesurvey.lss import SETTINGS
from evaltool.platforms.limesurvey.structure import Group, Item, Option, Structure
from evaltool.text import Text


@dataclass(frozen=True)
class Found:
    """A survey as LimeSurvey tells it, in the same form as what was sent, with its settings."""

    structure: Structure
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


def differences(sent: Structure, found: Found) -> list[Fault]:
    """Everything that does not stand there as it was sent; none if the survey may be activated."""
    there = found.structure
    return [
        *_unequal("languages", "survey", list(sent.languages), list(there.languages)),
        *_unequal("number", "survey", sent.sid, there.sid),
        *_texts("title", "survey", sent.title, there.title),
        *_texts("closing words", "survey", sent.end, there.end),
        *_letters(sent.letters, there.letters),
        *_unequal("participant attributes", "survey", dict(sent.attributes), dict(there.attributes)),
        *_settings(found.settings),
        *_groups(sent.groups, there.groups),
    ]


def _letters(sent: Mapping[str, Text], there: Mapping[str, Text]) -> Iterator[Fault]:
    for name, words in sent.items():
        yield from _texts(f"mail ({name})", "survey", words, there[name])


_TOLERATED = {"gsid", "admin", "adminemail"}
"""Who owns the survey is the account's business."""


def _settings(there: Mapping[str, str]) -> Iterator[Fault]:
    for name, value in SETTINGS.items():
        if name in there and name not in _TOLERATED:
            yield from _unequal(f"setting {name}", "survey", value, there[name])


def _groups(sent: Sequence[Group], there: Sequence[Group]) -> Iterator[Fault]:
    for number, (one, other) in enumerate(zip_longest(sent, there), start=1):
        if one is None or other is None:
            where = f"page {one.page}" if one else f"page {number} there"
            yield _difference("the page is missing" if other is None else "a page that was not sent", where)
            continue
        where = f"page {one.page}"
        yield from _texts("title", where, one.texts, other.texts)
        yield from _unequal("condition", where, one.relevance, other.relevance)
        yield from _items(one.items, other.items, where)


def _items(sent: Sequence[Item], there: Sequence[Item], page: str) -> Iterator[Fault]:
    titles = [item.title for item in sent], [item.title for item in there]
    by_title = {item.title: item for item in there}
    yield from _codes("question", page, *titles)
    for item in sent:
        if item.title in by_title:
            yield from _item(item, by_title[item.title], f"{page}, question {item.title}")


def _codes(what: str, where: str, sent: Sequence[str], there: Sequence[str]) -> Iterator[Fault]:
    for code in sent:
        if code not in there:
            yield _difference(f"the {what} «{code}» is missing", where)
    for code in there:
        if code not in sent:
            yield _difference(f"a {what} «{code}» that was not sent", where)
    if sorted(sent) == sorted(there) and list(sent) != list(there):
        yield _difference(f"the {what}s stand in another order: {', '.join(there)}", where)


def _item(sent: Item, there: Item, where: str) -> Iterator[Fault]:
    for what in ("type", "relevance", "mandatory"):
        yield from _unequal(_CALLED.get(what, what), where, getattr(sent, what), getattr(there, what))
    yield from _texts("text", where, sent.texts, there.texts)
    yield from _texts("hint", where, sent.hints, there.hints)
    yield from _options(sent.options, there.options, where)
    for name, value in sent.settings.items():
        yield from _unequal(f"setting {name}", where, value, there.settings.get(name, ""))
    for name, tip in sent.tips.items():
        yield from _texts(f"setting {name}", where, tip, there.tips.get(name, {}))


_CALLED = {"relevance": "condition", "mandatory": "whether it must be answered"}


def _options(sent: Iterable[Option], there: Iterable[Option], where: str) -> Iterator[Fault]:
    told, found = {item.code: item for item in sent}, {item.code: item for item in there}
    yield from _codes("choice", where, list(told), list(found))
    for code, option in told.items():
        if code in found:
            yield from _texts("label", f"{where}, choice {code}", option.texts, found[code].texts)


def _texts(what: str, where: str, sent: Text, there: Text) -> Iterator[Fault]:
    for language, words in sent.items():
        yield from _unequal(f"{what} in «{language}»", where, words, there.get(language, ""))


def _unequal(what: str, where: str, sent: object, there: object) -> Iterator[Fault]:
    if sent != there:
        one, other = str(sent), str(there)
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        start = max(0, alike - _SHOWN // 4)
        yield _difference(f"{what}: sent {_from(one, start)}, stands there {_from(other, start)}", where)


_SHOWN = 80
"""Signs of a text that are shown: long ones from shortly before the first difference."""


def _from(words: str, start: int) -> str:
    start = start if len(words) > _SHOWN else 0
    shown = words[start : start + _SHOWN].replace("\n", " / ")
    return f"«{'…' if start else ''}{shown}{'…' if len(words) > start + _SHOWN else ''}»"


def _difference(message: str, where: str) -> Fault:
    mend = "Undo there what was changed; or release a new version, and deploy that."
    return Fault("platform-difference", message, where, mend)
