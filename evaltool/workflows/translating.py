"""The translators' loop: bring the files in step with the definitions, hand them out, take them in, say how far."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltool.errors import DefinitionError, Fault
from evaltool.project import Project
from evaltool.survey.catalogue import (
    MACHINE,
    STATES,
    Catalogue,
    Entry,
    Update,
    change_catalogue,
    new_catalogue,
    plan_update,
    read_catalogue,
    remember,
    write_catalogue,
)
from evaltool.survey.exchange import (
    Accepted,
    Reviewer,
    Row,
    Sent,
    Task,
    accept,
    alike_after,
    base_of,
    make_tasks,
    read_package,
    untouched,
    write_package,
)
from evaltool.survey.load import (
    catalogue_paths,
    catalogues,
    definition_path,
    find_definitions,
    load_lists,
    load_roster,
    load_source,
    read_entries,
)
from evaltool.survey.model import Survey
from evaltool.survey.reading_time import expected_minutes
from evaltool.survey.translations import blocking_drafts, sources, translate
from evaltool.survey.worksheet import read_worksheet, write_worksheet
from evaltool.workflows.definitions import all_or_faults
from evaltool.workflows.working import working
from evaltool.yamlfile import faults_error, nearest


@dataclass(frozen=True)
class _Source:
    """A definition without its translations, and its file."""

    path: Path
    survey: Survey


def _all_sources(project: Project) -> list[_Source]:
    roster = load_roster(project.surveys / "roster.yaml")
    paths = find_definitions(project.surveys)
    return all_or_faults([lambda path=path: _Source(path, load_source(path, roster)) for path in paths])


def _chosen(project: Project, survey: str) -> list[_Source]:
    """The versions of a survey, or of all surveys."""
    found = _all_sources(project)
    chosen = [item for item in found if survey in {"", item.survey.survey}]
    if not chosen:
        mend = nearest(survey, {item.survey.survey for item in found})
        raise DefinitionError(f"there is no survey «{survey}»", where=project.surveys.as_posix(), mend=mend)
    return chosen


def _source(project: Project, survey: str, version: int, language: str) -> _Source:
    """The definition that is translated. Raises DefinitionError if there is none, or not in this language."""
    path = definition_path(project.surveys, survey, version)
    known = {item.survey.key: item for item in _chosen(project, "")}
    if f"{survey}@{version}" not in known:
        message = f"there is no {survey} version {version}"
        raise DefinitionError(message, where=path.as_posix(), mend=f"There are: {', '.join(known)}.")
    found = known[f"{survey}@{version}"]
    if language not in found.survey.translations:
        mend = f"There are: {', '.join(found.survey.translations) or 'none'}. Add it to «translations» there."
        raise DefinitionError(f"{found.survey.key} has no translation «{language}»", where=path.as_posix(), mend=mend)
    return found


# Update


@dataclass(frozen=True)
class Updated:
    """A file that was brought in step, and what changed in it."""

    path: Path
    update: Update


def update(project: Project, survey: str = "", *, today: str) -> list[Updated]:
    """Bring the translations of a survey (or of all) in step with the definitions; tells the files that changed.

    Raises:
        DefinitionError: with the faults of every file that cannot be read; then nothing is written.
    """
    with working(project):
        return _update(project, survey, today)


def _update(project: Project, survey: str, today: str) -> list[Updated]:
    every = _all_sources(project)
    wanted = _wanted(project, _chosen(project, survey))
    read = {path: read_catalogue(path, language) for (path, language) in wanted}
    _refuse_faults(read.values())
    memories = {language: _memory(every, language) for _, language in wanted}
    done: list[Updated] = []
    for (path, language), texts in wanted.items():
        catalogue = read[path] if read[path].text else new_catalogue(_project_id(project, path, language), language)
        plan = plan_update(catalogue, texts, memories[language], today=today)
        if plan.needed or not read[path].text:
            write_catalogue(path, change_catalogue(catalogue, plan.changed, gone=plan.gone, order=list(texts)))
            done.append(Updated(path, plan))
    return done


def _wanted(project: Project, chosen: Sequence[_Source]) -> dict[tuple[Path, str], dict[str, str]]:
    """The texts that each file must have, by file and language."""
    wanted: dict[tuple[Path, str], dict[str, str]] = {}
    for item in chosen:
        for language in item.survey.translations:
            lists = _list_texts(project, item.survey.language, language)
            shared, own = catalogue_paths(item.path, language)
            texts = sources(item.survey, language)
            wanted[own, language] = {key: text for key, text in texts.items() if key not in lists}
            if lists:
                wanted[shared, language] = lists
    return wanted


def _list_texts(project: Project, own: str, language: str) -> dict[str, str]:
    lists, _ = load_lists(project.surveys / "lists.yaml", own)
    return {
        f"list.{name}.{code}": choice.label[own]
        for name, found in lists.items()
        for code, choice in found.choices.items()
        if choice.label.get(own) and not choice.label.get(language)
    }


def _memory(every: Iterable[_Source], language: str) -> dict[str, str]:
    files = {path for item in every for path in catalogue_paths(item.path, language)}
    return remember(read_catalogue(path, language) for path in sorted(files))


def _project_id(project: Project, path: Path, language: str) -> str:
    return path.relative_to(project.surveys).as_posix().removesuffix(f".{language}.po")


def _refuse_faults(read: Iterable[Catalogue]) -> None:
    faults = [fault for catalogue in read for fault in catalogue.faults]
    if faults:
        raise faults_error("translations have faults", faults)


# Export


@dataclass(frozen=True)
class Exported:
    """A file for translators and how many texts it holds; with none there is no file."""

    path: Path
    count: int
    updated: tuple[Updated, ...]


def export(  # noqa: PLR0913  # what a translator is given
    project: Project, survey: str, version: int, language: str, *, to: Path | None, todo: bool, today: str
) -> Exported:
    """Write the texts of a version in one file: XLSX or PO by its ending. With `todo` only what is to be done.

    Raises:
        DefinitionError: for an unknown version or language, or if somebody's work would be overwritten.
    """
    path = to or project.build / "translations" / f"{survey}@{version}.{language}.xlsx"
    if path.suffix.lower() not in _READERS:
        raise DefinitionError(f"«{path.suffix}» is no file for translators", mend="Name it .xlsx or .po.")
    with working(project):
        item = _source(project, survey, version, language)
        done = tuple(_update(project, survey, today))
        tasks = [task for task in _tasks(project, item, language) if task.to_do or not todo]
        sent = Sent(survey, version, language, {task.key: base_of(task) for task in tasks})
        if tasks:
            _keep_work(path)
            _write(path, sent, tasks)
    return Exported(path, len(tasks), done)


def _tasks(project: Project, item: _Source, language: str) -> list[Task]:
    lists, _ = load_lists(project.surveys / "lists.yaml", item.survey.language)
    return make_tasks(item.survey, language, read_entries(item.path, language), lists)


def _write(path: Path, sent: Sent, tasks: Sequence[Task]) -> None:
    if path.suffix.lower() == ".po":
        write_catalogue(path, write_package(sent, tasks))
    else:
        write_worksheet(path, sent, tasks)


def _keep_work(path: Path) -> None:
    """A file that somebody has filled in is never written over."""
    if not path.is_file():
        return
    sent, rows, faults = _READERS[path.suffix.lower()](path)
    if faults or not all(row.key in sent.bases and untouched(row, sent.bases[row.key]) for row in rows):
        mend = "Import it first, or name another file with --to."
        raise DefinitionError("somebody has worked in this file", where=path.as_posix(), mend=mend)


def _read_package(path: Path) -> tuple[Sent, list[Row], list[Fault]]:
    catalogue = read_catalogue(path, "")
    _refuse_faults([catalogue])
    sent, rows = read_package(catalogue, path.as_posix())
    return sent, rows, []


_READERS = {".xlsx": read_worksheet, ".po": _read_package}


# Import


@dataclass(frozen=True)
class Imported:
    """What an import changed (key → entry before and now), and rows that are older than the definition."""

    survey: str
    language: str
    changed: Mapping[str, tuple[Entry | None, Entry]]
    outdated: tuple[str, ...]


def take_in(project: Project, path: Path, reviewer: Reviewer) -> Imported:
    """Take in what translators did in a file of `export`; all or nothing.

    Raises:
        DefinitionError: with every fault, by sheet and row or by line.
    """
    _refuse_name(reviewer.name)
    if path.suffix.lower() not in _READERS or not path.is_file():
        raise DefinitionError("no such file of an export", where=path.as_posix(), mend="Name its .xlsx or .po file.")
    sent, rows, faults = _READERS[path.suffix.lower()](path)
    with working(project):
        item = _source(project, sent.survey, sent.version, sent.language)
        files = catalogues(item.path, sent.language)
        _refuse_faults(files)
        before = read_entries(item.path, sent.language)
        done = accept(sent, rows, _tasks(project, item, sent.language), reviewer, where=path.as_posix())
        faults = _all_faults(faults, done) + alike_after(item.survey, before, done.changed)
        if faults:
            message = f"nothing was imported: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
            raise DefinitionError(message, where=path.as_posix(), faults=faults)
        _store(project, item, sent.language, done.changed)
    changed = {key: (before.get(key), entry) for key, entry in done.changed.items()}
    return Imported(item.survey.key, sent.language, changed, tuple(done.outdated))


def _refuse_name(name: str) -> None:
    if not name.strip() or name.strip().casefold() == MACHINE or any(sign in name for sign in ";\r\n"):
        mend = "Name the person who translated or reviewed: --by «A. Hassan»."
        raise DefinitionError(f"«{name}» is nobody's name: only a person can review a draft", mend=mend)


def _all_faults(cells: Sequence[Fault], done: Accepted) -> list[Fault]:
    """A cell that is no text is told once, and not again for what follows from it."""
    rows = {fault.where.rpartition(", column")[0] for fault in cells}
    return [*cells, *(fault for fault in done.faults if fault.where not in rows)]


def _store(project: Project, item: _Source, language: str, changed: Mapping[str, Entry]) -> None:
    lists = _list_texts(project, item.survey.language, language)
    order = list(sources(item.survey, language))
    shared, own = catalogue_paths(item.path, language)
    parts = (
        (shared, {key: entry for key, entry in changed.items() if key in lists}, list(lists)),
        (own, {key: entry for key, entry in changed.items() if key not in lists}, order),
    )
    for path, entries, keys in parts:
        if entries:
            catalogue = read_catalogue(path, language)
            catalogue = catalogue if catalogue.text else new_catalogue(_project_id(project, path, language), language)
            write_catalogue(path, change_catalogue(catalogue, entries, order=keys))


# Status


@dataclass(frozen=True)
class Standing:
    """How far one language of a version has come. `blocking` keeps it from production, `minutes` it takes to answer."""

    survey: str
    language: str
    texts: int
    counts: Mapping[str, int]
    blocking: tuple[str, ...]
    minutes: float


def status(project: Project, survey: str = "") -> list[Standing]:
    """How far the translations of a survey (or of all) have come, by version and language."""
    chosen = _chosen(project, survey)
    _refuse_faults(
        file for item in chosen for language in item.survey.translations for file in catalogues(item.path, language)
    )
    return [standing for item in chosen for standing in _standings(item)]


def _standings(item: _Source) -> list[Standing]:
    entries = {code: _as_they_stand(item, code) for code in item.survey.translations}
    survey = translate(item.survey, entries)
    blocking = blocking_drafts(survey)
    return [
        Standing(
            survey.key,
            code,
            len(sources(item.survey, code)),
            _counts(item.survey, code, entries[code]),
            tuple(blocking.get(code, ())),
            expected_minutes(survey, code),
        )
        for code in survey.translations
    ]


def _as_they_stand(item: _Source, language: str) -> dict[str, Entry]:
    """The entries by key; one whose source is no longer the text is a draft, even before an update."""
    texts = sources(item.survey, language)
    return {
        key: entry if entry.source == texts.get(key) else replace(entry, state="draft", former=entry.source)
        for key, entry in read_entries(item.path, language).items()
        if key in texts
    }


def _counts(survey: Survey, language: str, entries: Mapping[str, Entry]) -> dict[str, int]:
    found = [entries.get(key) or Entry(key, text) for key, text in sources(survey, language).items()]
    filled = [entry for entry in found if entry.text]
    states = Counter(entry.state for entry in filled)
    machine = sum(entry.draft and entry.machine for entry in filled)
    changed = sum(bool(entry.former) for entry in filled)
    return {
        "empty": len(found) - len(filled),
        **{state: states[state] for state in STATES},
        "machine": machine,
        "changed": changed,
    }
