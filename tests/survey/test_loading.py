from pathlib import Path

import pytest
from definitions import FAULTY_ROSTERS, FAULTY_SURVEYS, LISTS, ROSTER, SURVEY, load, spoilt, write

from evaltool.errors import DefinitionError
from evaltool.survey.load import load_definition, load_roster, places


def faults(folder: Path, survey: str) -> list[tuple[str, int, str]]:
    """Code, line and mend of every fault."""
    with pytest.raises(DefinitionError) as caught:
        load(folder, survey)
    return [(fault.code, int(fault.where.rpartition(":")[2]), fault.mend) for fault in caught.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_definition_is_loaded_with_shared_lists_inlined(tmp_path: Path) -> None:
    survey = load(tmp_path)
    assert [question.name for question in survey.questions] == [
        *("consent", "where", "ways", "born", "job", "help", "hours", "words")
    ]
    assert list(survey.by_name["help"].choices) == ["high", "low", "refused"]
    assert survey.by_name["help"].scale == "descending"
    assert survey.by_name["help"].choices["high"].label == {"da": "I høj grad"}


def test_yes_and_no_are_words_and_not_booleans(tmp_path: Path) -> None:
    survey = load(tmp_path, SURVEY.replace('"yes"', "yes").replace('"no"', "no"))
    assert list(survey.by_name["job"].choices) == ["yes", "no"]


@pytest.mark.parametrize(("old", "new", "code", "mend"), FAULTY_SURVEYS)
def test_a_fault_is_told_with_its_line_and_a_mend(tmp_path: Path, old: str, new: str, code: str, mend: str) -> None:
    found = faults(tmp_path, spoilt(SURVEY, old, new))
    assert code in [fault[0] for fault in found]
    assert any(mend in fault[2] for fault in found if fault[0] == code)


def test_the_line_is_that_of_the_fault(tmp_path: Path) -> None:
    broken = SURVEY.replace("\"${job} = 'yes'\"", "\"${jobb} = 'yes'\"")
    assert [fault[:2] for fault in faults(tmp_path, broken)] == [("unknown-name", line_of(broken, "${jobb}"))]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    broken = (
        SURVEY.replace("${consent}", "${concent}").replace("${job}", "${words}").replace("name: words", "name: job")
    )
    assert {"unknown-name", "duplicate-name"} <= {fault[0] for fault in faults(tmp_path, broken)}


def test_a_key_said_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"v1.yaml:5"):
        load(tmp_path, SURVEY.replace("title: Lille", "title: Lille\ntitle: Stor"))


def test_a_file_in_windows_1252_is_told_as_such(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(SURVEY.encode("cp1252"))
    with pytest.raises(DefinitionError, match="not UTF-8"):
        load_definition(tmp_path, "small", 1)


def test_half_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"v1\.yaml:\d+"):
        load(tmp_path, SURVEY[: SURVEY.index("refusal") + 20])


def test_an_unknown_version_names_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(DefinitionError, match="There are: small v1"):
        load_definition(tmp_path, "small", 3)


def test_only_used_attributes_travel_with_the_survey(tmp_path: Path) -> None:
    assert list(load(tmp_path).attributes) == ["site"]  # the roster has meetings, too


def test_contact_data_cannot_stand_in_a_text(tmp_path: Path) -> None:
    assert "unknown-name" in [fault[0] for fault in faults(tmp_path, SURVEY.replace("Ord?", "'Hej ${name}'"))]


@pytest.mark.parametrize(("old", "new", "code"), FAULTY_ROSTERS)
def test_faults_of_the_roster(tmp_path: Path, old: str, new: str, code: str) -> None:
    write(tmp_path, roster=spoilt(ROSTER, old, new))
    with pytest.raises(DefinitionError) as caught:
        load_roster(tmp_path / "roster.yaml")
    assert code in [fault.code for fault in caught.value.faults]


def test_faults_of_a_shared_list_name_the_list(tmp_path: Path) -> None:
    write(tmp_path, lists=LISTS.replace("missing: refused", "missing: never"))
    with pytest.raises(DefinitionError, match="degree"):
        load_definition(tmp_path, "small", 1)


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def entries(texts: dict[str, tuple[str, str]]) -> str:
    return HEAD + "".join(
        f'#, fuzzy\nmsgctxt "{key}"\nmsgid "{old}"\nmsgstr "{new}"\n\n' for key, (old, new) in texts.items()
    )


ENGLISH = {
    "title": ("Lille", "Small"),
    "consent.label": ("Vil du?", "Will you?"),
    "consent.choice.yes": ("Ja", "Yes"),
    "consent.choice.no": ("Nej", "No"),
    "ways.label": ("Hvordan?", "How?"),
    "ways.choice.bus": ("Bus", "Bus"),
    "ways.choice.foot": ("Gang", "On foot"),
    "born.label": ("Født?", "Born?"),
    "job.label": ("Job?", "Job?"),
    "job.choice.yes": ("Ja", "Yes"),
    "job.choice.no": ("Nej", "No"),
    "help.label": ("Hjælp?", "Help?"),
    "hours.label": ("Timer?", "Hours?"),
    "hours.constraint_message": ("Fra 0 til 60.", "From 0 to 60."),
    "words.label": ("Ord?", "Words?"),
}
LIST_ENGLISH = {
    "list.degree.high": ("I høj grad", "To a high degree"),
    "list.degree.low": ("I mindre grad", "To a lesser degree"),
    "list.degree.refused": ("Jeg vil ikke svare", "I do not want to answer"),
}
TRANSLATED = SURVEY.replace("language: da", "language: da\ntranslations: [en]")


def test_translations_are_read_and_drafts_are_named(tmp_path: Path) -> None:
    write(tmp_path, TRANSLATED)
    (tmp_path / "small" / "v1.en.po").write_text(entries(ENGLISH), encoding="utf-8")
    (tmp_path / "lists.en.po").write_text(entries(LIST_ENGLISH), encoding="utf-8")
    survey = load_definition(tmp_path, "small", 1)
    assert survey.by_name["hours"].constraint_message["en"] == "From 0 to 60."
    assert survey.by_name["help"].choices["low"].label["en"] == "To a lesser degree"
    assert set(survey.drafts["en"]) == {*ENGLISH, *LIST_ENGLISH}


def test_an_outdated_translation_is_a_fault(tmp_path: Path) -> None:
    texts = {**ENGLISH, "job.label": ("Arbejde?", "Job?")}
    write(tmp_path, TRANSLATED)
    (tmp_path / "small" / "v1.en.po").write_text(entries(texts), encoding="utf-8")
    (tmp_path / "lists.en.po").write_text(entries(LIST_ENGLISH), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_definition(tmp_path, "small", 1)
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == ("stale-translation", f"{tmp_path.as_posix()}/small/v1.en.po:45")
    assert "evaltool translate update small" in fault.mend


def test_a_missing_translation_is_named_and_the_source_is_shown(tmp_path: Path) -> None:
    texts = {**ENGLISH, "job.label": ("Job?", "")}
    del texts["words.label"]
    write(tmp_path, TRANSLATED)
    (tmp_path / "small" / "v1.en.po").write_text(entries(texts), encoding="utf-8")
    (tmp_path / "lists.en.po").write_text(entries(LIST_ENGLISH), encoding="utf-8")
    survey = load_definition(tmp_path, "small", 1)
    assert survey.untranslated == {"en": ("job.label", "words.label")}
    assert survey.by_name["job"].label == {"da": "Job?"}
    assert not {"job.label", "words.label"} & set(survey.drafts["en"])


def test_a_translation_keeps_the_placeholders_of_its_source(tmp_path: Path) -> None:
    text = TRANSLATED.replace("label: Ord?", "label: 'Ord om ${site}?'")
    write(tmp_path, text)
    texts = {**ENGLISH, "words.label": ("Ord om ${site}?", "Words on ${sites}?")}
    (tmp_path / "small" / "v1.en.po").write_text(entries(texts), encoding="utf-8")
    (tmp_path / "lists.en.po").write_text(entries(LIST_ENGLISH), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_definition(tmp_path, "small", 1)
    assert [fault.code for fault in caught.value.faults] == ["placeholder"]
    assert "${site}" in caught.value.faults[0].mend


def test_our_own_definitions_have_no_faults() -> None:
    folder = Path(__file__).parents[2] / "surveys"
    for name, version in (("mentee-start", 1), ("mentee-end", 1), ("mentee-end", 2)):
        languages = load_definition(folder, name, version).languages
        assert (languages[0], set(languages)) == ("da", {"da", "en", "ar", "tr", "fa", "so", "ti", "uk"})


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("title", "title:"),
        ("refusal", "refusal:"),
        ("page.more.relevant", "relevant:"),
        ("hours.constraint", "constraint: "),
        ("hours.constraint_message", "constraint_message:"),
        ("ways.choices.foot", "name: ways"),
        ("help.choices.high.label", "name: help"),  # of a shared list: where it is used
        ("page.work.title", "name: work"),
    ],
)
def test_a_place_in_a_definition_is_found_by_its_key(tmp_path: Path, key: str, part: str) -> None:
    path = write(tmp_path, SURVEY)
    assert places(path)(key) == f"{path.as_posix()}:{line_of(SURVEY, part)}"


def test_without_its_file_a_place_is_told_by_its_key(tmp_path: Path) -> None:
    assert places(tmp_path / "v1.yaml")("hours.constraint") == "v1: hours.constraint"
