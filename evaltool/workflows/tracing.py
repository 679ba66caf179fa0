"""Walk from a figure back to its row, plan, datasets, releases and archive segments."""

import re
from collections.abc import Iterator

from evaltool.errors import Fault, ReportError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.responses.archive import Archive
from evaltool.results import IDENTITY, Estimate, read_estimates
from evaltool.survey.release import release_path
from evaltool.workflows.datasets import datasets
from evaltool.workflows.estimated import read_estimates_manifest
from evaltool.workflows.planned import read_plan
from evaltool.workflows.working import file_hash
from evaltool.yamlfile import nearest

_REPEATED = re.compile(r"(?<=^ev_[a-z2-7]{20})_\d+$")  # in Word the second place of a figure is called ev_…_2


def trace(project: Project, figure: str, *, population: str = "") -> Iterator[str]:
    """Lines that tell where a figure comes from, and whether each link of the chain still holds.

    Raises:
        ReportError: if there is no such figure.
    """
    manifest = read_estimates_manifest(project)
    if not project.estimates.is_file():
        raise ReportError("there are no estimates", where=project.estimates.as_posix(), mend="Run: evaltool analyse")
    row = _find(read_estimates(project.estimates), figure, population)
    yield from _told_row(row)
    held = _held(file_hash(project.estimates) == manifest["output"])
    yield f"estimates  {project.estimates.name}, sha256 {manifest['output'][:16]} ({held}), {manifest['made_at']}"
    held = _held(file_hash(project.plan) == manifest["plan"])
    yield f"plan       {project.plan.name}, sha256 {manifest['plan'][:16]} ({held})"
    held = _held(file_hash(project.roster) == manifest["roster"])
    yield f"roster     {project.roster.name}, sha256 {manifest['roster'][:16]} ({held})"
    plan = read_plan(project)
    for key, dataset in datasets(project).items():
        if key.rpartition("@")[0] in _surveys(plan, row):
            yield from _told_dataset(project, key, dict(dataset.manifest), manifest["inputs"].get(key, ""))
    if manifest["altered"]:
        yield "WARNING    made from an ALTERED archive"
    if manifest["synthetic"]:
        yield "note       the data are MADE UP"


def _find(rows: list[Estimate], figure: str, population: str) -> Estimate:
    wanted = _REPEATED.sub("", figure.strip())
    by_id = {row.id: row for row in rows}
    if wanted in by_id:
        return by_id[wanted]
    plain = (wanted, "share", "", "", "")
    main = [row for row in rows if (row.indicator, row.statistic, row.by, row.comparison, row.weighting) == plain]
    known = ", ".join(dict.fromkeys(row.population for row in main))
    found = [row for row in main if population in {"", row.population}]
    if len(found) == 1:
        return found[0]
    if found:
        raise ReportError(f"«{figure}» stands for more than one population", mend=f"Add --population: {known}.")
    if main:
        message = f"«{figure}» has no figure for the population «{population}»"
        raise ReportError(message, mend=f"Known populations: {known}.")
    mend = nearest(wanted, {*by_id} if wanted.startswith("ev_") else {row.indicator for row in rows})
    raise ReportError(f"no figure «{figure}»", where=population, mend=mend or "See the id column of estimates.csv.")


def _told_row(row: Estimate) -> Iterator[str]:
    identity = ", ".join(f"{name} {getattr(row, name)}" for name in IDENTITY if getattr(row, name))
    yield f"figure     {row.id}"
    yield f"identity   {identity}"
    yield f"value      {row.estimate} ({row.count} of {row.n}; {row.base})"
    if row.conf_low is not None:
        yield f"interval   {row.conf_low} to {row.conf_high} ({row.method})"
    if row.warning:
        yield f"warning    {row.warning}"


def _surveys(plan: Plan, row: Estimate) -> set[str]:
    indicator = plan.indicators.get(row.indicator)
    own = {plan.population.survey, (indicator.survey or plan.population.survey) if indicator else ""}
    return own | ({indicator.paired.start} if indicator and indicator.paired else set())


def _told_dataset(project: Project, key: str, manifest: dict[str, object], expected: str) -> Iterator[str]:
    held = _held(file_hash(project.dataset(key) / "manifest.json") == expected)
    yield f"dataset    {key}, manifest sha256 {expected[:16]} ({held})"
    structure = str(manifest["structure_hash"])[:16]
    release = release_path(project.surveys, *_parts(key)).name
    yield f"release    {release}, structure {structure}, released {manifest['released_at']}"
    archive = Archive(project.archive / key)
    faults: list[Fault] = archive.verify()
    for entry in archive.entries():
        bad = any(entry.segment in fault.where for fault in faults)
        state = "ALTERED" if bad else "as pulled"
        yield f"segment    {key}/{entry.segment}, {entry.records} records, sha256 {entry.sha256[:16]} ({state})"


def _parts(key: str) -> tuple[str, int]:
    survey, _, version = key.rpartition("@")
    return survey, int(version)


def _held(same: bool) -> str:  # noqa: FBT001  # the one thing it says
    return "unchanged since" if same else "CHANGED since"
