"""Load definitions from YAML and gettext files; every fault is told at once, with file, line and a mend.

Layout of the folder: `roster.yaml`, `lists.yaml`, and `<survey>/v<version>.yaml`, each with `.<language>.po` beside it.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.catalogue import Catalogue, Entry, read_catalogue
from evaltool.survey.check import METADATA, Location, respondent_faults, survey_faults, used_attributes
from evaltool.survey.model import Attribute, Choice, ChoiceList, Page, Question, Roster, Survey
from evaltool.survey.translations import translate, translation_faults
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

_PARTS = (Survey, Page, Question, Choice)


def definition_path(folder: Path, survey: str, version: int) -> Path:
    return folder / survey / f"v{version}.yaml"


def find_definitions(folder: Path) -> list[Path]:
    """All definition files below the surveys folder, in order of survey and version."""
    found = [path for path in folder.glob("*/v*.yaml") if re.fullmatch(r"v\d+", path.stem)]
    return sorted(found, key=lambda path: (path.parent.name, int(path.stem[1:])))


def load_roster(path: Path) -> Roster:
    """Load the roster's columns.

    Raises:
        DefinitionError: with every fault.
    """
    file = read_yaml(path)
    data = plain(file.data)
    try:
        roster = Roster.model_validate(data, context={"language": str(data.get("language", "en"))})
    except ValidationError as error:
        raise faults_error("the roster has faults", model_faults(error, file, (Roster, Attribute, Choice))) from None
    faults = _roster_faults(roster, file)
    if faults:
        raise faults_error("the roster has faults", faults)
    return roster


ROLE_SENSITIVITY = {"person": "identifier", "course": "identifier"} | dict.fromkeys(
    ("name", "phone", "email"), "contact"
)


def _roster_faults(roster: Roster, file: YamlFile) -> list[Fault]:
    faults: list[Fault] = []
    for role in ("person", "course"):
        if not roster.column(role):
            mend = f"Give the column that identifies the {role} «role: {role}»."
            faults.append(Fault("missing-role", f"no column has the role «{role}»", file.where(("columns",)), mend))
    for name, column in roster.columns.items():
        where = file.where(("columns", name))
        if name in METADATA - {"language"}:
            faults.append(Fault("taken-name", f"«{name}» is a column of every dataset", where, "Rename it."))
        needed = ROLE_SENSITIVITY.get(column.role or "", column.sensitivity)
        if column.sensitivity != needed:
            mend = f"Write «sensitivity: {needed}», so that it never leaves the vault."
            faults.append(
                Fault("not-protected", f"«{name}» ({column.role}) is marked {column.sensitivity}", where, mend)
            )
        if column.year_of and column.year_of not in roster.columns:
            mend = nearest(column.year_of, roster.columns)
            faults.append(Fault("unknown-column", f"«{name}» is the year of an unknown column", where, mend))
        if column.type == "choice" and not column.choices:
            faults.append(Fault("no-choices", f"«{name}» is a choice without choices", where, "Add «choices»."))
    return [*faults, *respondent_faults(roster, file)]


def load_survey(path: Path, roster: Roster) -> Survey:
    """Load one version of a survey, resolved: shared lists inlined, all languages, roster attributes it uses.

    Raises:
        DefinitionError: with every fault of the definition and its translations.
    """
    survey, faults = _load_source(path, roster)
    files = {code: catalogues(path, code) for code in survey.translations}
    found = {code: {**shared.entries, **own.entries} for code, (shared, own) in files.items()}
    faults += [fault for pair in files.values() for file in pair for fault in file.faults]
    faults += [fault for entries in found.values() for fault in translation_faults(survey, entries)]
    if faults:
        raise faults_error("the definition has faults", faults)
    return _with_attributes(translate(survey, found), roster)


def load_source(path: Path, roster: Roster) -> Survey:
    """Load one version without its translations, to work on them.

    Raises:
        DefinitionError: with every fault of the definition.
    """
    survey, faults = _load_source(path, roster)
    if faults:
        raise faults_error("the definition has faults", faults)
    return _with_attributes(survey, roster)


def _with_attributes(survey: Survey, roster: Roster) -> Survey:
    return survey.model_copy(update={"attributes": used_attributes(survey, roster)})


def _load_source(path: Path, roster: Roster) -> tuple[Survey, list[Fault]]:
    file = read_yaml(path)
    data = plain(file.data)
    language = str(data.get("language", "en"))
    lists, list_faults = load_lists(path.parent.parent / "lists.yaml", language)
    faults = list_faults + _inline_lists(data, lists, file) + _place_faults(data, file)
    try:
        survey = Survey.model_validate(data, context={"language": language})
    except ValidationError as error:
        raise faults_error("the definition has faults", [*faults, *model_faults(error, file, _PARTS)]) from None
    return survey, faults + survey_faults(survey, roster, file)


def load_lists(path: Path, language: str) -> tuple[dict[str, ChoiceList], list[Fault]]:
    """The shared lists that have no fault, and the faults of the others; no file is no list."""
    if not path.is_file():
        return {}, []
    file = read_yaml(path)
    lists: dict[str, ChoiceList] = {}
    faults: list[Fault] = []
    for name, data in plain(file.data).items():
        try:
            lists[name] = ChoiceList.model_validate(data, context={"language": language})
        except ValidationError as error:
            found = model_faults(error, file, (ChoiceList, Choice))
            faults += [
                Fault(fault.code, f"list «{name}»: {fault.message}", file.where((name,)), fault.mend) for fault in found
            ]
    return lists, faults


def _raw_questions(data: Mapping[str, Any]) -> list[tuple[Location, dict[str, Any]]]:
    """Each question of the unchecked data with its place; whatever has another shape is left to the model."""
    found: list[tuple[Location, dict[str, Any]]] = []
    pages = data.get("pages")
    for page_number, page in enumerate(pages if isinstance(pages, list) else []):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # unchecked YAML
        questions: Any = page.get("questions") if isinstance(page, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]  # unchecked YAML
        for number, question in enumerate(questions if isinstance(questions, list) else []):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # unchecked YAML
            if isinstance(question, dict):
                found.append((("pages", page_number, "questions", number), question))  # pyright: ignore[reportUnknownArgumentType]  # unchecked YAML
    return found


def _inline_lists(data: Mapping[str, Any], lists: Mapping[str, ChoiceList], file: YamlFile) -> list[Fault]:
    """Replace the name of a shared list by its choices."""
    faults: list[Fault] = []
    for location, question in _raw_questions(data):
        name = question.get("choices")
        if not isinstance(name, str):
            continue
        if name in lists:
            question |= {"list_name": name, "choices": lists[name].choices, "scale": lists[name].scale}
        else:
            del question["choices"]
            where = file.where((*location, "choices"))
            mend = nearest(name, lists) or "Write it in lists.yaml."
            faults.append(Fault("unknown-list", f"no shared list «{name}»", where, mend))
    return faults


def _place_faults(data: Mapping[str, Any], file: YamlFile) -> list[Fault]:
    """The folder and file name must say the survey and version that stand in the file."""
    survey, version = file.path.parent.name, file.path.stem
    if data.get("survey") == survey and f"v{data.get('version')}" == version:
        return []
    message = (
        f"the file is {survey}/{version}.yaml, but says survey {data.get('survey')}, version {data.get('version')}"
    )
    return [Fault("wrong-place", message, file.where(("survey",)), "Mend the file's name or its first lines.")]


def catalogue_paths(path: Path, language: str) -> tuple[Path, Path]:
    """The translations of the shared lists, and those of the definition in `path` itself."""
    return path.parent.parent / f"lists.{language}.po", path.with_suffix(f".{language}.po")


def read_entries(path: Path, language: str) -> dict[str, Entry]:
    """All translations of the definition in `path` by key, as far as they can be read."""
    shared, own = catalogues(path, language)
    return {**shared.entries, **own.entries}


def catalogues(path: Path, language: str) -> tuple[Catalogue, Catalogue]:
    """The two files of `catalogue_paths` as they stand."""
    shared, own = catalogue_paths(path, language)
    return read_catalogue(shared, language), read_catalogue(own, language)


def load_definition(folder: Path, survey: str, version: int) -> Survey:
    """Load `survey` in `version` from the surveys folder.

    Raises:
        DefinitionError: if there is no such version (the ones there are named), or with every fault.
    """
    path = definition_path(folder, survey, version)
    if not path.is_file():
        known = [f"{found.parent.name} {found.stem}" for found in find_definitions(folder)]
        mend = f"There are: {', '.join(known)}." if known else "There is no definition yet."
        raise DefinitionError(f"no definition of {survey} version {version}", where=path.as_posix(), mend=mend)
    return load_survey(path, load_roster(folder / "roster.yaml"))


def places(path: Path) -> Callable[[str], str]:
    """File and line of a place in a definition, by the key of its text (`job.label`, `page.work.relevant`).

    Without the file, the key itself is told.
    """
    if not path.is_file():
        return lambda key: f"{path.stem}: {key}"
    file = read_yaml(path)
    found = {question.get("name"): location for location, question in _raw_questions(plain(file.data))}

    def place(key: str) -> str:
        first, *rest = key.split(".")
        if first == "page" and rest:
            pages: list[dict[str, Any]] = file.data["pages"]
            numbers = [number for number, page in enumerate(pages) if page.get("name") == rest[0]]
            return file.where(("pages", *numbers, *rest[1:]))
        return file.where((*found.get(first, (first,)), *rest))

    return place
