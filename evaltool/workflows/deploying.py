"""From a release to a survey that can be answered: put on a platform, once, and remembered."""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evaltool.errors import DefinitionError, Fault, PlatformError, ProjectError
from evaltool.platforms.base import Say, silent
from evaltool.project import Project
from evaltool.records import Deployment, Revision
from evaltool.survey.check import PRIVACY, placeholders
from evaltool.survey.load import definition_path, load_definition, places
from evaltool.survey.model import Survey
from evaltool.survey.release import Release, make_release, read_release
from evaltool.survey.translations import blocking_drafts, map_texts
from evaltool.text import Text
from evaltool.workflows.connecting import connected
from evaltool.workflows.definitions import draft_notes
from evaltool.workflows.working import deployment_path, now, read_json, standing_survey, working, write_json
from evaltool.yamlfile import nearest

PRETEST = "+pretest"


@dataclass(frozen=True)
class Deployed:
    """What a deployment did, or would do, step by step: nothing if the same stood there already."""

    deployment: Deployment
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def deploy(  # noqa: PLR0913  # what a person can choose
    project: Project,
    survey: str,
    version: int,
    *,
    platform: str = "embedded",
    pretest: bool = False,
    languages: Sequence[str] | None = None,
    dry_run: bool = False,
    say: Say = silent,
) -> Deployed:
    """Deploy a release, in these languages (default: all), or bring a deployed one to its latest revision.

    A pretest takes the definition as it is, and its answers never enter a dataset. A dry run changes nothing. `say` is
    told each step.

    Raises:
        ReleaseError: if the version is not released.
        DefinitionError: if a language is unknown, or its consent or headline question was reviewed by nobody, or lacks
            privacy facts.
        ProjectError: if the texts use privacy facts that `evaltool.toml` lacks.
        PlatformError: if the same id is deployed with another content.
    """
    with working(project):
        release = _release_to_deploy(project, survey, version, pretest=pretest)
        spoken = in_languages(release.survey, languages)
        if not (pretest or project.settings.synthetic):
            _refuse_unreviewed(spoken, project.privacy)
        filled = fill_privacy(spoken, project.privacy)
        shown = make_release(filled, released_at=release.released_at)
        wanted = Deployment(
            id=filled.key + (_trial(shown) if pretest else ""),
            survey=survey,
            version=version,
            structure_hash=release.structure_hash,
            texts=shown.texts,
            platform=platform,
            deployed_at=now(),
            pretest=pretest,
            synthetic=project.settings.synthetic,
        )
        standing = what_stands(project, wanted, revision=release.revision)
        place = places(definition_path(project.surveys, survey, version))
        with connected(platform, project) as target:
            put = target.deploy(standing, filled, where=place, say=say, dry_run=dry_run)
        kept = replace(standing, mapping=put.mapping)
        remembered = () if dry_run else remember(project, kept, filled)
        notes = [*map(str, put.warnings), *draft_notes(filled)]
        return Deployed(kept, put.steps or remembered, tuple(notes))


def in_languages(survey: Survey, languages: Sequence[str] | None) -> Survey:
    """The survey in its own language and those of its translations that are wanted.

    Raises:
        DefinitionError: if one is not a language of the survey.
    """
    if languages is None:
        return survey
    unknown = [code for code in languages if code not in survey.languages]
    if unknown:
        mend = nearest(unknown[0], survey.languages) or f"It has {', '.join(survey.languages)}."
        raise DefinitionError(f"{survey.key} is not translated into «{unknown[0]}»", mend=mend)
    kept = tuple(code for code in survey.translations if code in languages)
    spoken = map_texts(
        survey, lambda _key, text: {code: text[code] for code in (survey.language, *kept) if code in text}
    )
    states = {name: {code: keys for code, keys in getattr(survey, name).items() if code in kept} for name in _STATES}
    return spoken.model_copy(update={"translations": kept, **states})


_STATES = ("drafts", "untranslated")


def _refuse_unreviewed(survey: Survey, privacy: Mapping[str, Text]) -> None:
    """Nobody is asked for consent, or for what counts most, in words that no person has looked at."""
    blocking = blocking_drafts(survey)
    untold = {
        code: keys
        for code in survey.translations
        if (keys := [key for key in _facts_used(survey) if not _fact(privacy, key, code)])
    }
    if not blocking and not untold:
        return
    faults = [
        Fault("unreviewed", f"«{code}»: {len(keys)} texts, first {', '.join(keys[:3])}", survey.key)
        for code, keys in blocking.items()
    ]
    faults += [
        Fault("untold-fact", f"«{code}»: [privacy] does not tell {', '.join(keys)}", "evaltool.toml")
        for code, keys in untold.items()
    ]
    ready = [f"--language {code}" for code in survey.languages if code not in blocking.keys() | untold.keys()]
    first = next(iter({**blocking, **untold}))
    export = f"evaltool translate export {survey.survey} --version {survey.version} --language {first}"
    mend = f"Have them reviewed ({export}), or deploy without these languages: {' '.join(ready)}. A trial: --pretest."
    message = (
        f"{survey.key} asks for consent, or its headline question, in words that nobody has reviewed or translated"
    )
    raise DefinitionError(message, mend=mend, faults=faults)


def _trial(shown: Release) -> str:
    """What a pretest's id ends with: another one for each state of the definition, so that trials never mix."""
    state = json.dumps([shown.structure_hash, dict(shown.texts)])
    return f"{PRETEST}-{hashlib.sha256(state.encode()).hexdigest()[:8]}"


def _release_to_deploy(project: Project, survey: str, version: int, *, pretest: bool) -> Release:
    if pretest:
        return make_release(load_definition(project.surveys, survey, version), released_at=now())
    return read_release(project.surveys, survey, version)


def fill_privacy(survey: Survey, privacy: Mapping[str, Text]) -> Survey:
    """The survey with every `${privacy.<key>}` replaced by the project's fact.

    Raises:
        ProjectError: if a fact is missing: consent without it would be void.
    """
    used = _facts_used(survey)
    missing = [key for key in used if not _fact(privacy, key, survey.language)]
    if missing:
        mend = f"Add to [privacy]: {', '.join(missing)}."
        raise ProjectError(f"the texts of {survey.key} need facts about privacy", where="evaltool.toml", mend=mend)

    def fact(key: str, language: str) -> str:
        return _fact(privacy, key, language) or _fact(privacy, key, survey.language)

    def fill(_key: str, text: Text) -> dict[str, str]:
        filled: dict[str, str] = {}
        for language, words in text.items():
            facts = {f"${{{PRIVACY}{key}}}": fact(key, language) for key in used}
            filled[language] = functools.reduce(lambda done, name: done.replace(name, facts[name]), facts, words)
        return filled

    return map_texts(survey, fill)


def _facts_used(survey: Survey) -> list[str]:
    return sorted(name.removeprefix(PRIVACY) for name in placeholders(survey) if name.startswith(PRIVACY))


def _fact(privacy: Mapping[str, Text], key: str, language: str) -> str:
    """The fact as told in this language, or alike in all of them; "" if it is not told."""
    told = privacy.get(key, {})
    return told.get(language) or told.get("", "")


def what_stands(project: Project, wanted: Deployment, *, revision: int) -> Deployment:
    """What is to stand: `wanted`, or what stands already, with its texts of now if they were revised."""
    path = deployment_path(project, wanted.id)
    if not path.is_file():
        shown = Revision(revision=revision, texts=wanted.texts, deployed_at=wanted.deployed_at)
        return replace(wanted, revisions=(shown,)) if revision > 1 else wanted
    standing = Deployment.from_json(read_json(path))
    if standing.platform != wanted.platform:
        mend = "Answers to one version are collected in one place: go on there, or release another version."
        raise PlatformError(f"{wanted.id} is deployed on {standing.platform}", where=path.as_posix(), mend=mend)
    same = standing.structure_hash == wanted.structure_hash
    if same and standing.texts_now == wanted.texts:
        return standing
    if same and revision > standing.revision:
        revised = Revision(revision=revision, texts=wanted.texts, deployed_at=wanted.deployed_at)
        return replace(standing, revisions=(*standing.revisions, revised))
    what = "texts, languages or [privacy] facts" if same else "structure"
    mend = "Answers to both would be mixed. Release a new version, and deploy that."
    if same:
        mend = (
            f"Corrected texts: evaltool release {wanted.survey} --version {wanted.version} --revision WHY. Else: {mend}"
        )
    raise PlatformError(f"{wanted.id} is deployed with other {what}", where=path.as_posix(), mend=mend)


def remember(project: Project, deployment: Deployment, survey: Survey) -> tuple[str, ...]:
    """Keep the record, and the survey as it was sent; says so if the same was not remembered already."""
    path, sent = deployment_path(project, deployment.id), standing_survey(project, deployment.id)
    if path.is_file() and sent.is_file() and Deployment.from_json(read_json(path)) == deployment:
        return ()
    write_json(sent, survey.model_dump(mode="json", exclude_defaults=True))
    write_json(path, deployment.to_json())
    return ("keep a record of the deployment",)


def deployments(project: Project) -> list[Deployment]:
    """All deployments of the project, pretests included."""
    files = sorted((project.data / "deployments").glob("*.json"))
    return [Deployment.from_json(read_json(path)) for path in files]


def deployment_of(project: Project, survey: str, version: int, *, pretest: bool = False) -> Deployment:
    """The deployment of a version; of several pretests the latest.

    Raises:
        PlatformError: if it is not deployed.
    """
    found = [
        item for item in deployments(project) if (item.survey, item.version, item.pretest) == (survey, version, pretest)
    ]
    if not found:
        platform = " --platform limesurvey" if project.settings.limesurvey.url else ""
        mend = f"Run: evaltool deploy {survey} --version {version}{platform}" + (" --pretest" if pretest else "")
        raise PlatformError(f"{survey} version {version} is not deployed", mend=mend)
    return max(found, key=lambda item: item.deployed_at)
