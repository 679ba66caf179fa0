"""Mends that a new user types as they stand: they must name everything that the command wants."""

import pandas as pd
import pytest

from evaltool.errors import CleaningError, DefinitionError, ReportError
from evaltool.project import Project
from evaltool.responses.clean import Cleaned
from evaltool.responses.dataset import write_dataset
from evaltool.responses.steps import LOG_COLUMNS
from evaltool.results import Estimate, write_estimates
from evaltool.survey.release import read_release
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.estimated import estimates_manifest
from evaltool.workflows.estimating import analyse
from evaltool.workflows.tracing import trace
from evaltool.workflows.working import write_json


def test_the_export_that_deploy_asks_for_names_the_first_blocked_language(project: Project) -> None:
    path = project.surveys / "participant-end" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("language: en\n", "language: en\ntranslations: [tr, ar]\n"), encoding="utf-8")
    release(project, "participant-end", 1)
    with pytest.raises(DefinitionError) as caught:
        deploy(project, "participant-end", 1)
    assert "(evaltool translate export participant-end --version 1 --language tr)" in caught.value.mend


def test_a_dataset_of_an_older_evaltool_is_made_anew_by_cleaning(project: Project) -> None:
    """One from before it was told how far each course came."""
    release(project, "participant-end", 1)
    key, nobody = "participant-end@1", pd.DataFrame({"unit": pd.array([], dtype="str")})
    log = pd.DataFrame(columns=list(LOG_COLUMNS), dtype="str")
    manifest = {"structure_hash": read_release(project.surveys, "participant-end", 1).structure_hash}
    write_dataset(project.dataset(key), Cleaned(nobody, nobody.assign(disposition="I"), log), "{}", manifest)
    with pytest.raises(CleaningError, match=key) as caught:
        analyse(project)
    assert caught.value.mend == "Run: evaltool clean"


@pytest.fixture
def analysed(project: Project) -> Project:
    def share(population: str, **more: str) -> Estimate:
        return Estimate(indicator="in_work", population=population, statistic="share", **more)

    rows = [
        *(share("2022"), share("2022", weighting="site"), share("2023"), share("2022–2023", comparison="pooled")),
        *(share("2022", by="site", level="north"), Estimate(indicator="in_work", population="2024", statistic="mean")),
    ]
    project.estimates.parent.mkdir(parents=True, exist_ok=True)
    write_estimates(rows, project.estimates)
    write_json(estimates_manifest(project), {})
    return project


@pytest.mark.parametrize(
    ("population", "told", "mend"),
    [
        ("", "more than one population", "Add --population: 2022, 2023."),
        ("2021", "no figure for the population «2021»", "Known populations: 2022, 2023."),
        ("2022–2023", "no figure for the population «2022–2023»", "Known populations: 2022, 2023."),
    ],
)
def test_a_figure_of_no_population_tells_those_there_are(
    analysed: Project, population: str, told: str, mend: str
) -> None:
    with pytest.raises(ReportError) as caught:
        list(trace(analysed, "in_work", population=population))
    assert told in caught.value.message
    assert caught.value.mend == mend
