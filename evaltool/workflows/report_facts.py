"""What a report must know beside the rows: labels, targets and comparisons, from the plan and the releases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from evaltool import __version__
from evaltool.plan import Indicator
from evaltool.project import Project
from evaltool.report.context import (
    Breakdown,
    ComparisonFacts,
    IndicatorFacts,
    ReportContext,
)
from evaltool.survey.footing import Footing
from evaltool.survey.model import Question, Survey
from evaltool.survey.prose import subjects, tell, told_in
from evaltool.text import Text, interface_languages, pick, say
from evaltool.workflows.definitions import released
from evaltool.workflows.planned import read_plan, read_themes, standing


class Facts:
    """What all reports of one run are told; the datasets are not read for it."""

    def __init__(self, project: Project, manifest: Mapping[str, Any], populations: Sequence[str]):
        self.project = project
        self.plan = read_plan(project)
        self.themes = read_themes(project, self.plan)
        self.manifest = manifest
        self.populations = tuple(populations)
        self.releases = released(project)
        self.surveys = standing(project)
        self.wordings = {survey.key: _wordings(survey) for survey in self.surveys}

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
            breakdowns={name: self._breakdown(name) for name in (*plan.grouped, plan.population.column)},
            populations=self.populations,
            comparisons={name: self._comparison(name) for name in plan.comparisons},
            weighted_by=plan.weights.margins if plan.weights else (),
            roster=plan.representativeness,
            wordings=self.wordings,
            reasons=dict(self._reasons()),
            few=plan.few,
            plan_hash=self.manifest["plan"],
            package_version=__version__,
            synthetic=self.manifest["synthetic"],
            altered=self.manifest["altered"],
        )

    def _reasons(self) -> Iterator[tuple[str, Text]]:
        for each in self.releases:
            for verdict in each.verdicts.values():
                if verdict.verdict == "not_comparable" and len(verdict.reason) > 1:
                    yield pick(verdict.reason, each.survey.language), verdict.reason

    def _indicators(self) -> Iterator[tuple[str, IndicatorFacts]]:
        plan = self.plan
        for name, item in plan.indicators.items():
            options = self._options(item.survey or plan.population.survey, item.variable) if item.variable else {}
            facts = _indicator_facts(item, options, tuple(self._within(name, item)))
            yield name, replace(facts, survey="" if item.survey == plan.population.survey else item.survey or "")
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
        for name, question in self.themes.questions.items():
            themes = {code: theme.label for code, theme in question.themes.items()}
            yield name, IndicatorFacts(label=self._wording(question.survey, name), themes=themes)

    def _question(self, survey: str, name: str) -> Question:
        """The question in its latest version."""
        versions = [version for version in self.surveys if version.survey == survey]
        return next(version.by_name[name] for version in reversed(versions) if name in version.by_name)

    def _wording(self, survey: str, name: str) -> Text:
        """The words of a question of any survey, as its latest version asks it."""
        versions = [words for key, words in self.wordings.items() if key.partition("@")[0] == survey and name in words]
        return versions[-1][name] if versions else {"en": name}

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

    def _within(self, name: str, indicator: Indicator) -> Iterator[Text]:
        """For whom alone the versions are compared, in words of every language of the interface."""
        found = self.plan.footing(name)
        survey = indicator.survey or self.plan.population.survey
        latest = next((version for version in reversed(self.surveys) if version.survey == survey), None)
        if latest is None:
            return
        for condition in found.within:
            told: dict[str, str] = {}
            for language in map(told_in, interface_languages()):
                known = subjects(latest, self.plan.attributes, numbers={}, language=language)
                told[language] = tell(condition, language, known)
            yield told
        yield from _left_out(found)


def said(message: str, **values: object) -> Text:
    """An interface text in every language of the interface."""
    return {language: say(message, language, **values) for language in interface_languages()}


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
        yield said("version {version} was not answered in {languages}", version=version, languages=names)


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
