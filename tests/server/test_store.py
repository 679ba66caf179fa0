"""The collecting database."""

import re
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from server_samples import DEPLOYMENT, SURVEY, TOKEN, database, filled_store, participant
from sqlalchemy import create_engine

from evaltool.errors import PlatformError
from evaltool.records import Deployment
from evaltool.server.interview import open_link
from evaltool.server.schema import sqlite_url
from evaltool.server.store import Participant, Store


def test_the_connection_that_saves_is_durable(store: Store) -> None:
    """2 is FULL (sqlite.org/pragma.html#pragma_synchronous)."""
    wanted = {"synchronous": 2, "journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}
    with store._writing() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted


def test_only_the_hash_of_a_token_is_stored(store: Store, tmp_path: Path) -> None:
    store.find(TOKEN)
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert files
    assert not any(TOKEN.encode() in content for content in files)


def test_neither_answers_nor_tokens_are_in_a_repr(store: Store) -> None:
    visit = store.find(TOKEN)
    assert visit
    told = repr(replace(visit.interview, answers={"best": "hemmeligt"})) + repr(participant())
    assert not any(secret in told for secret in ("hemmeligt", TOKEN, visit.interview.token_hash, "u_1, p_1", "north"))


def test_adding_the_same_deployment_again_changes_nothing(store: Store) -> None:
    store.close_deployment(DEPLOYMENT.id)
    store.add_deployment(replace(DEPLOYMENT, deployed_at="2022-01-01T00:00:00+00:00"), SURVEY.model_dump_json())
    assert (store.deployments(), store.is_open(DEPLOYMENT.id)) == ([DEPLOYMENT], False)


@pytest.mark.parametrize("change", [{"structure_hash": "other"}, {"texts": {"da": "other"}}])
def test_another_survey_under_the_same_id_is_refused(store: Store, change: dict[str, object]) -> None:
    other = Deployment.from_json({**DEPLOYMENT.to_json(), **change})
    with pytest.raises(PlatformError, match="stands with another version"):
        store.add_deployment(other, SURVEY.model_dump_json())
    assert store.deployments() == [DEPLOYMENT]


@pytest.mark.parametrize("kind", ["synthetic", "pretest"])
def test_made_up_or_tried_out_answers_never_meet_real_ones(store: Store, kind: str) -> None:
    with pytest.raises(PlatformError, match=f"one of the two is {kind} and the other is not") as caught:
        store.add_deployment(replace(DEPLOYMENT, **{kind: True}), SURVEY.model_dump_json())
    assert caught.value.mend
    assert store.deployments() == [DEPLOYMENT]


def test_a_reviewed_translation_is_told_to_stores_that_are_open(tmp_path: Path, store: Store) -> None:
    serving = Store.open(database(tmp_path))
    serving.find(TOKEN)
    assert serving.survey(DEPLOYMENT.id).drafts
    assert store.survey(DEPLOYMENT.id).drafts
    store.add_deployment(DEPLOYMENT, SURVEY.model_copy(update={"drafts": {}}).model_dump_json())
    serving.find(TOKEN)
    for opened in (serving, store):
        assert opened.survey(DEPLOYMENT.id) == SURVEY.model_copy(update={"drafts": {}})
    serving.close()


def test_a_survey_comes_back_as_it_was_deployed(tmp_path: Path, store: Store) -> None:
    again = Store.open(database(tmp_path))
    assert again.survey(DEPLOYMENT.id) == SURVEY
    again.close()


def test_inviting_again_adds_only_who_is_new(store: Store) -> None:
    assert store.add_participants(DEPLOYMENT.id, [participant(1), participant(2)]) == 1
    assert store.counts(DEPLOYMENT.id)["invited"] == 2


def test_the_roster_is_followed_until_the_link_is_opened(store: Store) -> None:
    moved = Participant("u_1", "p_1", "another token", "en", {"site": "south"})
    store.add_participants(DEPLOYMENT.id, [moved])
    visit = store.find(TOKEN)
    assert visit
    assert (visit.interview.language, visit.interview.attributes) == ("en", {"site": "south"})
    assert store.find("another token") is None
    store.save(visit.interview, open_link(visit.interview, "now"))
    store.add_participants(DEPLOYMENT.id, [participant()])
    opened = store.find(TOKEN)
    assert opened
    assert opened.interview.attributes == {"site": "south"}


def test_who_never_opened_is_not_pulled(store: Store) -> None:
    assert store.changes(DEPLOYMENT.id, 0, 10) == []


def test_a_save_that_comes_second_changes_nothing(store: Store) -> None:
    visit = store.find(TOKEN)
    assert visit
    first = replace(visit.interview, status="partial", opened_at="t", saved_at="t", answers={"job": "yes"})
    assert store.save(visit.interview, first)
    before = store.changes(DEPLOYMENT.id, 0, 10)
    assert not store.save(visit.interview, replace(first, answers={"job": "no"}))
    assert store.changes(DEPLOYMENT.id, 0, 10) == before


def test_changes_come_in_order_and_by_portions(tmp_path: Path) -> None:
    store = filled_store(tmp_path, invited=3)
    for number in (2, 1, 3, 2):
        visit = store.find(f"tok-{number}")
        assert visit
        store.save(visit.interview, open_link(visit.interview, "now"))
    units = [[(number, found.unit) for number, found in store.changes(DEPLOYMENT.id, after, 2)] for after in (0, 3, 4)]
    assert units == [[(2, "u_1"), (3, "u_3")], [(4, "u_2")], []]
    store.close()


def test_a_cursor_misses_nothing_while_others_write(tmp_path: Path) -> None:
    """Two stores (as two processes have them) and eight writers; a reader follows the cursor meanwhile."""
    stores = [filled_store(tmp_path, invited=40), Store.open(database(tmp_path))]
    done = threading.Event()
    seen: dict[str, int] = {}
    numbers: list[int] = []

    def read() -> None:
        last_round = False
        while True:
            changes = stores[0].changes(DEPLOYMENT.id, numbers[-1] if numbers else 0, 7)
            numbers.extend(number for number, _ in changes)
            seen.update({found.unit: found.revision for _, found in changes})
            if last_round and not changes:
                return
            last_round = done.is_set()

    def write(number: int) -> None:
        for _ in range(5):
            store = stores[number % 2]
            visit = store.find(f"tok-{number}")
            assert visit
            assert store.save(visit.interview, open_link(visit.interview, "now"))

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(1, 41)))
    done.set()
    reader.join()
    assert seen == {f"u_{number}": 5 for number in range(1, 41)}
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 200
    for store in stores:
        store.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    filled_store(tmp_path).close()
    engine = create_engine(database(tmp_path))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    engine.dispose()
    with pytest.raises(PlatformError, match="version 99") as caught:
        Store.open(database(tmp_path))
    assert caught.value.mend == "Update evaltool."


@pytest.mark.parametrize("address", ["sqlite:///{folder}/missing/collect.sqlite", "nonsense", "postgresql://host/db"])
def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path, address: str) -> None:
    with pytest.raises(PlatformError, match="cannot open the database"):
        Store.open(address.format(folder=tmp_path.as_posix()))


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "collect.sqlite"
    file.write_text("name;phone\n" * 100, encoding="utf-8")
    with pytest.raises(PlatformError, match="not a database"):
        Store.open(database(tmp_path))
    assert file.read_text(encoding="utf-8") == "name;phone\n" * 100


def test_an_unknown_deployment_is_told(store: Store) -> None:
    for ask in (store.survey, store.is_open, store.deployment, store.close_deployment):
        with pytest.raises(PlatformError, match="no deployment «nope»"):
            ask("nope")
    with pytest.raises(PlatformError, match="no deployment «nope»"):
        store.add_participants("nope", [participant()])


def test_a_database_error_tells_no_values(store: Store) -> None:
    twin = replace(participant(), unit="u_2")  # the same token for another unit
    with pytest.raises(PlatformError, match=r"UNIQUE constraint failed: interview\.token_hash") as caught:
        store.add_participants(DEPLOYMENT.id, [twin])
    told = f"{caught.value}{caught.value.__cause__}"
    assert "u_2" not in told
    assert "north" not in told


def _opened(store: Store, **changes: object) -> bool:
    visit = store.find(TOKEN)
    assert visit
    return store.save(visit.interview, replace(open_link(visit.interview, "now"), **changes))


def test_a_locked_database_is_told_and_works_again_afterwards(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltool.server.schema._BUSY_SECONDS", 0)
    hasty = Store.open(database(tmp_path))
    other = sqlite3.connect(tmp_path / "collect.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(PlatformError, match="database is locked") as caught:
        _opened(hasty)
    assert "another program" in caught.value.mend
    assert caught.value.where.endswith("collect.sqlite")
    other.close()
    assert _opened(hasty)
    hasty.close()


def test_a_full_disk_is_told_and_nothing_stays_half_saved(store: Store) -> None:
    """SQLite refuses a page beyond this limit as it does one that no longer fits on the disk."""
    with store._writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(PlatformError, match="database or disk is full") as caught:
        _opened(store, answers={"best": "x" * 100_000})
    assert "room" in caught.value.mend
    assert store.changes(DEPLOYMENT.id, 0, 10) == []
    assert _opened(store)


def test_a_commit_that_fails_leaves_the_connection_free(store: Store) -> None:
    """A foreign key that is checked at the commit makes the commit itself fail, as a lost disk does."""

    def lose_the_deployment() -> None:
        with store._writing() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            connection.exec_driver_sql("UPDATE interview SET deployment = 'nope'")

    with pytest.raises(PlatformError, match="FOREIGN KEY"):
        lose_the_deployment()
    assert _opened(store)


def test_a_table_that_is_gone_is_told_by_every_reader(tmp_path: Path, store: Store) -> None:
    other = sqlite3.connect(tmp_path / "collect.sqlite")
    other.executescript("DROP TABLE interview; DROP TABLE last_change; DROP TABLE deployment;")
    other.close()
    readers = (
        lambda: store.find(TOKEN),
        store.deployments,
        store.last_change,
        lambda: store.survey(DEPLOYMENT.id),
        lambda: store.counts(DEPLOYMENT.id),
        lambda: store.changes(DEPLOYMENT.id, 0, 10),
    )
    for reader in readers:
        with pytest.raises(PlatformError, match="no such table"):
            reader()


def test_a_database_keeps_its_identity_and_another_has_another(tmp_path: Path, store: Store) -> None:
    identity = store.identity()
    assert re.fullmatch("[0-9a-f]{32}", identity)
    again = Store.open(database(tmp_path))
    assert again.identity() == identity
    again.close()
    (tmp_path / "new").mkdir()
    new = filled_store(tmp_path / "new")
    assert new.identity() != identity
    new.close()


def test_a_database_from_before_there_were_identities_gets_one(tmp_path: Path) -> None:
    filled_store(tmp_path).close()
    old = sqlite3.connect(tmp_path / "collect.sqlite")
    old.execute("DROP TABLE database")
    old.close()
    store = Store.open(database(tmp_path))
    assert re.fullmatch("[0-9a-f]{32}", store.identity())
    assert store.counts(DEPLOYMENT.id)["invited"] == 1
    store.close()


NAMES = ["a%20b", "a@b+å#", "a;b=c&d", "a b", *(["a?b", "a:b"] if sys.platform != "win32" else [])]


@pytest.mark.parametrize("name", NAMES)
def test_a_database_is_opened_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    Store.open(sqlite_url(folder / "collect.sqlite")).close()
    assert (folder / "collect.sqlite").is_file()
    assert list(tmp_path.iterdir()) == [folder]
