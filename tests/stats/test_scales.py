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


# As numbers: 0 0 1, 1 1 1, 2 1 2, 2 2 2. The items' variances sum to 33/12; that of the sums 1, 3, 5, 6 is 59/12.
FOUR = ("low low mid", "mid mid mid", "high mid high", "high high high")
ALPHA = 3 / 2 * (1 - (11 / 12 + 8 / 12 + 4 / 12) / (59 / 12))


def test_alpha_and_its_interval_by_hand(plan):
    row = found(scale_rows(plan, units(4), [data(1, *FOUR)]), "alpha")
    assert row.estimate == pytest.approx(ALPHA)
    # Feldt: 1 - (1 - alpha) F with n - 1 = 3 and (n - 1)(k - 1) = 6 degrees of freedom.
    assert row.conf_low == pytest.approx(1 - (1 - ALPHA) * f.ppf(0.975, 3, 6))
    assert row.conf_high == pytest.approx(1 - (1 - ALPHA) * f.ppf(0.025, 3, 6))
    assert (row.indicator, row.n, row.missing, row.warning) == ("well", 4, "", "")
    assert row.base == "participants who answered"


def test_only_who_answered_every_item_counts(plan):
    row = found(scale_rows(plan, units(6), [data(1, *FOUR, "high - low", "- - -")]), "alpha")
    assert (row.estimate, row.n, row.missing) == (pytest.approx(ALPHA), 4, "incomplete=2")


def test_only_eligible_courses_and_interviews_count(plan):
    given = data(1, *FOUR, "low high low", "low high low")
    given.frame.loc[4, "disposition"] = "R"
    row = found(scale_rows(plan, units(5, running=1), [given]), "alpha")
    assert (row.estimate, row.n, row.missing) == (pytest.approx(ALPHA), 4, "")


def test_each_population_has_its_own_alpha(plan):
    made = units(8)
    made.table.loc[4:, "population"] = "2022"
    rows = scale_rows(plan, made, [data(1, *FOUR, *["mid mid mid"] * 4)])
    assert found(rows, "alpha").estimate == pytest.approx(ALPHA)
    flat = found(rows, "alpha", "2022")
    assert (flat.estimate, flat.n, flat.warning) == (None, 4, "the sum of the items does not vary")
    assert found(rows, "omega", "2022").warning == flat.warning


def test_of_versions_that_cannot_be_put_together_those_with_most_interviews_count(plan):
    given = [data(1, *FOUR), data(2, "low high low", "high low high", start=4)]
    together = found(scale_rows(plan, units(6), given), "alpha")
    assert together.n == 6
    apart = plan.model_copy(update={"footings": {SCALE + "well": Footing(joins={1: 0, 2: 1}, breaks={2: "other"})}})
    row = found(scale_rows(apart, units(6), given), "alpha")
    assert (row.estimate, row.n) == (pytest.approx(ALPHA), 4)


def test_an_item_that_runs_against_the_others_is_named(plan):
    against = data(1, "low low mid", "low low mid", "high high mid", "high high low")
    assert found(scale_rows(plan, units(4), [against]), "alpha").warning == "runs against the others: «keen»"


def test_a_negative_alpha_is_a_finding(plan):
    row = found(scale_rows(plan, units(3), [data(1, "low low high", "mid mid mid", "high mid low")]), "alpha")
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
    for row in scale_rows(plan, units(4), [data(1, *rows)]):
        assert (row.estimate, row.conf_low, row.n, row.warning) == (None, None, n, warning)


def test_few_answers_are_told(plan):
    row = found(scale_rows(plan, units(4), [data(1, "low low mid", "high high mid")]), "alpha")
    assert row.estimate is not None
    assert row.warning.startswith("few answers")


def test_without_datasets_there_are_words(plan):
    assert {row.warning for row in scale_rows(plan, units(2), [])} == {"no answers"}


def test_omega_is_that_of_one_factor(plan):
    # With three items one factor fits exactly: a loading is √(r_ab r_ac / r_bc). Here all covariances are alike.
    cycle = ("low low high", "low high low", "high low low", "high high high", "low low low", "high high high")
    rows = scale_rows(plan, units(6), [data(1, *cycle)])
    assert found(rows, "omega").estimate == pytest.approx(found(rows, "alpha").estimate, abs=1e-4)
    one = found(scale_rows(plan, units(4), [data(1, *["low low low", "high high high"] * 2)]), "omega")
    assert one.estimate is None
    assert one.warning == "omega: the factor model has no proper solution"
