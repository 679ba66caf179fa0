from pathlib import Path

import pytest

from evaltool.errors import PlanError
from evaltool.plan import load_plan
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Roster, Survey

PROJECT = Path(__file__).parents[2]


def survey(name, version, **questions):
    asked = [{"name": key, "type": "select_one", "label": key, **question} for key, question in questions.items()]
    data = {"survey": name, "version": version, "language": "en", "title": name}
    return Survey.model_validate({**data, "pages": [{"name": "all", "questions": asked}]}, context={"language": "en"})


def scale(*codes, **more):
    return {"choices": {code: code for code in codes} | {"hush": {"label": "-", "missing": "refused"}}, **more}


WISH = {"type": "text"}
SURVEYS = {
    item.key: item
    for item in (
        survey("end", 1, job=scale("yes", "no"), mood=scale("good", "fair", "bad", scale="descending"), wish=WISH),
        survey("end", 2, job=scale("yes", "own", "no"), mood=scale("good", "bad", scale="descending"), late=scale("a")),
        survey("start", 1, mood=scale("good", "bad", "fair", scale="descending")),
    )
}
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "phone": {"role": "phone", "sensitivity": "contact"},
            "year": {"type": "integer"},
            "site": {"type": "choice", "choices": {"south": "South", "north": "North"}},
            "state": {"type": "choice", "choices": {"ended": "Ended", "running": "Running"}},
        },
    },
    context={"language": "en"},
)

GOOD = """\
format: 1
language: en
population:
  survey: end
  column: year
  eligible: "${state} = 'ended'"
  units: courses
  respondents: {en: people, da: personer}
breakdowns: [site]
headline: busy
indicators:
  busy: {label: Busy, rule: "${job} = 'yes' and ${site} = 'north'", target: 0.3}
  happy: {label: Happy, variable: mood, counted: [good]}
"""

# An indicator, the code of its fault, and words of the message.
FAULTY_INDICATORS = [
    ("{label: X}", "bad-kind", "exactly one of"),
    ("{label: X, rule: \"${job} = 'yes'\", variable: mood, counted: [good]}", "bad-kind", "exactly one of"),
    ("{label: X, variable: mood}", "bad-kind", "belong together"),
    ("{label: X, rule: \"${job} = 'yes'\", counted: [good]}", "bad-kind", "belong together"),
    ("{label: X, variable: wish, counted: [good]}", "bad-kind", "type text"),
    ("{label: X, variable: moood, counted: [good]}", "unknown-question", "moood"),
    ("{label: X, variable: mood, counted: [hush]}", "unknown-code", "hush"),
    ("{label: X, rule: \"${job} = 'yes' an\"}", "expression", "character"),
    ("{label: X, rule: \"${job} = 'hush'\"}", "unknown-code", "hush"),
    ("{label: X, rule: \"${job} = 'yes'\", answered: [jobb]}", "unknown-question", "jobb"),
    ("{label: X, rule: \"${job} = 'yes'\", base: \"${sit} = 'north'\", base_label: b}", "unknown-name", "sit"),
    ("{label: X, rule: \"${job} = 'yes'\", base: \"${site} = 'north'\"}", "missing-text", "without words"),
    ("{label: X, paired: {start: start, variable: mood}}", "no-scale", "same ordered scale"),
    ("{label: X, paired: {start: strat, variable: mood}}", "unknown-survey", "strat"),
    ("{label: X, paired: {start: start, variable: late}}", "unknown-question", "late"),
    ("{label: X, target: 0.5, paired: {start: start, variable: mood}}", "needless-key", "no target"),
    (
        "{label: X, paired: {start: start, variable: mood}, base: \"${late} = 'a'\", base_label: b}",
        "unknown-name",
        "late",
    ),
    ("{label: X, rule: \"${job} = 'yes'\", targt: 0.3}", "unknown-key", "targt"),
    ("{label: X, rule: \"${job} = 'yes'\", target: 30}", "bad-value", "less than 1"),
    ("{label: X, rule: \"${job} = 'yes'\", target: 0}", "bad-value", "greater than 0"),
    ("{rule: \"${job} = 'yes'\"}", "missing-key", "label"),
    ("{label: {da: Glad}, rule: \"${job} = 'yes'\"}", "missing-text", "en"),
]


@pytest.fixture
def load(tmp_path):
    def write_and_load(text):
        path = tmp_path / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return load_plan(path, SURVEYS, ROSTER)

    return write_and_load


@pytest.fixture
def faults(load):
    """Loads a plan that must fail; gives (line, code) of each fault, and the error."""

    def load_and_collect(text):
        with pytest.raises(PlanError) as caught:
            load(text)
        error = caught.value
        return {(int(fault.where.rpartition(":")[2]), fault.code) for fault in error.faults}, error

    return load_and_collect


def test_a_plain_text_is_in_the_language_of_the_plan(load):
    plan = load(GOOD)
    assert plan.indicators["busy"].label == {"en": "Busy"}
    assert plan.population.respondents == {"en": "people", "da": "personer"}


def test_defaults_are_written_out(load):
    plan = load(GOOD)
    assert plan.few == 10
    assert plan.indicators["busy"].survey == "end"
    assert plan.answered(plan.indicators["busy"]) == ["job"]
    assert plan.answered(plan.indicators["happy"]) == ["mood"]


def test_codes_are_those_of_all_versions_each_in_its_place(load):
    plan = load(GOOD)
    assert plan.variable("end", "job").codes == ("yes", "own", "no")
    assert plan.variable("end", "mood").codes == ("good", "fair", "bad")
    assert plan.variable("end", "mood").scale == "descending"


def test_only_questions_are_answers_in_an_expression(load):
    plan = load(GOOD)
    assert plan.answers_in("${state} = 'ended' and ${job} = 'yes'") == ["job"]
    assert plan.answers_in("") == []


def test_every_fault_is_told_at_once_with_its_line(faults):
    found, error = faults("""\
format: 1
language: en
population:
  survey: edn
  column: yaer
  eligible: "${state} = 'endet'"
  status: year
  units: courses
  respondents: {da: personer}
breakdowns: [site, phone]
headline: busi
indicators:
  busy: {label: Busy, rule: "${job} = 'yes'", survey: start}
  response: {label: Response, survey: start, variable: mood, counted: [goood, hush]}
distributions: [busy]
""")
    assert found == {
        (4, "unknown-survey"),
        (5, "unknown-column"),
        (6, "unknown-code"),
        (7, "bad-kind"),
        (9, "missing-text"),
        (10, "unknown-column"),
        (11, "unknown-indicator"),
        (13, "unknown-name"),
        (14, "taken-name"),
        (14, "unknown-code"),
        (15, "taken-name"),
    }
    assert len([fault for fault in error.faults if fault.code == "unknown-code"]) == 3
    mends = " ".join(fault.mend for fault in error.faults)
    for name in ("«end»", "«year»", "«ended»", "«busy»", "«good»"):
        assert name in mends


@pytest.mark.parametrize(("indicator", "code", "says"), FAULTY_INDICATORS)
def test_an_indicator_with_a_fault_is_refused_at_its_line(faults, indicator, code, says):
    found, error = faults(GOOD + f"  wrong: {indicator}\n")
    assert (14, code) in found
    assert {line for line, _ in found} == {14}
    assert says in str(error)


def test_a_headline_is_one_share(faults):
    text = GOOD.replace("headline: busy", "headline: change")
    found, _ = faults(text + "  change: {label: Change, paired: {start: start, variable: mood}}\n")
    assert (10, "bad-kind") in found


@pytest.mark.parametrize(("name", "code"), [("wish", "bad-kind"), ("nothing", "unknown-question"), ("job", None)])
def test_a_distribution_is_of_a_select_one(load, faults, name, code):
    text = GOOD + f"distributions: [{name}]\n"
    if code is None:
        assert load(text).distributions == ("job",)
    else:
        assert faults(text)[0] == {(14, code)}


@pytest.mark.parametrize(
    ("start", "fits"),
    [
        (scale("good", "fair", "bad", scale="descending"), True),
        (scale("good", "bad", "fair", scale="descending"), False),
        (scale("good", "fair", "bad", scale="ascending"), False),
        (scale("good", "bad", scale="descending"), False),
    ],
)
def test_a_paired_change_takes_one_scale(tmp_path, start, fits):
    surveys = {"end@1": SURVEYS["end@1"], "start@1": survey("start", 1, mood=start)}
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD + "  change: {label: C, paired: {start: start, variable: mood}}\n", encoding="utf-8")
    if fits:
        assert load_plan(path, surveys, ROSTER).variable("start", "mood").codes == ("good", "fair", "bad")
    else:
        with pytest.raises(PlanError, match="same ordered scale"):
            load_plan(path, surveys, ROSTER)


def test_a_paired_change_without_order_is_refused(tmp_path):
    surveys = {"end@1": SURVEYS["end@1"], "start@1": survey("start", 1, job=scale("yes", "no"))}
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD + "  change: {label: C, paired: {start: start, variable: job}}\n", encoding="utf-8")
    with pytest.raises(PlanError, match="same ordered scale"):
        load_plan(path, surveys, ROSTER)


def test_a_missing_file_is_an_error_of_the_plan(tmp_path):
    with pytest.raises(PlanError, match="no such file"):
        load_plan(tmp_path / "plan.yaml", SURVEYS, ROSTER)


def test_a_newer_format_is_refused(faults):
    assert faults(GOOD.replace("format: 1", "format: 2"))[0] == {(1, "bad-value")}


def test_the_shipped_plan_fits_the_shipped_surveys():
    roster = load_roster(PROJECT / "surveys" / "roster.yaml")
    surveys = [load_survey(path, roster) for path in find_definitions(PROJECT / "surveys")]
    plan = load_plan(PROJECT / "analysis" / "plan.yaml", {survey.key: survey for survey in surveys}, roster)
    published = {
        "job_or_education",
        "job",
        "education",
        "danish_developed",
        "satisfied_introduction",
        "satisfied_match",
    }
    assert published < set(plan.indicators)
    assert plan.indicators["job_or_education"].target == 0.3
    assert all({"da", "en"} <= set(indicator.label) for indicator in plan.indicators.values())
