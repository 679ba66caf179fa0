import hashlib
import json
from pathlib import Path

import pytest
from definitions import SURVEY, load

from evaltool.errors import ReleaseError
from evaltool.survey.release import make_release, read_release, structure_hash, text_hashes, write_release
from evaltool.survey.verdicts import ItemVerdict

NOW = "2022-01-01T00:00:00+00:00"


def test_a_release_is_read_as_it_was_written(tmp_path: Path) -> None:
    survey = load(tmp_path)
    assert write_release(tmp_path, make_release(survey, released_at=NOW))
    release = read_release(tmp_path, "small", 1)
    assert release.survey == survey
    assert release.released_at == NOW


def test_releasing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    survey = load(tmp_path)
    write_release(tmp_path, make_release(survey, released_at=NOW))
    before = (tmp_path / "releases" / "small@1.json").read_bytes()
    assert not write_release(tmp_path, make_release(survey, released_at="2023-01-01T00:00:00+00:00"))
    assert (tmp_path / "releases" / "small@1.json").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Job?", "Arbejde?"),
        ("${job} = 'yes'", "${job} = 'no'"),
        ("pages:", "invite: \"${site} = 'north'\"\npages:"),
        ("label: Ord?", "label: Ord?, appearance: multiline"),
    ],
)
def test_a_released_version_cannot_be_released_otherwise(tmp_path: Path, old: str, new: str) -> None:
    write_release(tmp_path, make_release(load(tmp_path), released_at=NOW))
    changed = make_release(load(tmp_path, SURVEY.replace(old, new)), released_at=NOW)
    with pytest.raises(ReleaseError, match=r"v2\.yaml"):
        write_release(tmp_path, changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Job?", "Arbejde?"),
        ('"yes"', '"yep"'),
        ("small", "other"),
        ("{", ""),
        ('"text"', '"text", "appearance": "multiline"'),
    ],
)
def test_an_edited_release_is_refused(tmp_path: Path, old: str, new: str) -> None:
    write_release(tmp_path, make_release(load(tmp_path), released_at=NOW))
    path = tmp_path / "releases" / "small@1.json"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ReleaseError):
        read_release(tmp_path, "small", 1)


@pytest.mark.parametrize("reason", ["", "Reworded.", {"en": "Reworded.", "da": "Nye ord."}])
def test_a_reason_is_sealed_and_read_as_it_was_written(tmp_path: Path, reason: object) -> None:
    """A plain text as releases had it when there was no other: their seals hold."""
    written = {"verdict": "not_comparable", "reason": reason, "by": "Eva", "on": "2022-02-01", "of": "x"}
    verdict = ItemVerdict.model_validate(written)
    made = make_release(load(tmp_path), released_at=NOW, against=1, verdicts={"job": verdict})
    write_release(tmp_path, made)
    data = json.loads((tmp_path / "releases" / "small@1.json").read_text(encoding="utf-8"))
    assert data["verdicts"]["job"]["reason"] == reason
    sealed = {"job": {**written, "crosswalk": {}, "within": "", "languages": {}}}
    beside = [data["content"], NOW, 1, sealed, 1, "", ""]
    text = json.dumps(beside, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert data["seal"] == hashlib.sha256(text.encode()).hexdigest()
    assert read_release(tmp_path, "small", 1).verdicts == {"job": verdict}


def test_a_missing_or_newer_release_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="evaltool release small --version 1"):
        read_release(tmp_path, "small", 1)
    write_release(tmp_path, make_release(load(tmp_path), released_at=NOW))
    path = tmp_path / "releases" / "small@1.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "format": 99}), encoding="utf-8")
    with pytest.raises(ReleaseError, match="Update evaltool"):
        read_release(tmp_path, "small", 1)


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ("Job?", "Arbejde?", "text"),
        ("${job} = 'yes'", "${job} = 'no'", "structure"),
        ("choices: degree", "choices: degree, required: true", "structure"),
        ("type: integer", "type: decimal", "structure"),
        ('"yes": Ja, "no": Nej}}\n      - {name: help', '"no": Nej, "yes": Ja}}\n      - {name: help', "structure"),
    ],
)
def test_each_hash_moves_with_what_it_stands_for(tmp_path: Path, old: str, new: str, moves: str) -> None:
    assert old in SURVEY
    before, after = load(tmp_path), load(tmp_path, SURVEY.replace(old, new, 1))
    assert (structure_hash(before) != structure_hash(after)) == (moves == "structure")
    assert (text_hashes(before) != text_hashes(after)) == (moves == "text")
