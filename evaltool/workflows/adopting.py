"""A survey that was built in LimeSurvey by hand, and its answers, taken in: first its definition, then a deployment."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltool.errors import DefinitionError, Fault, PlatformError, RosterError
from evaltool.platforms.limesurvey.account import check_zone
from evaltool.platforms.limesurvey.adopted import Adopted, Mapped, adopt_survey, own_languages
from evaltool.platforms.limesurvey.adopted_check import mapping_faults, survey_faults
from evaltool.platforms.limesurvey.adopted_files import (
    mapping_path,
    read_mapping,
    render_catalogue,
    render_definition,
    render_mapping,
)
from evaltool.platforms.limesurvey.adopted_reading import ForeignSurvey, read_foreign
from evaltool.platforms.limesurvey.lss_reading import read_lss
from evaltool.platforms.limesurvey.platform import log_in
from evaltool.platforms.limesurvey.pull import count
from evaltool.platforms.limesurvey.putting import ask_told
from evaltool.platforms.limesurvey.transport import RemoteControl
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.responses.sheets import SheetError, match_header, read_sheet, row_cells
from evaltool.survey.check import RESERVED
from evaltool.survey.load import definition_path, load_roster
from evaltool.survey.model import Roster, Survey
from evaltool.survey.release import read_release
from evaltool.workflows.connecting import open_vault
from evaltool.workflows.deploying import deployments, remember, what_stands
from evaltool.workflows.working import now, working
from evaltool.yamlfile import YamlFile, faults_error


@dataclass(frozen=True)
class Wanted:
    """What is to be adopted: LimeSurvey's number, and what it is called here.

    `lss` is an export of its structure, read in place of the server; `participants` tells whose access code is whose.
    """

    sid: int
    survey: str
    version: int
    lss: Path | None = None
    participants: Path | None = None
    accept_anonymised: bool = False

    @property
    def key(self) -> str:
        return f"{self.survey}@{self.version}"


@dataclass(frozen=True)
class Step:
    """What was done, in lines; `notes` are what a person must know or complete; and what comes next."""

    done: tuple[str, ...]
    notes: tuple[str, ...]
    following: str


def survey_key(text: str) -> tuple[str, int]:
    """Name and version of `course-end@1`.

    Raises:
        DefinitionError: if it is written otherwise.
    """
    found = re.fullmatch(r"([a-z][a-z0-9-]{0,39})@([1-9][0-9]{0,5})", text)
    if found is None:
        mend = "Write it like course-end@1: small letters, digits and -, then the version."
        raise DefinitionError(f"«{text}» names no survey and version", where="--as", mend=mend)
    return found[1], int(found[2])


def adopt(project: Project, wanted: Wanted, server: RemoteControl | None = None) -> Step:
    """Write the definition and the mapping; or, once they are completed and released, take the survey in.

    It only reads on LimeSurvey, and never overwrites a file that a person may have completed.
    """
    path = definition_path(project.surveys, wanted.survey, wanted.version)
    with working(project):
        if not path.is_file():
            return _write_files(project, wanted, path, _foreign(project, wanted, server))
        if not mapping_path(path).is_file():
            mend = "Adopt under another name, or as another version."
            raise DefinitionError(f"{wanted.key} is there, and was not adopted", where=path.as_posix(), mend=mend)
        return _take_in(project, wanted, path, server)


def _open(project: Project) -> RemoteControl:
    settings = project.settings.limesurvey
    return log_in(settings.url, settings.user)


def _foreign(project: Project, wanted: Wanted, server: RemoteControl | None) -> ForeignSurvey:
    """The survey as the file tells, or the server."""
    if wanted.lss:
        if not wanted.lss.is_file():
            raise DefinitionError("no such file", where=wanted.lss.as_posix(), mend="Check the name and the folder.")
        told = read_lss(wanted.lss.read_bytes(), where=wanted.lss.as_posix())
    else:
        with server or _open(project) as opened:
            told = ask_told(opened, wanted.sid)
    foreign = read_foreign(told)
    if foreign.sid != wanted.sid:
        where = wanted.lss.as_posix() if wanted.lss else ""
        mend = "Export the structure of the survey whose answers are to be adopted."
        raise DefinitionError(f"this is survey {foreign.sid}, not {wanted.sid}", where=where, mend=mend)
    _refuse(foreign, wanted)
    return foreign


def _refuse(foreign: ForeignSurvey, wanted: Wanted) -> None:
    where = f"survey {foreign.sid} on LimeSurvey"
    faults = list(survey_faults(foreign))
    if foreign.anonymised and not wanted.accept_anonymised:
        mend = (
            "To take its answers in all the same: --accept-anonymised. They belong to nobody then, and the data say so."
        )
        message = "it is anonymised: LimeSurvey has cut the link to persons and reset all dates"
        faults.append(Fault("anonymised", message, where, mend))
    if foreign.anonymised and wanted.participants:
        mend = "Leave out --participants: those invited would count beside the answers, as if none were theirs."
        faults.append(Fault("anonymised", "its answers can be linked to nobody", where, mend))
    if not foreign.active:
        mend = "Activate it in LimeSurvey, and import its former answers there: Responses, «Import responses»."
        faults.append(Fault("not-active", "it is not active: LimeSurvey gives no answers of it", where, mend))
    if faults:
        raise PlatformError(f"{where} cannot be adopted", faults=faults)


def _write_files(project: Project, wanted: Wanted, path: Path, foreign: ForeignSurvey) -> Step:
    roster = load_roster(project.surveys / "roster.yaml")
    taken = {*RESERVED, *roster.columns}
    adopted = adopt_survey(foreign, survey=wanted.survey, version=wanted.version, taken=taken)
    if not adopted.mapped.questions:
        raise PlatformError(f"survey {wanted.sid} has no question that evaltool takes", where="LimeSurvey")
    files = {
        path: render_definition(adopted),
        mapping_path(path): render_mapping(adopted.mapped, foreign),
    }
    faults: list[Fault] = []
    for language in adopted.survey.translations:
        files[path.with_suffix(f".{language}.po")], found = render_catalogue(adopted, language, today=now()[:10])
        faults += found
    standing = [file.as_posix() for file in files if file.exists()]
    if standing:
        raise DefinitionError("these files are there already", where=", ".join(standing), mend="Move them away first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, text in reversed(files.items()):  # the definition last: it tells that all was written
        part = file.with_name(file.name + ".part")
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    following = (
        f"Complete {path.as_posix()} and the mapping beside it, then: evaltool check; "
        f"evaltool release {wanted.survey} --version {wanted.version}; and this command again."
    )
    done = tuple(f"wrote {file.as_posix()}" for file in files)
    return Step(done, tuple(_to_complete(adopted, foreign, faults)), following)


def _to_complete(adopted: Adopted, foreign: ForeignSurvey, faults: Sequence[Fault]) -> Iterator[str]:
    """What a person must know, since LimeSurvey does not say it or evaltool cannot take it."""
    for title, reason in adopted.mapped.left_out.items():
        yield f"left out: «{title}», {reason}"
    for name, column in adopted.mapped.questions.items():
        if column.rule:
            yield f"«{name}»: whom LimeSurvey asked is not said yet ({column.rule})"
    if adopted.own_words:
        asked = ", ".join(dict.fromkeys(name for name, _ in adopted.own_words))
        yield f"LimeSurvey's own words, as yes and no, are in English here: {asked}"
    for code in foreign.languages:
        if code not in own_languages(foreign.languages):
            yield f"left out: the texts in «{code}»"
    for fault in faults:
        yield f"a translation is left out: {fault.message}"


def _take_in(project: Project, wanted: Wanted, path: Path, server: RemoteControl | None) -> Step:
    """Remember the survey as a deployment, once everything fits."""
    mapped, file = read_mapping(mapping_path(path))
    _refuse_other(project, mapped, file, wanted)
    release = read_release(project.surveys, wanted.survey, wanted.version)
    check_zone(project.settings.limesurvey.timezone)
    with server or _open(project) as opened:
        foreign = read_foreign(ask_told(opened, wanted.sid))
        _refuse(foreign, wanted)
        faults = mapping_faults(mapped, file, release.survey, foreign)
        if faults:
            raise faults_error(f"{wanted.key} does not fit survey {wanted.sid}", faults)
        answers = count(opened, wanted.sid)
    deployment = Deployment(
        id=wanted.key,
        survey=wanted.survey,
        version=wanted.version,
        structure_hash=release.structure_hash,
        texts=release.texts,
        platform="limesurvey",
        deployed_at=now(),
        synthetic=project.settings.synthetic,
    )
    standing = what_stands(project, deployment, revision=release.revision)
    mapping = {"sid": wanted.sid, "names": mapped.names().to_json(), "adopted": True}
    linked = _link(project, wanted, release.survey)
    is_new = remember(project, replace(standing, mapping=mapping, anonymised=foreign.anonymised), release.survey)
    done = [f"{wanted.key} {'is adopted' if is_new else 'was adopted already'}: {answers} interviews on LimeSurvey"]
    return Step((*done, *linked), tuple(_untold(answers, linked)), "Next: evaltool pull")


def _untold(answers: int, linked: Sequence[str]) -> Iterator[str]:
    if not answers:
        yield "nobody has answered yet"
    if not linked:
        yield "without --participants no answer is linked to the roster: the answers stand in their dataset only"


def _refuse_other(project: Project, mapped: Mapped, file: YamlFile, wanted: Wanted) -> None:
    """The mapping must be about this survey, and nothing else may take in its answers."""
    said = {"survey": mapped.survey, "version": mapped.version, "sid": mapped.sid}
    asked = {"survey": wanted.survey, "version": wanted.version, "sid": wanted.sid}
    for key, value in said.items():
        if value != asked[key]:
            mend = f"Run: evaltool adopt {mapped.sid} --as {mapped.survey}@{mapped.version}"
            message = f"the mapping is about another {key}: {value}, not {asked[key]}"
            raise DefinitionError(message, where=file.where((key,)), mend=mend)
    for other in deployments(project):
        if other.id != wanted.key and other.mapping.get("sid") == wanted.sid:
            mend = "Its answers come in as that: the same answers would count twice."
            raise PlatformError(f"survey {wanted.sid} is {other.id} already", mend=mend)


def _link(project: Project, wanted: Wanted, survey: Survey) -> tuple[str, ...]:
    """Keep in the vault whose access code is whose; returns what is to be said of it."""
    if wanted.participants is None:
        return ()
    roster = load_roster(project.surveys / "roster.yaml")
    rows, blank = _participants(wanted.participants, roster)
    with open_vault(project) as vault:
        units = {(course.person_id, course.course_id): course.unit for course in vault.courses()}
        faults = [fault for row in rows for fault in row.faults(units)]
        faults += _doubles(rows)
        if faults:
            raise RosterError("the participants have faults; nobody was linked", faults=faults)
        # An access code is unique in its own survey only.
        tokens = {units[row.person, row.course]: f"{wanted.sid}:{row.token}" for row in rows}
        vault.take_links(wanted.key, tokens, respondent=survey.respondent or "")
    others = f", {blank} are not" if blank else ""
    return (f"{len(tokens)} access codes are linked to the roster{others}",)


@dataclass(frozen=True, repr=False)
class _Row:
    """A participant: her access code, and the ids that the roster gives her. Never printed."""

    token: str
    person: str
    course: str
    where: str

    def faults(self, units: Mapping[tuple[str, str], str]) -> Iterator[Fault]:
        if not self.token:
            yield Fault("blank", "no access code", self.where, "Fill it in, or remove the row.")
        if (self.person, self.course) not in units:
            mend = "Mend the ids, or import the roster that has this course: evaltool roster FILE"
            yield Fault("unknown-course", "the roster has no such course", self.where, mend)


def _doubles(rows: Sequence[_Row]) -> Iterator[Fault]:
    for what, keys in {
        "access code": [row.token for row in rows],
        "course": [f"{row.person}\0{row.course}" for row in rows],
    }.items():
        counts = Counter(keys)
        for row, key in zip(rows, keys, strict=True):
            if key and counts[key] > 1:
                yield Fault("double-row", f"this {what} stands {counts[key]} times", row.where, "Keep one row.")


def _participants(path: Path, roster: Roster) -> tuple[list[_Row], int]:
    """The rows of a table with the columns `token`, person and course, and how many have no ids; others are ignored.

    Raises:
        RosterError: if it cannot be read, or lacks one of them.
    """
    person, course = roster.column("person"), roster.column("course")
    wanted = {name.casefold(): name for name in ("token", person, course)}
    for name in (person, course):
        wanted |= {label.casefold(): name for label in roster.columns[name].label.values() if label}
    try:
        sheet = read_sheet(path, wanted)
    except SheetError as error:
        raise RosterError(error.message, where=error.where, mend=error.mend) from None
    columns, _ = match_header(sheet, lambda header: wanted.get(" ".join(header.split()).casefold()), lambda _: "")
    lacking = [name for name in ("token", person, course) if name not in columns]
    if lacking:
        mend = "It needs «token» (the access code on LimeSurvey) and the ids of the roster."
        where = sheet.where(sheet.header_row)
        raise RosterError(f"the columns {', '.join(lacking)} are missing", where=where, mend=mend)
    rows = [
        _Row(row["token"].text, row[person].text, row[course].text, sheet.where(number))
        for number, row in row_cells(sheet, columns)[0]
    ]
    named = [row for row in rows if row.person or row.course]
    return named, len(rows) - len(named)
