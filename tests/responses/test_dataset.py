import json
from hashlib import sha256

import pandas as pd
import pytest
from small_survey import SURVEY, interview, lines

from evaltool.errors import CleaningError
from evaltool.responses.clean import clean
from evaltool.responses.dataset import read_dataset, write_dataset, write_folder

ANSWERS = {
    "consent": "yes",
    "job": "yes",
    "hours": "37",
    "paid": "12.5",
    "since": "2021-03-01",
    "skills": ["a"],
    "text": "æ",
}
FILES = ["codebook.json", "dataset.parquet", "dispositions.parquet", "log.csv", "manifest.json"]


@pytest.fixture
def cleaned(roster):
    responses = [interview("u1", answers=ANSWERS), interview("u2", answers={**ANSWERS, "job": "no"}), interview("u9")]
    return clean(SURVEY, lines(*responses), roster, structure_hash="h2")


@pytest.fixture
def folder(tmp_path, cleaned):
    write_dataset(tmp_path / "demo@2", cleaned, '{"variables": ["æ"]}', {"synthetic": True, "time": "then"})
    return tmp_path / "demo@2"


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_dataset_comes_back_as_it_was_written(folder, cleaned):
    dataset = read_dataset(folder)
    pd.testing.assert_frame_equal(dataset.frame, cleaned.frame)
    pd.testing.assert_frame_equal(dataset.dispositions, cleaned.dispositions)
    pd.testing.assert_frame_equal(dataset.log, cleaned.log)
    assert dataset.codebook == {"variables": ["æ"]}
    assert (dataset.manifest["synthetic"], dataset.manifest["time"], dataset.manifest["format"]) == (True, "then", 1)


def test_the_manifest_has_the_hash_of_each_file(folder):
    files = content(folder)
    outputs = json.loads(files.pop("manifest.json"))["outputs"]
    assert outputs == {name: sha256(data).hexdigest() for name, data in files.items()}


def test_the_same_input_gives_the_same_bytes(folder, cleaned):
    before = content(folder)
    assert list(before) == FILES
    write_dataset(folder, cleaned, '{"variables": ["æ"]}', {"time": "then", "synthetic": True})
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["demo@2"]


def test_what_is_left_of_a_crash_while_writing_does_no_harm(folder, cleaned):
    before = content(folder)
    (folder.parent / "demo@2.new").mkdir()
    (folder.parent / "demo@2.new" / "half.parquet").write_bytes(b"half")
    assert read_dataset(folder).manifest["time"] == "then"
    folder.rename(folder.parent / "demo@2.old")  # between the two moves of the swap
    write_dataset(folder, cleaned, '{"variables": ["æ"]}', {"synthetic": True, "time": "then"})
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["demo@2"]


def test_a_crash_while_writing_leaves_the_old_dataset(folder, cleaned):
    before = content(folder)
    with pytest.raises(TypeError):
        write_dataset(folder, cleaned, "{}", {"time": object()})
    assert content(folder) == before


def test_a_dataset_that_a_crash_moved_away_counts_again_even_if_the_next_one_fails(folder, cleaned):
    before = content(folder)
    folder.rename(folder.parent / "demo@2.old")
    with pytest.raises(TypeError):
        write_dataset(folder, cleaned, "{}", {"time": object()})
    assert content(folder) == before


def test_a_dataset_that_is_not_there_or_too_new_is_told(folder, tmp_path):
    with pytest.raises(CleaningError, match="there is no dataset"):
        read_dataset(tmp_path / "none")
    (folder / "manifest.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(CleaningError, match="format 99"):
        read_dataset(folder)


@pytest.mark.parametrize("name", FILES[:-1])
@pytest.mark.parametrize("change", ["edited", "missing"])
def test_a_file_that_was_changed_after_cleaning_is_told(folder, cleaned, name, change):
    path = folder / name
    if change == "missing":
        path.unlink()
    elif name == "dispositions.parquet":
        cleaned.dispositions.assign(disposition="I").to_parquet(path, index=False)
    else:
        path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(CleaningError, match="was changed after cleaning") as caught:
        read_dataset(folder)
    assert [fault.where for fault in caught.value.faults] == [path.as_posix()]
    assert caught.value.mend == "Run: evaltool clean"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "outputs": []}'])
def test_a_manifest_that_is_none_is_told(folder, text):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(CleaningError, match="the manifest was changed after cleaning"):
        read_dataset(folder)


FILES_OF_ANOTHER_KIND = {"panel.parquet": b"new", "attrition.csv": b"wave\n"}


@pytest.fixture
def panel(tmp_path):
    write_folder(tmp_path / "panel", {"panel.parquet": b"old"}, {"step": "panel"})
    return tmp_path / "panel"


def test_a_folder_of_another_kind_is_swapped_whole(panel):
    write_folder(panel, FILES_OF_ANOTHER_KIND, {"step": "panel"})
    outputs = json.loads((panel / "manifest.json").read_bytes())["outputs"]
    assert outputs == {name: sha256(data).hexdigest() for name, data in FILES_OF_ANOTHER_KIND.items()}
    assert list(content(panel)) == ["attrition.csv", "manifest.json", "panel.parquet"]
    assert [path.name for path in panel.parent.iterdir()] == ["panel"]


def test_a_folder_killed_between_the_two_moves_counts_again_if_the_next_one_fails(panel):
    before = content(panel)
    panel.rename(panel.parent / "panel.old")
    with pytest.raises(TypeError):
        write_folder(panel, FILES_OF_ANOTHER_KIND, {"time": object()})
    assert content(panel) == before


def test_a_disk_that_takes_no_file_leaves_the_old_folder_and_is_told(panel):
    before = content(panel)
    (panel.parent / "panel.new").write_bytes(b"a file where the new folder should be")
    with pytest.raises(CleaningError, match="cannot be written") as caught:
        write_folder(panel, FILES_OF_ANOTHER_KIND, {"step": "panel"})
    assert caught.value.where.endswith("panel.new")
    assert content(panel) == before


def test_a_file_that_cannot_be_written_leaves_the_old_folder_and_is_told(panel):
    before = content(panel)
    with pytest.raises(CleaningError, match="cannot be written"):
        write_folder(panel, {**FILES_OF_ANOTHER_KIND, "no/such/folder.csv": b"x"}, {"step": "panel"})
    assert content(panel) == before
