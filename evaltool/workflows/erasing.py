"""The right to be forgotten: a person, or one of her courses, goes from every place where evaltool keeps something.

The intention is noted first, by pseudonym; every step finds nothing more to do when it is taken again; the vault, which
tells who is meant, comes last. So whatever cuts an erasure off, it is told, and the next one finishes it.
"""

import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evaltool.contacts.vault import Known, Vault
from evaltool.errors import EvaltoolError, Fault, PlatformError, ProjectError
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.responses.archive import Archive
from evaltool.responses.coding import coding_data, read_coding
from evaltool.responses.corrections import without_rows
from evaltool.responses.dispositions import forget_findings, read_findings
from evaltool.responses.roster import write_roster_table
from evaltool.responses.sheets import SheetError
from evaltool.responses.unlinked import interviews_of
from evaltool.survey.load import load_roster
from evaltool.workflows.coding_files import coding_folder
from evaltool.workflows.coding_sheet import forget_rows, holds_rows
from evaltool.workflows.connecting import connected
from evaltool.workflows.deploying import deployments
from evaltool.workflows.erased import begin, erased, erased_path, erasures, finish, unfinished
from evaltool.workflows.estimated import codebook_path, estimates_manifest
from evaltool.workflows.reporting import written
from evaltool.workflows.workbook import read_book
from evaltool.workflows.working import now, working, write_json


@dataclass(frozen=True)
class Erased:
    """What went, or would go, and from where; `left` is what a person must see to. Nothing in it names her."""

    gone: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Who:
    """One of her courses if `course_id` is given; `respondent` if she is not the course's own person. Never printed."""

    person_id: str
    course_id: str = ""
    respondent: str = ""

    __repr__ = object.__repr__


def erase(project: Project, who: Who | None, *, sure: bool) -> Erased:
    """Erase her everywhere, with all whose erasure is unfinished; without `sure` only tell what would go.

    Without `who` everybody on the list of erasures is erased again, as is needed when a backup was put back.

    Raises:
        RosterError: if the vault does not know her.
        PlatformError: if a survey platform cannot be reached; the erasure is unfinished then.
    """
    with working(project), closing(Vault.open(project.vault)) as vault:
        pseudonyms, adopted = _find(project, vault, who) if who else (frozenset[str](), set[str]())
        if sure and pseudonyms:
            begin(project, pseudonyms, adopted.union(name for name, _ in vault.known(pseudonyms).links))
        begun = [item for item in erasures(project) if who is None or not item.finished_at]
        every = pseudonyms.union(*(item.pseudonyms for item in begun))
        if not every:
            mend = "To erase a person: evaltool erase"
            raise ProjectError("nobody was ever erased here", where=erased_path(project).as_posix(), mend=mend)
        place = _Place(project, vault, every, adopted.union(*(item.deployments for item in begun)))
        steps = list(_steps(place))
        if sure:
            for step in steps:
                step.go()
            finish(project)
        return Erased(tuple(step.found for step in steps if step.found), tuple(_left(place)))


def _find(project: Project, vault: Vault, who: Who) -> tuple[frozenset[str], set[str]]:
    """Her pseudonyms, also what her interviews of adopted surveys had when not linked to her; and these surveys."""
    hers = vault.find(who.person_id, course_id=who.course_id, respondent=who.respondent)
    adopted = {item.id: Archive(project.archive / item.id) for item in deployments(project) if item.adopted}
    found = {name: interviews_of(hers, archive.segments(accept_altered=True)) for name, archive in adopted.items()}
    return hers.union(*found.values()), {name for name, interviews in found.items() if interviews}


class _Place:
    """All that the steps need; what the vault knows is read before anything goes."""

    def __init__(self, project: Project, vault: Vault, pseudonyms: frozenset[str], invited: Collection[str]):
        self.project = project
        self.vault = vault
        self.pseudonyms = pseudonyms
        self.known: Known = vault.known(pseudonyms)
        self.invited = {*invited, *(deployment for deployment, _ in self.known.links)}
        self.edited = written(project.build / "report")[1]
        self.coded = sorted(coding_folder(project).glob("*.json"))
        books = sorted((project.build / "coding").glob("*.xlsx"))
        self.coding_books = [book for book in books if _readable(book)]
        self.unread = [book for book in books if book not in self.coding_books]
        self.removed = [*_with_links(project, self.invited), *_derived(project)]

    @cached_property
    def deployments(self) -> Sequence[Deployment]:
        return deployments(self.project)

    def name(self, path: Path) -> str:
        """As it is told: relative to the project where it lies in it."""
        root = self.project.root
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


@dataclass(frozen=True)
class _Step:
    """What is found in one place ("" if nothing), and how it goes from there."""

    found: str
    go: Callable[[], object]


def _steps(place: _Place) -> Iterator[_Step]:
    for path in place.removed:
        yield _Step(f"{place.name(path)}: removed", lambda path=path: _remove(path))
    yield _corrections(place)
    yield _findings(place)
    for path in place.coded:
        yield _coding(place, path)
    archive = place.project.archive
    for folder in sorted({*_folders(archive), *(archive / item.id for item in place.deployments)}):
        yield _archive(place, Archive(folder))
    yield _platforms(place)
    yield _vault(place)


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.glob("*") if path.is_dir()]


def _with_links(project: Project, invited: Collection[str]) -> Iterator[Path]:
    """Files and folders of personal links to deployments that she was invited to."""
    for name in sorted(invited):
        own = re.compile(rf"{re.escape(name)}(-reminder)?\.(xlsx|csv)(\.part)?")
        yield from (path for path in sorted((project.data / "invitations").glob("*")) if own.fullmatch(path.name))
        if (sheets := project.data / "sheets" / name).is_dir():
            yield sheets


def _derived(project: Project) -> Iterator[Path]:
    """What was made of answers and roster: it counts her, and can be made anew."""
    data, build = project.data, project.build
    yield from sorted((data / "datasets").glob("*"))
    yield from sorted((data / "pooled").glob("*"))
    yield from sorted(data.glob("panel*"))
    yield from (
        path for path in (project.estimates, codebook_path(project), estimates_manifest(project)) if path.exists()
    )
    yield from (path for path in (build / "monitor.html",) if path.exists())
    yield from sorted((build / "coding").glob("*.part"))
    yield from written(build / "report")[0]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _corrections(place: _Place) -> _Step:
    path = place.project.corrections
    data, count = without_rows(path.read_bytes(), place.pseudonyms) if path.is_file() else (b"", 0)

    def go() -> None:
        if count:
            part = path.with_name(path.name + ".part")
            part.write_bytes(data)
            part.replace(path)

    return _Step(f"{place.name(path)}: {count} rows" if count else "", go)


def _findings(place: _Place) -> _Step:
    path, links = place.project.findings, place.known.links
    found = [
        item for item in read_findings(path) if item.unit in place.pseudonyms or (item.deployment, item.unit) in links
    ]
    told = f"{place.name(path)}: {len(found)} findings of coordinators" if found else ""
    return _Step(told, lambda: forget_findings(path, place.pseudonyms, links))


def _coding(place: _Place, path: Path) -> _Step:
    """Her rows and marks, and her words in the coders' workbooks: the marks come last, for they tell her rows."""
    coding = read_coding(path)
    hers = {row.row for row in coding.rows if row.unit in place.pseudonyms}
    books = [book for book in place.coding_books if hers and holds_rows(book, hers)]

    def go() -> None:
        for book in books:
            _forget(book, hers)
        if hers:
            write_json(path, coding_data(coding.without(place.pseudonyms)))

    names = [f"{place.name(book)}: her rows emptied" for book in books]
    told = "; ".join([f"{place.name(path)}: {len(hers)} answers with what coders found in them", *names])
    return _Step(told if hers else "", go)


def _forget(book: Path, rows: Collection[str]) -> None:
    try:
        forget_rows(book, rows)
    except OSError as error:
        mend = "Close it in other programs, then: evaltool erase --again --yes"
        raise ProjectError(f"the sheet cannot be written: {error.strerror}", where=book.as_posix(), mend=mend) from None


def _readable(book: Path) -> bool:
    try:
        read_book(book)
    except SheetError:
        return False
    return True


def _archive(place: _Place, archive: Archive) -> _Step:
    count = archive.count(place.pseudonyms)
    told = f"{place.name(archive.folder)}: {count} records" if count else ""
    return _Step(told, lambda: archive.erase(place.pseudonyms, erased_at=now()))


def _platforms(place: _Place) -> _Step:
    """All platforms are tried before what fails is told."""

    def go() -> None:
        records = {item.id: item for item in place.deployments}
        faults: list[Fault] = []
        for name in sorted(place.invited):
            try:
                if name not in records:
                    raise PlatformError("its record is missing", mend="Restore data/deployments from the backup.")
                with connected(records[name].platform, place.project) as platform:
                    platform.erase(name, sorted(place.pseudonyms))
            except EvaltoolError as error:
                faults.append(Fault(error.code, error.message, error.where or name, error.mend))
        if faults:
            message = "her answers could not be erased everywhere; her contact data stay until they are"
            raise PlatformError(message, mend=unfinished(place.project), faults=faults)

    told = ", ".join(f"{item.id} on {item.platform}" for item in place.deployments if item.id in place.invited)
    return _Step(f"survey platforms: invitation and answers of {told}" if told else "", go)


def _vault(place: _Place) -> _Step:
    def go() -> None:
        place.vault.erase(place.pseudonyms)
        roster = load_roster(place.project.surveys / "roster.yaml")
        write_roster_table(place.vault.courses(), place.project.roster, columns=roster.attributes)

    known = place.known
    told = f"{place.name(place.project.vault)}: {known.courses} courses and {len(known.links)} links, with contact data"
    return _Step(told if known.courses or known.links or known.texts else "", go)


def _left(place: _Place) -> Iterator[str]:
    """What evaltool cannot or must not delete."""
    yield from (f"{place.name(path)} was edited by somebody, and counts her: look into it" for path in place.edited)
    yield from (f"{place.name(path)} {what}: look into it" for path, what in _search(place))
    yield from (f"{place.name(path)} cannot be read, and may hold what she wrote: delete it" for path in place.unread)
    if place.coded:
        yield "coders' sheets that were sent out hold what people wrote: have them deleted there"
    if place.removed:
        yield "make anew what was removed: evaltool clean, analyse, report; evaltool invite, remind, sheet make"
    for item in place.deployments:
        if item.anonymised:
            yield f"{item.id} is anonymised: which answers are hers, nobody can tell"
    if place.invited:
        yield "links and coordinators' sheets that were sent out name her: have them deleted there"
    yield "figures and reports that were handed out count her, and cannot be made again as they were"
    yield "take her out of your roster files: the next import would bring her in again, as somebody new"
    yield "backups hold her until they are deleted; after a restore: evaltool erase --again --yes"


_LEAST = 5


def _search(place: _Place) -> Iterator[tuple[Path, str]]:
    """Other files of the project in which something that is hers can be read."""
    texts = {text for text in place.known.texts if len(text) >= _LEAST} | place.pseudonyms
    forms = {form for text in texts for form in _forms(text)}
    for path in _other_files(place):
        try:
            if any(form in data for data in _contents(path) for form in forms):
                yield path, "holds something of hers"
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:  # damaged, or has a password
            yield path, f"cannot be read ({error})"


def _forms(text: str) -> Iterator[bytes]:
    """The text as files may hold it."""
    for encoding in ("utf-8", "cp1252", "utf-16-le"):
        with suppress(UnicodeEncodeError):
            yield text.encode(encoding)


def _other_files(place: _Place) -> Iterator[Path]:
    """All files of the project but hidden ones, and but those that the steps look after."""
    project = place.project
    names = (project.vault.name, Path(project.database).name, project.roster.name)
    kept = {erased_path(project), project.corrections, project.findings, *place.coded}
    found = {path for folder in (project.root, project.data, project.build) for path in _files(folder)}
    for path in sorted(found):
        seen = any(path.is_relative_to(own) for own in (project.archive, *kept, *place.removed))
        if not seen and not path.name.startswith(names):
            yield path


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(base, name) for name in files if not name.startswith("."))


def _contents(path: Path) -> Iterator[bytes]:
    """The file's bytes; those of each part of a workbook or document."""
    if not zipfile.is_zipfile(path):
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            yield parts.read(name)


def put_back(project: Project) -> list[Fault]:
    """Where somebody who was erased is again, or was never erased, because an older copy was put in its place."""
    hers = erased(project)
    mend = "Run: evaltool erase --again --yes"
    message = "somebody who was erased is here again: an older copy was put back"
    folders = [folder for folder in _folders(project.archive) if not hers <= Archive(folder).erased()]
    found = [Fault("put-back", message, folder.as_posix(), mend) for folder in folders]
    if hers:
        with closing(Vault.open(project.vault)) as vault:
            if vault.knows(hers):
                found.append(Fault("put-back", message, project.vault.as_posix(), mend))
    return found
