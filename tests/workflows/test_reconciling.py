"""`evaltool reconcile`: why two figures of one name differ."""

import re

import pytest
from commands import evaltool
from standing import share, stand

from evaltool.errors import ReportError
from evaltool.project import Project, read_project
from evaltool.workflows.reconciling import Wanted, reconcile
from evaltool.workflows.starting import init_project

MISSING = "refused=2;not_answered=1"
NORTH, SOUTH = {"by": "site", "level": "north"}, {"by": "site", "level": "south", "warning": "few answers"}
# 124 should have answered: 34 without an interview, 90 with one; 3 of these without an answer, 10 partial.
ROWS = [
    share("in_work", 51, 87, missing=MISSING),
    share("in_work", 51, 90, statistic="share_of_interviews", missing="no_interview=34"),
    share("in_work", 45, 79, statistic="share_of_complete", missing="refused=1"),
    share("in_work", 51, 124, statistic="bound_low", missing=f"{MISSING};no_interview=34"),
    share("in_work", 88, 124, statistic="bound_high", missing=f"{MISSING};no_interview=34"),
    share("response", 90, 124, statistic="rr2"),
    share("response", 45, 60, statistic="rr2", population="2022"),
    share("disposition", 10, 124, statistic="count[R]"),
    share("disposition", 24, 124, statistic="count[NC]"),
    share("satisfied", 60, 80),
    share("satisfied", 30, 40, population="2022"),
    share("satisfied", 60, 80, statistic="trend"),
    share("satisfied", 30, 40, statistic="trend", population="2022", verdict="not_comparable", warning="other words"),
    share("in_work", 10, 40, population="2022"),
    share("in_work", 51, 87, statistic="trend"),
    share("in_work", 10, 40, statistic="trend", population="2022", verdict="identical"),
    share("in_work", 14, 31, **NORTH),
    share("in_work", 14, 44, statistic="bound_low", missing="refused=2;no_interview=11", **NORTH),
    share("in_work", 27, 44, statistic="bound_high", missing="refused=2;no_interview=11", **NORTH),
    share("satisfied", 21, 28, **NORTH),
    share("in_work", 3, 7, **SOUTH),
    share("in_work", 3, 8, statistic="bound_low", missing="no_interview=1", **SOUTH),
    share("in_work", 4, 8, statistic="bound_high", missing="no_interview=1", **SOUTH),
    share("satisfied", 2, 4, **SOUTH),
    share("in_work", 12, 25, population="2022", **{**SOUTH, "warning": ""}),
    share("in_work", 15, 32, population="2020–2021", comparison="pooled", **{**SOUTH, "warning": ""}),
    share("in_work", 0, 0, population="2022", missing="refused=1", warning="no answers", **NORTH),
    share("in_work", 0, 9, population="2022", statistic="bound_low", missing="refused=1;no_interview=8", **NORTH),
    share("in_work", 9, 9, population="2022", statistic="bound_high", missing="refused=1;no_interview=8", **NORTH),
    share("quality", 90, 90, statistic="interviews", by="survey", level="participant-end@1"),
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
    assert found.said[0] == (
        "Who is counted differs. in_work: the answer to question “Do you have a job now?” is “Yes”. satisfied: "
        "the answer to question “How satisfied are you with the programme?” is “Very satisfied” or “Satisfied”."
    )
    # 90 interviews: 3 of them without an answer to the one question; to the other 80 answered, and 10 were not asked.
    assert ["All interviews", "90", "90"] in found.rows
    assert ["Not in the base", "did not want to answer 2, not answered 1", "outside the base 10"] in found.rows
    assert not [cell for row in found.rows for cell in row if "${" in cell]
    assert found.said[-1] == "The figures differ by definition, so no change can be read from them."
    assert ["n", "87", "80"] in found.rows


def test_a_group_has_its_share_and_bounds_but_no_base_that_differs_by_few(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work"], ["2021"], group=("site", "North")))
    assert found.title == "MADE-UP DATA · 2021 · Site: North · In work"
    assert [row[:4] for row in found.rows] == [
        ["Answered the question", "14", "31", "45 per cent (40–50)"],
        ["Were to answer: lowest and highest", "14–27", "44", "32–61 per cent (27–66)"],
    ]
    everybody, outer = found.said
    assert everybody.startswith("All interviews, the complete ones, and the steps from the roster to the base are told")
    assert outer == (
        "Of all 44 who were to answer: 13 gave no answer, and what they would have answered nobody knows. "
        "So it lies between 32 and 61 per cent."
    )


def test_too_few_answers_of_a_group_are_withheld_with_the_reason(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work"], ["2021"], group=("site", "south")))
    (row,) = found.rows
    assert row[:4] == ["Answered the question", "–", "–", "too few answers"]
    assert list(found.said) == ["Too few answered (fewer than 10) for a figure of 2021."]


def test_a_group_without_answers_has_no_bounds(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work"], ["2022"], group=("site", "north")))
    assert [row[1:4] for row in found.rows] == [["–", "–", "no answers"]]
    assert list(found.said) == ["There are no answers for 2022."]


def test_beside_another_year_no_figure_of_both_together_gives_the_withheld_one_away(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work"], ["2022", "2021"], group=("site", "south")))
    assert [row[1:] for row in found.rows if row[0] in {"Number", "n"}] == [["–", "12"], ["–", "25"]]
    assert found.rows[-1][0] == "id"
    assert list(found.said) == [
        "2021: Too few answered (fewer than 10) for a figure of 2021.",
        "The question and the answers are the same in both.",
        "The plan does not compare groups between populations, so no change is claimed.",
    ]
    shown = "".join(f"{cell} " for row in found.rows for cell in row if not cell.startswith("ev_"))
    assert not re.search(r"\b(3|7|8|15|32)\b", shown)


def test_two_indicators_of_a_small_group_show_no_number(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["in_work", "satisfied"], ["2021"], group=("site", "south")))
    figures = [row for row in found.rows if row[0] in {"Number", "n", "Share (95 per cent interval)"}]
    assert {cell for row in figures for cell in row[1:]} == {"–", "too few answers"}
    assert found.rows[-1][0] == "id"
    assert "Survey differs" not in "".join(found.said)


def test_nobody_in_a_group_is_told(project: Project) -> None:
    (found,) = reconcile(project, Wanted(["satisfied"], ["2022"], group=("site", "south")))
    assert (found.rows, found.said) == ([], ["There is nobody to ask about."])
    (both,) = reconcile(project, Wanted(["in_work", "satisfied"], ["2022"], group=("site", "south")))
    assert "satisfied: There is nobody to ask about." in both.said
    assert ["Number", "12", "–"] in both.rows


def test_a_breakdown_is_an_option_of_its_own_name_here_too(project: Project) -> None:
    ways = [
        ("in_work", "--site", "north"),
        ("in_work", "--site=north"),
        ("--site", "north", "in_work"),
        ("in_work", "--group", "site=north"),
    ]
    told = {evaltool("-p", str(project.root), "reconcile", "--year", "2021", *way).stdout for way in ways}
    assert len(told) == 1
    assert "2021 · Site: North · In work" in told.pop()
    for wrong in (("--site", "north"), ("in_work", "--site"), ("in_work", "--site", "north", "--group", "site=south")):
        assert evaltool("-p", str(project.root), "reconcile", *wrong).returncode == 2


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(["in_work", "satisfied"], ["2021", "2022"]), "differ in one thing"),
        (Wanted(["in_work"], ["2020", "2021", "2022"]), "differ in one thing"),
        (Wanted(["in_work", "satisfied", "in_work"]), "differ in one thing"),
        (Wanted(["in_work", "in_work"]), "Name two different indicators"),
        (Wanted(["in_work"], ["2021", "2021"]), "two different populations"),
        (Wanted(["in_wrok"]), "Did you mean «in_work»"),
        (Wanted(["in_work"], ["2021", "1921"]), "no population «1921»"),
        (Wanted(["in_work"], group=("site", "noth")), "Did you mean «north»"),
    ],
)
def test_what_cannot_be_reconciled_is_told(project: Project, wanted: Wanted, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        reconcile(project, wanted)


def test_an_id_is_printed_whole(project: Project) -> None:
    shown = evaltool("-p", str(project.root), "reconcile", "in_work", "--year", "2021")
    assert shown.returncode == 0
    assert all(row.id in shown.stdout for row in ROWS[:4])
