"""What differs between two versions beside their items: title, languages, pages, notes, what people consent to."""

from collections.abc import Iterator, Mapping, Sequence

from evaltool.survey.compare import Change, Kind, listed, moved, question_texts
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.text import Text


def surroundings(old: Survey, new: Survey) -> list[Change]:
    """Changes outside the items, in order of the new version. None of them has a verdict: a person weighs them."""
    return [*_whole(old, new), *_pages(old, new), *_notes(old, new), *_items(old, new)]


def _whole(old: Survey, new: Survey) -> Iterator[Change]:
    shared = _shared(old, new)
    if changed := _differ(old.title, new.title, shared):
        yield Change("title", "the title is worded otherwise: {languages}", {"languages": listed(changed)})
    for message, languages in (
        ("new languages: {languages}", [code for code in new.languages if code not in old.languages]),
        ("languages gone: {languages}", [code for code in old.languages if code not in new.languages]),
    ):
        if languages:
            yield Change("languages", message, {"languages": listed(languages)})
    if old.refusal != new.refusal:
        yield _condition("consent", "what ends the interview is another: {old}, now {new}", old.refusal, new.refusal)
    if old.invite != new.invite:
        yield _condition("universe", "who is invited is another: {old}, now {new}", old.invite, new.invite)
    if (old.follows, old.respondent) != (new.follows, new.respondent):
        yield Change("universe", "it follows another survey, or another person answers")


def _condition(kind: Kind, message: str, old: str, new: str, **values: object) -> Change:
    return Change(kind, message, {**values, "old": old or "–", "new": new or "–"})


def _shared(old: Survey, new: Survey) -> list[str]:
    return [code for code in new.languages if code in old.languages]


def _differ(old: Text, new: Text, languages: Sequence[str]) -> list[str]:
    return [code for code in languages if old.get(code) != new.get(code)]


def _pages(old: Survey, new: Survey) -> Iterator[Change]:
    before = {page.name: page for page in old.pages}
    now = {page.name: page for page in new.pages}
    yield from _come_and_gone("page", before, now, ("new page: {names}", "page gone: {names}"))
    both = [name for name in now if name in before]
    if other := moved(list(before), both):
        names = listed(name for name in both if name in other)
        yield Change("page", "pages that stand at another place: {names}", {"names": names})
    for name in both:
        yield from _page(before[name], now[name], _shared(old, new))


def _come_and_gone(
    kind: Kind, before: Mapping[str, object], now: Mapping[str, object], messages: tuple[str, str]
) -> Iterator[Change]:
    for message, these, others in zip(messages, (now, before), (before, now), strict=True):
        if names := [name for name in these if name not in others]:
            yield Change(kind, message, {"names": listed(names)})


def _page(old: Page, new: Page, languages: Sequence[str]) -> Iterator[Change]:
    if changed := _differ(old.title, new.title, languages):
        message = "the heading of page {name} is worded otherwise: {languages}"
        yield Change("page", message, {"name": listed([new.name]), "languages": listed(changed)})
    if old.relevant != new.relevant:
        message = "page {name} is shown on another condition: {old}, now {new}"
        yield _condition("page", message, old.relevant, new.relevant, name=listed([new.name]))


def _notes(old: Survey, new: Survey) -> Iterator[Change]:
    before, now = _found_notes(old), _found_notes(new)
    yield from _come_and_gone("note", before, now, ("new notes: {names}", "notes gone: {names}"))
    binding = {name for survey in (old, new) for name in _consent_notes(survey)}
    for name in now:
        if name in before:
            yield from _note(before[name], now[name], _shared(old, new), binds=name in binding)


def _found_notes(survey: Survey) -> dict[str, Question]:
    return {item.name: item for item in survey.questions if item.type == "note"}


def _consent_notes(survey: Survey) -> Iterator[str]:
    """Notes that people read before they consent."""
    for page in survey.pages:
        if any(item.role == "consent" for item in page.questions):
            yield from (item.name for item in page.questions if item.type == "note")


def _note(old: Question, new: Question, languages: Sequence[str], *, binds: bool) -> Iterator[Change]:
    name = listed([new.name])
    before, now = question_texts(old), question_texts(new)
    if changed := [code for code in languages if any(before[part].get(code) != now[part].get(code) for part in before)]:
        message = "note {name} is worded otherwise: {languages}"
        if binds:
            message = "note {name}, which people read before they consent, is worded otherwise: {languages}"
        yield Change("consent" if binds else "note", message, {"name": name, "languages": listed(changed)})
    if old.relevant != new.relevant:
        message = "note {name} is shown on another condition: {old}, now {new}"
        yield _condition("note", message, old.relevant, new.relevant, name=name)


def _items(old: Survey, new: Survey) -> Iterator[Change]:
    """Items that stand on another page, or mean something else to the survey."""
    places = {item.name: page.name for page in old.pages for item in page.questions}
    for page in new.pages:
        for item in page.questions:
            before = old.by_name.get(item.name)
            if before is None:
                continue
            values = {"name": listed([item.name])}
            if places[item.name] != page.name and page.name in {known.name for known in old.pages}:
                message = "{name} stands on page {new}, before on {old}"
                yield Change(
                    "page", message, {**values, "old": listed([places[item.name]]), "new": listed([page.name])}
                )
            if before.role != item.role:
                message = "{name} has another role: {old}, now {new}"
                yield Change("role", message, {**values, "old": before.role or "–", "new": item.role or "–"})
            if before.appearance != item.appearance and QUESTION_TYPES[item.type].asks:
                yield Change("layout", "{name} looks otherwise", values)
