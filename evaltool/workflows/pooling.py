"""From datasets to pooled and panel data for researchers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool import __version__
from evaltool.errors import CleaningError, Fault, PlanError
from evaltool.project import Project
from evaltool.responses import pooling
from evaltool.responses.dataset import Dataset, csv_bytes, parquet_bytes, write_folder
from evaltool.responses.panel import LINKED, Panel, Wave, link
from evaltool.responses.roster import read_roster_table
from evaltool.survey.codebook import Variable
from evaltool.survey.harmony import Step
from evaltool.survey.release import Release
from evaltool.workflows.datasets import datasets
from evaltool.workflows.definitions import released
from evaltool.workflows.planned import read_plan
from evaltool.workflows.working import file_hash, now, working
from evaltool.yamlfile import nearest


@dataclass(frozen=True)
class Made:
    """A folder that was written, told in a line; `notes` are things to know."""

    folder: Path
    summary: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Source:
    """The releases of a survey, oldest first, and its datasets by version."""

    releases: Sequence[Release]
    found: Mapping[int, Dataset]

    @property
    def steps(self) -> list[Step]:
        return [Step(item.survey, item.verdicts) for item in self.releases]

    @property
    def frames(self) -> dict[int, pd.DataFrame]:
        return {version: dataset.frame for version, dataset in self.found.items()}


def pool(project: Project, survey: str, *, only: Sequence[str] = (), research: bool = False) -> Made:
    """Put all datasets of a survey together in `data/pooled/<survey>/`; `research`: only of those who agreed to it.

    Raises:
        CleaningError: if there is no dataset of it, one is out of date, or a question of `only` is not comparable.
    """
    with working(project):
        source = _sources(project).get(survey)
        if source is None:
            mend = nearest(survey, [item.survey.survey for item in released(project)]) or "Run: evaltool clean"
            raise CleaningError(f"there is no dataset of «{survey}»", where=str(project.data / "datasets"), mend=mend)
        _refuse_outdated(project, [source])
        surveys = [item.survey for item in source.releases]
        frames = pooling.for_research(source.frames, surveys) if research else source.frames
        pooled = pooling.pool(frames, source.steps, only=only)
        files = {
            "dataset.parquet": parquet_bytes(pooled.frame),
            "codebook.json": _codebook({"survey": survey, "versions": sorted(frames)}, pooled.variables),
            "origin.csv": csv_bytes(pooled.origin),
            "left_out.csv": csv_bytes(pooled.left_out),
        }
        folder = project.data / "pooled" / survey
        about = {"step": "pool", "survey": survey, "only": list(only), "research": research}
        write_folder(folder, files, {**about, **_made_from(project, [source])})
        before = sum(len(frame) for frame in source.frames.values())
        notes = [f"interviews left out because they may not be used for research: {before - len(pooled.frame)}"]
        several = pooled.frame["unit"][pooled.frame["unit"].duplicated()].nunique()
        doubled = [f"courses with an interview in more than one version: {several}"] if several else []
        return Made(folder, _summary(survey, pooled), (*(notes if research else []), *doubled))


def _summary(survey: str, pooled: pooling.Pooled) -> str:
    versions = pooled.frame["survey_version"].nunique()
    told = f"pooled {survey}: {len(pooled.frame)} interviews of {versions} versions, {len(pooled.meetings)} questions"
    return f"{told}; left out and named in left_out.csv: {len(pooled.left_out)}"


def panel(project: Project, *, research: bool = False) -> Made:
    """Link the waves that the plan names in `data/panel/`. A wave that has no dataset yet is left out and told.

    Raises:
        PlanError: if the plan names no waves.
        CleaningError: if fewer than two waves have a dataset, one is out of date, or they cannot be linked.
    """
    with working(project):
        plan = read_plan(project)
        if plan.panel is None:
            mend = "Add «panel: {waves: {start: <survey>, end: <survey>}}»."
            raise PlanError("the plan names no waves", where=project.plan.as_posix(), mend=mend)
        sources = _sources(project)
        used = {wave: sources[name] for wave, name in plan.panel.waves.items() if name in sources}
        if len(used) < 2:
            message = "fewer than two waves have a dataset, so there is nothing to link"
            raise CleaningError(message, where=str(project.data / "datasets"), mend="Run: evaltool clean")
        _refuse_outdated(project, list(used.values()))
        linked = link([_wave(*item) for item in used.items()], read_roster_table(project.roster), research=research)
        files = {
            "panel.parquet": parquet_bytes(linked.frame),
            "attrition.csv": csv_bytes(linked.attrition),
            "codebook.json": _codebook({"waves": dict(plan.panel.waves)}, linked.variables),
            "origin.csv": csv_bytes(linked.origin),
            "left_out.csv": csv_bytes(linked.left_out),
        }
        folder = project.data / "panel"
        about = {"step": "panel", "waves": dict(plan.panel.waves), "plan": file_hash(project.plan)}
        write_folder(folder, files, {**about, "research": research, **_made_from(project, list(used.values()))})
        lacking = [f"wave {wave} has no dataset and is left out" for wave in plan.panel.waves if wave not in used]
        return Made(folder, _told(linked), (*lacking, *linked.notes))


def _wave(name: str, source: _Source) -> Wave:
    dispositions = {version: dataset.dispositions for version, dataset in source.found.items()}
    return Wave(name, source.steps, source.frames, dispositions)


def _told(linked: Panel) -> str:
    courses = linked.frame["unit"].nunique()
    rows = linked.attrition.to_dict("records")
    before = {row["wave"]: row[LINKED] for row in rows if row["among"] == "linked_before"}
    all_linked = {row["wave"]: row[LINKED] for row in rows if row["among"] == "roster"}
    told: list[str] = []
    for place, (wave, count) in enumerate(all_linked.items()):
        where = f"also at {next(iter(all_linked))}" if place == 1 else "at all waves before"
        told.append(f"{wave} {count}" + (f", of these {before[wave]} {where}" if place else ""))
    return f"panel: {courses} courses, {len(linked.frame)} interviews; linked: {'; '.join(told)}"


def _sources(project: Project) -> dict[str, _Source]:
    """All surveys that have a dataset, by name."""
    releases: dict[str, list[Release]] = {}
    for item in released(project):
        releases.setdefault(item.survey.survey, []).append(item)
    found: dict[str, dict[int, Dataset]] = {}
    for key, dataset in datasets(project).items():
        survey, _, version = key.rpartition("@")
        found.setdefault(survey, {})[int(version)] = dataset
    return {survey: _Source(releases.get(survey, []), versions) for survey, versions in found.items()}


def _refuse_outdated(project: Project, sources: Sequence[_Source]) -> None:
    """A dataset must be of the release that is here, and all of them of one roster: the one that is here."""
    roster = file_hash(project.roster) if project.roster.is_file() else ""
    faults: list[Fault] = []
    for source in sources:
        structures = {item.survey.version: item.structure_hash for item in source.releases}
        for version, dataset in source.found.items():
            key = dataset.manifest["survey"]
            if dataset.manifest["structure_hash"] != structures.get(version):
                faults.append(Fault("outdated", f"the dataset {key} is not of the release that is here"))
            if dataset.manifest["inputs"]["roster"] != roster:
                faults.append(Fault("outdated", f"the dataset {key} is of another roster than the one that is here"))
    if faults:
        raise CleaningError("datasets are out of date", mend="Run: evaltool clean", faults=faults)


def _codebook(head: Mapping[str, Any], variables: Sequence[Variable]) -> bytes:
    book = {**head, "variables": [asdict(item) for item in variables]}
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()


def _made_from(project: Project, sources: Sequence[_Source]) -> dict[str, Any]:
    """The hashes of what it was made from; it is made up, or altered, if any of it is."""
    found = [dataset for source in sources for dataset in source.found.values()]
    return {
        "inputs": {
            item.manifest["survey"]: file_hash(project.dataset(item.manifest["survey"]) / "manifest.json")
            for item in found
        },
        "releases": {
            item.survey.key: {"content": item.content, "verdicts": _verdicts_hash(item)}
            for source in sources
            for item in source.releases
        },
        "roster": file_hash(project.roster),
        "synthetic": any(item.manifest["synthetic"] for item in found),
        "altered": any(item.manifest["altered"] for item in found),
        "evaltool": __version__,
        "made_at": now(),
    }


def _verdicts_hash(item: Release) -> str:
    verdicts = {name: verdict.model_dump(mode="json") for name, verdict in item.verdicts.items()}
    return hashlib.sha256(json.dumps(verdicts, sort_keys=True).encode()).hexdigest()
