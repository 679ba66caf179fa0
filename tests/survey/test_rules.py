"""Rules for wording: each broken rule is told at its place, and nothing else is."""

from pathlib import Path

import pytest
from definitions import LISTS, ROSTER

from evaltool.errors import DefinitionError
from evaltool.survey.load import load_roster, load_survey
from evaltool.survey.rules import Rules, Shown, apart_faults, banned_pattern, load_rules, rule_faults

SURVEY = """\
survey: small
version: 1
language: da
title: Lille
pages:
  - name: start
    title: Til dig
    questions:
      - {name: about, type: note, label: Hej og velkommen.}
      - {name: consent, type: select_one, role: consent, label: Vil du?, choices: {"yes": Ja, "no": Nej}}
      - {name: quote, type: select_one, role: quote, label: Citat?, choices: {"yes": Ja, "no": Nej}}
  - name: work
    questions:
      - name: job
        type: select_one
        label: Har du job?
        hint: Nu.
        choices:
          yes: Ja
          no: Nej
          refused: {label: Jeg vil ikke svare, missing: refused}
      - {name: help, type: select_one, label: Fik du hjælp?, choices: degree}
      - {name: words, type: text, label: Dine ord?}
"""
DONT_KNOW = LISTS + "    unsure: {label: Ved ikke, missing: dont_know}\n"


class Folder:
    """A surveys folder in which one thing after the other can be written."""

    def __init__(self, path: Path):
        self.path = path
        self.write("roster.yaml", ROSTER)
        self.write("lists.yaml", LISTS)
        self.write("small/v1.yaml", SURVEY)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def faults(self, rules: str, *, closed: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """Code and place (file:line, below the folder) of every fault."""
        self.write("rules.yaml", "format: 1\n" + rules)
        found = load_rules(self.path / "rules.yaml")
        assert found is not None
        roster = load_roster(self.path / "roster.yaml")
        surveys = [load_survey(path, roster) for path in sorted(self.path.glob("*/v*.yaml"))]
        told = rule_faults(found, surveys, self.path, closed=closed)
        return [(fault.code, fault.where.removeprefix(f"{self.path.as_posix()}/")) for fault in told]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def at(part: str) -> str:
    return f"small/v1.yaml:{line(SURVEY, part)}"


def test_a_project_may_have_no_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "rules.yaml") is None


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("sag", "Din sag er her", ["sag"]),
        ("sag", "SAG: nej", ["SAG"]),
        ("sag", "Hun har sagt, at sagen er klar", []),
        ("sag*", "Hun har sagt, at sagen er klar", ["sagt", "sagen"]),
        ("sag", "min sag-mappe", ["sag"]),
        ("prøv*", "Prøv igen, eller prøvede du?", ["Prøv", "prøvede"]),
        ("prøv*", "afprøvning", []),
        ("test", "test2 _test testen", []),
    ],
)
def test_banned_words_are_whole_words_unless_they_have_a_star(word: str, text: str, found: list[str]) -> None:
    assert banned_pattern([word]).findall(text) == found


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("lille", "title: Lille"),
        ("dig", "    title: Til dig"),
        ("velkommen", "name: about"),
        ("citat", "name: quote"),
        ("job", "label: Har du job"),
        ("nu", "hint: Nu"),
    ],
)
def test_a_banned_word_is_told_at_its_text(folder: Folder, word: str, part: str) -> None:
    assert folder.faults(f"banned: {{da: [{word}]}}\n") == [("banned-word", at(part))]


def test_a_banned_word_in_a_choice_is_told_at_the_choice(folder: Folder) -> None:
    folder.write("small/v1.yaml", SURVEY.replace("          no: Nej\n", "          no: Nej, en sag\n"))
    assert folder.faults("banned: {da: [sag]}\n") == [("banned-word", at("          no: Nej\n"))]


def test_a_banned_word_in_a_shared_list_is_told_there(folder: Folder) -> None:
    assert folder.faults("banned: {da: [mindre]}\n") == [("banned-word", f"lists.yaml:{line(LISTS, 'low')}")]


def test_a_banned_word_in_a_translation_is_told_there(folder: Folder) -> None:
    folder.write("small/v1.yaml", SURVEY.replace("language: da\n", "language: da\ntranslations: [en]\n"))
    entry = 'msgctxt "job.label"\nmsgid "Har du job?"\nmsgstr "Is it a test or a case?"\n'
    header = 'msgid ""\nmsgstr "Language: en\\nContent-Type: text/plain; charset=utf-8\\n"\n\n'
    folder.write("small/v1.en.po", header + entry)
    assert folder.faults("banned: {da: [test], en: [case]}\n") == [("banned-word", "small/v1.en.po:4")]


def test_words_banned_in_one_question_may_stand_in_another(folder: Folder) -> None:
    rules = "banned_in: {help: {da: [mindre, job, fik]}}\n"
    assert folder.faults(rules) == [
        ("banned-word", at("name: help")),
        ("banned-word", f"lists.yaml:{line(LISTS, 'low')}"),
    ]


def test_a_question_of_one_survey_can_be_named(folder: Folder) -> None:
    assert folder.faults("banned_in: {small/job: {da: [job]}}\n") == [("banned-word", at("label: Har du job"))]
    assert folder.faults("banned_in: {other/job: {da: [job]}}\n") == [("unknown-question", "rules.yaml:2")]


# LIX by hand: about 3 + 100/3 = 36.3; job 4 words in 2 sentences = 2; help 3; consent 2; quote 1; words 2.
# All questions: 4 + 3 + 2 + 1 + 2 = 12 words in 6 sentences, none long = 2.
@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ("note: 36.4, question: 3, survey: 2", []),
        ("note: 36.3", [("hard-to-read", at("name: about"))]),
        ("question: 2.9", [("hard-to-read", at("name: help"))]),
        ("question: 2.9, allowed: {help: 3}", []),
        ("question: 3, allowed: {small/help: 2.9}", [("hard-to-read", at("name: help"))]),
        ("note: 20, allowed: {about: 37}", []),
        ("survey: 1.9", [("hard-to-read", "small/v1.yaml:1")]),
    ],
)
def test_a_text_that_is_too_hard_is_told(folder: Folder, limits: str, found: list[tuple[str, str]]) -> None:
    assert folder.faults(f"readability: {{da: {{{limits}}}}}\n") == found


def test_dont_know_only_where_it_may_be(folder: Folder) -> None:
    folder.write("lists.yaml", DONT_KNOW)
    assert folder.faults("offer_refused: true\n") == []
    assert folder.faults("dont_know: [help]\n") == []
    assert folder.faults("dont_know: [job]\n") == [("dont-know", at("name: help"))]
    assert folder.faults("dont_know: []\n") == [("dont-know", at("name: help"))]


def test_every_question_but_a_consent_can_be_declined(folder: Folder) -> None:
    assert folder.faults("offer_refused: true\n") == []
    folder.write("lists.yaml", LISTS[: LISTS.index("    refused")])
    assert folder.faults("offer_refused: true\n") == [("no-refusal", at("name: help"))]
    assert folder.faults("offer_refused: false\n") == []


def test_a_consent_is_one_question_of_two_answers(folder: Folder) -> None:
    assert folder.faults("separate_consents: true\n") == []
    three = SURVEY.replace('label: Vil du?, choices: {"yes": Ja, ', 'label: Vil du?, choices: {"yes": Ja, most: Lidt, ')
    folder.write("small/v1.yaml", three)
    assert folder.faults("separate_consents: true\n") == [("joint-consent", at("name: consent"))]
    folder.write("small/v1.yaml", SURVEY.replace("select_one, role: consent", "select_multiple, role: consent"))
    assert folder.faults("separate_consents: true\n") == [("joint-consent", at("name: consent"))]


def test_words_are_asked_for_only_with_a_consent_to_quote_them(folder: Folder) -> None:
    without = SURVEY.replace("role: quote, ", "")
    folder.write("small/v1.yaml", without)
    assert folder.faults("separate_consents: true\n") == [("no-quote-consent", at("name: words"))]
    no_words = without[: without.index("      - {name: words")]
    folder.write("small/v1.yaml", no_words)
    assert folder.faults("separate_consents: true\n") == []
    folder.write(
        "small/v1.yaml", no_words.replace("          no: Nej\n", "          no: {label: Andet, other: true}\n")
    )
    assert folder.faults("separate_consents: true\n") == [("no-quote-consent", at("name: job"))]


SAME = "same: [{surveys: [other, small], questions: [job, help]}]\n"


def other(text: str = SURVEY, version: int = 1) -> str:
    return text.replace("survey: small\nversion: 1", f"survey: other\nversion: {version}")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", "", ""),
        ("label: Har du job?", "label: Har du et job?", "label"),
        ("hint: Nu.", "hint: I dag.", "hint"),
        ("          yes: Ja", "          yes: Jo", "choices"),
        ("          yes: Ja\n          no: Nej", "          no: Nej\n          yes: Ja", "choices"),
        ("hint: Nu.", "scale: descending", "hint, scale"),
    ],
)
def test_what_must_be_the_same_is_compared(folder: Folder, old: str, new: str, what: str) -> None:
    folder.write("other/v1.yaml", other(SURVEY.replace(old, new)))
    found = folder.faults(SAME)
    assert found == ([("not-the-same", at("name: job"))] if what else [])
    rules = load_rules(folder.path / "rules.yaml")
    assert rules is not None
    roster = load_roster(folder.path / "roster.yaml")
    surveys = [load_survey(path, roster) for path in sorted(folder.path.glob("*/v*.yaml"))]
    messages = [fault.message for fault in rule_faults(rules, surveys, folder.path)]
    assert messages == ([f"«job» differs from other@1: {what}"] if what else [])


def test_a_question_that_is_not_asked_is_not_the_same(folder: Folder) -> None:
    folder.write("other/v1.yaml", other())
    folder.write("small/v1.yaml", SURVEY.replace("name: help", "name: aid"))
    assert folder.faults(SAME) == [("not-the-same", "small/v1.yaml:1")]


def test_only_the_latest_versions_are_compared(folder: Folder) -> None:
    folder.write("other/v1.yaml", other(SURVEY.replace("Har du job", "Arbejder du")))
    folder.write("other/v2.yaml", other(version=2))
    assert folder.faults(SAME) == []


def test_what_can_no_longer_change_is_not_looked_at(folder: Folder) -> None:
    folder.write("other/v1.yaml", other(SURVEY.replace("Har du job", "Arbejder du")))
    rules = SAME + "banned: {da: [velkommen]}\n"
    assert [code for code, _ in folder.faults(rules)] == ["banned-word", "banned-word", "not-the-same"]
    told = folder.faults(rules, closed=("small@1",))
    assert [(code, where.partition("/")[0]) for code, where in told] == [
        ("banned-word", "other"),
        ("not-the-same", "other"),
    ]
    assert folder.faults(rules, closed=("small@1", "other@1")) == []


def test_every_name_in_the_rules_must_be_known(folder: Folder) -> None:
    rules = """\
banned_in:
  jobb: {da: [x]}
readability:
  da:
    allowed: {small/jobb: 3}
dont_know:
  - job
  - jobb
same:
  - surveys: [small, larger]
    questions: [jobb]
apart:
  - one: [jobb]
    other: [helf]
"""
    assert sorted(folder.faults(rules), key=lambda item: int(item[1].rpartition(":")[2])) == [
        ("unknown-question", "rules.yaml:3"),
        ("unknown-question", "rules.yaml:6"),
        ("unknown-question", "rules.yaml:9"),
        ("unknown-survey", "rules.yaml:11"),
        ("unknown-question", "rules.yaml:12"),
        ("unknown-question", "rules.yaml:14"),
        ("unknown-question", "rules.yaml:15"),
    ]


def test_unknown_keys_and_bad_values_are_told_at_once(folder: Folder) -> None:
    folder.write("rules.yaml", "format: 1\nband: {da: [x]}\nbanned: {da: ['two words']}\nsame: [{surveys: [small]}]\n")
    with pytest.raises(DefinitionError) as caught:
        load_rules(folder.path / "rules.yaml")
    told = [(fault.code, fault.where.rpartition(":")[2]) for fault in caught.value.faults]
    assert sorted(told) == [("bad-value", "3"), ("bad-value", "4"), ("missing-key", "4"), ("unknown-key", "2")]


def test_what_must_not_be_compared_is_not_shown_side_by_side() -> None:
    rules = Rules.model_validate({"format": 1, "apart": [{"one": ["felt"], "other": ["speak", "read"]}]})
    shown = [
        Shown("first", "r.yaml:3", frozenset({"felt", "job"})),
        Shown("second", "r.yaml:9", frozenset({"felt", "read", "speak"})),
        Shown("third", "r.yaml:12", frozenset({"read", "speak"})),
    ]
    (fault,) = apart_faults(rules, shown)
    assert (fault.where, fault.message) == ("r.yaml:9", "«second» shows felt beside read, speak")


def test_two_choices_with_one_label_are_a_fault(folder: Folder) -> None:
    folder.write("small/v1.yaml", SURVEY.replace("          no: Nej\n", "          no: ja\n"))
    with pytest.raises(DefinitionError) as caught:
        folder.faults("")
    assert [(fault.code, fault.where.rpartition("/")[2]) for fault in caught.value.faults] == [
        ("same-label", f"v1.yaml:{line(SURVEY, '          no: Nej')}")
    ]
