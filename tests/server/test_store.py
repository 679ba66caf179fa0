"""The collecting database."""

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
    from sqlalchemy.exc import IntegrityError

    twin = replace(participant(), unit="u_2")  # the same token for another unit
    with pytest.raises(IntegrityError) as caught:
        store.add_participants(DEPLOYMENT.id, [twin])
    assert "u_2" not in str(caught.value)
    assert "north" not in str(caught.value)
