import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.reference.__main__ import main
from tests.reference.cases import run
from tests.reference.compare import agrees, leaves

FOLDER = Path(__file__).parent / "stats"
EXACT = {"abs": 1e-6, "rel": 1e-6}


@pytest.mark.parametrize("topic", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_no_value_of_a_topic_fails(topic):
    assert [str(outcome) for outcome in run(topic) if outcome.state == "failed"] == []


@pytest.mark.parametrize("dataset", sorted(FOLDER.glob("datasets/*/")), ids=lambda path: path.name)
def test_no_value_of_a_whole_dataset_fails(dataset):
    outcomes = list(run(dataset))
    assert outcomes
    assert [str(outcome) for outcome in outcomes if outcome.state == "failed"] == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, 1.0000001),
        (1e9, 1e9 + 1),
        (None, None),
        ("Inf", math.inf),
        ("-Inf", -math.inf),
        ([1, None, "Inf"], (1.0, None, math.inf)),
        ([2], 2.0),
        (2, [2.0]),
        ([1, 2], np.array([1.0, 2.0])),
        (True, np.True_),
        ("met", "met"),
        ({"a": 1}, {"a": 1.0}),
    ],
)
def test_right_values_agree(expected, got):
    assert agrees(expected, got, EXACT)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, 1.00001),
        (0, 1e-5),
        (None, math.nan),
        (None, 0),
        (0, None),
        (1, math.nan),
        ("Inf", -math.inf),
        ("Inf", 1e300),
        ([1, 2], [1]),
        ([1, 2], 1),
        (True, 1),
        (1, True),
        ("met", "not met"),
        ({"a": 1}, {"a": 1, "b": 2}),
    ],
)
def test_wrong_values_do_not_agree(expected, got):
    assert not agrees(expected, got, EXACT)


def test_nested_values_have_dotted_names():
    nested = {"all": {"x": 1}, "pairs": [{"p": 2}, {"p": 3}], "holm": [4, 5]}
    assert dict(leaves(nested)) == {"all.x": 1, "pairs.0.p": 2, "pairs.1.p": 3, "holm": [4, 5]}


def _folder(tmp_path, **expected):
    case = {"id": "c1", "input": {"p_values": [0.01, 0.04]}, "expected": expected, "tolerance": EXACT}
    topic = {"topic": "tables_trend_multiplicity", "cases": [case]}
    (tmp_path / "t.json").write_text(json.dumps(topic), encoding="utf-8")
    return tmp_path


def test_a_wrong_value_is_printed_and_fails(tmp_path, capsys):
    assert main(_folder(tmp_path, bonferroni=[0.02, 0.09])) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("failed  c1  bonferroni: expected [0.02, 0.09], got [0.02, 0.08]")
    assert printed[-1] == "0 passed, 1 failed, 0 not covered"


def test_what_is_not_offered_is_not_covered_and_never_passed(tmp_path, capsys):
    assert main(_folder(tmp_path, bonferroni=[0.02, 0.08], unheard_of=None)) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["not covered  c1  unheard_of", "1 passed, 0 failed, 1 not covered"]


def test_a_folder_without_cases_is_no_success(tmp_path):
    assert main(tmp_path) == 1


GOOD = {"id": "good", "input": {"p_values": [0.01, 0.04]}, "expected": {"bonferroni": [0.02, 0.08]}}


def _states(path):
    return {(outcome.case, outcome.name): outcome.state for outcome in run(path)}


@pytest.mark.parametrize("damage", [b'{"topic": "power", "cases": [', b"\xff\xfe\x00{", b""])
def test_a_damaged_file_fails_and_the_others_are_run(damage, tmp_path, capsys):
    (tmp_path / "a.json").write_bytes(damage)
    assert main(_folder(tmp_path, bonferroni=[0.02, 0.08])) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("failed  a.json  the file")
    assert printed[-1] == "1 passed, 1 failed, 0 not covered"


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ("words", "t.json[0]"),
        ({"id": "bad"}, "t.json[0]"),
        ({"id": "bad", "input": {}, "expected": [1]}, "t.json[0]"),
        ({"id": "bad", "expected": {"holm": [1]}}, "bad"),
        ({"id": "bad", "input": None, "expected": {"holm": [1]}}, "bad"),
        ({"id": "bad", "input": {"p_values": ["high"]}, "expected": {"holm": [1]}}, "bad"),
        ({"id": "bad", "input": {"p_values": [2]}, "expected": {"holm": [1]}}, "bad"),
        ({"id": "bad", "input": {"table": [[1, 2], [3]]}, "expected": {"df": 1}}, "bad"),
        ({"input": {"p_values": [2]}, "expected": {"holm": [1]}}, "without an id"),
    ],
)
def test_one_bad_case_fails_and_the_next_is_run(bad, name, tmp_path):
    topic = {"topic": "tables_trend_multiplicity", "cases": [bad, GOOD]}
    (tmp_path / "t.json").write_text(json.dumps(topic), encoding="utf-8")
    states = _states(tmp_path)
    assert states.pop(("good", "bonferroni")) == "passed"
    assert {case: state for (case, _), state in states.items()} == {name: "failed"}


@pytest.mark.parametrize("topic", ["unheard_of", "formulas", "../power", "", "a.b", 7])
def test_an_unknown_topic_is_not_covered(topic, tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({"topic": topic, "cases": [GOOD]}), encoding="utf-8")
    assert _states(tmp_path) == {("good", "bonferroni"): "not covered"}


@pytest.mark.parametrize("other", [{"about": "no cases"}, [], {"cases": {}}])
def test_a_file_of_another_layout_is_not_covered(other, tmp_path):
    (tmp_path / "t.json").write_text(json.dumps(other), encoding="utf-8")
    assert set(_states(tmp_path).values()) == {"not covered"}


def test_an_empty_expectation_is_not_covered_and_half_a_tolerance_is_one(tmp_path):
    case = {**GOOD, "expected": {"nested": {}, "bonferroni": [0.02, 0.081]}, "tolerance": {"abs": 0.01}}
    topic = {"topic": "tables_trend_multiplicity", "cases": [case]}
    (tmp_path / "t.json").write_text(json.dumps(topic), encoding="utf-8")
    assert _states(tmp_path) == {("good", "nested"): "not covered", ("good", "bonferroni"): "passed"}


@pytest.mark.parametrize(
    ("name", "text"), [("expected.json", "{"), ("expected.json", "[]"), ("codebook.json", None), ("roster.csv", None)]
)
def test_a_damaged_dataset_fails_and_the_topics_are_run(name, text, tmp_path):
    copy = tmp_path / "datasets" / "dv01"
    shutil.copytree(FOLDER / "datasets" / "dv01_ordinary", copy)
    if text is None:
        (copy / name).unlink()
    else:
        (copy / name).write_text(text, encoding="utf-8")
    states = _states(_folder(tmp_path, bonferroni=[0.02, 0.08]))
    assert states.pop(("c1", "bonferroni")) == "passed"
    assert set(states.values()) == {"failed"}
