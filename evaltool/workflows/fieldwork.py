"""From a release to answers in the archive: deploy, import the roster, invite, follow, pull."""

import csv
import functools
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from evaltool.contacts.vault import ImportReport, Link, Vault
from evaltool.errors import (
    DefinitionError,
    ExpressionError,
    Fault,
    PlatformError,
    ProjectError,
    RosterError,
)
from evaltool.platforms.base import Invitation
from evaltool.project import Project
from evaltool.records import Course, Deployment, Revision
from evaltool.responses.archive import Archive
from evaltool.responses.roster import read_roster, write_roster_table
from evaltool.survey.answers import read_attributes
from evaltool.survey.check import PRIVACY, placeholders, selection_faults
from evaltool.survey.expressions import holds
from evaltool.survey.load import load_definition, load_roster
from evaltool.survey.model import Roster, Survey
from evaltool.survey.release import Release, make_release, read_release
from evaltool.survey.translations import blocking_drafts, map_texts
from evaltool.text import Text
from evaltool.workflows.definitions import draft_notes
from evaltool.workflows.reaching import answering, reachable
from evaltool.workflows.working import Progress, connected, now, read_json, silent, working, write_json
from evaltool.yamlfile import nearest

PRETEST = "+pretest"
BATCH = 500


@dataclass(frozen=True)
class Deployed:
    """What a deployment did; `is_new` is False if the same stood there already."""

    deployment: Deployment
    is_new: bool
    notes: tuple[str, ...]


def deploy(
    project: Project,
    survey: str,
    version: int,
    *,
    platform: str = "embedded",
    pretest: bool = False,
    languages: Sequence[str] | None = None,
) -> Deployed:
    """Deploy a release, in these languages (default: all), or bring a deployed one to its latest revision.

    A pretest takes the definition as it is, and its answers never enter a dataset.

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
        standing = _standing(project, wanted, revision=release.revision)
        with connected(platform, project) as target:
            target.deploy(standing, filled)
        is_new = _write_record(project, standing)
        return Deployed(standing, is_new, tuple(draft_notes(filled)))


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


def _record(project: Project, deployment_id: str) -> Path:
    return project.data / "deployments" / f"{deployment_id}.json"


def _standing(project: Project, wanted: Deployment, *, revision: int) -> Deployment:
    """What is to stand: `wanted`, or what stands already, with its texts of now if they were revised."""
    path = _record(project, wanted.id)
    if not path.is_file():
        shown = Revision(revision=revision, texts=wanted.texts, deployed_at=wanted.deployed_at)
        return replace(wanted, revisions=(shown,)) if revision > 1 else wanted
    standing = Deployment.from_json(read_json(path))
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


def _write_record(project: Project, deployment: Deployment) -> bool:
    """Remember the deployment; False if the same was remembered already."""
    path = _record(project, deployment.id)
    if path.is_file() and Deployment.from_json(read_json(path)) == deployment:
        return False
    write_json(path, deployment.to_json())
    return True


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
        mend = f"Run: evaltool deploy {survey} --version {version}" + (" --pretest" if pretest else "")
        raise PlatformError(f"{survey} version {version} is not deployed", mend=mend)
    return max(found, key=lambda item: item.deployed_at)


def import_roster(project: Project, path: Path) -> ImportReport:
    """Take the rows of a roster file into the vault, and renew the pseudonymous roster table."""
    roster = load_roster(project.surveys / "roster.yaml")
    with working(project):
        rows = read_roster(path, roster)
        with closing(Vault.open(project.vault)) as vault:
            report = vault.import_rows(rows)
            write_roster_table(vault.courses(), project.roster, columns=roster.attributes)
        return report


@dataclass(frozen=True)
class Invited:
    """Who was invited, and the file with the personal links. `notes` tell who got none, and why."""

    new: int
    total: int
    file: Path
    notes: tuple[str, ...] = ()


def invite(project: Project, deployment: Deployment, *, where: str = "", out: Path | None = None) -> Invited:
    """Give every course that the survey invites (and `where` selects) its personal link, once.

    It is the link of the course's own person, or of the survey's respondent. After an earlier survey only those get one
    who agreed to it there. The file holds their links and contact data; without `out` it lies in the data folder.

    Raises:
        ProjectError: if `out` is neither .csv nor .xlsx.
        ExpressionError: if `where` names something that is no usable column or code of the roster.
        RosterError: if nobody is selected.
        CleaningError: if the survey follows another one that has no dataset yet.
    """
    survey = _survey_of(project, deployment)
    roster = load_roster(project.surveys / "roster.yaml")
    if out and out.suffix.lower() not in {".csv", ".xlsx"}:
        raise ProjectError("links are written as .csv or .xlsx", where=out.as_posix(), mend="Name such a file.")
    faults = selection_faults(where, roster, where="--where")
    if faults:
        raise ExpressionError("--where cannot be used", faults=faults)
    with working(project), closing(Vault.open(project.vault)) as vault:
        selected = _selected(survey, roster, vault.courses(), where)
        kept, notes = reachable(project, survey, roster, selected)
        if not kept:
            mend = "Import the roster first (evaltool roster FILE), or mend --where."
            message = "; ".join(["nobody on the roster is to be invited", *notes])
            raise RosterError(message, where=where or survey.invite, mend=mend)
        courses = {course.unit: course for course in kept}
        vault.invite(deployment.id, courses, respondent=survey.respondent or "")
        every = [link for link in vault.links(deployment.id) if link.unit in courses]
        links = [link for link in every if link.person == answering(courses[link.unit], survey)]
        if len(links) < len(every):
            notes.append(f"{len(every) - len(links)} links were made for a former {survey.respondent}: left out")
        spoken = in_languages(survey, list(deployment.texts_now))
        notes += _unspoken(links, spoken)
        with connected(deployment.platform, project) as platform:
            new = platform.invite(deployment.id, [_invitation(spoken, courses[link.unit], link) for link in links])
            addresses = [
                (replace(link, language=link.language or survey.language), platform.link(link.token)) for link in links
            ]
        file = out or project.data / "invitations" / f"{deployment.id}.xlsx"
        _write_links(addresses, file)
        return Invited(new, len(links), file, tuple(notes))


def _unspoken(links: Sequence[Link], survey: Survey) -> list[str]:
    """How many are invited whose language this deployment does not speak."""
    counts = Counter(link.language for link in links if link.language and link.language not in survey.languages)
    if not counts:
        return []
    told = ", ".join(f"{code} {count}" for code, count in sorted(counts.items()))
    return [
        f"{counts.total()} of {len(links)} have a language that is not deployed ({told}): they see «{survey.language}»"
    ]


def _invitation(survey: Survey, course: Course, link: Link) -> Invitation:
    return Invitation(
        unit=link.unit,
        person=link.person,
        token=link.token,
        language=link.language if link.language in survey.languages else survey.language,
        attributes={name: course.attributes.get(name, "") for name in survey.attributes},
    )


def _survey_of(project: Project, deployment: Deployment) -> Survey:
    if deployment.pretest:
        return load_definition(project.surveys, deployment.survey, deployment.version)
    return read_release(project.surveys, deployment.survey, deployment.version).survey


def _selected(survey: Survey, roster: Roster, courses: Sequence[Course], where: str) -> list[Course]:
    conditions = [text for text in (survey.invite, where) if text]
    values = {course.unit: read_attributes(roster.attributes, course.attributes) for course in courses}
    return [course for course in courses if all(holds(text, values[course.unit]) for text in conditions)]


_HEADER = ("name", "phone", "email", "language", "link")


def _write_links(links: Sequence[tuple[Link, str]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(link.name, link.phone, link.email, link.language, address) for link, address in links]
    part = path.with_name(path.name + ".part")
    if path.suffix.lower() == ".csv":
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([_HEADER, *(map(_plain_cell, row) for row in rows)])
    else:
        _write_sheet([_HEADER, *rows], part)
    part.replace(path)


def _plain_cell(text: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula."""
    return f"'{text}" if text.startswith(("=", "@", "-", "\t", "\r")) else text


def _write_sheet(rows: Sequence[Sequence[str]], path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("links")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=text) for text in row]
        for cell in cells:
            cell.data_type = "s"  # a text that begins with = is no formula
        sheet.append(cells)
    book.save(path)


@dataclass(frozen=True)
class DeploymentStatus:
    """Counts of one deployment on its platform."""

    deployment: Deployment
    counts: Mapping[str, int]


def status(project: Project) -> list[DeploymentStatus]:
    """Where each deployment stands."""
    return [DeploymentStatus(item, _counts(project, item)) for item in deployments(project)]


def _counts(project: Project, deployment: Deployment) -> Mapping[str, int]:
    with connected(deployment.platform, project) as platform:
        return platform.status(deployment.id)


def close(project: Project, deployment: Deployment) -> None:
    """Take no more answers: whoever opens a link is told that the survey has ended. What was answered stays."""
    with working(project), connected(deployment.platform, project) as platform:
        platform.close(deployment.id)


def pull(project: Project, progress: Progress = silent) -> dict[str, int]:
    """Append what is new on the platforms to the archive; returns the number of records by deployment.

    It can be cut off anywhere: what was appended stays, and the next pull goes on from there.
    """
    with working(project):
        found = deployments(project)
        return {item.id: _pull_one(project, item, progress) for item in found}


def _pull_one(project: Project, deployment: Deployment, progress: Progress) -> int:
    archive = Archive(project.archive / deployment.id)
    counts = _counts(project, deployment)
    begun = sum(counts.values()) - counts["invited"]
    count = 0
    with connected(deployment.platform, project) as platform:
        while (batch := platform.pull(deployment.id, after=archive.cursor(), limit=BATCH)).responses:
            archive.append(batch.responses, cursor=batch.cursor, pulled_at=now())
            count += len(batch.responses)
            progress(f"pull {deployment.id}", min(count, begun), begun)
    return count
