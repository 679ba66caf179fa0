"""From estimates to documents: gathers what the report must know beside the rows, then has it rendered."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from evaltool import __version__
from evaltool.errors import ReportError
from evaltool.plan import Indicator, Plan
from evaltool.project import Project
from evaltool.report import (
    Breakdown,
    ComparisonFacts,
    IndicatorFacts,
    QuestionFacts,
    ReleaseFacts,
    ReportContext,
    render_report,
)
from evaltool.report.definition import read_definition
from evaltool.report.documents import beside, move_into_place, refuse_locked, told_to_users
from evaltool.responses.dataset import Dataset
from evaltool.results import read_estimates
from evaltool.stats.groupings import grouped
from evaltool.survey.footing import Footing
from evaltool.survey.model import Question, Survey
from evaltool.survey.prose import subjects, tell, told_in
from evaltool.survey.release import Release
from evaltool.text import Text, interface_languages, say
from evaltool.workflows.definitions import released
from evaltool.workflows.estimating import datasets, read_estimates_manifest, read_plan
from evaltool.workflows.working import Progress, file_hash, now, read_json, silent, working, write_json

_MANIFEST = "report.manifest.json"


def definition_path(project: Project, name: str = "status") -> Path:
    """The definition of the report called `name`."""
    return project.reports / name / "report.yaml"


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
        facts = _Facts(project, manifest, known)
        out = project.build / "report"
        work = [(population, language) for population in chosen for language in spoken]
        made: list[Path] = []
        with beside(out) as folder:
            for number, (population, language) in enumerate(work, 1):
                made += render_report(definition, rows, facts.context(population, language), folder)
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


def refuse_outdated(project: Project, manifest: Mapping[str, Any]) -> None:
    """Raises ReportError if the estimates, or anything that they were made of, changed since the analysis."""
    made_of = {
        project.estimates: manifest["output"],
        project.plan: manifest["plan"],
        project.roster: manifest["roster"],
    }
    made_of |= {project.dataset(key) / "manifest.json": known for key, known in manifest["inputs"].items()}
    for path, known in made_of.items():
        if not path.is_file() or file_hash(path) != known:
            mend = "Run: evaltool analyse"
            raise ReportError(f"{path.name} has changed since the analysis", where=path.as_posix(), mend=mend)


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


class _Facts:
    """What all reports of one run are told."""

    def __init__(self, project: Project, manifest: Mapping[str, Any], populations: Sequence[str]):
        self.plan = read_plan(project)
        self.manifest = manifest
        self.populations = tuple(populations)
        every = released(project)
        self.releases = [item for item in every if item.survey.survey in _surveys(self.plan)]
        self.wordings = {item.survey.key: _wordings(item.survey) for item in every}
        self.datasets = datasets(project)

    def context(self, population: str, language: str) -> ReportContext:
        plan = self.plan
        return ReportContext(
            language=language,
            population=population,
            made_on=datetime.now(UTC).date(),
            units=plan.population.units,
            respondents=plan.population.respondents,
            headline=plan.headline or next(iter(plan.indicators)),
            indicators=dict(self._indicators()),
            breakdowns={name: self._breakdown(name) for name in (*grouped(plan), plan.population.column)},
            populations=self.populations,
            comparisons={name: self._comparison(name) for name in plan.comparisons},
            weighted_by=plan.weights.margins if plan.weights else (),
            roster=plan.representativeness,
            wordings=self.wordings,
            few=plan.few,
            plan_hash=self.manifest["plan"],
            package_version=__version__,
            releases=tuple(self._release(item) for item in self.releases if item.survey.key in self.datasets),
            questions=tuple(_questions(self._main_survey(population))),
            passport=tuple(self._passport()),
            synthetic=self.manifest["synthetic"],
            altered=self.manifest["altered"],
        )

    def _indicators(self) -> Iterator[tuple[str, IndicatorFacts]]:
        plan = self.plan
        for name, item in plan.indicators.items():
            options = self._options(item.survey or plan.population.survey, item.variable) if item.variable else {}
            yield name, _indicator_facts(item, options, tuple(self._within(name, item)))
        for name in plan.distributions:
            survey = plan.population.survey
            label = self._question(survey, name).label
            yield name, IndicatorFacts(label=label, options=self._options(survey, name))
        if plan.population.status:
            column = plan.attributes[plan.population.status]
            labels = {code: choice.label for code, choice in column.choices.items()}
            yield "courses", IndicatorFacts(label=column.label, options=labels)
        for name, scale in plan.scales.items():
            yield name, IndicatorFacts(label=scale.label)

    def _question(self, survey: str, name: str) -> Question:
        """The question in its latest version."""
        versions = [item.survey for item in self.releases if item.survey.survey == survey]
        return next(version.by_name[name] for version in reversed(versions) if name in version.by_name)

    def _options(self, survey: str, name: str) -> dict[str, Text]:
        question = self._question(survey, name)
        codes = self.plan.variable(survey, name).codes
        labels = {code: question.choices[code].label for code in codes if code in question.choices}
        return {code: labels.get(code, {"en": code}) for code in codes}

    def _breakdown(self, name: str) -> Breakdown:
        group = self.plan.groups.get(name)
        label = group.label if group else self.plan.attributes[name].label
        labels = {level: {"en": level} for level in self.plan.levels(name)}
        return Breakdown(label=label, levels={**labels, **self.plan.level_labels(name)})

    def _comparison(self, name: str) -> ComparisonFacts:
        compared, column = self.plan.comparisons[name], self.plan.population.column
        across = compared.by == column
        levels = self.populations if across else self.plan.levels(compared.by)
        return ComparisonFacts(
            by=compared.by,
            indicators=compared.indicators,
            levels=levels,
            reference=compared.reference or ("" if across else levels[0]),
            covariates=compared.covariates,
            across=across,
        )

    def _release(self, release: Release) -> ReleaseFacts:
        dataset: Dataset = self.datasets[release.survey.key]
        return ReleaseFacts(
            survey=release.survey.key,
            structure_hash=release.structure_hash,
            released_at=release.released_at,
            answers=int(dataset.dispositions["disposition"].isin(["I", "P"]).sum()),
        )

    def _main_survey(self, population: str) -> Survey:
        """The version of the population's survey that most of its members answered."""
        plan = self.plan
        counts = {
            item.survey.key: int(
                (self.datasets[item.survey.key].frame[plan.population.column].astype("string") == population).sum()
            )
            for item in self.releases
            if item.survey.survey == plan.population.survey and item.survey.key in self.datasets
        }
        if not counts:
            mend = "Pull and clean it first: evaltool pull, then evaltool clean."
            raise ReportError(f"there is no dataset of {plan.population.survey}, which the report is about", mend=mend)
        best = max(counts, key=lambda key: counts[key])
        return next(item.survey for item in self.releases if item.survey.key == best)

    def _within(self, name: str, indicator: Indicator) -> Iterator[Text]:
        """For whom alone the versions are compared, in words of every language of the interface."""
        found = self.plan.footing(name)
        survey = indicator.survey or self.plan.population.survey
        latest = next((item.survey for item in reversed(self.releases) if item.survey.survey == survey), None)
        if latest is None:
            return
        for condition in found.within:
            told: dict[str, str] = {}
            for language in map(told_in, interface_languages()):
                known = subjects(latest, self.plan.attributes, numbers={}, language=language)
                told[language] = tell(condition, language, known)
            yield told
        yield from _left_out(found)

    def _passport(self) -> Iterator[tuple[Text, Text]]:
        for key, dataset in self.datasets.items():
            archive = dataset.manifest["inputs"]
            segments, head = len(archive["segments"]), archive["ledger_head"][:16]
            yield (
                _said("Archived answers to {survey}", survey=key),
                _said("segments: {count}; ledger ends with {head}", count=segments, head=head),
            )


def _said(message: str, **values: object) -> Text:
    """An interface text in every language of the interface."""
    return {language: say(message, language, **values) for language in interface_languages()}


def _surveys(plan: Plan) -> set[str]:
    used = {plan.population.survey, *(item.survey for item in plan.indicators.values() if item.survey)}
    return used | {item.paired.start for item in plan.indicators.values() if item.paired}


def _wordings(survey: Survey) -> dict[str, Text]:
    """The titles of the pages and the words of the questions, by their names."""
    return {
        **{page.name: page.title for page in survey.pages},
        **{question.name: question.label for question in survey.questions},
    }


def _left_out(footing: Footing) -> Iterator[Text]:
    """Languages in which a version asked otherwise than the others."""
    for version, languages in footing.left_out.items():
        names = ", ".join(sorted(languages))
        yield _said("version {version} was not answered in {languages}", version=version, languages=names)


def _indicator_facts(indicator: Indicator, options: Mapping[str, Text], within: tuple[Text, ...]) -> IndicatorFacts:
    definition = indicator.model_dump_json(exclude={"label", "base_label"})
    return IndicatorFacts(
        label=indicator.label,
        base=indicator.base_label,
        within=within,
        target=indicator.target,
        definition_hash=sha256(definition.encode()).hexdigest(),
        options=options,
    )


def _questions(survey: Survey) -> Iterator[QuestionFacts]:
    for question in survey.questions:
        if question.type not in {"note", "calculate"}:
            choices = tuple(choice.label for choice in question.choices.values())
            yield QuestionFacts(survey=survey.key, name=question.name, label=question.label, choices=choices)
