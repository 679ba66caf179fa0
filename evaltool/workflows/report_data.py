"""What a report tells of the data themselves: releases, the questionnaire, and the passport."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from evaltool.errors import ReportError
from evaltool.report.context import HASH_SIGNS, QuestionFacts, QuoteFacts, ReleaseFacts, ReportContext
from evaltool.responses.dataset import Dataset
from evaltool.survey.model import Survey
from evaltool.survey.release import Release
from evaltool.text import Text, interface_languages, long_date, say
from evaltool.workflows.coding_source import CodingSource
from evaltool.workflows.report_facts import Facts, said

_Datasets: TypeAlias = Mapping[str, Dataset]


def with_data(context: ReportContext, facts: Facts, datasets: _Datasets) -> ReportContext:
    """The context with what only the datasets (by the key of their survey) can tell.

    Raises:
        ReportError: if there is no dataset of the survey that the report is about.
    """
    counted = facts.manifest["inputs"].keys() & datasets.keys()
    return replace(
        context,
        releases=tuple(_release(item, datasets) for item in facts.releases if item.survey.key in counted),
        questions=tuple(_questions(_main_survey(facts, datasets, context.population))),
        quotes=tuple(_quotes(facts, datasets, context.population)),
        passport=tuple(_passport(facts.manifest)),
    )


def _release(release: Release, datasets: _Datasets) -> ReleaseFacts:
    dataset = datasets[release.survey.key]
    return ReleaseFacts(
        survey=release.survey.key,
        structure_hash=release.structure_hash,
        released_at=release.released_at,
        answers=int(dataset.dispositions["disposition"].isin(["I", "P"]).sum()),
        dataset=dataset.manifest["outputs"]["dataset.parquet"],
        ledger=dataset.manifest["inputs"]["ledger_head"],
    )


def _main_survey(facts: Facts, datasets: _Datasets, population: str) -> Survey:
    """The version of the population's survey that most of its members answered."""
    about = facts.plan.population
    asked = [item.survey for item in facts.releases if item.survey.survey == about.survey]
    counts = {
        survey.key: int((datasets[survey.key].frame[about.column].astype("string") == population).sum())
        for survey in asked
        if survey.key in datasets
    }
    if not counts:
        mend = "Pull and clean it first: evaltool pull, then evaltool clean."
        raise ReportError(f"there is no dataset of {about.survey}, which the report is about", mend=mend)
    best = max(counts, key=lambda key: counts[key])
    return next(survey for survey in asked if survey.key == best)


def _quotes(facts: Facts, datasets: _Datasets, population: str) -> Iterator[QuoteFacts]:
    """Words that somebody cleared for print, of those who agree to it by the datasets as they are now."""
    source = CodingSource(facts.project, facts.plan, facts.themes, datasets)
    for question in source.coded():
        members = [item for item in question.answers if item.answer.population == population]
        wrote = Counter(item.answer.language for item in members)
        for answer, mark in ((item.answer, item.mark) for item in members):
            if mark and mark.quote and answer.quotable:
                language = answer.language if wrote[answer.language] >= facts.plan.few else ""
                yield QuoteFacts(indicator=question.question, themes=mark.themes, words=mark.quote, language=language)


def _passport(manifest: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    """What the estimates of this manifest were made of and with."""
    day, found = datetime.fromisoformat(manifest["made_at"]).date(), manifest["output"][:HASH_SIGNS]
    computed = {
        language: say("{hash}, computed on {day}", language, hash=found, day=long_date(day, language))
        for language in interface_languages()
    }
    yield said("Estimates (hash)"), computed
    yield said("Roster (hash)"), {"": manifest["roster"][:HASH_SIGNS]}
    made_with = {"evaltool": manifest["evaltool"], **manifest.get("made_with", {})}
    yield said("Computed with"), {"": ", ".join(f"{name} {version}" for name, version in made_with.items())}


def _questions(survey: Survey) -> Iterator[QuestionFacts]:
    for question in survey.questions:
        if question.type not in {"note", "calculate"}:
            choices = tuple(choice.label for choice in question.choices.values())
            yield QuestionFacts(survey=survey.key, name=question.name, label=question.label, choices=choices)
