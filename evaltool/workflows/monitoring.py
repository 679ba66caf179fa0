"""Follow the waves in the field, from archive, vault and roster as the last pull left them. Nothing is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import cached_property

import pandas as pd

from evaltool.contacts.vault import Link
from evaltool.errors import ArchiveError, PlatformError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.records import Clock, Deployment
from evaltool.responses.archive import Archive
from evaltool.responses.clean import clean
from evaltool.responses.dispositions import read_findings, standing_findings
from evaltool.responses.roster import read_roster_table
from evaltool.responses.unlinked import unlinked_units, with_units
from evaltool.results import Estimate
from evaltool.stats.quality_frame import Checked, check_interviews
from evaltool.stats.quality_rows import version_rows
from evaltool.stats.units import Answers
from evaltool.survey.codebook import codebook
from evaltool.survey.load import load_roster
from evaltool.survey.model import Roster
from evaltool.survey.release import Release, read_release
from evaltool.text import language_name
from evaltool.workflows.connecting import open_vault
from evaltool.workflows.deploying import deployments
from evaltool.workflows.monitor_alerts import alerts, old_pulls, quota_alert
from evaltool.workflows.monitor_counts import (
    Invited,
    durations,
    flow,
    flows,
    gather,
    read_interviews,
    stops,
    tally,
    unanswered,
)
from evaltool.workflows.monitor_wave import Grouped, Monitor, Said, Wave
from evaltool.workflows.planned import read_plan
from evaltool.workflows.working import now, pull_path, read_json
from evaltool.yamlfile import nearest

_LANGUAGE = "language"
_NOT_PULLED = "{wave}: nothing was pulled yet. evaltool pull"
_NOBODY = "{wave}: nobody is invited yet, and nothing was answered. evaltool invite"


def monitor(project: Project, survey: str = "", *, clock: Clock = now) -> Monitor:
    """Follow every deployment that is no pretest, or those of one survey.

    Raises:
        PlatformError: if nothing is deployed, pulled, or anybody invited.
        ArchiveError: if an archive does not agree with its ledger.
    """
    found = [item for item in deployments(project) if not item.pretest]
    chosen = [item for item in found if survey in {"", item.survey}]
    if not chosen:
        raise _nothing_deployed(survey, found)
    at, waves, notes = datetime.fromisoformat(clock()), list[Wave](), list(_undeployed(project, found))
    follower = _Follower(project)
    for item in chosen:
        followed = follower.follow(item)
        if isinstance(followed, Wave):
            waves.append(followed)
        else:
            notes.append(followed)
    if not waves:
        faults = "\n".join(note.told("en") for note in notes)
        raise PlatformError(f"there is nothing to follow yet\n{faults}", mend="Invite, and pull when answers came in.")
    said = [("", alert) for alert in (*old_pulls(waves, at), *_quota(project))]
    said += [(wave.deployment.id, alert) for wave in waves for alert in alerts(wave)]
    synthetic = any(item.synthetic for item in chosen)
    return Monitor(at, tuple(waves), tuple(said), tuple(notes), synthetic)


def _nothing_deployed(survey: str, found: Sequence[Deployment]) -> PlatformError:
    if not found:
        return PlatformError("nothing is deployed, so there is nothing to follow", mend="Run: evaltool deploy")
    names = sorted({item.survey for item in found})
    mend = nearest(survey, names) or f"Deployed: {', '.join(names)}."
    return PlatformError(f"«{survey}» is not deployed", mend=mend)


def _undeployed(project: Project, found: Sequence[Deployment]) -> Iterator[Said]:
    for name in sorted(project.settings.fieldwork.keys() - {item.id for item in found}):
        yield Said("evaltool.toml has a [fieldwork] schedule of «{wave}», which is not deployed.", {"wave": name})


def last_pull(project: Project, deployment_id: str) -> str | None:
    """When a deployment was pulled last, also if there was nothing new; None before the first time."""
    path = pull_path(project, deployment_id)
    if path.is_file():
        return read_json(path)["pulled_at"]
    entries = Archive(project.archive / deployment_id).entries()
    return entries[-1].pulled_at if entries else None


class _Follower:
    """What all deployments are followed with."""

    def __init__(self, project: Project):
        self.project = project
        self.plan: Plan = read_plan(project)
        self.roster: Roster = load_roster(project.surveys / "roster.yaml")
        self.table: pd.DataFrame = read_roster_table(project.roster)

    def follow(self, deployment: Deployment) -> Wave | Said:
        """The wave, or why there is none to follow yet."""
        archive = Archive(self.project.archive / deployment.id)
        _refuse_altered(archive)
        pulled_at, links = last_pull(self.project, deployment.id), self._links(deployment)
        if pulled_at is None:
            return Said(_NOT_PULLED if links else _NOBODY, {"wave": deployment.id})
        release = read_release(self.project.surveys, deployment.survey, deployment.version)
        interviews = read_interviews(archive.segments())
        if not links and not len(interviews):
            return Said(_NOBODY, {"wave": deployment.id})
        checked = self._checked(release, deployment, archive, links)
        facts = gather(checked, interviews, structure_hash=release.structure_hash, pulled_at=pulled_at)
        invited = self._invited(deployment, links, facts)
        rows = _rows(checked, self.plan)
        dated = not deployment.anonymised
        saved = facts["saved"].max() if dated and len(facts) else None
        return Wave(
            deployment=deployment,
            survey=release.survey,
            schedule=self.project.settings.fieldwork.get(deployment.id),
            few=self.plan.few,
            pulled_at=datetime.fromisoformat(pulled_at),
            saved_on=None if saved is None or pd.isna(saved) else saved.date(),
            counts=tally(facts, invited, self._reasons(deployment)),
            everybody=flow(facts, invited, dated=dated),
            groups=tuple(self._groups(facts, invited)) if dated else (),
            stops=tuple(stops(checked, facts)),
            durations=tuple(durations(facts)) if dated else (),
            unanswered=tuple(unanswered(checked)),
            alike=_named(rows, "straight_lining"),
            others=_named(rows, "other"),
            notes=tuple(_notes(deployment, interviews, facts, links)),
        )

    def _reasons(self, deployment: Deployment) -> dict[str, str]:
        """What coordinators found out, by unit."""
        found = standing_findings(read_findings(self.project.findings), deployment.id)
        return {unit: item.reason for unit, item in found.items()}

    def _links(self, deployment: Deployment) -> list[Link]:
        if not self.project.vault.is_file():
            return []
        with open_vault(self.project) as vault:
            return vault.links(deployment.id)

    def _checked(self, release: Release, deployment: Deployment, archive: Archive, links: Sequence[Link]) -> Checked:
        """The answers as `evaltool clean` would take them, without corrections; of those invited, if anybody was."""
        survey, table, units = release.survey, self.table, [link.unit for link in links]
        if deployment.anonymised or deployment.adopted:
            table = with_units(table, unlinked_units(archive.segments()))
        cleaned = clean(survey, archive.segments(), table, structure_hash=release.structure_hash, eligible=units)
        frame = cleaned.frame
        if links and not deployment.anonymised:
            frame = frame[frame["unit"].isin(units)]
        answers = Answers(survey=survey.key, frame=frame, dispositions=cleaned.dispositions)
        return check_interviews(answers, [asdict(item) for item in codebook(survey)])

    def _invited(self, deployment: Deployment, links: Sequence[Link], facts: pd.DataFrame) -> Invited:
        """The days of the links, and everybody's levels: roster columns of the plan's breakdowns, and the language.

        Who was invited on LimeSurvey before it was adopted counts from the first answer.
        """
        table = self.table.set_index("unit")
        levels = {name: _texts(table[name]) for name in self._columns}
        spoken = {link.unit: link.language for link in links}
        spoken = spoken or dict(zip(facts["unit"], facts["language"].astype("str"), strict=True))
        days = {link.unit: datetime.fromisoformat(link.created_at).date() for link in links}
        if deployment.adopted and len(facts):
            first: date = facts["saved"].dt.date.min()
            days = dict.fromkeys(days, first)
        return Invited(days, {**levels, _LANGUAGE: spoken})

    @cached_property
    def _columns(self) -> list[str]:
        columns = self.roster.attributes
        return [name for name in self.plan.breakdowns if name in columns and columns[name].choices]

    def _groups(self, facts: pd.DataFrame, invited: Invited) -> Iterator[Grouped]:
        for name in self._columns:
            column = self.roster.attributes[name]
            labels = {code: choice.label for code, choice in column.choices.items()}
            yield Grouped(column.label, flows(facts, invited, name, labels))
        column = self.roster.columns.get(self.roster.column("language"))
        labels = {code: choice.label for code, choice in column.choices.items()} if column else {}
        others = {*invited.levels[_LANGUAGE].values()} - labels.keys() - {""}
        labels |= {code: {"": language_name(code)} for code in sorted(others)}
        yield Grouped(column.label if column else {}, flows(facts, invited, _LANGUAGE, labels))


def _texts(column: "pd.Series[str]") -> dict[str, str]:
    return {str(unit): "" if pd.isna(level) else str(level) for unit, level in column.items()}


def _refuse_altered(archive: Archive) -> None:
    faults = archive.verify()
    if faults:
        message = "the archive does not agree with its ledger, so nothing of it is counted"
        raise ArchiveError(message, mend="Restore it from the backup.", faults=faults)


def _rows(checked: Checked, plan: Plan) -> list[Estimate]:
    everybody = pd.Series(data=True, index=checked.facts.index)
    return version_rows(checked, everybody, population="", few=plan.few, language=plan.language)


def _named(rows: Sequence[Estimate], statistic: str) -> dict[str, Estimate]:
    """The rows `statistic[name]` by name."""
    start = f"{statistic}["
    return {row.statistic.removeprefix(start)[:-1]: row for row in rows if row.statistic.startswith(start)}


def _notes(
    deployment: Deployment, interviews: pd.DataFrame, facts: pd.DataFrame, links: Sequence[Link]
) -> Iterator[Said]:
    if links and deployment.adopted:
        yield Said("People were invited on the platform itself: their shares count from the day of the first answer.")
    if deployment.anonymised:
        yield Said("The platform has reset the dates and cut the links: no days, groups or durations can be told.")
    if not links:
        yield Said("Nobody was invited from here: there is no base for shares of those invited.")
    strange = len(set(interviews["unit"]) - set(facts["unit"]))
    if strange:
        message = "{count} interviews are left out: of no course that was invited, or of another version."
        yield Said(message, {"count": strange})


def _quota(project: Project) -> Iterator[Said]:
    """LimeSurvey's own count: a response that was sent is one, one that was only begun a half."""
    settings = project.settings.limesurvey
    if settings.responses_limit is None:
        return
    used = 0.0
    for item in deployments(project):
        if item.platform == "limesurvey":
            rows = read_interviews(Archive(project.archive / item.id).segments())
            since = settings.responses_since
            rows = rows if since is None else rows.loc[[day >= since for day in map(_day, rows["opened_at"])]]
            used += rows["status"].isin(["complete", "refused"]).map({True: 1.0, False: 0.5}).sum()
    alert = quota_alert(used, settings.responses_limit, settings.responses_since)
    if alert:
        yield alert


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).date()
