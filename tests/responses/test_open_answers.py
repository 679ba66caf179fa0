"""Open answers: what looks like a name, who codes what, whose word counts, and the list of themes."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from evaltool.errors import CleaningError, DefinitionError
from evaltool.responses.coding import (
    Coding,
    Mark,
    OpenAnswer,
    coded_question,
    open_answers,
    read_coding,
    share_out,
)
from evaltool.responses.coding_flags import CAPITAL, NAME, PERSON_ONLY, PLACE, Flagger
from evaltool.responses.coding_themes import load_themes
from evaltool.responses.dataset import Dataset
from evaltool.survey.model import Roster, Survey

FLAGGER = Flagger(["Fatima Ærø", "محمد علي"], ["Østby-Havnen"])


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Min mentor Sofie hjalp mig. Hun er sød.", [(CAPITAL, "Sofie")]),
        ("fatimas hjælp", [(NAME, "")]),
        ("Jeg bor på østby", [(PLACE, "østby")]),
        ("Hun sagde: Kom! Det var godt.", [(CAPITAL, "Kom")]),
        ("I think I'm better now", []),
        ("Hos hr. Hansen", [(CAPITAL, "Hansen")]),
        ("Моя менторка Олена. Вона добра.", [(CAPITAL, "Олена")]),
        ("ذهبت مع محمد", [(NAME, ""), (PERSON_ONLY, "")]),
        ("ሓጋዚት ነይራ", [(PERSON_ONLY, "")]),
        ("TAK TIL LONE", [(PERSON_ONLY, "")]),
        ("ring 22 33 44 55", [("a phone number", "22 33 44 55")]),
        ("skriv a.b@example.org", [("an e-mail address", "a.b@example.org")]),
        ("010190-1234", [("a civil registration number", "010190-1234")]),
        ("vi mødtes 12 gange", [("a number", "12")]),
        ("vi mødtes 2 gange", []),
    ],
)
def test_words_that_may_tell_who_she_is_are_flagged(text: str, flags: list[tuple[str, str]]) -> None:
    assert [(flag.kind, flag.word) for flag in FLAGGER.flags(text)] == flags


def answers(*names: str, words: str = "words of") -> list[OpenAnswer]:
    return [OpenAnswer(f"u_{name}", "2021", "en", f"{words} {name}", quotable=True) for name in names]


def shared(before: Coding, given: list[OpenAnswer], *coders: str, both: float = 0.5) -> Coding:
    numbers = count(len(before.rows))
    return share_out(replace(before, coders=coders, both=both), given, lambda: f"r{next(numbers)}")


NOTHING = Coding(survey="s", question="q")


def test_the_overlap_has_its_share_and_comes_out_alike_again() -> None:
    given = answers(*map(str, range(40)))
    found = shared(NOTHING, given, "anna", "bo", both=0.25)
    again = shared(NOTHING, given[::-1], "anna", "bo", both=0.25)
    assert {row.unit: row.coders for row in found.rows} == {row.unit: row.coders for row in again.rows}
    assert sum(len(row.coders) == 2 for row in found.rows) == 10
    assert [sum(row.coders == (coder,) for row in found.rows) for coder in ("anna", "bo")] == [15, 15]


def test_new_answers_are_added_and_given_ones_stay_where_they_are() -> None:
    first = shared(NOTHING, answers(*map(str, range(20))), "anna", "bo")
    then = shared(first, answers(*map(str, range(30))), "anna", "bo")
    before = {row.unit: row for row in first.rows}
    for row in then.rows:
        if row.unit in before:
            assert row.row == before[row.unit].row
            assert set(before[row.unit].coders) <= set(row.coders)
    assert len(then.rows) == len({row.row for row in then.rows}) == 30


def test_a_corrected_answer_is_coded_anew_and_its_marks_go() -> None:
    first = shared(NOTHING, answers("a", "b"), "anna")
    marked = replace(first, marks={"anna": marks(first, "t")})
    then = shared(marked, [*answers("a"), *answers("b", words="other words of")], "anna")
    kept = next(row.row for row in first.rows if row.unit == "u_a")
    assert [mark.row for mark in then.marks["anna"]] == [kept]
    assert {row.row for row in then.rows} & {row.row for row in first.rows} == {kept}


def marks(coding: Coding, *themes: str) -> tuple[Mark, ...]:
    return tuple(Mark(row=row.row, themes=themes) for row in coding.rows)


def test_the_coder_who_is_named_first_decides() -> None:
    given = answers("a", "b")
    coding = shared(NOTHING, given, "anna", "bo", both=1)
    known = {"anna": marks(coding, "t")[:1], "bo": marks(coding, "other")}
    marked = replace(coding, marks=known)
    found = coded_question(marked, ["t", "other"], given)
    by_row = {answer.answer.unit: answer.mark for answer in found.answers}
    first, second = (row.unit for row in coding.rows)
    assert [mark.themes for unit in (first, second) if (mark := by_row[unit])] == [("t",), ("other",)]
    listed_now = coded_question(marked, ["t"], given)
    assert sorted(answer.mark.themes for answer in listed_now.answers if answer.mark) == [(), ("t",)]


def dataset(rows: list[tuple[str, str, str, str]], *, asked: bool = True) -> Dataset:
    frame = pd.DataFrame(rows, columns=["unit", "disposition", "best", "quote"]).assign(language="en", cohort=2021)
    book = {"variables": [{"name": "best", "role": None}, {"name": "quote", "role": "quote" if asked else None}]}
    return Dataset(frame, cast("pd.DataFrame", None), cast("pd.DataFrame", None), book, {})


def test_only_written_answers_of_interviews_are_coded_and_only_a_yes_is_consent() -> None:
    rows = [("u1", "I", "Good", "yes"), ("u2", "P", "Fine", "no"), ("u3", "R", "Gone", "yes"), ("u4", "I", " ", "yes")]
    found = open_answers("best", [dataset(rows)], "cohort")
    assert [(item.unit, item.text, item.population, item.quotable) for item in found] == [
        ("u1", "Good", "2021", True),
        ("u2", "Fine", "2021", False),
    ]
    assert not any(item.quotable for item in open_answers("best", [dataset(rows, asked=False)], "cohort"))


def test_a_no_in_one_version_holds_for_all() -> None:
    earlier, later = dataset([("u1", "I", "First", "no")]), dataset([("u1", "I", "Last", "yes")])
    (found,) = open_answers("best", [earlier, later], "cohort")
    assert (found.text, found.quotable) == ("Last", False)


def unasked(version: Dataset) -> Dataset:
    return replace(version, frame=version.frame.drop(columns="best"))


def test_a_later_no_holds_where_the_question_is_asked_no_more() -> None:
    earlier = dataset([("u1", "I", "First", "yes")])
    later = unasked(dataset([("u1", "I", "", "no")]))
    silent = unasked(dataset([("u1", "I", "", "")], asked=False))
    assert [item.quotable for item in open_answers("best", [earlier, later], "cohort")] == [False]
    assert [item.quotable for item in open_answers("best", [earlier, silent], "cohort")] == [True]


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (("First", "yes"), ("", ""), ("First", True)),  # she broke off: nothing was taken back
        (("First", "yes"), ("Last", ""), ("Last", False)),  # to these words she never agreed
        (("First", ""), ("Last", "yes"), ("Last", True)),
        (("First", ""), ("", "yes"), ("First", False)),  # the yes is to what she wrote there: nothing
        (("First", "no"), ("Last", ""), ("Last", False)),
        (("First", "yes"), ("", "no"), ("First", False)),
        (("First", "yes"), ("Last", "no"), ("Last", False)),
        (("First", "yes"), ("Last", "yes"), ("Last", True)),
    ],
)
@pytest.mark.parametrize("blank", ["", None])
def test_a_blank_neither_agrees_nor_refuses(
    earlier: tuple[str, str], later: tuple[str, str], expected: tuple[str, bool], blank: str | None
) -> None:
    versions = [dataset([("u1", "P", words, cast("str", said or blank))]) for words, said in (earlier, later)]
    (found,) = open_answers("best", versions, "cohort")
    assert (found.text, found.quotable) == expected


def test_damaged_and_newer_coding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "best.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(CleaningError, match="damaged"):
        read_coding(path)
    path.write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(CleaningError, match="newer"):
        read_coding(path)


ROSTER = Roster.model_validate(
    {"language": "en", "columns": {"site": {"type": "choice", "choices": {"north": {"label": {"en": "North"}}}}}}
)
SURVEY = Survey.model_validate(
    {
        "survey": "end",
        "version": 1,
        "language": "en",
        "title": {"en": "End"},
        "pages": [{"name": "p", "questions": [{"name": "best", "type": "text", "label": {"en": "Best?"}}]}],
    }
)
THEMES = """\
format: 1
places: [site, sites]
questions:
  best:
    survey: end
    themes:
      work: {label: {en: Work, da: Arbejde}}
      talk: {label: {en: Talk}}
  bets:
    survey: end
    themes: {work: {label: {en: Work, da: Arbejde}}}
  worst:
    survey: ned
    themes: {work: {label: {en: Work, da: Arbejde}}}
  job:
    survey: end
    themes: {work: {label: {en: Work, da: Arbejde}}}
"""


def test_every_fault_of_the_list_of_themes_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "themes.yaml"
    path.write_text(THEMES, encoding="utf-8")
    with pytest.raises(DefinitionError) as told:
        load_themes(path, [SURVEY], ROSTER, {"job"})
    faults = [(fault.code, int(fault.where.rpartition(":")[2]), fault.mend) for fault in told.value.faults]
    assert faults == [
        ("unknown-column", 2, "Did you mean «site»?"),
        ("missing-text", 8, "Write it in en, da."),
        ("unknown-question", 9, "Did you mean «best»?"),
        ("unknown-survey", 13, "Did you mean «end»?"),
        ("unknown-question", 15, "Known: best."),
        ("taken-name", 15, "Give the plan's another name."),
    ]


def test_a_project_may_list_no_themes(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "themes.yaml", [SURVEY], ROSTER).questions == {}
