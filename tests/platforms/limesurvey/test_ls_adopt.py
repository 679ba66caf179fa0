"""Foreign surveys as definitions. `adopted/` was recorded from a LimeSurvey 6.4.2: one survey, told in three ways."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rc2_adapters import ACCOUNT, logged_in, remote, replay

from evaltool.errors import DefinitionError, PlatformError
from evaltool.platforms.base import Access, Invitation
from evaltool.platforms.limesurvey.adopted import Adopted, adopt_survey, own_languages
from evaltool.platforms.limesurvey.adopted_check import mapping_faults, survey_faults
from evaltool.platforms.limesurvey.adopted_files import (
    read_mapping,
    render_catalogue,
    render_definition,
    render_mapping,
)
from evaltool.platforms.limesurvey.adopted_reading import (
    Foreign,
    ForeignGroup,
    ForeignSurvey,
    Part,
    plain,
    read_foreign,
)
from evaltool.platforms.limesurvey.adopted_rules import Known, translate_rule
from evaltool.platforms.limesurvey.lss_reading import read_lss
from evaltool.platforms.limesurvey.platform import LimeSurvey
from evaltool.platforms.limesurvey.pull import Row
from evaltool.platforms.limesurvey.putting import ask_told
from evaltool.platforms.limesurvey.rows import Source, read_row
from evaltool.records import Deployment
from evaltool.survey.catalogue import parse_catalogue
from evaltool.survey.expressions import holds
from evaltool.survey.model import Choice, Question, Survey
from evaltool.survey.release import make_release
from evaltool.yamlfile import plain as plain_yaml
from evaltool.yamlfile import read_yaml

ADOPTED = Path(__file__).parent / "adopted"
SID = 770001
TODAY = "2026-11-22"


def from_file(name: str) -> ForeignSurvey:
    return read_foreign(read_lss((ADOPTED / name).read_bytes(), where=name))


def from_server() -> ForeignSurvey:
    return read_foreign(ask_told(remote(replay("../adopted/rc2_6.4.2.json")), SID))


def foreign(*questions: Foreign, relevance: str = "1", languages: tuple[str, ...] = ("en",)) -> ForeignSurvey:
    group = ForeignGroup(dict.fromkeys(languages, "Page"), relevance, questions)
    return ForeignSurvey(SID, languages, dict.fromkeys(languages, "Trial"), (group,), anonymised=False, active=True)


def ask(title: str, kind: str = "S", **more: Any) -> Foreign:
    told: dict[str, Any] = {"number": 1, "title": title, "type": kind, "texts": {"en": f"{title}?"}, **more}
    return Foreign(**told)


def parts(*codes: str) -> tuple[Part, ...]:
    return tuple(Part(code, {"en": f"words of {code}"}) for code in codes)


def adopt(survey: ForeignSurvey, taken: frozenset[str] = frozenset()) -> Adopted:
    return adopt_survey(survey, survey="old", version=1, taken=taken)


def written(survey: ForeignSurvey) -> list[str]:
    adopted = adopt(survey)
    return [render_definition(adopted), render_mapping(adopted.mapped, survey), *catalogue(adopted)]


def catalogue(adopted: Adopted) -> list[str]:
    return [render_catalogue(adopted, code, today=TODAY)[0] for code in adopted.survey.translations]


# Reading


@pytest.mark.parametrize("name", ["by_hand_3.lss", "by_hand_6.4.2.lss"])
def test_files_of_both_forms_tell_what_the_server_tells(name: str) -> None:
    assert written(from_file(name)) == written(from_server())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b"<document/>",
        b"<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>",
        (ADOPTED / "by_hand_3.lss").read_bytes()[:5000],
        (ADOPTED / "by_hand_3.lss").read_bytes().replace(b"Type>Survey<", b"Type>Group<"),
    ],
)
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(DefinitionError, match=r"old\.lss: the file is no survey structure of LimeSurvey"):
        read_lss(data, where="old.lss")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>Er du <b>kvinde</b>?</p>\r\n<p>Eller&nbsp;mand?</p>", "Er du kvinde? Eller mand?"),
        ("a<br />b", "a b"),
        ("3 < 4 &amp; 5 > 4", "3 < 4 & 5 > 4"),
        ("<script>alert('x')</script>Hej<style>p {}</style><!-- note -->", "Hej"),
        ("می\u200cروم", "می\u200cروم"),
        ("a\x07b\x85c", "ab c"),
        (None, ""),
    ],
)
def test_html_becomes_plain_words(text: str | None, words: str) -> None:
    assert plain(text) == words


# Questions

OTHER = {"other": True, "other_texts": {"en": "Something else"}}


TAKEN: list[tuple[Foreign, dict[str, tuple[str, str, dict[str, str]]]]] = [
    (ask("Q", "L", answers=parts("A1", "2")), {"q": ("select_one", "Q", {"a1": "A1", "c2": "2"})}),
    (ask("Q", "!", answers=parts("A1")), {"q": ("select_one", "Q", {"a1": "A1"})}),
    (
        ask("Q", "L", answers=parts("A1"), **OTHER),
        {"q": ("select_one", "Q", {"a1": "A1", "other": "-oth-"})},
    ),
    (
        ask("Q", "O", answers=parts("A1")),
        {"q": ("select_one", "Q", {"a1": "A1"}), "q_comment": ("text", "Q[comment]", {})},
    ),
    (
        ask("Q", "M", parts=parts("SQ1", "2b"), **OTHER),
        {"q": ("select_multiple", "Q", {"sq1": "SQ1", "c2b": "2b", "other": "-oth-"})},
    ),
    (
        ask("Q", "P", parts=parts("SQ1"), **OTHER),
        {
            "q": ("select_multiple", "Q", {"sq1": "SQ1", "other": "-oth-"}),
            "q_sq1comment": ("text", "Q[SQ1comment]", {}),
            "q_othercomment": ("text", "Q[othercomment]", {}),
        },
    ),
    (ask("Q", "N"), {"q": ("decimal", "Q", {})}),
    (ask("Q", "N", settings={"num_value_int_only": "1"}), {"q": ("integer", "Q", {})}),
    (
        ask("Q", "K", parts=parts("a", "b")),
        {"q_a": ("decimal", "Q[a]", {}), "q_b": ("decimal", "Q[b]", {})},
    ),
    (ask("Q", "S"), {"q": ("text", "Q", {})}),
    (ask("Q", "U"), {"q": ("text", "Q", {})}),
    (ask("Q", "Q", parts=parts("a")), {"q_a": ("text", "Q[a]", {})}),
    (ask("Q", "D"), {"q": ("date", "Q", {})}),
    (ask("Q", "X"), {"q": ("note", "Q", {})}),
    (
        ask("Q", "F", parts=parts("r1", "r2"), answers=parts("1")),
        {"q_r1": ("select_one", "Q[r1]", {"c1": "1"}), "q_r2": ("select_one", "Q[r2]", {"c1": "1"})},
    ),
    (ask("Q", "H", parts=parts("r1"), answers=parts("1")), {"q_r1": ("select_one", "Q[r1]", {"c1": "1"})}),
    (ask("Q", "Y"), {"q": ("select_one", "Q", {"yes": "Y", "no": "N"})}),
    (ask("Q", "G"), {"q": ("select_one", "Q", {"female": "F", "male": "M"})}),
    (ask("Q", "5"), {"q": ("select_one", "Q", {f"c{point}": str(point) for point in range(1, 6)})}),
    (
        ask("Q", "B", parts=parts("r")),
        {"q_r": ("select_one", "Q[r]", {f"c{point}": str(point) for point in range(1, 11)})},
    ),
    (
        ask("Q", "C", parts=parts("r")),
        {"q_r": ("select_one", "Q[r]", {"yes": "Y", "no": "N", "uncertain": "U"})},
    ),
    (
        ask("Q", "E", parts=parts("r")),
        {"q_r": ("select_one", "Q[r]", {"increase": "I", "same": "S", "decrease": "D"})},
    ),
]


@pytest.mark.parametrize(("question", "taken"), TAKEN, ids=[question.type for question, _ in TAKEN])
def test_each_type_is_taken_in(
    tmp_path: Path, question: Foreign, taken: Mapping[str, tuple[str, str, dict[str, str]]]
) -> None:
    adopted = adopt(foreign(question))
    columns = adopted.mapped.questions
    assert {name: (adopted.survey.by_name[name].type, item.column, item.choices) for name, item in columns.items()} == (
        taken
    )
    assert not reread(tmp_path, adopted, foreign(question))


def reread(tmp_path: Path, adopted: Adopted, survey: ForeignSurvey, *changes: tuple[str, str]) -> list[str]:
    """The faults of the mapping as a person has changed it."""
    text = render_mapping(adopted.mapped, survey)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "v1.limesurvey.yaml"
    path.write_text(text, encoding="utf-8")
    faults = mapping_faults(*read_mapping(path), adopted.survey, survey)
    return [f"{fault.where.rpartition(':')[2]}: {fault.message}" for fault in faults]


def test_what_evaltool_has_not_is_left_out_with_its_reason(tmp_path: Path) -> None:
    survey = foreign(
        ask("Kept"), ask("Rang", "R"), ask("Grid", ":", parts=parts("a")), ask("Sum", "*"), ask("New", "z")
    )
    adopted = adopt(survey)
    assert adopted.mapped.left_out == {
        "Rang": "type R: a ranking",
        "Grid": "type :: an array of numbers",
        "Sum": "type *: worked out by LimeSurvey",
        "New": "type z: unknown to evaltool",
    }
    assert list(adopted.survey.by_name) == ["kept"]
    assert not reread(tmp_path, adopted, survey)


def test_codes_that_collide_get_numbers() -> None:
    questions = [ask("Sat1"), ask("sat1"), ask("1st"), ask("Site"), ask("language"), ask("a__b"), ask("Q" * 50)]
    adopted = adopt(
        foreign(*questions, ask("Pick", "L", answers=parts("A", "a", "-", "other"), **OTHER)),
        frozenset({"site", "language"}),
    )
    names = ["sat1", "sat1_2", "q_1st", "site_2", "language_2", "a_b", "q" * 37, "pick"]
    assert list(adopted.survey.by_name) == names
    choices = adopted.mapped.questions["pick"].choices
    assert choices == {"a": "A", "a_2": "a", "c": "-", "other_2": "other", "other": "-oth-"}


def test_choices_that_read_the_same_are_told_apart() -> None:
    answers = (Part("A1", {"en": "Yes"}), Part("A2", {"en": "yes"}), Part("A3", {"en": ""}))
    choices = adopt(foreign(ask("Q", "L", answers=answers))).survey.by_name["q"].choices
    assert [choice.label["en"] for choice in choices.values()] == ["Yes", "yes (A2)", "A3"]


def test_languages_of_one_kind_are_one() -> None:
    assert own_languages(("da", "de", "de-informal", "pt-BR", "zh-Hans")) == {
        "da": "da",
        "de": "de",
        "pt-BR": "pt",
        "zh-Hans": "zh",
    }


def test_a_translation_that_check_would_refuse_is_left_out() -> None:
    question = Foreign(
        1,
        "Q",
        "L",
        {"da": "Er du over 18 år?", "en": "Are you an adult?"},
        answers=(
            Part("A1", {"da": "Ja", "en": "Yes"}),
            Part("A2", {"da": "Måske", "en": "Yes"}),
            Part("A3", {"da": "Nej", "en": ""}),
        ),
    )
    adopted = adopt(foreign(question, languages=("da", "en")))
    text, faults = render_catalogue(adopted, "en", today=TODAY)
    assert [fault.code for fault in faults] == ["digits"]
    entries = parse_catalogue(text, "en", where="v1.en.po").entries
    assert {key: (entry.text, entry.state, entry.by, entry.on) for key, entry in entries.items()} == {
        "title": ("Trial", "translated", "LimeSurvey 770001", TODAY),
        "page.group_1.title": ("Page", "translated", "LimeSurvey 770001", TODAY),
        "q.choice.a1": ("Yes", "translated", "LimeSurvey 770001", TODAY),
        "q.choice.a2": ("Yes (A2)", "translated", "LimeSurvey 770001", TODAY),
    }


# Rules


def known(**questions: Any) -> dict[str, Known]:
    return {
        name: Known(Question(name=name.lower(), label={"en": name}, **told), {}) for name, told in questions.items()
    }


CHOICE = Known(
    Question(name="kon", type="select_one", choices={"a1": Choice(label={}), "other": Choice(label={})}),
    {"A1": "a1", "-oth-": "other"},
)
SEVERAL = Question(name="emner", type="select_multiple", choices={"job": Choice(label={})})
KNOWN = {
    "Kon": CHOICE,
    "#12": CHOICE,
    "Emner_SQ1": Known(SEVERAL, {"SQ1": "job"}, "job"),
    "#13SQ1": Known(SEVERAL, {"SQ1": "job"}, "job"),
    **known(Alder={"type": "integer"}, Navn={"type": "text"}, Dag={"type": "date"}),
}


@pytest.mark.parametrize(
    ("rule", "expression"),
    [
        ("1", ""),
        ('((Kon.NAOK == "A1"))', "${kon} = 'a1'"),
        ("Kon == 'A1'", "${kon} = 'a1'"),
        ('((770001X5X12.NAOK == "-oth-"))', "${kon} = 'other'"),
        ('((770001X5X13SQ1.NAOK == "Y"))', "selected(${emner}, 'job')"),
        ('Emner_SQ1.NAOK eq "Y"', "selected(${emner}, 'job')"),
        ('(Kon.NAOK == "A1" or Kon.NAOK == "-oth-")', "(${kon} = 'a1' or ${kon} = 'other')"),
        (
            'Kon.NAOK == "A1" || Alder.NAOK >= 18 && Navn.NAOK == "Bo"',
            "(${kon} = 'a1' or ${alder} >= 18 and ${navn} = 'Bo')",
        ),
        ('!(Kon.NAOK == "A1")', "not(${kon} = 'a1')"),
        ('Kon.NAOK != "A1"', "not(${kon} = 'a1')"),
        ('Emner_SQ1.NAOK != "Y"', "not(selected(${emner}, 'job'))"),
        ("Alder.NAOK < 18", "${alder} < 18"),
        ('Alder.NAOK == "18"', "${alder} = 18"),
        ("Alder.NAOK == 18", "${alder} = 18"),
        # nobody can be sure that our expression would mean the same
        ("0", None),
        ("", None),
        ('Kon != "A1"', None),
        ('Kon.NAOK == "A9"', None),
        ('Kon.shown == "Kvinde"', None),
        ('Kon.NAOK == ""', None),
        ('Emner_SQ1.NAOK == ""', None),
        ('Alder.NAOK > "17"', None),
        ('Kon.NAOK > "A0"', None),
        ('Navn.NAOK == "D\'Or"', None),
        ('Dag.NAOK == "2020-01-01"', None),
        ('Senere.NAOK == "A1"', None),
        ("count(Emner_SQ1.NAOK) > 1", None),
        ("is_empty(Kon.NAOK)", None),
        ('TOKEN:ATTRIBUTE_1 == "x"', None),
        ("Alder.NAOK + 1 > 18", None),
        ('Kon.NAOK == "A1" and', None),
        ('(Kon.NAOK == "A1"', None),
        ('Kon.NAOK == "A1")', None),
    ],
)
def test_rules_are_said_in_our_words_or_left_to_a_person(rule: str, expression: str | None) -> None:
    assert translate_rule(rule, KNOWN) == expression


def test_a_translated_rule_holds_for_whom_it_held_on_limesurvey() -> None:
    """Recorded by `record_rules.py`: equations with these rules, worked out by a LimeSurvey 6.4.2 for six people."""
    told = json.loads((ADOPTED / "rules_6.4.2.json").read_text(encoding="utf-8"))
    people = [
        {},
        {"kon": "a1", "alder": 9, "navn": "Bo", "emner": ("job",)},
        {"kon": "a2", "alder": 18, "navn": "bo", "emner": ("andet",)},
        {"kon": "other", "alder": 100, "navn": "18"},
        {"kon": "a1", "alder": 17.5},
        {"kon": "a2", "alder": -1},
    ]
    asked = {
        "Kon": Known(CHOICE.question, {"A1": "a1", "A2": "a2", "-oth-": "other"}),
        "Senere": Known(Question(name="senere", type="select_one"), {"A1": "a1", "A2": "a2"}),
        "Emner_SQ001": Known(SEVERAL, {"SQ001": "job"}, "job"),
        **known(Alder={"type": "decimal"}, Navn={"type": "text"}),
    }
    translated = {rule: translate_rule(rule, asked) for rule in told["rules"]}
    left = [rule for rule, expression in translated.items() if expression is None]
    assert left == [f"((Alder.NAOK {sign}))" for sign in ('> "17"', '>= "18"', '< "18"', '<= "18"')]
    for place, (rule, expression) in enumerate(translated.items()):
        if expression is not None:
            held = [answers[place] for answers in told["holds"]]
            assert [holds(expression, values) for values in people] == held, rule


def test_a_question_that_hangs_on_its_own_page_begins_a_new_one() -> None:
    survey = foreign(
        ask("Kon", "L", number=12, answers=parts("A1")),
        ask("Navn", relevance='((Kon.NAOK == "A1"))'),
        ask("Alder", "N", relevance='((770001X1X12.NAOK == "A1"))'),
    )
    pages = adopt(survey).survey.pages
    assert [(page.name, [question.name for question in page.questions]) for page in pages] == [
        ("group_1", ["kon"]),
        ("group_1_2", ["navn", "alder"]),
    ]


def test_words_that_yaml_or_a_comment_would_misread(tmp_path: Path) -> None:
    """A rule of several lines, and codes that are words of YAML."""
    survey = foreign(
        ask("Null", "L", answers=parts("true", "No", "~")), ask("Q", relevance="is_empty(\n  Null.NAOK\n)")
    )
    adopted = adopt(survey)
    (tmp_path / "v1.yaml").write_text(render_definition(adopted), encoding="utf-8")
    found = plain_yaml(read_yaml(tmp_path / "v1.yaml").data)["pages"][0]["questions"]
    assert [(item["name"], item.get("choices")) for item in found] == [
        ("null", {"true": "words of true", "no": "words of No", "c": "words of ~"}),
        ("q", None),
    ]
    assert not reread(tmp_path, adopted, survey)


def test_long_texts_are_kept_whole() -> None:
    adopted = adopt(foreign(ask("Words", "U"), ask("Pick", "O", answers=parts("A"))))
    assert [question.max_length for question in adopted.survey.questions] == [10_000, None, 10_000]
    assert render_definition(adopted).count("max_length: 10000\n") == 2


def test_a_rule_that_is_not_said_stands_in_the_mapping() -> None:
    questions = [
        ask("Free"),
        ask("Own", relevance="is_empty(Free)"),
        ask("Rows", "K", parts=(Part("a", {}, 'Free.NAOK == "x"'), Part("b", {})), settings={"array_filter": "M"}),
        ask("Url", settings={"hidden": "1"}),
    ]
    columns = adopt(foreign(*questions)).mapped.questions
    assert {name: item.rule for name, item in columns.items()} == {
        "free": "",
        "own": "is_empty(Free)",
        "rows_a": 'Free.NAOK == "x"; array_filter: M',
        "rows_b": "array_filter: M",
        "url": "hidden",
    }
    columns = adopt(foreign(*questions, relevance="rand() > 1")).mapped.questions
    assert columns["free"].rule == "rand() > 1"
    assert columns["own"].rule == "rand() > 1; is_empty(Free)"


# The mapping as a person has left it

PLAIN = foreign(
    ask("Kon", "L", answers=parts("A1", "A2"), **OTHER),
    ask("Sat", "F", parts=parts("r1", "r2"), answers=parts("1", "2")),
    ask("Rang", "R"),
)


@pytest.mark.parametrize(
    ("before", "after", "faults"),
    [
        ("  kon:", "  gender:", ["7: the question «kon» has no column", "8: old@1 asks no «gender»"]),
        ('column: "Kon"', 'column: "Koen"', [
            "8: survey 770001 has no column «Koen»", "27: nothing is said of the column «Kon»"
        ]),
        ('column: "Sat[r2]"', 'column: "Sat[r1]"', [
            "7: the column «Sat[r1]» is both «sat_r1» and «sat_r2»", "27: nothing is said of the column «Sat[r2]»"
        ]),
        ('a2: "A2"', 'a2: "A1"', [
            "8: the code of «kon» «A1» is both «a1» and «a2»", "8: nothing is said of the code «A2» of «Kon»"
        ]),
        ('a2: "A2"', 'man: "A2"', ["8: «kon» has other choices here: without «a2», with «man»"]),
        ('a2: "A2"', 'a2: "B2"', [
            "8: «Kon» has no code «B2» on LimeSurvey", "8: nothing is said of the code «A2» of «Kon»"
        ]),
        ('    other: "Kon[other]"\n', "", [
            "8: only one of mapping and definition says that «kon» has a text of «other»",
            "26: nothing is said of the column «Kon[other]»",
        ]),
        ('"Rang": "type R: a ranking"', '"Rank": "x"', ["27: nothing is said of the column «Rang»"]),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit(tmp_path: Path, before: str, after: str, faults: list[str]) -> None:
    assert reread(tmp_path, adopt(PLAIN), PLAIN) == []
    assert reread(tmp_path, adopt(PLAIN), PLAIN, (before, after)) == faults


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('a2: "A2"', "a2: 2", "v1.limesurvey.yaml:14: «a2»: Input should be a valid string"),
        ("sid: 770001\n", "", "the key «sid» is missing"),
        ("    type:", "    kind:", "unknown key «kind»"),
        ("  kon:", "  Kon:", "String should match pattern"),
    ],
)
def test_a_mapping_of_another_shape(tmp_path: Path, before: str, after: str, fault: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        reread(tmp_path, adopt(PLAIN), PLAIN, (before, after))
    assert fault in str(caught.value)


def test_codes_that_hide_columns_or_stand_twice_are_refused() -> None:
    survey = foreign(ask("id"), ask("Q"), ask("Q"), ask("evaltool", "*"))
    assert [fault.message for fault in survey_faults(survey)] == [
        "evaltool itself has put it there",
        "the code «id» hides a column of every answer",
        "2 questions have the code «Q»",
    ]


def test_a_definition_that_nobody_completed_can_be_read_and_released(tmp_path: Path) -> None:
    adopted = adopt(from_server())
    assert Survey.model_validate(adopted.survey.model_dump()) == adopted.survey
    assert [question.name for question in adopted.survey.questions if question.relevant] == ["q3", "hvorfor"]
    assert [page.relevant for page in adopted.survey.pages if page.relevant] == ["${anbefal} = 'yes'"]
    assert not reread(tmp_path, adopted, from_server())


# What is done with its answers


def test_erasing_finds_her_by_her_access_code_and_others_by_their_interview() -> None:
    adopted = adopt(from_server())
    released = make_release(adopted.survey, released_at="2026-11-22T00:00:00+00:00")
    deployment = Deployment(
        id="old@1",
        survey="old",
        version=1,
        structure_hash=released.structure_hash,
        texts=released.texts,
        platform="limesurvey",
        deployed_at=released.released_at,
        mapping={"sid": SID, "names": adopted.mapped.names().to_json(), "adopted": True},
    )
    access = Access(
        url=ACCOUNT.url,
        user=ACCOUNT.user,
        timezone="Europe/Copenhagen",
        standing=lambda _id: (deployment, adopted.survey),
        linked=lambda _id: [Invitation("u_ali", "p_ali", "ali2019", "en", {})],
    )
    recording = replay("../adopted/rc2_6.4.2.json")
    told: list[tuple[str, list[Any]]] = []

    def answer(method: str, params: list[Any]) -> Any:
        if method in {"delete_response", "list_participants", "delete_participants"}:
            told.append((method, params[1:]))
            return [{"tid": 2, "token": "ali2019"}] if method == "list_participants" and params[2] == 1 else {}
        if params[2:] == [["anonymized"]]:  # whether it is there still
            return {"anonymized": "N"}
        return recording.answer(method, params)

    platform = LimeSurvey(access, remote(logged_in(answer)))
    assert platform.erase("old@1", ["u_ali", "ls770001-5"]) == 2
    assert [params for method, params in told if method == "delete_response"] == [[SID, 2], [SID, 5]]
    assert [params[1] for method, params in told if method == "delete_participants"] == [[2]]
    changing: list[Callable[[], object]] = [
        lambda: platform.invite("old@1", []),
        lambda: platform.close("old@1"),
        lambda: platform.deploy(deployment, adopted.survey, where=str),
    ]
    for change in changing:
        with pytest.raises(PlatformError, match="old@1 was adopted: evaltool only reads its answers"):
            change()


NULLS = {"Own": None, "Free": "", "Pick[a]": None, "Pick[b]": None, "Age": None}
COLLAPSED = dict.fromkeys(NULLS, "")


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (COLLAPSED, {"free"}),  # 6.4: nobody can tell
        (NULLS, {"free"}),  # 5.6 tells that it was not shown
        ({**NULLS, "Own": ""}, {"free", "own"}),  # and, beside others that were not, that it was shown
        ({**COLLAPSED, "Own": "x"}, {"free", "own"}),
    ],
)
def test_only_a_server_that_tells_them_apart_knows_who_left_it_empty(row: Row, shown: set[str]) -> None:
    hidden = {"relevance": "rand() > 1"}
    questions = [
        ask("Free"),
        ask("Own", **hidden),
        ask("Pick", "M", parts=parts("a", "b"), **hidden),
        ask("Age", "N", **hidden),
    ]
    adopted = adopt(foreign(*questions))
    source = Source(
        deployment="old@1",
        structure_hash="hash",
        sid=SID,
        survey=adopted.survey,
        names=adopted.mapped.names(),
        zone=ZoneInfo("UTC"),
    )
    sent = {"id": 1, "submitdate": "2019-05-01 12:00:00", **row}
    assert read_row(source, sent, revision=1).answers.keys() == shown
