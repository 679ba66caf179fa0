"""From datasets to estimates: what the analysis plan declares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaltool import __version__
from evaltool.errors import CleaningError, PlanError
from evaltool.plan import Plan, load_plan
from evaltool.project import Project
from evaltool.responses.dataset import Dataset, read_dataset
from evaltool.responses.roster import read_roster_table
from evaltool.results import Estimate, write_estimates
from evaltool.stats.estimate import estimate
from evaltool.stats.units import Answers
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.workflows.definitions import harmonies, planned_harmonies, released
from evaltool.workflows.working import file_hash, now, read_json, working, write_json


def read_plan(project: Project) -> Plan:
    """The analysis plan, checked against the releases and the verdicts on their items.

    Surveys that are planned, and of which nothing is released yet, are taken as their definitions stand.
    """
    known = {item.survey.key: item.survey for item in released(project)}
    asked = {survey.survey for survey in known.values()}
    planned = _definitions(
        project, [path for path in find_definitions(project.surveys) if path.parent.name not in asked]
    )
    roster = load_roster(project.surveys / "roster.yaml")
    return load_plan(project.plan, {survey.key: survey for survey in planned} | known, roster, harmonies(project))


def _definitions(project: Project, paths: Sequence[Path]) -> list[Survey]:
    roster = load_roster(project.surveys / "roster.yaml")
    return [load_survey(path, roster) for path in paths]


def draft_plan(project: Project) -> Plan:
    """The analysis plan, checked against the definitions as they are now."""
    surveys = _definitions(project, find_definitions(project.surveys))
    known = {survey.key: survey for survey in surveys}
    roster = load_roster(project.surveys / "roster.yaml")
    return load_plan(project.plan, known, roster, planned_harmonies(project, surveys))


def check_plan(project: Project) -> str:
    """Check the plan; says in a line what it holds."""
    return f"plan: {len(draft_plan(project).indicators)} indicators, no faults"


def datasets(project: Project) -> dict[str, Dataset]:
    """All datasets by the key of their survey.

    Raises:
        CleaningError: if there is none.
    """
    folders = sorted(path.parent for path in (project.data / "datasets").glob("*/manifest.json"))
    found = {folder.name: read_dataset(folder) for folder in folders if not folder.name.endswith((".new", ".old"))}
    if not found:
        raise CleaningError("there is no dataset", where=str(project.data / "datasets"), mend="Run: evaltool clean")
    return found


def analyse(project: Project) -> tuple[list[Estimate], Path]:
    """Compute all rows of the plan and write them with their manifest.

    Raises:
        PlanError: if the datasets are of another structure than the releases.
    """
    with working(project):
        found = datasets(project)
        structures = {item.survey.key: item.structure_hash for item in released(project)}
        for key, dataset in found.items():
            if dataset.manifest["structure_hash"] != structures.get(key):
                raise PlanError(f"the dataset {key} is not of the release that is here", mend="Run: evaltool clean")
        answers = [
            Answers(
                survey=key,
                frame=dataset.frame,
                dispositions=dataset.dispositions,
                book=dataset.codebook["variables"],
            )
            for key, dataset in found.items()
        ]
        rows = estimate(read_plan(project), answers, read_roster_table(project.roster))
        project.build.mkdir(parents=True, exist_ok=True)
        part = project.estimates.with_name(project.estimates.name + ".part")
        write_estimates(rows, part)
        part.replace(project.estimates)
        write_json(estimates_manifest(project), _manifest(project, found))
        return rows, project.estimates


def estimates_manifest(project: Project) -> Path:
    return project.estimates.with_suffix(".manifest.json")


def _manifest(project: Project, found: dict[str, Dataset]) -> dict[str, Any]:
    return {
        "step": "analyse",
        "plan": file_hash(project.plan),
        "inputs": {key: file_hash(project.dataset(key) / "manifest.json") for key in found},
        "roster": file_hash(project.roster),
        "output": file_hash(project.estimates),
        "synthetic": any(dataset.manifest["synthetic"] for dataset in found.values()),
        "altered": any(dataset.manifest["altered"] for dataset in found.values()),
        "evaltool": __version__,
        "made_at": now(),
    }


def read_estimates_manifest(project: Project) -> dict[str, Any]:
    """The manifest of the estimates.

    Raises:
        PlanError: if nothing was analysed yet.
    """
    path = estimates_manifest(project)
    if not path.is_file():
        raise PlanError("there are no estimates", where=path.as_posix(), mend="Run: evaltool analyse")
    return read_json(path)
