import pandas as pd
import pytest


@pytest.fixture
def roster() -> pd.DataFrame:
    units = ["u1", "u2", "u3", "u4"]
    return pd.DataFrame(
        {"unit": units, "person": [f"p_{unit}" for unit in units], "site": ["n", "n", "s", None], "focus": "no"},
        dtype="str",
    )
