import pandas as pd
import pytest
from scipy.stats import f
from stats_programme import answers

from evaltool.plan import SCALE, load_plan
from evaltool.stats.scales import scale_rows
from evaltool.stats.units import Units
from evaltool.survey.footing import Footing
from evaltool.survey.model import Roster, Survey

LEVELS = {"low": "Low", "mid": "Mid", "high": "High", "hush": {"label": "-", "missing": "refused"}}
ITEMS = ("calm", "glad", "keen")


def survey(version):
    asked = [
        {"name": name, "type": "select_one", "label": name, "choices": LEVELS, "scale": "ascending"} for name in ITEMS
    ]
    data = {"survey": "end", "version": version, "language": "en", "title": "end"}
    return Survey.model_validate({**data, "pages": [{"name": "all", "questions": asked}]}, context={"language": "en"})


SURVEYS = {"end@1": survey(1), "end@2": survey(2)}
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "integer", "label": "Year"},
            "focus": {"type": "choice", "choices": {"yes": "Yes", "no": "No"}},
        },
    },
    context={"language": "en"},
)
PLAN = """\
format: 1
language: en
population: {survey: end, column: year, units: courses, respondents: participants}
few: 3
indicators: {glad: {label: Glad, variable: glad, counted: [high]}}
scales: {well: {label: Well-being, items: [calm, glad, keen]}}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return load_plan(path, SURVEYS, ROSTER)


def data(version, *rows, start=0):
    """Interviews of one version, an answer a word for each item ("-" for none)."""
    records = [
        {"unit": f"u{start + number}"}
        | {name: "-refused" if word == "-" else word for name, word in zip(ITEMS, row.split(), strict=True)}
        for number, row in enumerate(rows)
    ]
    return answers(f"end@{version}", *records)


def units(eligible, *, running=0, population="2021"):
    dispositions = ["I"] * eligible + [None] * running
    table = pd.DataFrame({"state:disposition": dispositions}, dtype="object")
    return Units(table.assign(unit=[f"u{number}" for number in range(len(table))], population=population), {})


def found(rows, statistic, population="2021"):
    (row,) = [row for row in rows if (row.statistic, row.population) == (statistic, population)]
    return row


def alphas(plan, made, given):
    """The rows of the scales; the roster has of every course its population, and whether it is in focus: u0 to u2."""
    roster = pd.DataFrame({"unit": made.table["unit"], "year": made.table["population"]}, dtype="str")
    return scale_rows(
        plan, made, given, roster.assign(focus=["yes" if number < 3 else "no" for number in range(len(roster))])
    )


# As numbers: 0 0 1, 1 1 1, 2 1 2, 2 2 2. The items' variances sum to 33/12; that of the sums 1, 3, 5, 6 is 59/12.
FOUR = ("low low mid", "mid mid mid", "high mid high", "high high high")
ALPHA = 3 / 2 * (1 - (11 / 12 + 8 / 12 + 4 / 12) / (59 / 12))


def test_alpha_and_its_interval_by_hand(plan):
    row = found(alphas(plan, units(4), [data(1, *FOUR)]), "alpha")
    assert row.estimate == pytest.approx(ALPHA)
    # Feldt: 1 - (1 - alpha) F with n - 1 = 3 and (n - 1)(k - 1) = 6 degrees of freedom.
    assert row.conf_low == pytest.approx(1 - (1 - ALPHA) * f.ppf(0.975, 3, 6))
    assert row.conf_high == pytest.approx(1 - (1 - ALPHA) * f.ppf(0.025, 3, 6))
    assert (row.indicator, row.n, row.missing, row.warning) == ("well", 4, "", "")
    assert row.base == "participants who answered"


def test_only_who_answered_every_item_counts(plan):
    row = found(alphas(plan, units(6), [data(1, *FOUR, "high - low", "- - -")]), "alpha")
    assert (row.estimate, row.n, row.missing) == (pytest.approx(ALPHA), 4, "incomplete=2")


def test_only_eligible_courses_and_interviews_count(plan):
    given = data(1, *FOUR, "low high low", "low high low")
    given.frame.loc[4, "disposition"] = "R"
    row = found(alphas(plan, units(5, running=1), [given]), "alpha")
    assert (row.estimate, row.n, row.missing) == (pytest.approx(ALPHA), 4, "")


def test_each_population_has_its_own_alpha(plan):
    made = units(8)
    made.table.loc[4:, "population"] = "2022"
    rows = alphas(plan, made, [data(1, *FOUR, *["mid mid mid"] * 4)])
    assert found(rows, "alpha").estimate == pytest.approx(ALPHA)
    flat = found(rows, "alpha", "2022")
    assert (flat.estimate, flat.n, flat.warning) == (None, 4, "the sum of the items does not vary")
    assert found(rows, "omega", "2022").warning == flat.warning


def test_of_versions_that_cannot_be_put_together_those_with_most_interviews_count(plan):
    given = [data(1, *FOUR), data(2, "low high low", "high low high", start=4)]
    together = found(alphas(plan, units(6), given), "alpha")
    assert together.n == 6
    apart = plan.model_copy(update={"footings": {SCALE + "well": Footing(joins={1: 0, 2: 1}, breaks={2: "other"})}})
    row = found(alphas(apart, units(6), given), "alpha")
    assert (row.estimate, row.n) == (pytest.approx(ALPHA), 4)


def test_of_versions_with_as_many_interviews_the_latest_counts(plan):
    apart = plan.model_copy(update={"footings": {SCALE + "well": Footing(joins={1: 0, 2: 1}, breaks={2: "other"})}})
    given = [data(1, *["mid mid mid"] * 4), data(2, *FOUR, start=4)]
    for ordered in (given, given[::-1]):
        assert found(alphas(apart, units(8), ordered), "alpha").estimate == pytest.approx(ALPHA)


def test_who_answered_a_version_in_a_language_that_cannot_be_compared_is_left_out(plan):
    footing = Footing(joins={1: 0, 2: 0}, left_out={2: frozenset({"en"})})
    narrow = plan.model_copy(update={"footings": {SCALE + "well": footing}})
    given = [data(1, *FOUR, "mid - mid"), data(2, "low high low", "high low high", start=5)]
    row = found(alphas(narrow, units(7), given), "alpha")
    assert (row.estimate, row.n, row.missing) == (pytest.approx(ALPHA), 4, "incomplete=1;other_version=2")
    alone = found(alphas(narrow, units(7), given[1:]), "alpha")
    assert (alone.n, alone.missing) == (2, "")


@pytest.mark.parametrize("condition", ["${focus} = 'yes'", "${met} = 'yes'"])
def test_versions_are_put_together_of_those_only_whom_both_asked(plan, condition):
    """In focus are, and met have, u0 and u1 of version 1 and u2 of version 2: their answers are the first of four."""
    footing = Footing(joins={1: 0, 2: 0}, within=(condition,))
    narrow = plan.model_copy(update={"footings": {SCALE + "well": footing}})
    given = [data(1, *FOUR[:2]), data(2, FOUR[2], "low high low", start=2)]
    for item, met in zip(given, (["yes", "yes"], ["yes", "no"]), strict=True):
        item.frame["met"] = met
    row = found(alphas(narrow, units(4), given), "alpha")
    # 0 0 1, 1 1 1, 2 1 2: the items' variances sum to 1 + 1/3 + 1/3, that of the sums 1, 3, 5 is 4.
    assert (row.estimate, row.n, row.missing) == (pytest.approx(3 / 2 * (1 - 5 / 12)), 3, "")
    assert row.base == f"participants who answered; compared where {condition}"


def test_an_item_that_runs_against_the_others_is_named(plan):
    against = data(1, "low low mid", "low low mid", "high high mid", "high high low")
    assert found(alphas(plan, units(4), [against]), "alpha").warning == "runs against the others: «keen»"


def test_a_negative_alpha_is_a_finding(plan):
    row = found(alphas(plan, units(3), [data(1, "low low high", "mid mid mid", "high mid low")]), "alpha")
    # 0 0 2, 1 1 1, 2 1 0: the items' variances sum to 1 + 1/3 + 1, that of the sums 2, 3, 3 is 1/3.
    assert row.estimate == pytest.approx(3 / 2 * (1 - 7))


@pytest.mark.parametrize(
    ("rows", "n", "warning"),
    [
        ((), 0, "no answers"),
        (("- - -", "- low low"), 0, "no answers"),
        (("low mid high",), 1, "a scale needs two items and two complete rows"),
    ],
)
def test_too_few_answers_have_words_and_no_number(plan, rows, n, warning):
    for row in alphas(plan, units(4), [data(1, *rows)]):
        assert (row.estimate, row.conf_low, row.n, row.warning) == (None, None, n, warning)


def test_few_answers_are_told(plan):
    row = found(alphas(plan, units(4), [data(1, "low low mid", "high high mid")]), "alpha")
    assert row.estimate is not None
    assert row.warning.startswith("few answers")


def test_without_datasets_there_are_words(plan):
    assert {row.warning for row in alphas(plan, units(2), [])} == {"no answers"}


def test_omega_is_that_of_one_factor(plan):
    # With three items one factor fits exactly: a loading is √(r_ab r_ac / r_bc). Here all covariances are alike.
    cycle = ("low low high", "low high low", "high low low", "high high high", "low low low", "high high high")
    rows = alphas(plan, units(6), [data(1, *cycle)])
    assert found(rows, "omega").estimate == pytest.approx(found(rows, "alpha").estimate, abs=1e-4)
    one = found(alphas(plan, units(4), [data(1, *["low low low", "high high high"] * 2)]), "omega")
    assert one.estimate is None
    assert one.warning == "omega: the factor model has no proper solution"
