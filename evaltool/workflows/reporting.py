"""From estimates to documents, and into the folder where they are read."""

import shutil
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from evaltool import __version__
from evaltool.errors import ReportError
from evaltool.project import Project
from evaltool.report.definition import read_definition
from evaltool.report.documents import beside, move_into_place, refuse_locked, told_to_users
from evaltool.report.rendering import render_report
from evaltool.results import read_estimates
from evaltool.workflows.datasets import datasets
from evaltool.workflows.planned import definition_path, read_estimates_manifest, refuse_outdated
from evaltool.workflows.report_data import with_data
from evaltool.workflows.report_facts import Facts
from evaltool.workflows.working import Progress, file_hash, now, read_json, silent, working, write_json

_MANIFEST = "report.manifest.json"


def report(
    project: Project,
    *,
    populations: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    progress: Progress = silent,
) -> list[str]:
    """Write the status report of each population in each language as Word, PDF and HTML.

    All of them are made before one is moved into place. A Word file that somebody edited since it was written is kept
    beside the new one. Returns a line for each file, and a note for each that was kept.

    Raises:
        ReportError: if a population is unknown, the report's text has faults, or the estimates or the plan
            changed since the analysis.
    """
    with working(project):
        manifest = read_estimates_manifest(project)
        refuse_outdated(project, manifest)
        rows = read_estimates(project.estimates)
        definition = definition_path(project)
        # Rows of a comparison or a pool may be about several populations together.
        known = list(dict.fromkeys(row.population for row in rows if not row.comparison))
        chosen = _chosen(populations, known)
        spoken = list(languages or read_definition(definition).template)
        facts, found = Facts(project, manifest, known), datasets(project)
        out = project.build / "report"
        work = [(population, language) for population in chosen for language in spoken]
        made: list[Path] = []
        with beside(out) as folder:
            for number, (population, language) in enumerate(work, 1):
                context = with_data(facts.context(population, language), facts, found)
                made += render_report(definition, rows, context, folder)
                progress("write the report", number, len(work))
            return publish(made, out, _manifest(manifest, made))


def publish(made: Sequence[Path], out: Path, manifest: dict[str, Any]) -> list[str]:
    """Move the files to `out` with their manifest, and keep beside them what was edited there.

    Returns the lines to be printed. Raises ReportError when a file is open elsewhere; then nothing is changed.
    """
    known = _known_hashes(out / _MANIFEST)
    targets = {path: out / path.name for path in made}
    with told_to_users(out):
        refuse_locked(targets.values())
        notes = [_keep(path) for path in targets.values() if _was_edited(path, known)]
        written = move_into_place(targets)
        earlier = {name: known[name] for name in known if name not in manifest["outputs"] and (out / name).is_file()}
        write_json(out / _MANIFEST, {**manifest, "earlier": earlier})
    return [*(str(path) for path in written), *notes]


def _known_hashes(manifest: Path) -> dict[str, str]:
    """What evaltool wrote into the folder: name → hash."""
    told = read_json(manifest) if manifest.is_file() else {}
    return {**told.get("earlier", {}), **told.get("outputs", {})}


def _was_edited(path: Path, known: Mapping[str, str]) -> bool:
    return path.suffix == ".docx" and path.is_file() and file_hash(path) != known.get(path.name)


def written(out: Path) -> tuple[list[Path], list[Path]]:
    """What stands in a report's folder as evaltool wrote it, and what somebody has edited since."""
    known = _known_hashes(out / _MANIFEST)
    own = [path for name in (*known, _MANIFEST) if (path := out / name).is_file()]
    edited = [path for path in own if _was_edited(path, known)] + sorted(out.glob("*-edited-*.docx"))
    return [path for path in own if path not in edited], edited


def _keep(path: Path) -> str:
    """Copy an edited file to a free name beside it; says so."""
    names = (path.with_name(f"{path.stem}-edited-{number}{path.suffix}") for number in count(1))
    kept = next(name for name in names if not name.exists())
    shutil.copy2(path, kept)
    return f"Note: {path.name} was edited since it was written; the edited file is kept as {kept}"


def _chosen(wanted: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    unknown = [name for name in wanted or () if name not in known]
    if unknown:
        raise ReportError(f"no population «{unknown[0]}» in the estimates", mend=f"Known: {', '.join(known)}.")
    return list(wanted or known)


def _manifest(estimates: Mapping[str, Any], written: Sequence[Path]) -> dict[str, Any]:
    return {
        "step": "report",
        "inputs": {"estimates": estimates["output"], "plan": estimates["plan"]},
        "outputs": {path.name: file_hash(path) for path in written},
        "synthetic": estimates["synthetic"],
        "altered": estimates["altered"],
        "evaltool": __version__,
        "made_at": now(),
    }
