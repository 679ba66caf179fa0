"""From datasets to estimates: what the analysis plan declares."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from evaltool import __version__
from evaltool.errors import CleaningError, PlanError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.responses.dataset import Dataset
from evaltool.responses.roster import read_roster_table
from evaltool.results import Estimate, populations, write_estimates
from evaltool.stats.estimate import estimate
from evaltool.stats.themes import theme_rows
from evaltool.stats.units import Answers
from evaltool.workflows.coding_files import coding_hashes
from evaltool.workflows.coding_source import CodingSource
from evaltool.workflows.datasets import datasets
from evaltool.workflows.definitions import released
from evaltool.workflows.estimated import Codebook, codebook_path, estimates_manifest, write_codebook
from evaltool.workflows.planned import read_plan, read_themes
from evaltool.workflows.report_facts import Facts
from evaltool.workflows.working import file_hash, now, working, write_json

_CLEAN = "Run: evaltool clean"
_COMPUTING = ("duckdb", "numpy", "pandas", "scipy", "statsmodels")
"""The libraries on whose versions the last digits of an estimate may hang."""


def analyse(project: Project) -> tuple[list[Estimate], Path]:
    """Compute all rows of the plan and write them with their manifest.

    Raises:
        PlanError: if the datasets are of another structure than the releases.
        CleaningError: if there is none, or an older evaltool made it.
    """
    with working(project):
        found = datasets(project)
        structures = {item.survey.key: item.structure_hash for item in released(project)}
        for key, dataset in found.items():
            if dataset.manifest["structure_hash"] != structures.get(key):
                raise PlanError(f"the dataset {key} is not of the release that is here", mend=_CLEAN)
            if "stage" not in dataset.dispositions:
                message = f"an older evaltool made the dataset {key}: it does not say how far each course came"
                raise CleaningError(message, mend=_CLEAN)
        plan, roster = read_plan(project), read_roster_table(project.roster)
        coded = CodingSource(project, plan, read_themes(project, plan), found).coded()
        rows = [*estimate(plan, _answers(found), roster), *theme_rows(plan, coded, roster)]
        project.build.mkdir(parents=True, exist_ok=True)
        part = project.estimates.with_name(project.estimates.name + ".part")
        write_estimates(rows, part)
        part.replace(project.estimates)
        manifest = _manifest(project, found)
        facts = Facts(project, manifest, populations(rows))
        write_codebook(project, Codebook(language=plan.language, context=facts.context("", "")))
        write_json(estimates_manifest(project), {**manifest, "codebook": file_hash(codebook_path(project))})
        return rows, project.estimates


def by_another_plan(project: Project, plan: Plan) -> list[Estimate]:
    """What a plan other than the project's makes of the answers as they are now; nothing is written."""
    return estimate(plan, _answers(datasets(project)), read_roster_table(project.roster))


def _answers(found: Mapping[str, Dataset]) -> list[Answers]:
    return [
        Answers(
            survey=key,
            frame=dataset.frame,
            dispositions=dataset.dispositions,
            book=dataset.codebook["variables"],
        )
        for key, dataset in found.items()
    ]


def _manifest(project: Project, found: dict[str, Dataset]) -> dict[str, Any]:
    return {
        "step": "analyse",
        "plan": file_hash(project.plan),
        "inputs": {key: file_hash(project.dataset(key) / "manifest.json") for key in found},
        "roster": file_hash(project.roster),
        "coding": coding_hashes(project),
        "output": file_hash(project.estimates),
        "synthetic": any(dataset.manifest["synthetic"] for dataset in found.values()),
        "altered": any(dataset.manifest["altered"] for dataset in found.values()),
        "evaltool": __version__,
        "made_with": {"Python": python_version(), **{name: version(name) for name in _COMPUTING}},
        "made_at": now(),
    }
