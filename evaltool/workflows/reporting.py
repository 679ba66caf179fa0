"""From estimates to documents, and into the folder where they are read."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from evaltool import __version__
from evaltool.errors import ReportError
from evaltool.project import Project
from evaltool.report.context import ReportContext
from evaltool.report.definition import read_definition
from evaltool.report.documents import MAKING, beside, move_into_place, refuse_locked, told_to_users, write_documents
from evaltool.report.rendering import fill_report, report_warnings
from evaltool.results import Estimate, populations, read_estimates
from evaltool.workflows.datasets import datasets
from evaltool.workflows.estimated import definition_path, read_estimates_manifest, refuse_outdated
from evaltool.workflows.planned import names_of
from evaltool.workflows.report_data import with_data
from evaltool.workflows.report_facts import Facts
from evaltool.workflows.working import Progress, file_hash, now, read_json, silent, working, write_json
from evaltool.yamlfile import nearest

_MANIFEST = "report.manifest.json"
_EDITED = (".docx", ".xlsx")
"""What people go on working in."""


@dataclass(frozen=True, kw_only=True)
class WantedReport:
    """Which report to write. `each` names a breakdown: a report of its own for each level, of a definition for that;
    `site=north` is a single one of them.

    Without populations or languages all there are. `reference` is a Word file that the Word report is to look like.
    """

    name: str = "status"
    each: str = ""
    populations: Sequence[str] = ()
    languages: Sequence[str] = ()
    reference: Path | None = None


def report(project: Project, wanted: WantedReport, *, progress: Progress = silent) -> list[str]:
    """Write the report of each population in each language as Word, PDF, HTML and a workbook of its key figures.

    All of them are made before one is moved into place. A Word file or workbook that somebody edited since it was
    written is kept beside the new one. Returns a line for each file, a note for each kept, and warnings of the text.

    Raises:
        ReportError: if there is no such report, population or breakdown, the report's text has faults, or the
            estimates or the plan changed since the analysis.
    """
    definition = _definition(project, wanted)
    with working(project):
        manifest = read_estimates_manifest(project)
        refuse_outdated(project, manifest)
        rows = read_estimates(project.estimates)
        known = populations(rows)
        chosen = _chosen(wanted.populations, known)
        spoken = wanted.languages or list(read_definition(definition).template)
        facts, found = Facts(project, manifest, known), datasets(project)
        contexts = [
            with_data(facts.context(population, language), facts, found) for population in chosen for language in spoken
        ]
        pages = [page for context in contexts for page in _pages(context, wanted.each, rows)]
        out = project.build / "report"
        made: list[Path] = []
        for left in _left_over(out):
            shutil.rmtree(left, ignore_errors=True)
        # One report is set, mostly by pandoc and typst, while the next is filled in.
        with beside(out) as folder, ThreadPoolExecutor(max_workers=2) as pool:
            filled = (fill_report(definition, rows, context, reference=wanted.reference) for context in pages)
            jobs = [pool.submit(write_documents, document, folder) for document in filled]
            for number, job in enumerate(jobs, 1):
                made += job.result()
                progress("write the report", number, len(pages))
            lines = publish(made, out, _manifest(manifest, made, folder))
        names = names_of(facts.plan, facts.themes, facts.surveys)
        return [*lines, *(f"Warning: {warning}" for warning in report_warnings(definition, names))]


def _left_over(out: Path) -> list[Path]:
    """Unfinished files of runs that were cut off: nobody else works on the data now."""
    return sorted(out.glob(f"{MAKING}*"))


def find_report(project: Project, name: str) -> Path:
    """The definition of the report called `name`.

    Raises:
        ReportError: if there is none.
    """
    path = definition_path(project, name)
    if not path.is_file():
        names = sorted(found.parent.name for found in project.reports.glob("*/report.yaml"))
        mend = f"{nearest(name, names)} All of them: {', '.join(names) or 'none'}."
        raise ReportError(f"there is no report «{name}»", where=path.as_posix(), mend=mend)
    return path


def _definition(project: Project, wanted: WantedReport) -> Path:
    """The definition, if it is one for groups where `each` asks for them, and else is not."""
    path = find_report(project, wanted.name)
    told = read_definition(path).for_groups
    if wanted.each and not told:
        mend = "Put {group} into its «file»; a report for groups is for instance: evaltool report local --each site"
        raise ReportError(
            f"«{wanted.name}» is about everybody: each page would have the same name", where=path.as_posix(), mend=mend
        )
    if told and not wanted.each:
        mend = f"Name a breakdown: evaltool report {wanted.name} --each site"
        raise ReportError(f"«{wanted.name}» is about one group at a time", where=path.as_posix(), mend=mend)
    return path


def _pages(context: ReportContext, each: str, rows: Sequence[Estimate]) -> list[ReportContext]:
    """The context of each level's page in the roster's order, also of levels without an answer; else everybody's."""
    by, _, only = each.partition("=")
    if not by:
        return [context]
    if by not in context.breakdowns:
        raise ReportError(f"there is no breakdown «{by}»", mend=nearest(by, context.breakdowns))
    known = context.breakdowns[by]
    found = {row.level for row in rows if row.population == context.population and row.by == by and not row.comparison}
    if not known.levels and not found:
        raise ReportError(f"nobody is in a group of «{by}»", mend="Look at the roster.")
    levels = {**known.levels, **{level: {"en": level} for level in sorted(found - {*known.levels, ""})}}
    breakdowns = {**context.breakdowns, by: replace(known, levels=levels)}
    if only:
        if only not in levels:
            raise ReportError(f"«{by}» has no level «{only}»", mend=f"Known: {', '.join(levels)}.")
        levels = {only: levels[only]}
    return [replace(context, breakdowns=breakdowns, group=(by, level)) for level in levels]


def publish(made: Sequence[Path], out: Path, manifest: dict[str, Any]) -> list[str]:
    """Move the files to `out` under the names of the manifest's outputs, and keep beside them what was edited there.

    Returns the lines to be printed; a folder of charts has one. Raises ReportError when a file is open elsewhere, or
    two have one name; then nothing is changed.
    """
    _refuse_same(made)
    known = _known_hashes(out / _MANIFEST)
    targets = {path: out / name for path, name in zip(made, manifest["outputs"], strict=True)}
    with told_to_users(out):
        refuse_locked(targets.values())
        notes = [_keep(path) for path in targets.values() if _was_edited(path, known)]
        written = move_into_place(targets)
        earlier = {name: known[name] for name in known if name not in manifest["outputs"] and (out / name).is_file()}
        write_json(out / _MANIFEST, {**manifest, "earlier": earlier})
    lines = (path if path.parent == out else path.parent for path in written)
    return [*dict.fromkeys(map(str, lines)), *notes]


def _refuse_same(made: Sequence[Path]) -> None:
    names = Counter(str(path).casefold() for path in made)
    same = [path.name for path in made if names[str(path).casefold()] > 1]
    if same:
        mend = "Tell them apart in «file» of report.yaml: by {population}, and by a word for each language."
        raise ReportError(f"several reports would be called {same[0]}", mend=mend)


def _known_hashes(manifest: Path) -> dict[str, str]:
    """What evaltool wrote into the folder: name → hash."""
    told = read_json(manifest) if manifest.is_file() else {}
    return {**told.get("earlier", {}), **told.get("outputs", {})}


def _was_edited(path: Path, known: Mapping[str, str]) -> bool:
    return path.suffix in _EDITED and path.is_file() and file_hash(path) != known.get(path.name)


def written(out: Path) -> tuple[list[Path], list[Path]]:
    """What stands in a report's folder as evaltool wrote it or left it, and what somebody has edited since."""
    known = _known_hashes(out / _MANIFEST)
    own = [path for name in (*known, _MANIFEST) if (path := out / name).is_file()]
    edited = [path for path in own if _was_edited(path, known)] + sorted(
        path for path in out.glob("*-edited-*") if path.suffix in _EDITED
    )
    return [*(path for path in own if path not in edited), *_left_over(out)], edited


def _keep(path: Path) -> str:
    """Copy an edited file to a free name beside it; says so."""
    names = (path.with_name(f"{path.stem}-edited-{number}{path.suffix}") for number in count(1))
    kept = next(name for name in names if not name.exists())
    shutil.copy2(path, kept)
    return f"Note: {path.name} was edited since it was written; the edited file is kept as {kept}"


def _chosen(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ReportError(f"no population «{unknown[0]}» in the estimates", mend=f"Known: {', '.join(known)}.")
    return list(wanted or known)


def _manifest(estimates: Mapping[str, Any], made: Sequence[Path], folder: Path) -> dict[str, Any]:
    return {
        "step": "report",
        "inputs": {"estimates": estimates["output"], "plan": estimates["plan"]},
        "outputs": {path.relative_to(folder).as_posix(): file_hash(path) for path in made},
        "synthetic": estimates["synthetic"],
        "altered": estimates["altered"],
        "evaltool": __version__,
        "made_at": now(),
    }
