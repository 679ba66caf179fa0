"""From the archive to datasets: verify, clean, write with codebook, log and manifest."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool import __version__
from evaltool.errors import ArchiveError, CleaningError, Fault
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.responses.archive import Archive
from evaltool.responses.clean import DISPOSITIONS, Cleaned
from evaltool.responses.clean import clean as clean_responses
from evaltool.responses.corrections import Correction, read_corrections
from evaltool.responses.dataset import write_dataset
from evaltool.responses.dispositions import read_findings, standing_findings, with_findings
from evaltool.responses.roster import read_roster_table
from evaltool.responses.unlinked import unlinked_units, with_units
from evaltool.survey.codebook import codebook
from evaltool.survey.release import Release, read_release
from evaltool.workflows.connecting import open_vault
from evaltool.workflows.definitions import released
from evaltool.workflows.deploying import deployments
from evaltool.workflows.erased import erased
from evaltool.workflows.working import Progress, file_hash, now, read_json, silent, working


@dataclass(frozen=True)
class Made:
    """A dataset that was made, in a line."""

    survey: str
    summary: str


def clean(project: Project, *, accept_altered: bool = False, progress: Progress = silent) -> list[Made]:
    """Make a dataset of every deployment that is no pretest.

    Raises:
        ArchiveError: if an archive does not agree with its ledger (with `accept_altered` all output is marked instead).
        CleaningError: if nothing is deployed, or the corrections have faults.
    """
    with working(project):
        found = [item for item in deployments(project) if not item.pretest]
        if not found:
            trial = "but pretests, whose answers never enter a dataset," if deployments(project) else ""
            message = " ".join(f"nothing {trial} is deployed, so there is nothing to clean".split())
            raise CleaningError(message, mend="Run: evaltool deploy")
        for item in found:  # an older copy of an archive may have been put back
            Archive(project.archive / item.id).erase(erased(project), erased_at=now())
        altered = _altered(project, found, accept_altered=accept_altered)
        roster = read_roster_table(project.roster)
        corrections = _corrections(project, roster)
        made: list[Made] = []
        for number, item in enumerate(found, 1):
            made.append(_clean_one(project, item, roster, corrections, altered=bool(altered[item.id])))
            progress("clean", number, len(found))
        return made


def _altered(project: Project, found: list[Deployment], *, accept_altered: bool) -> Mapping[str, list[Fault]]:
    faults = {item.id: [*Archive(project.archive / item.id).verify(), *_cut(project, item)] for item in found}
    every = [fault for item in faults.values() for fault in item]
    if every and not accept_altered:
        mend = "Restore it from the backup. To go on all the same: --accept-altered, which marks every output."
        raise ArchiveError("the archive does not agree with its ledger", mend=mend, faults=every)
    return faults


def _cut(project: Project, deployment: Deployment) -> list[Fault]:
    """A ledger that no longer holds the line which the last dataset was made up to was cut, or replaced."""
    key = f"{deployment.survey}@{deployment.version}"
    path = project.dataset(key) / "manifest.json"
    head = read_json(path)["inputs"]["ledger_head"] if path.is_file() else ""
    archive = Archive(project.archive / deployment.id)
    if archive.holds(head):
        return []
    message = "the ledger lacks what the last dataset was made of: it was cut or replaced"
    return [Fault("cut-ledger", message, archive.folder.as_posix(), "Restore the folder from the backup.")]


def _corrections(project: Project, roster: pd.DataFrame) -> list[Correction]:
    if not project.corrections.is_file():
        return []
    surveys = {item.survey.key: item.survey for item in released(project)}
    return read_corrections(project.corrections, surveys=surveys, units=set(roster["unit"]))


def _clean_one(
    project: Project, deployment: Deployment, roster: pd.DataFrame, corrections: list[Correction], *, altered: bool
) -> Made:
    release = read_release(project.surveys, deployment.survey, deployment.version)
    archive = Archive(project.archive / deployment.id)
    with open_vault(project) as vault:
        invited = {link.unit for link in vault.links(deployment.id)}
    if deployment.anonymised or deployment.adopted:
        unlinked = unlinked_units(archive.segments(accept_altered=altered))
        roster, invited = with_units(roster, unlinked), invited.union(unlinked)
    cleaned = clean_responses(
        release.survey,
        archive.segments(accept_altered=altered),
        roster,
        corrections,
        structure_hash=release.structure_hash,
        eligible=invited,
    )
    cleaned = with_findings(cleaned, standing_findings(read_findings(project.findings), deployment.id))
    manifest = _manifest(project, deployment, release, altered=altered)
    book = {"survey": release.survey.key, "variables": [asdict(item) for item in codebook(release.survey)]}
    text = json.dumps(book, ensure_ascii=False, indent=1) + "\n"
    write_dataset(project.dataset(release.survey.key), cleaned, text, manifest)
    return Made(release.survey.key, _summary(release.survey.key, cleaned, altered=altered))


def _manifest(project: Project, deployment: Deployment, release: Release, *, altered: bool) -> dict[str, Any]:
    """What the dataset was made from. The hashes chain it to the archive's ledger and to the release."""
    archive = Archive(project.archive / deployment.id)
    segments = [{"segment": item.segment, "sha256": item.sha256, "records": item.records} for item in archive.entries()]
    return {
        "step": "clean",
        "survey": release.survey.key,
        "structure_hash": release.structure_hash,
        "texts": dict(deployment.texts),
        "released_at": release.released_at,
        "deployment": deployment.to_json(),
        "inputs": {
            "segments": segments,
            "ledger_head": archive.head(),
            "roster": file_hash(project.roster),
            "corrections": _hash(project.corrections),
            "dispositions": _hash(project.findings),
        },
        "synthetic": deployment.synthetic or project.settings.synthetic,
        "altered": altered,
        "anonymised": deployment.anonymised,
        "evaltool": __version__,
        "made_at": now(),
    }


def _hash(path: Path) -> str:
    return file_hash(path) if path.is_file() else ""


def _summary(key: str, cleaned: Cleaned, *, altered: bool) -> str:
    counts = cleaned.dispositions["disposition"].value_counts()
    told = ", ".join(f"{code} {counts.get(code, 0)}" for code in DISPOSITIONS if code != "O" or counts.get(code, 0))
    marked = "; ALTERED ARCHIVE" if altered else ""
    return f"cleaned {key}: {len(cleaned.frame)} interviews ({told}), {len(cleaned.log)} log entries{marked}"
