"""Releases: the resolved snapshot of a version with its hashes. Production deploys releases only.

A release is a JSON file, `releases/<survey>@<version>.json`, kept under version control. It never changes; what may be
corrected are texts, by a revision with a reason: `releases/<survey>@<version>-r2.json`, and so on.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaltool.errors import ReleaseError
from evaltool.survey.model import Question, Survey
from evaltool.survey.translations import map_texts, texts
from evaltool.survey.verdicts import ItemVerdict

FORMAT = 2
_FILE = re.compile(r"(?P<survey>[a-z][a-z0-9-]*)@(?P<version>\d+)(?:-r(?P<revision>\d+))?\.json")


@dataclass(frozen=True)
class Release:
    """A released version. `texts` maps each language to the hash of its texts; `content` is the hash of all of it.

    `verdicts` are those against version `against`, the one released before (None if there was none). `revision`
    counts from 1; a later one says its `reason`, and in `former` the content of the one before.
    """

    survey: Survey
    structure_hash: str
    texts: Mapping[str, str]
    content: str
    released_at: str
    against: int | None = None
    verdicts: Mapping[str, ItemVerdict] = field(default_factory=dict[str, ItemVerdict])
    revision: int = 1
    reason: str = ""
    former: str = ""

    @property
    def file(self) -> str:
        """The name of its file."""
        revised = f"-r{self.revision}" if self.revision > 1 else ""
        return f"{self.survey.survey}@{self.survey.version}{revised}.json"


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def structure_hash(survey: Survey) -> str:
    """Hash of names, codes, order, routing and types; texts never enter it."""
    pages = [[page.name, page.relevant, [_structure(question) for question in page.questions]] for page in survey.pages]
    attributes = [[name, column.type] for name, column in survey.attributes.items()]
    return _hash([survey.refusal, pages, attributes])


_STRUCTURE = ("name", "type", "scale", "required", "relevant", "constraint", "calculation", "max_length", "role")


def _structure(question: Question) -> list[object]:
    choices = [[code, item.missing, item.exclusive, item.other] for code, item in question.choices.items()]
    return [*(getattr(question, key) for key in _STRUCTURE), choices]


def text_hashes(survey: Survey) -> dict[str, str]:
    """Hash of all texts by language."""
    found = texts(survey)
    return {code: _hash({key: text.get(code, "") for key, text in found.items()}) for code in survey.languages}


# Which translations a person has reviewed may change without the survey changing.
_STATE = {"drafts", "untranslated"}


def content_hash(survey: Survey) -> str:
    """Hash of the whole snapshot but the state of its translations."""
    return _hash(survey.model_dump(mode="json", exclude=_STATE, exclude_defaults=True))


def _seal(release: Release) -> str:
    """Hash of what stands beside the snapshot, so that an edited verdict or reason is noticed."""
    verdicts = {name: item.model_dump(mode="json") for name, item in release.verdicts.items()}
    beside = [release.released_at, release.against, verdicts, release.revision, release.reason, release.former]
    return _hash([release.content, *beside])


def release_path(folder: Path, survey: str, version: int, revision: int = 1) -> Path:
    revised = f"-r{revision}" if revision > 1 else ""
    return folder / "releases" / f"{survey}@{version}{revised}.json"


def make_release(
    survey: Survey, *, released_at: str, against: int | None = None, verdicts: Mapping[str, ItemVerdict] | None = None
) -> Release:
    """The first release of a version, not yet stored."""
    hashes = structure_hash(survey), text_hashes(survey), content_hash(survey)
    return Release(survey, *hashes, released_at, against, verdicts or {})


def write_release(folder: Path, release: Release) -> bool:
    """Store the release; `False` if the same one stands there already. Only the state of translations may change.

    Raises:
        ReleaseError: if another content was released as this version: a released version never changes.
    """
    survey = release.survey
    path = release_path(folder, survey.survey, survey.version)
    if not path.exists():
        _write(folder, release)
        return True
    refuse_changed(folder, survey)
    before = read_release(folder, survey.survey, survey.version)
    if (before.against, before.verdicts) != (release.against, release.verdicts):
        command = f"evaltool release {survey.survey} --version {survey.version} --revision WHY"
        message = f"{survey.key} is released, and its verdicts have changed since"
        raise ReleaseError(message, where=path.as_posix(), mend=f"If they are better so: {command}")
    if _state(before.survey) == _state(survey):
        return False
    _write(folder, replace(before, survey=survey))
    return True


def _state(survey: Survey) -> object:
    return survey.model_dump(include=_STATE)


def revise(
    folder: Path, survey: Survey, *, reason: str, released_at: str, verdicts: Mapping[str, ItemVerdict] | None = None
) -> Release:
    """Store a revision of a released version: its texts, or the `verdicts` on its items (None: as they were).

    Raises:
        ReleaseError: if more than these changed, nothing changed, or the reason is empty.
    """
    before = read_release(folder, survey.survey, survey.version)
    where = release_path(folder, survey.survey, survey.version, before.revision).as_posix()
    changed = changes_since(before, survey)
    beyond = [what for what in changed if not what.startswith(_TEXTS)]
    decided = before.verdicts if verdicts is None else verdicts
    if beyond or (not changed and decided == before.verdicts):
        what = (
            f"more than texts changed ({', '.join(beyond)})"
            if beyond
            else "no text has changed since its release, and no verdict"
        )
        mend = (
            f"Put the change into a new version (v{survey.version + 1}.yaml)." if beyond else "There is nothing to do."
        )
        raise ReleaseError(f"{survey.key} cannot be revised: {what}", where=where, mend=mend)
    if not reason.strip():
        raise ReleaseError("a revision needs a reason", where=where, mend="Say what was wrong with the text.")
    made = replace(
        make_release(survey, released_at=released_at, against=before.against, verdicts=decided),
        revision=before.revision + 1,
        reason=reason.strip(),
        former=before.content,
    )
    _write(folder, made)
    return made


def _write(folder: Path, release: Release) -> None:
    path = folder / "releases" / release.file
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "format": FORMAT,
        "released_at": release.released_at,
        "revision": release.revision,
        "reason": release.reason,
        "former": release.former,
        "structure_hash": release.structure_hash,
        "texts": dict(release.texts),
        "content": release.content,
        "seal": _seal(release),
        "against": release.against,
        "verdicts": {name: item.model_dump(mode="json") for name, item in release.verdicts.items()},
        "survey": release.survey.model_dump(mode="json", exclude_defaults=True),
    }
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    part.replace(path)


def refuse_changed(folder: Path, survey: Survey) -> None:
    """Raises ReleaseError if the version is released with another content."""
    path = release_path(folder, survey.survey, survey.version)
    if path.is_file():
        _refuse_change(read_release(folder, survey.survey, survey.version), survey, where=path.as_posix())


def _refuse_change(before: Release, survey: Survey, *, where: str) -> None:
    changed = changes_since(before, survey)
    if changed:
        command = f"evaltool release {survey.survey} --version {survey.version} --revision WHY"
        version = f"Put the change into a new version (v{survey.version + 1}.yaml), and v{survey.version}.yaml back."
        raise ReleaseError(
            f"{survey.key} is released, and the definition has changed since ({', '.join(changed)})",
            where=where,
            mend=f"If only texts were corrected: {command}. Else: {version}" if only_texts(changed) else version,
        )


_TEXTS = "texts in "


def changes_since(release: Release, survey: Survey) -> list[str]:
    """What differs between a release and a definition: `structure`, `texts in <language>`, `invitation or layout`.

    That a person has reviewed a draft is no change of the survey.
    """
    changed = ["structure"] if structure_hash(survey) != release.structure_hash else []
    now = text_hashes(survey)
    languages = dict.fromkeys([*release.texts, *now])
    changed += [f"{_TEXTS}{code}" for code in languages if now.get(code) != release.texts.get(code)]
    wordless = "structure" not in changed and _wordless(survey) != _wordless(release.survey)
    return [*changed, *(["invitation or layout"] if wordless else [])]


def only_texts(changed: Sequence[str]) -> bool:
    """Whether what `changes_since` told are texts only: then it may be a revision."""
    return bool(changed) and all(what.startswith(_TEXTS) for what in changed)


def _wordless(survey: Survey) -> str:
    """Hash of all but the words, and what only translators read."""
    bare = map_texts(survey, lambda _key, _text: {})
    pages = tuple(
        page.model_copy(
            update={"questions": tuple(item.model_copy(update={"translation_note": ""}) for item in page.questions)}
        )
        for page in bare.pages
    )
    return content_hash(bare.model_copy(update={"pages": pages, "translations": (), "attributes": {}}))


def read_release(folder: Path, survey: str, version: int) -> Release:
    """Read the latest revision of a release, and check all of them against their own hashes.

    Raises:
        ReleaseError: if it is not there, cannot be read, was edited, or a revision does not follow the one before.
    """
    path = release_path(folder, survey, version)
    if not path.is_file():
        mend = f"Run: evaltool release {survey} --version {version}"
        raise ReleaseError(f"{survey} version {version} is not released", where=path.as_posix(), mend=mend)
    release = _read(path, survey=survey, version=version, revision=1)
    while (path := release_path(folder, survey, version, release.revision + 1)).is_file():
        later = _read(path, survey=survey, version=version, revision=release.revision + 1)
        if (later.former, later.structure_hash) != (release.content, release.structure_hash):
            message = f"revision {later.revision} does not follow revision {release.revision}: two were made at once"
            mend = "Keep one of the two revisions, and make the other one again upon it."
            raise ReleaseError(message, where=path.as_posix(), mend=mend)
        release = later
    return release


def _read(path: Path, *, survey: str, version: int, revision: int) -> Release:
    where = path.as_posix()
    mend = "Take the file back from version control; a release is never edited."
    try:
        release, form, changed = _opened(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, ValidationError):
        raise ReleaseError("the release cannot be read", where=where, mend=mend) from None
    if form > FORMAT:
        raise ReleaseError(f"the release has format {form}, not {FORMAT}", where=where, mend="Update evaltool.")
    if changed or (release.survey.key, release.revision) != (f"{survey}@{version}", revision):
        raise ReleaseError(f"the release was edited ({', '.join(changed) or 'name'})", where=where, mend=mend)
    return release


@lru_cache(maxsize=64)  # hashing is slow, and a command reads a release many times
def _opened(text: str) -> tuple[Release, int, tuple[str, ...]]:
    """The release, the format of its file, and what in it is not as its hashes say."""
    data: dict[str, Any] = json.loads(text)
    snapshot = Survey.model_validate(data["survey"])
    verdicts = {name: ItemVerdict.model_validate(item) for name, item in data.get("verdicts", {}).items()}
    release = Release(
        *(snapshot, data["structure_hash"], data["texts"], data["content"], data["released_at"]),
        *(data.get("against"), verdicts, data.get("revision", 1), data.get("reason", ""), data.get("former", "")),
    )
    form = int(data["format"])
    changed = changes_since(release, snapshot)
    if form > 1:  # format 1 had no seal, and a hash of keys that have become more since
        changed += ["content"] if content_hash(snapshot) != release.content else []
        changed += ["verdicts or reason"] if data.get("seal") != _seal(release) else []
    else:
        release = replace(release, content=content_hash(snapshot))
    return release, form, tuple(changed)


def released_versions(folder: Path) -> list[tuple[str, int]]:
    """Survey and version of every release, in order.

    Raises:
        ReleaseError: if a file in the folder has another name than releases have.
    """
    found: set[tuple[str, int]] = set()
    for path in (folder / "releases").glob("*.json"):
        name = _FILE.fullmatch(path.name)
        if name is None:
            mend = "Name it <survey>@<version>.json, or take it away."
            raise ReleaseError("not a release's name", where=path.as_posix(), mend=mend)
        found.add((name["survey"], int(name["version"])))
    return sorted(found)
