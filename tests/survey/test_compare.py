"""Comparing versions: our own two, worked out by hand, and random definitions with known edits."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltool.survey.compare import Item, compare
from evaltool.survey.crosswalks import complete
from evaltool.survey.load import load_definition
from evaltool.survey.model import Survey
from evaltool.survey.surroundings import surroundings

SURVEYS = Path(__file__).parents[2] / "surveys"

# Our own survey

# Worked out by hand from the two YAML files: name, verdict that the change deserves by itself, what is told.
BY_HAND = {
    "job_since": ("not_comparable", ["not asked in version 1"]),
    "applications": ("not_comparable", ["not asked in version 1"]),
    "towards_job": ("comparable", ["more people are asked it: ${match_kind} = 'job_education', now –"]),
    "satisfied_coordinator": ("not_comparable", ["the question is worded otherwise"]),
    "satisfied_courses": ("not_comparable", ["the question is worded otherwise"]),
    "met": ("comparable", ["new choices: «every_other_month»"]),
    "barriers": ("comparable", ["new choices: «childcare»", "the choices stand in another order"]),
}
SAME = [
    "consent",
    "consent_link",
    "consent_research",
    "helper",
    "job",
    "education",
    "focus",
    "danish_developed",
    "danish_understand",
    "danish_speak",
    "danish_read",
    "danish_write",
    "satisfied_introduction",
    "satisfied_match",
    "mentor_trust",
    "mentor_respect",
    "mentor_equal",
    "knows_job_search",
    "knows_unwritten_rules",
    "has_skills",
    "believes_job",
    "advice",
    "best",
    "better",
    "words",
    "contact_again",
]


@pytest.fixture(scope="module")
def mentee_end() -> dict[str, Item]:
    old, new = (load_definition(SURVEYS, "mentee-end", version) for version in (1, 2))
    return {item.name: item for item in compare(old, new)}


def test_every_item_of_mentee_end_is_told_as_worked_out_by_hand(mentee_end: dict[str, Item]) -> None:
    assert sorted(mentee_end) == sorted([*BY_HAND, *SAME])
    told = {name: (item.proposal, [change.tell("en") for change in item.changes]) for name, item in mentee_end.items()}
    assert {name: told[name] for name in BY_HAND} == BY_HAND
    assert {name: told[name] for name in SAME} == dict.fromkeys(SAME, ("identical", []))


def test_how_often_they_met_is_joined_where_the_new_answer_stands_between(mentee_end: dict[str, Item]) -> None:
    found = {name: (group.old, group.new) for name, group in mentee_end["met"].crosswalk.items()}
    assert found == {
        "weekly": (("weekly",), ("weekly",)),
        "twice_month": (("twice_month",), ("twice_month",)),
        "monthly_or_rarer": (("monthly", "rarer"), ("monthly", "every_other_month", "rarer")),
    }


def test_childcare_is_the_only_barrier_without_an_old_answer(mentee_end: dict[str, Item]) -> None:
    groups = mentee_end["barriers"].crosswalk
    assert [name for name, group in groups.items() if not group.old] == ["childcare"]
    assert all(group.old == group.new == (name,) for name, group in groups.items() if name != "childcare")


def test_only_those_asked_before_are_compared(mentee_end: dict[str, Item]) -> None:
    assert mentee_end["towards_job"].within == "${match_kind} = 'job_education'"
    assert [name for name, item in mentee_end.items() if item.within] == ["towards_job"]


# Random definitions with known edits

Spec = dict[str, Any]
BASE_ROUTE = "${gate} = 'g1' or ${gate} = 'g2'"


def words(text: str) -> dict[str, str]:
    return {"da": text, "en": f"{text} (en)"}


def choices(*codes: str) -> dict[str, Any]:
    return {code: {"label": words(f"choice {code}")} for code in codes}


def question(name: str, kind: str, **more: Any) -> Spec:
    return {"name": name, "type": kind, "label": words(f"label {name}"), **more}


@st.composite
def definitions(draw: st.DrawFn) -> Spec:
    """Pages with questions of all types; the last page is long, so that what is moved behind it is told."""
    scale = choices(*[f"s{number}" for number in range(draw(st.integers(4, 6)))])
    if draw(st.booleans()):
        scale["refused"] = {"label": words("refused"), "missing": "refused"}
    nominal = choices(*[f"n{number}" for number in range(draw(st.integers(3, 5)))])
    middle = [
        question("scaled", "select_one", scale=draw(st.sampled_from(["ascending", "descending"])), choices=scale),
        question("open_ended", "select_one", choices={**nominal, "other": {"label": words("other"), "other": True}}),
        question("closed", "select_one", choices=copy.deepcopy(nominal)),
        question("several", "select_multiple", choices=choices("m1", "m2", "m3", "m4"), hint=words("hint")),
        question("number", "integer", constraint=". < 90", constraint_message=words("message")),
        question("day", "date"),
        question("story", "text"),
        question("amount", "decimal"),
        {"name": "worked_out", "type": "calculate", "calculation": "${gate}"},
        question("read_this", "note"),
    ]
    gate = question("gate", "select_one", choices=choices("g1", "g2", "g3"))
    gate["choices"]["no_idea"] = {"label": words("no idea"), "missing": "dont_know"}
    pages = [
        {"name": "start", "questions": [question("consent", "select_one", choices=choices("yes", "no"))]},
        {"name": "gates", "questions": [gate]},
        {"name": "middle", "questions": draw(st.permutations(middle))},
        {"name": "routed", "questions": [question("routed", "integer", relevant=BASE_ROUTE)]},
        {"name": "end", "questions": [question(f"last_{number}", "text") for number in range(8)]},
    ]
    return {"survey": "small", "version": 1, "language": "da", "translations": ["en"], "title": words("title"),
            "refusal": "${consent} = 'no'", "pages": pages}  # fmt: skip


def find(spec: Spec, name: str) -> Spec:
    return next(item for page in spec["pages"] for item in page["questions"] if item["name"] == name)


class Edit(NamedTuple):
    """A known edit of one item, the verdict it deserves, and the kinds of change that are told."""

    target: str
    change: Callable[[Spec, Spec], object]  # the whole definition and the question
    verdict: str
    kinds: tuple[str, ...]
    groups: str = ""
    within: str = ""


def put(key: str, value: object) -> Callable[[Spec, Spec], object]:
    return lambda spec, item: item.__setitem__(key, value)


def reword(*path: str, languages: tuple[str, ...] = ("da", "en")) -> Callable[[Spec, Spec], object]:
    def change(spec: Spec, item: Spec) -> None:
        for step in path:
            item = item.setdefault(step, {})
        item.update({language: f"other words in {language}" for language in languages})

    return change


def replace_codes(start: int, stop: int | None, *codes: str) -> Callable[[Spec, Spec], object]:
    """Choices in these places give way to others."""

    def change(spec: Spec, item: Spec) -> None:
        answers = [(code, choice) for code, choice in item["choices"].items() if "missing" not in choice]
        rest = [(code, choice) for code, choice in item["choices"].items() if "missing" in choice]
        end = len(answers) if stop is None else stop
        first = len(answers) if start < 0 else start
        item["choices"] = dict([*answers[:first], *choices(*codes).items(), *answers[end:], *rest])

    return change


def reorder(spec: Spec, item: Spec) -> None:
    first, second, *rest = item["choices"].items()
    item["choices"] = dict([second, first, *rest])


def to_the_end(spec: Spec, item: Spec) -> None:
    for page in spec["pages"]:
        page["questions"] = [known for known in page["questions"] if known["name"] != item["name"]]
    spec["pages"][-1]["questions"].append(item)


def take_out(spec: Spec, item: Spec) -> None:
    for page in spec["pages"]:
        page["questions"] = [known for known in page["questions"] if known["name"] != item["name"]]


def missing_choice(spec: Spec, item: Spec) -> None:
    item["choices"]["will_not_say"] = {"label": words("will not say"), "missing": "refused"}


EDITS = {
    "nothing": Edit("scaled", lambda spec, item: None, "identical", ()),
    "label": Edit("story", reword("label"), "not_comparable", ("wording",)),
    "hint": Edit("several", reword("hint"), "not_comparable", ("wording",)),
    "hint added": Edit("day", reword("hint"), "not_comparable", ("wording",)),
    "a choice's words": Edit("closed", reword("choices", "n1", "label"), "not_comparable", ("wording",)),
    "message": Edit("number", reword("constraint_message"), "comparable", ("wording",)),
    "translation of a label": Edit("amount", reword("label", languages=("en",)), "comparable", ("translation",)),
    "translation of a choice": Edit(
        "scaled", reword("choices", "s1", "label", languages=("en",)), "comparable", ("translation",)
    ),
    "source only": Edit("day", reword("label", languages=("da",)), "not_comparable", ("wording",)),
    "scale: code between": Edit(
        "scaled", replace_codes(1, 1, "fresh"), "comparable", ("choices",), "s0 s1 | s0 fresh s1"
    ),
    "scale: code first": Edit("scaled", replace_codes(0, 0, "fresh"), "comparable", ("choices",), "s0 | fresh s0"),
    "scale: code removed": Edit("scaled", replace_codes(1, 2), "comparable", ("choices",), "s0 s1 s2 | s0 s2"),
    "scale: merged": Edit(
        "scaled", replace_codes(1, 3, "fresh"), "comparable", ("choices", "choices"), "s1 s2 | fresh"
    ),
    "scale: split": Edit(
        "scaled", replace_codes(1, 2, "up", "down"), "comparable", ("choices", "choices"), "s1 | up down"
    ),
    "scale: order": Edit("scaled", reorder, "not_comparable", ("order",)),
    "scale: none any more": Edit("scaled", put("scale", None), "not_comparable", ("scale",)),
    "scale: others": Edit("scaled", replace_codes(1, 3, "x", "y"), "not_comparable", ("choices", "choices")),
    "other: code added": Edit(
        "open_ended", replace_codes(1, 1, "fresh"), "comparable", ("choices",), "other | fresh other"
    ),
    "other: code removed": Edit("open_ended", replace_codes(1, 2), "comparable", ("choices",), "n1 other | other"),
    "no other: code added": Edit("closed", replace_codes(1, 1, "fresh"), "not_comparable", ("choices",)),
    "no other: code removed": Edit("closed", replace_codes(1, 2), "not_comparable", ("choices",)),
    "no other: merged": Edit(
        "closed", replace_codes(0, 2, "fresh"), "comparable", ("choices", "choices"), "n0 n1 | fresh"
    ),
    "no other: split": Edit("closed", replace_codes(0, 1, "x", "y"), "comparable", ("choices", "choices"), "n0 | x y"),
    "no other: order": Edit("closed", reorder, "comparable", ("order",)),
    "no other: missing": Edit("closed", missing_choice, "comparable", ("choices",)),
    "several: code added": Edit("several", replace_codes(1, 1, "fresh"), "comparable", ("choices",), "– | fresh"),
    "several: code removed": Edit("several", replace_codes(1, 2), "comparable", ("choices",), "m2 | –"),
    "several: order": Edit("several", reorder, "comparable", ("order",)),
    "several: one alone": Edit(
        "several", lambda spec, item: item["choices"]["m4"].update(exclusive=True), "comparable", ("choices",)
    ),
    "type": Edit("number", put("type", "decimal"), "not_comparable", ("type",)),
    "type of choices": Edit("closed", put("type", "select_multiple"), "not_comparable", ("type",)),
    "calculation": Edit("worked_out", put("calculation", "${routed}"), "not_comparable", ("type",)),
    "constraint": Edit("number", put("constraint", ". < 60"), "comparable", ("limits",)),
    "required": Edit("amount", put("required", value=True), "comparable", ("limits",)),
    "moved": Edit("story", to_the_end, "comparable", ("position",)),
    "removed": Edit("day", take_out, "not_comparable", ("removed",)),
    "route wider": Edit(
        "routed", put("relevant", f"{BASE_ROUTE} or ${{gate}} = 'g3'"), "comparable", ("routing",), "", BASE_ROUTE
    ),
    "route for all": Edit("routed", put("relevant", ""), "comparable", ("routing",), "", BASE_ROUTE),
    "route narrower": Edit(
        "routed", put("relevant", "${gate} = 'g1'"), "comparable", ("routing",), "", "${gate} = 'g1'"
    ),
    "route other": Edit("routed", put("relevant", "${gate} = 'g3'"), "not_comparable", ("routing",)),
    "route overlaps": Edit(
        "routed", put("relevant", "${gate} = 'g2' or ${gate} = 'g3'"), "not_comparable", ("routing",)
    ),
    # A comparison with no answer is false, so these two say the same; the third is also true without an answer.
    "route otherwise written": Edit("routed", put("relevant", "${gate} != 'g3'"), "identical", ()),
    "route reversed": Edit("routed", put("relevant", "${gate} = 'g2' or ${gate} = 'g1'"), "identical", ()),
    "route with no answer": Edit(
        "routed", put("relevant", "not(${gate} = 'g3')"), "comparable", ("routing",), "", BASE_ROUTE
    ),
}


def survey(spec: Spec, version: int = 1) -> Survey:
    return Survey.model_validate({**copy.deepcopy(spec), "version": version})


def edited(spec: Spec, *edits: Edit) -> Spec:
    new = copy.deepcopy(spec)
    for edit in edits:
        edit.change(new, find(new, edit.target))
    return new


def by_name(old: Spec, new: Spec) -> dict[str, Item]:
    return {item.name: item for item in compare(survey(old), survey(new, 2))}


def check(item: Item, edit: Edit) -> None:
    assert item.proposal == edit.verdict
    assert sorted(change.kind for change in item.changes) == sorted(edit.kinds)
    assert item.within == edit.within
    joined = [
        f"{' '.join(group.old) or '–'} | {' '.join(group.new) or '–'}"
        for name, group in item.crosswalk.items()
        if not group.old == group.new == (name,)
    ]
    if edit.groups:
        assert joined == [edit.groups]
        assert item.old
        assert item.new
        assert complete(item.crosswalk, item.old, item.new)


@pytest.mark.parametrize("name", EDITS)
@settings(max_examples=10, derandomize=True)
@given(spec=definitions())
def test_an_edit_gets_the_verdict_that_it_deserves(name: str, spec: Spec) -> None:
    edit = EDITS[name]
    items = by_name(spec, edited(spec, edit))
    check(items[edit.target], edit)
    assert {item.proposal for item in items.values() if item.name != edit.target} == {"identical"}


@settings(max_examples=150, derandomize=True)
@given(
    spec=definitions(),
    edits=st.lists(st.sampled_from(list(EDITS.values())), min_size=2, max_size=5, unique_by=lambda edit: edit.target),
)
def test_several_edits_are_told_apart(spec: Spec, edits: list[Edit]) -> None:
    items = by_name(spec, edited(spec, *edits))
    for edit in edits:
        check(items[edit.target], edit)
    touched = {edit.target for edit in edits}
    assert {item.proposal for item in items.values() if item.name not in touched} == {"identical"}
    assert "read_this" not in items


@settings(max_examples=20, derandomize=True)
@given(definitions())
def test_the_other_way_round_an_added_question_is_removed(spec: Spec) -> None:
    new = edited(spec, EDITS["removed"])
    there, back = by_name(spec, new)["day"], by_name(new, spec)["day"]
    assert (there.new, [change.kind for change in there.changes]) == (None, ["removed"])
    assert (back.old, [change.kind for change in back.changes]) == (None, ["added"])


# Single behaviours


@pytest.fixture
def spec() -> Spec:
    gate = question("gate", "select_one", choices=choices("g1", "g2", "g3"))
    pages = [
        {"name": "start", "questions": [question("consent", "select_one", choices=choices("yes", "no"))]},
        {"name": "gates", "questions": [gate, question("read_this", "note")]},
        {"name": "routed", "questions": [question("routed", "integer", relevant=BASE_ROUTE)]},
    ]
    return {"survey": "small", "version": 1, "language": "da", "translations": ["en"], "title": words("title"),
            "refusal": "${consent} = 'no'", "pages": pages}  # fmt: skip


def test_what_rests_on_a_changed_answer_is_told(spec: Spec) -> None:
    new = copy.deepcopy(spec)
    find(new, "gate")["label"] = words("something else")
    items = by_name(spec, new)
    assert items["gate"].proposal == "not_comparable"
    assert [change.tell("en") for change in items["routed"].changes] == [
        "who is asked it rests on «gate», which changed"
    ]
    assert items["routed"].proposal == "comparable"


def told(item: Item) -> list[tuple[str, str]]:
    return [(change.proposal, change.tell("en")) for change in item.changes]


def test_what_rests_on_a_scale_with_a_new_code_is_told_where_it_tells_it_apart(spec: Spec) -> None:
    """Who said g1 may say g11 now: then she is asked `routed` no longer, but `any` as before."""
    find(spec, "gate")["scale"] = "ascending"
    spec["pages"].append({"name": "more", "questions": [question("any", "integer", relevant="${gate} != 'g3'")]})
    new = copy.deepcopy(spec)
    replace_codes(1, 1, "g11")(new, find(new, "gate"))
    find(new, "routed")["relevant"] = find(spec, "routed")["relevant"] = "${gate} = 'g1'"
    items = by_name(spec, new)
    assert items["gate"].proposal == "comparable"
    assert told(items["routed"]) == [("comparable", "who is asked it rests on «gate», which changed")]
    assert told(items["any"]) == []


def test_what_is_worked_out_from_a_changed_answer_is_changed(spec: Spec) -> None:
    worked = {"name": "worked_out", "type": "calculate", "calculation": "${gate}"}
    behind = question("behind", "text", relevant="${worked_out} = 'g1'")
    spec["pages"].append({"name": "more", "questions": [worked]})
    spec["pages"].append({"name": "end", "questions": [behind]})
    new = copy.deepcopy(spec)
    find(new, "gate")["label"] = words("something else")
    items = by_name(spec, new)
    assert told(items["worked_out"]) == [("not_comparable", "worked out from «gate», which changed")]
    assert told(items["behind"]) == [("comparable", "who is asked it rests on «worked_out», which changed")]


def test_a_verdict_on_what_rests_on_an_answer_is_about_that_state_of_it(spec: Spec) -> None:
    marks = set[str]()
    for label in ("something else", "something else again"):
        new = copy.deepcopy(spec)
        find(new, "gate")["label"] = words(label)
        marks.add(by_name(spec, new)["routed"].of)
    assert len(marks) == 2
    assert by_name(spec, spec)["routed"].of not in marks


@pytest.mark.parametrize("change", [{"respondent": "mentor"}, {"follows": {"survey": "start", "agreed": "again"}}])
def test_answers_of_other_people_are_not_comparable(spec: Spec, change: Spec) -> None:
    items = by_name(spec, {**copy.deepcopy(spec), **change})
    assert {item.proposal for item in items.values()} == {"not_comparable"}
    same = by_name({**spec, **change}, {**copy.deepcopy(spec), **change})
    assert {item.proposal for item in same.values()} == {"identical"}
    assert not {item.of for item in items.values()} & {item.of for item in same.values()}


def test_versions_without_a_language_in_common_are_not_comparable(spec: Spec) -> None:
    new: Spec = {**copy.deepcopy(spec), "language": "ar", "translations": []}
    items = by_name(spec, new)
    assert told(items["consent"]) == [("not_comparable", "no language is spoken by both versions")]


def test_other_words_are_other_words_where_the_survey_has_a_new_language_of_its_own(spec: Spec) -> None:
    """Once Danish, now Somali with a Danish translation: the Danish words are what both have."""
    new: Spec = {**copy.deepcopy(spec), "language": "so", "translations": ["da"]}
    mark = by_name(spec, new)["gate"].of
    find(new, "gate")["label"]["da"] = "andre ord"
    gate = by_name(spec, new)["gate"]
    assert told(gate) == [("not_comparable", "the question is worded otherwise")]
    assert gate.of != mark


def test_a_wider_invitation_is_told_of_every_item(spec: Spec) -> None:
    old, new = ({**copy.deepcopy(spec), "invite": invite} for invite in ("${status} = 'ended'", ""))
    site = {"status": {"label": words("Status"), "type": "choice", "choices": choices("ended", "running")}}
    items = compare(survey({**old, "attributes": site}), survey(new, 2))
    assert {(item.proposal, item.within, item.changes[0].kind) for item in items} == {
        ("comparable", "${status} = 'ended'", "universe")
    }


def test_an_interview_that_no_longer_ends_asks_more_people_on_the_pages_behind(spec: Spec) -> None:
    items = by_name(spec, {**copy.deepcopy(spec), "refusal": ""})
    assert items["consent"].changes == ()
    assert [(change.kind, change.tell("en")) for change in items["gate"].changes] == [
        ("routing", "more people are asked it: not(${consent} = 'no'), now –")
    ]
    assert items["gate"].within == "not(${consent} = 'no')"
    assert items["routed"].proposal == "comparable"


def test_a_page_that_is_routed_routes_its_questions(spec: Spec) -> None:
    new = copy.deepcopy(spec)
    del find(new, "routed")["relevant"]
    new["pages"][2]["relevant"] = BASE_ROUTE
    assert by_name(spec, new)["routed"].changes == ()


def test_a_change_of_words_is_one_of_the_languages_that_have_it(spec: Spec) -> None:
    new = copy.deepcopy(spec)
    find(new, "gate")["label"]["da"] = "andre ord"
    gate = by_name(spec, new)["gate"]
    assert (gate.proposal_in("da"), gate.proposal_in("en")) == ("not_comparable", "identical")


def test_the_same_questions_have_the_same_mark_and_others_another(spec: Spec) -> None:
    changes: list[Callable[[Spec], object]] = [
        lambda new: find(new, "gate")["label"].update(da="andre ord"),
        lambda new: find(new, "gate")["choices"].update(choices("g4")),
        lambda new: find(new, "gate").update(required=True),
        lambda new: find(new, "gate").update(relevant="${consent} = 'yes'"),
        lambda new: new.update(invite="${consent} = 'yes'"),
    ]
    marks = {by_name(spec, spec)["gate"].of}
    for change in changes:
        new = copy.deepcopy(spec)
        change(new)
        marks.add(by_name(spec, new)["gate"].of)
    assert len(marks) == 1 + len(changes)
    translated = copy.deepcopy(spec)
    find(translated, "gate")["label"]["en"] = "other words"
    assert by_name(spec, translated)["gate"].of in marks


def test_what_differs_outside_the_items_is_told(spec: Spec) -> None:
    new = copy.deepcopy(spec)
    new["title"]["en"] = "another title"
    new["translations"] = ["en", "ar"]
    new["refusal"] = ""
    find(new, "read_this")["label"] = words("other words")
    find(new, "gate")["role"] = "headline"
    find(new, "routed")["appearance"] = "multiline"
    new["pages"][1]["title"] = words("a heading")
    new["pages"][2]["questions"].append(question("fresh_note", "note"))
    new["pages"].append({"name": "more", "relevant": "", "questions": [question("more", "note")]})
    told = [change.tell("en") for change in surroundings(survey(spec), survey(new, 2))]
    assert told == [
        "the title is worded otherwise: «en»",
        "new languages: «ar»",
        "what ends the interview is another: ${consent} = 'no', now –",
        "new page: «more»",
        "the heading of page «gates» is worded otherwise: «da», «en»",
        "new notes: «fresh_note», «more»",
        "note «read_this» is worded otherwise: «da», «en»",
        "«gate» has another role: –, now headline",
        "«routed» looks otherwise",
    ]
    assert surroundings(survey(spec), survey(spec, 2)) == []


def test_another_heading_above_a_question_wants_a_verdict(spec: Spec) -> None:
    """«In the last four weeks» above a question is part of what it asks."""
    spec["pages"][1]["title"] = words("a heading")
    new = copy.deepcopy(spec)
    new["pages"][1]["title"]["da"] = "another heading"
    found = by_name(spec, new)["gate"]
    assert [(change.kind, change.proposal) for change in found.changes] == [("wording", "comparable")]
    assert found.of != by_name(spec, spec)["gate"].of
    new["pages"][1]["title"] = {**spec["pages"][1]["title"], "en": "another heading"}
    assert by_name(spec, new)["gate"].proposal == "identical"


def test_what_is_read_before_consent_is_told_as_such(spec: Spec) -> None:
    spec["pages"][0]["questions"].insert(0, question("about", "note"))
    find(spec, "consent")["role"] = "consent"
    new = copy.deepcopy(spec)
    find(new, "about")["label"]["da"] = "andre ord"
    (change,) = surroundings(survey(spec), survey(new, 2))
    assert change.kind == "consent"
    assert change.tell("en") == "note «about», which people read before they consent, is worded otherwise: «da»"
