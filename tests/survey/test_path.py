from pathlib import Path

from definitions import SURVEY, load

from evaltool.survey.path import walk_path


def pages(folder: Path, answers: dict[str, object], text: str = SURVEY, **attributes: object) -> list[str]:
    path = walk_path(load(folder, text), answers, attributes)  # pyright: ignore[reportArgumentType]
    return [step.page.name for step in path.steps]


def test_the_path_follows_from_the_answers(tmp_path: Path) -> None:
    assert pages(tmp_path, {"consent": "yes"}) == ["start", "work", "last"]
    assert pages(tmp_path, {"consent": "yes", "job": "yes"}) == ["start", "work", "more", "last"]


def test_a_refusal_ends_the_path(tmp_path: Path) -> None:
    path = walk_path(load(tmp_path), {"consent": "no"}, {})
    assert [step.page.name for step in path.steps] == ["start"]
    assert path.refused


def test_an_answer_off_the_path_counts_as_none(tmp_path: Path) -> None:
    text = SURVEY.replace("  - name: last\n", "  - name: last\n    relevant: '${hours} > 10'\n")
    assert pages(tmp_path, {"consent": "yes", "job": "yes", "hours": 20}, text)[-1] == "last"
    assert pages(tmp_path, {"consent": "yes", "job": "no", "hours": 20}, text)[-1] == "work"


def test_roster_attributes_route(tmp_path: Path) -> None:
    text = SURVEY.replace("\"${job} = 'yes'\"", "\"${site} = 'north'\"")
    assert "more" in pages(tmp_path, {"consent": "yes"}, text, site="north")
    assert "more" not in pages(tmp_path, {"consent": "yes"}, text, site="south")


AGES = """\
survey: small
version: 1
language: da
title: Alder
pages:
  - name: first
    questions:
      - {name: low, type: integer, label: Fra?}
  - name: then
    questions:
      - {name: high, type: integer, label: Til?, constraint: ". > ${low} and . > ${meetings}", constraint_message: Nej.}
  - name: second
    relevant: "${high} > 1"
    questions:
      - {name: words, type: text, label: Ord?}
"""


def test_an_answer_counts_only_while_it_meets_its_constraint(tmp_path: Path) -> None:
    """It was right when it was given; then another answer, or a corrected one, took its ground away."""
    assert pages(tmp_path, {"low": 5, "high": 9}, AGES, meetings=8) == ["first", "then", "second"]
    assert pages(tmp_path, {"low": 10, "high": 9}, AGES, meetings=8) == ["first", "then"]
    assert pages(tmp_path, {"low": 5, "high": 9}, AGES, meetings=9) == ["first", "then"]
