"""What a plan may say on groupings, weights, comparisons and scales, and what it may not."""

import pytest
from plan_groups import FAULTY, GOOD, REST, ROSTER, START, SURVEYS

from evaltool.errors import PlanError
from evaltool.plan import SCALE, load_plan
from evaltool.survey.harmony import Harmonised, Run


@pytest.fixture
def load(tmp_path):
    def write_and_load(text=GOOD, harmonies=None):
        path = tmp_path / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return load_plan(path, SURVEYS, ROSTER, harmonies)

    return write_and_load


def test_a_good_plan_is_loaded_with_all_its_groupings(load):
    plan = load()
    assert plan.groupings == ("site", "length", "employed")
    assert plan.levels("length") == ("short", "long")
    assert plan.levels("coast") == ("sea", "land")
    assert plan.levels("site") == ("south", "north", "west")
    assert plan.levels("employed") == ("paid", "own", "none")
    assert plan.level_labels("coast")["sea"] == {"en": "S"}
    assert plan.level_labels("site")["south"] == {"en": "South"}
    assert [plan.by_answers(name) for name in ("employed", "coast", "site")] == [True, False, False]


def test_defaults_are_those_that_are_documented(load):
    plan = load(START + "weights: {margins: [site]}\ncomparisons: {sites: {by: site, indicators: [busy]}}\n")
    assert plan.weights is not None
    assert (plan.weights.smallest, plan.weights.trim) == (5, None)
    compared = plan.comparisons["sites"]
    assert (compared.reference, compared.family, compared.status, compared.covariates) == (None, None, "planned", ())


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case[1])
def test_a_fault_is_told_with_its_line_and_a_mend(load, case):
    old, new, line, code, says, mends = case
    assert GOOD.count(old) == 1
    with pytest.raises(PlanError) as caught:
        load(GOOD.replace(old, new))
    found = {(int(fault.where.rpartition(":")[2]), fault.code) for fault in caught.value.faults}
    assert found == {(line, code)}
    assert says in " ".join(fault.message for fault in caught.value.faults)
    assert mends in " ".join(fault.mend for fault in caught.value.faults)


def test_all_faults_are_told_at_once(load):
    text = GOOD.replace("[site, length]\nindicators", "[sites]\nindicators")
    text = text.replace("ness: [site, length]", "ness: [employed]").replace(
        "family: main}\n  sites", "family: b}\n  sites"
    )
    with pytest.raises(PlanError) as caught:
        load(text)
    assert [int(fault.where.rpartition(":")[2]) for fault in caught.value.faults] == [4, 17, 19]


def test_levels_that_are_not_the_same_in_all_versions_are_refused(load):
    """The verdict on an item joins two codes that the levels tell apart."""
    question = SURVEYS["end@1"].by_name["job"]
    joined = {"paid": "paid", "own": "paid", "none": "none"}
    run = Run(versions=(1, 2), codes={1: {code: code for code in joined}, 2: joined})
    harmonies = {"end": {"job": Harmonised(name="job", question=question, runs=(run,))}}
    with pytest.raises(PlanError, match="«paid» and «own» are one answer") as caught:
        load(harmonies=harmonies)
    assert [(fault.code, fault.where.rpartition(":")[2]) for fault in caught.value.faults] == [("not-comparable", "15")]
    levels = "levels: {some: {label: Some, codes: [paid, own]}, no: {label: No, codes: [none]}}"
    assert load(GOOD.replace("answer: job", f"answer: job, {levels}"), harmonies)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"within": ("${site} = 'north'",)}, "of a part only: where ${site} = 'north'"),
        ({"left_out": {1: frozenset({"da", "ar"})}}, "of a part only: not those who answered in ar, da"),
    ],
)
def test_levels_that_can_be_told_of_a_part_only_are_refused(load, part, says):
    question = SURVEYS["end@1"].by_name["job"]
    same = {code: code for code in question.substantive}
    run = Run(versions=(1, 2), codes={1: same, 2: same}, **part)
    with pytest.raises(PlanError) as caught:
        load(harmonies={"end": {"job": Harmonised(name="job", question=question, runs=(run,))}})
    (fault,) = caught.value.faults
    assert (fault.code, fault.where.rpartition(":")[2]) == ("not-comparable", "15")
    assert says in fault.message


def test_a_scale_knows_which_versions_can_be_put_together(load):
    question = SURVEYS["end@1"].by_name["calm"]
    same = {code: code for code in question.substantive}
    runs = tuple(Run(versions=(version,), codes={version: same}, broken_by="other words") for version in (1, 2))
    plan = load(harmonies={"end": {"calm": Harmonised(name="calm", question=question, runs=runs)}})
    assert plan.footing(SCALE + "well").joins == {1: 0, 2: 1}
    assert plan.footing(SCALE + "first").joins == {}


def test_the_rest_stands_without_comparisons_by_answers(load):
    plan = load(
        START
        + REST.replace("coast", "site")
        .replace("by: employed", "by: length")
        .replace("covariates: [site], family", "family")
    )
    assert plan.groupings == ("site", "length")
