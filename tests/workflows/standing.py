"""A project whose estimates stand, without anybody having answered: the rows are given."""

from collections.abc import Sequence
from typing import Any

from evaltool.project import Project
from evaltool.results import Estimate, populations, write_estimates
from evaltool.workflows.definitions import release
from evaltool.workflows.estimated import Codebook, codebook_path, estimates_manifest, write_codebook
from evaltool.workflows.report_facts import Facts
from evaltool.workflows.working import file_hash, write_json


def share(indicator: str, count: int, n: int, **more: Any) -> Estimate:
    """A share whose interval is five points wide to each side: any will do where it is only shown."""
    value = count / n if n else None
    limits = {} if value is None else {"conf_low": max(0.0, value - 0.05), "conf_high": min(1.0, value + 0.05)}
    identity = {"population": "2021", "statistic": "share", "estimate": value, "count": count, "n": n}
    return Estimate(indicator=indicator, **{**identity, **limits, **more})


def stand(project: Project, rows: Sequence[Estimate]) -> None:
    """Release the template's survey and write the rows as `evaltool analyse` would have."""
    release(project, "participant-end", 1)
    project.data.mkdir(exist_ok=True)
    project.build.mkdir(exist_ok=True)
    project.roster.write_bytes(b"")
    write_estimates(rows, project.estimates)
    made_of = {"output": project.estimates, "plan": project.plan, "roster": project.roster}
    hashes = {name: file_hash(path) for name, path in made_of.items()}
    manifest = {**hashes, "inputs": {}, "synthetic": True, "altered": False}
    facts = Facts(project, manifest, populations(rows))
    write_codebook(project, Codebook(language=facts.plan.language, context=facts.context("", "")))
    write_json(estimates_manifest(project), {**manifest, "codebook": file_hash(codebook_path(project))})
