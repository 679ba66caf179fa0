"""Check all files of a project before anything is done with them."""

from evaltool.project import Project
from evaltool.report import check_report
from evaltool.workflows.definitions import Checked, all_or_faults, check
from evaltool.workflows.estimating import check_plan
from evaltool.workflows.made_up import load_demo
from evaltool.workflows.reporting import definition_path


def check_project(project: Project) -> tuple[list[Checked], list[str]]:
    """The checked definitions, and a line for each of plan, report and demo.

    Raises:
        DefinitionError: with the faults of all files, definitions first.
    """
    checked = check(project)
    return checked, all_or_faults(
        [
            lambda: check_plan(project),
            lambda: check_report(definition_path(project)),
            lambda: f"demo: {len(load_demo(project.analysis / 'demo.yaml').populations)} populations, no faults",
        ]
    )
