"""Counting millions of weighted answers from Parquet: evaltool beside the bare query and pandas, in turn, in one run.

    python benchmarks/counting.py [--rows 10000000] [--rounds 5] [--folder FOLDER]

Each measurement is a process of its own: its clock runs from after the imports, reading included, to the last number.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

GROUPS = ("cohort", "site")
ITEMS = tuple(f"q{number}" for number in range(12))


def make_answers(rows: int, path: Path) -> None:
    """Made-up answers: 3 cohorts × 5 sites, a weight, 12 items with levels 1-5 of which 5 % are missing."""
    items = ", ".join(
        f"CASE WHEN random() < 0.05 THEN NULL ELSE (1 + floor(random() * 5))::UTINYINT END AS {item}" for item in ITEMS
    )
    columns = f"(2021 + floor(random() * 3))::USMALLINT AS cohort, floor(random() * 5)::UTINYINT AS site, {items}"
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.42)")
        answers = f"SELECT {columns}, 0.5 + random() AS w FROM range({rows})"
        connection.execute(f"COPY ({answers}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def with_evaltool(path: Path) -> Callable[[], int]:
    """Counts, Σw, Σw², and the weighted share of each level in each group with its linearised standard error."""
    from evaltool.stats import count_cells, weighted_share_of_sums

    def work() -> int:
        shares = 0
        for cells in count_cells(path, [GROUPS], ITEMS, weight="w").values():
            groups: dict[tuple[object, ...], list[tuple[int, tuple[float, float]]]] = {}
            for cell in cells:
                if cell.state is not None and cell.sums is not None:
                    groups.setdefault(cell.level, []).append((cell.n, cell.sums))
            for found in groups.values():
                n, w, w2 = sum(n for n, _ in found), sum(s[0] for _, s in found), sum(s[1] for _, s in found)
                for _, (w_yes, w2_yes) in found:
                    share = weighted_share_of_sums((w_yes, w2_yes), (w - w_yes, w2 - w2_yes), n=n, rows=n)
                    shares += share.se is not None
        return shares

    return work


def with_bare_query(path: Path) -> Callable[[], int]:
    """The least that a database can do for the counts, Σw and Σw²; no standard errors."""
    sets = ", ".join(f"(cohort, site, {item})" for item in ITEMS)
    query = (
        f"SELECT cohort, site, {', '.join(ITEMS)}, GROUPING_ID({', '.join(ITEMS)}) AS item,"
        " count(*) AS n, sum(w) AS sum_w, sum(w * w) AS sum_w2"
        f" FROM read_parquet('{path}') GROUP BY GROUPING SETS ({sets})"
    )
    return lambda: len(duckdb.sql(query).fetchall())


def with_pandas(path: Path) -> Callable[[], int]:
    """The same counts with pandas; no standard errors."""
    import pandas as pd

    def work() -> int:
        answers = pd.read_parquet(path)
        answers["w2"] = answers["w"] ** 2
        tables = [
            answers.groupby([*GROUPS, item], observed=True, dropna=False).agg(
                n=("w", "size"), sum_w=("w", "sum"), sum_w2=("w2", "sum")
            )
            for item in ITEMS
        ]
        return sum(len(table) for table in tables)

    return work


PEERS: Mapping[str, Callable[[Path], Callable[[], int]]] = {
    "evaltool": with_evaltool,
    "bare": with_bare_query,
    "pandas": with_pandas,
}


def _peak_mib() -> float | None:
    try:
        import resource
    except ImportError:  # Windows has no such counter
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _measure(name: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, "--file", str(path)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def _one(name: str, path: Path) -> None:
    work = PEERS[name](path)
    start = time.perf_counter()
    numbers = work()
    print(json.dumps({"seconds": time.perf_counter() - start, "mib": _peak_mib(), "numbers": numbers}))


def _run(sizes: list[int], rounds: int, folder: Path) -> None:
    medians: dict[tuple[int, str], float] = {}
    print("| answers | peer | median s | all s | peak MiB | times bare |\n|---:|---|---:|---|---:|---:|")
    for rows in sizes:
        path = folder / f"answers-{rows}.parquet"
        make_answers(rows, path)
        names = list(PEERS) if rows == sizes[0] else ["evaltool", "bare"]
        found = {name: [] for name in names}
        for _ in range(rounds):
            for name in names:
                found[name].append(_measure(name, path))
        for name in names:
            medians[rows, name] = statistics.median(one["seconds"] for one in found[name])
        for name, measured in found.items():
            every = " ".join(f"{one['seconds']:.2f}" for one in measured)
            peak = max((one["mib"] or 0) for one in measured)
            ratio = medians[rows, name] / medians[rows, "bare"]
            print(
                f"| {rows:,} | {name} | {medians[rows, name]:.2f} | {every} | {peak:,.0f} | {ratio:.2f} |", flush=True
            )
        path.unlink()
    first = sizes[0]
    print(f"\npandas needs {medians[first, 'pandas'] / medians[first, 'evaltool']:.1f} times the time of evaltool")
    for rows in sizes[1:]:
        ratio = medians[rows, "evaltool"] / medians[first, "evaltool"]
        print(f"{rows:,} answers need {ratio:.2f} times the time of {first:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the made-up answers are put while it runs")
    parser.add_argument("--one", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        _one(wanted.one, wanted.file)
        return
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        _run([wanted.rows, 4 * wanted.rows], wanted.rounds, Path(folder))


if __name__ == "__main__":
    main()
