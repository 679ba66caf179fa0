"""Releases: the resolved snapshot of a version with its hashes. Production deploys releases only.

A release is one JSON file, `releases/<survey>@<version>.json`, kept under version control.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaltool.errors import ReleaseError
from evaltool.survey.model import Question, Survey
from evaltool.survey.translations import texts

FORMAT = 1


@dataclass(frozen=True)
class Release:
    """A released version. `texts` maps each language to the hash of its texts; `content` is the hash of all of it."""

    survey: Survey
    structure_hash: str
    texts: Mapping[str, str]
    content: str
    released_at: str


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


def content_hash(survey: Survey) -> str:
    """Hash of the whole snapshot; only which translations are drafts stands outside, for a person may review them."""
    return _hash(survey.model_dump(mode="json", exclude={"drafts", "untranslated"}))


def release_path(folder: Path, survey: str, version: int) -> Path:
    return folder / "releases" / f"{survey}@{version}.json"


def make_release(survey: Survey, *, released_at: str) -> Release:
    return Release(survey, structure_hash(survey), text_hashes(survey), content_hash(survey), released_at)


def write_release(folder: Path, release: Release) -> bool:
    """Store the release; `False` if the same one stands there already. Only which texts are drafts may change.

    Raises:
        ReleaseError: if another content was released as this version: a released version never changes.
    """
    path = release_path(folder, release.survey.survey, release.survey.version)
    if path.exists():
        before = read_release(folder, release.survey.survey, release.survey.version)
        _refuse_change(before, release.survey, where=path.as_posix())
        before_review = (before.survey.drafts, before.survey.untranslated)
        if before_review == (release.survey.drafts, release.survey.untranslated):
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "format": FORMAT,
        "released_at": release.released_at,
        "structure_hash": release.structure_hash,
        "texts": dict(release.texts),
        "content": release.content,
        "survey": release.survey.model_dump(mode="json", exclude_defaults=True),
    }
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    part.replace(path)
    return True


def _refuse_change(before: Release, survey: Survey, *, where: str) -> None:
    changed = changes_since(before, survey)
    if changed:
        raise ReleaseError(
            f"{survey.key} is released, and the definition has changed since ({', '.join(changed)})",
            where=where,
            mend=f"Put the change into a new version (v{survey.version + 1}.yaml), and v{survey.version}.yaml back.",
        )


def changes_since(release: Release, survey: Survey) -> list[str]:
    """What differs between a release and a definition: `structure`, `texts in <language>`, else `invitation or layout`.

    That a person has reviewed a draft is no change of the survey.
    """
    changed = ["structure"] if structure_hash(survey) != release.structure_hash else []
    now = text_hashes(survey)
    languages = dict.fromkeys([*release.texts, *now])
    changed += [f"texts in {code}" for code in languages if now.get(code) != release.texts.get(code)]
    return changed or (["invitation or layout"] if content_hash(survey) != release.content else [])


def read_release(folder: Path, survey: str, version: int) -> Release:
    """Read a release and check it against its own hashes.

    Raises:
        ReleaseError: if it is not there, cannot be read, or was edited.
    """
    path = release_path(folder, survey, version)
    where = path.as_posix()
    if not path.is_file():
        mend = f"Run: evaltool release {survey} --version {version}"
        raise ReleaseError(f"{survey} version {version} is not released", where=where, mend=mend)
    mend = "Take the file back from version control; a release is never edited."
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        snapshot = Survey.model_validate(data["survey"])
        release = Release(snapshot, data["structure_hash"], data["texts"], data["content"], data["released_at"])
    except (ValueError, KeyError, TypeError, ValidationError):
        raise ReleaseError("the release cannot be read", where=where, mend=mend) from None
    if data.get("format") != FORMAT:
        mend = "Update evaltool."
        raise ReleaseError(f"the release has format {data.get('format')}, not {FORMAT}", where=where, mend=mend)
    changed = changes_since(release, snapshot)
    if changed or snapshot.key != f"{survey}@{version}":
        raise ReleaseError(f"the release was edited ({', '.join(changed) or 'name'})", where=where, mend=mend)
    return release
