"""`evaltool reconcile`: why two figures of one name differ."""

import pytest
from commands import evaltool
from standing import share, stand

from evaltool.errors import ReportError
from evaltool.project import Project, read_project
from evaltool.workflows.reconciling import Wanted, reconcile
from evaltool.workflows.starting import init_project

MISSING = "refused=2;not_answered=1"
# 124 should have answered: 34 without an interview, 90 with one; 3 of these without an answer, 10 partial.
ROWS = [
    share("in_work", 51, 87, missing=MISSING),
    share("in_work", 51, 90, statistic="share_of_interviews", missing="no_interview=34"),
    share("in_work", 45, 79, statistic="share_of_complete", missing="refused=1"),
    share("in_work", 51, 124, statistic="bound_low", missing=f"{MISSING};no_interview=34"),
    share("in_work", 88, 124, statistic="bound_high", missing=f"{MISSING};no_interview=34"),
    share("response", 90, 124, statistic="rr2"),
    share("disposition", 10, 124, statistic="count[R]"),
    share("disposition", 24, 124, statistic="count[NC]"),
    share("satisfied", 60, 80),
    share("satisfied", 30, 40, population="2022"),
    share("satisfied", 60, 80, statistic="trend"),
    share("satisfied", 30, 40, statistic="trend", population="2022", verdict="not_comparable", warning="other words"),
    share("in_work", 10, 40, population="2022"),
    share("in_work", 51, 87, statistic="trend"),
    share("in_work", 10, 40, statistic="trend", population="2022", verdict="identical"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("reconciling") / "programme"
    init_project(folder)
    found = read_project(folder)
    stand(found, ROWS)
    return found


def test_each_base_has_its_numbers_and_the_way_to_it(project: Project) -> None:
    found, way = reconcile(project, Wanted(["in_work"], ["2021"]))
    assert found.title == "MADE-UP DATA · 2021 · In work"
    assert [row[:4] for row in found.rows] == [
        ["Answered the question", "51", "87", "59 per cent (54–64)"],
        ["All interviews", "51", "90", "57 per cent (52–62)"],
        ["Complete interviews", "45", "79", "57 per cent (52–62)"],
        ["Were to answer: lowest and highest", "51–88", "124", "41–71 per cent (36–76)"],
    ]
    assert [row[4] for row in found.rows] == [ROWS[number].id for number in range(4)]
    assert list(found.said) == [
        (
            "Of all interviews: the base has 3 more, without an answer to the question (did not want to answer 2, "
            "not answered 1); none of them is counted. So it is 57 per cent, not 59 per cent."
        ),
        (
            "Of complete interviews: answers of partial ones are left out (8, of which 6 counted). "
            "So it is 57 per cent, not 59 per cent."
        ),
        (
            "Of all 124 who were to answer: 37 gave no answer (did not want to answer 2, not answered 1, "
            "no interview 34), and what they would have answered nobody knows. So it lies between 41 and 71 per cent."
        ),
    ]
    numbers = [row[1] for row in way.rows]
    assert numbers[:4] == ["124", "−10", "−24", "90"]
    assert numbers[-2:] == ["87", "51"]


def test_figures_that_cannot_be_compared_give_the_reason_and_no_change(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["satisfied"], ["2022", "2021"]))
    assert list(found.header)[1:] == ["2021", "2022"]
    assert ["Share (95 per cent interval)", "75 per cent (70–80)", "75 per cent (70–80)"] in found.rows
    assert list(found.said) == ["2021 and 2022 cannot be compared: other words."]


def test_no_change_is_claimed_that_the_plan_does_not_compare(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work"], ["2021", "2022"]))
    assert list(found.said) == [
        "The question and the answers are the same in both.",
        "The plan does not compare these two by this indicator, so no change is claimed.",
    ]


def test_two_indicators_differ_by_definition(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work", "satisfied"], ["2021"]))
    rule = "Who is counted differs: «${work} = 'yes'» and «satisfied: very_satisfied, satisfied»."
    assert rule in found.said
    assert found.said[-1] == "The figures differ by definition, so no change can be read from them."
    assert ["n", "87", "80"] in found.rows


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(["in_work", "satisfied"], ["2021", "2022"]), "differ in one thing"),
        (Wanted(["in_work"], ["2020", "2021", "2022"]), "differ in one thing"),
        (Wanted(["in_work", "satisfied", "in_work"]), "differ in one thing"),
        (Wanted(["in_wrok"]), "Did you mean «in_work»"),
        (Wanted(["in_work"], ["2021", "1921"]), "no population «1921»"),
    ],
)
def test_what_cannot_be_reconciled_is_told(project: Project, wanted: Wanted, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        reconcile(project, wanted)


def test_an_id_is_printed_whole(project: Project) -> None:
    shown = evaltool("-p", str(project.root), "reconcile", "in_work", "--year", "2021")
    assert shown.returncode == 0
    assert all(row.id in shown.stdout for row in ROWS[:4])
