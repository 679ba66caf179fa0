from collections.abc import Iterator
from pathlib import Path

import pytest
from server_samples import Respondent, app_on, filled_store

from evaltool.server.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = filled_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def respondent(store: Store) -> Respondent:
    return Respondent(app_on(store))
