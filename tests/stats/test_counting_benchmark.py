"""The counting benchmark runs, and its peers count the same cells (no time is tested)."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "counting.py"


def _run(*arguments):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    path = tmp_path_factory.mktemp("answers") / "answers.parquet"
    columns = {f"q{number}": [1, 2, None] * 10 for number in range(12)}
    cohorts, sites = [2021, 2022] * 15, [0, 1, 2] * 10
    pd.DataFrame({"cohort": cohorts, "site": sites, "w": [0.5, 1.5] * 15, **columns}).to_parquet(path)
    return path


# Site s has answer s + 1, or none: 6 groups with one cell of each of 12 items; the third site's have no answer.
@pytest.mark.parametrize(("peer", "numbers"), [("evaltool", 4 * 12), ("bare", 6 * 12), ("pandas", 6 * 12)])
def test_every_peer_counts_the_cells_there_are(answers, peer, numbers):
    assert json.loads(_run("--one", peer, "--file", answers))["numbers"] == numbers
