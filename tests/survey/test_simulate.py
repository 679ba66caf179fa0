from pathlib import Path

from definitions import SURVEY, load

from evaltool.survey.answers import reread
from evaltool.survey.path import walk_path
from evaltool.survey.simulate import Habits, simulate


def test_a_made_up_interview_answers_its_whole_path(tmp_path: Path) -> None:
    survey = load(tmp_path)
    for number in range(30):
        written = simulate(survey, {}, Habits(seed=str(number)))
        values = {name: reread(survey.by_name[name], list(words)).value for name, words in written.items()}
        assert {*written, "where"} == walk_path(survey, values, {}).asked  # a calculation is not written
        assert values["consent"] == "yes"


def test_fixing_one_answer_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    survey = load(tmp_path)
    before = simulate(survey, {}, Habits(seed="x"))
    other = "no" if before["job"] == ["yes"] else "yes"
    after = simulate(survey, {}, Habits(seed="x", fixed={"job": [other]}))
    assert after["job"] == [other]
    assert {name: after[name] for name in ("help", "words")} == {name: before[name] for name in ("help", "words")}


def test_who_refuses_answers_no_more(tmp_path: Path) -> None:
    assert simulate(load(tmp_path), {}, Habits(seed="x", refuses=True)) == {"consent": ["no"]}


def test_weights_decide_how_often_a_code_is_drawn(tmp_path: Path) -> None:
    survey = load(tmp_path)
    drawn = [simulate(survey, {}, Habits(seed=str(n), weights={"job": {"yes": 1.0}}))["job"] for n in range(20)]
    assert drawn == [["yes"]] * 20


def test_made_up_numbers_meet_their_constraint(tmp_path: Path) -> None:
    survey = load(tmp_path, SURVEY.replace(". >= 0 and . <= 60", ". >= 10 and . <= 12"))
    hours = [simulate(survey, {}, Habits(seed=str(n), fixed={"job": ["yes"]}))["hours"] for n in range(20)]
    assert {word for words in hours for word in words} == {"10", "11", "12"}


def test_a_constraint_that_names_others_is_met(tmp_path: Path) -> None:
    """It reads an earlier answer, a calculation and the roster."""
    text = SURVEY.replace(
        "  - name: more\n",
        "  - name: sums\n    questions:\n      - {name: least, type: calculate, calculation: '${meetings}'}\n"
        "      - {name: most, type: integer, label: Højst?, constraint: '. >= 30', constraint_message: Nej.}\n"
        "  - name: more\n",
    )
    survey = load(tmp_path, text.replace(". >= 0 and . <= 60", ". >= ${least} and . < ${most} and . > ${meetings}"))
    for number in range(20):
        written = simulate(survey, {"meetings": 20}, Habits(seed=str(number), fixed={"job": ["yes"]}))
        assert 20 < int(written["hours"][0]) < int(written["most"][0])
