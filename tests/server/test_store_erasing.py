"""Erasing from the collecting database: her rows go, and their bytes with them."""

import random
import sqlite3
from pathlib import Path

import pytest
from server_samples import DEPLOYMENT, Respondent, app_on, database, filled_store, participant

from evaltool.errors import PlatformError
from evaltool.server import schema
from evaltool.server.store import Store, hash_token

SAID = "Kun jeg kunne sige det, " * 80  # nearly the longest text that the server takes


@pytest.fixture
def answered(tmp_path: Path):
    """Three have answered; the second wrote a text, and wrote it anew later."""
    store = filled_store(tmp_path, invited=3)
    app = app_on(store)
    for number in (1, 2, 3):
        best = SAID if number == 2 else f"Nummer {number}."
        Respondent(app, f"tok-{number}").walk({"consent": "yes"}, {"job": "no"}, {"best": best})
    yield store
    store.close()


def held(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """Which of the texts stand in which file."""
    files = [path for path in folder.iterdir() if path.is_file()]
    assert files
    return [(path.name, text[:12]) for path in files for text in texts if text[:12].encode() in path.read_bytes()]


def test_who_is_erased_is_in_no_file_of_the_database(tmp_path: Path, answered: Store):
    hers = ("u_2", "p_2", SAID, hash_token("tok-2"))
    assert {text for _, text in held(tmp_path, *hers)} == {text[:12] for text in hers}
    assert answered.erase(DEPLOYMENT.id, ["u_2"]) == 1
    assert held(tmp_path, *hers) == []
    assert answered.find("tok-2") is None


def test_what_sqlite_has_moved_before_is_gone_too(tmp_path: Path):
    """With this chance `secure_delete` alone leaves a text behind: it was moved from page to page (SQLite 3.40.1)."""
    chance = random.Random(22)
    store = filled_store(tmp_path, invited=300)
    with store._writing() as connection:
        for _ in range(1800):
            number, size = chance.randrange(1, 301), chance.randrange(900)
            hers = schema.interviews.c.unit == f"u_{number}"
            connection.execute(schema.interviews.update().where(hers).values(answers=f"said-{number}-{'x' * size}"))
    erased = range(1, 301, 5)
    assert store.erase(DEPLOYMENT.id, [f"u_{number}" for number in erased]) == 60
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [number for number in erased if f"said-{number}-".encode() in content] == []
    store.close()


def test_the_others_keep_everything(answered: Store):
    before = answered.changes(DEPLOYMENT.id, 0, 10)
    last = answered.last_change()
    answered.erase(DEPLOYMENT.id, ["u_2"])
    assert answered.changes(DEPLOYMENT.id, 0, 10) == [item for item in before if item[1].unit != "u_2"]
    assert answered.last_change() == last
    assert answered.counts(DEPLOYMENT.id)["complete"] == 2
    assert Respondent(app_on(answered), "tok-1").ask("GET").status_code == 200


def test_somebody_is_erased_by_person_too_and_only_where_it_was_asked(answered: Store):
    assert answered.erase("other@1", ["p_1", "u_1"]) == 0
    assert answered.erase(DEPLOYMENT.id, ["p_1", "u_9"]) == 1
    assert answered.erase(DEPLOYMENT.id, ["p_1", "u_9"]) == 0
    assert [response.unit for _, response in answered.changes(DEPLOYMENT.id, 0, 10)] == ["u_2", "u_3"]


def test_her_open_page_takes_no_answer_any_more(answered: Store):
    answered.add_participants(DEPLOYMENT.id, [participant(4)])
    browser = Respondent(app_on(answered), "tok-4")
    fields = browser.look().hidden
    answered.erase(DEPLOYMENT.id, ["u_4"])
    assert browser.post({**fields, "consent": "yes"}).status_code == 404


@pytest.mark.parametrize("step", ["_rewrite_file", "_let_go_of_old_pages"])
def test_a_run_cut_off_is_finished_by_the_next(tmp_path: Path, answered: Store, monkeypatch, step: str):
    def cut(_store: Store) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, step, cut)
        with pytest.raises(KeyboardInterrupt):
            answered.erase(DEPLOYMENT.id, ["u_2"])
    assert answered.find("tok-2") is None
    assert [response.unit for _, response in answered.changes(DEPLOYMENT.id, 0, 10)] == ["u_1", "u_3"]
    assert answered.erase(DEPLOYMENT.id, ["u_2"]) == 1
    assert held(tmp_path, "u_2", "p_2", SAID, hash_token("tok-2")) == []


def test_a_reader_that_holds_old_pages_is_told(tmp_path: Path, answered: Store, monkeypatch):
    monkeypatch.setattr(schema, "_BUSY_SECONDS", 0)
    reader = sqlite3.connect(tmp_path / "collect.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM interview").fetchone()
    impatient = Store.open(database(tmp_path))
    with pytest.raises(PlatformError, match="still holds what was erased"):
        impatient.erase(DEPLOYMENT.id, ["u_2"])
    reader.close()
    assert impatient.erase(DEPLOYMENT.id, ["u_2"]) == 1
    assert held(tmp_path, "u_2", SAID) == []
    impatient.close()
