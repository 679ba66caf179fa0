"""Cleaning an archive, against a pandas script written by hand for the same survey.

    python -m benchmarks.cleaning [--responses 1000000] [--rounds 3] [--folder DIR]

Both run in turn, each time in a fresh process that starts with the archive and ends with the written dataset. Peak
memory is measured on POSIX only.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cleaning_data import DEPLOYMENT, HASH, make_archive, make_roster, make_survey
from evaltool.responses.archive import Archive
from evaltool.responses.clean import clean
from evaltool.responses.dataset import write_dataset

PEER = Path(__file__).with_name("cleaning_pandas_peer.py")


def clean_archive(folder: Path) -> None:
    """What `evaltool clean` does with one deployment: check the hashes, read, clean, write data, log and manifest."""
    archive = Archive(folder / DEPLOYMENT)
    if faults := archive.verify():
        raise SystemExit(str(faults))
    survey = make_survey()
    roster = pd.read_parquet(folder / "roster.parquet")
    cleaned = clean(survey, archive.segments(), roster, structure_hash=HASH)
    write_dataset(folder / "dataset", cleaned, "{}", {"step": "benchmark"})


def make(folder: Path, size: int) -> None:
    chance = np.random.default_rng(20221122)
    survey = make_survey()
    roster = make_roster(size, chance)
    roster.to_parquet(folder / "roster.parquet", index=False)
    lines = make_archive(folder, survey, roster, chance)
    (folder / "made.json").write_text(json.dumps({"responses": size, "lines": lines}), encoding="utf-8")


@dataclass(frozen=True)
class Run:
    """Seconds by the clock and of the processors, and peak memory in GiB, of one process."""

    seconds: float
    cpu: float
    peak: float


def measure(command: list[str]) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(command)
    if hasattr(os, "wait4"):
        _, process.returncode, usage = os.wait4(process.pid, 0)
        cpu = usage.ru_utime + usage.ru_stime
        peak = usage.ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    else:
        process.wait()
        cpu = peak = float("nan")
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return Run(time.perf_counter() - start, cpu, peak)


def check_equal(ours: Path, theirs: Path) -> None:
    pd.testing.assert_frame_equal(pd.read_parquet(ours), pd.read_parquet(theirs), check_exact=True)


def run(folder: Path, size: int, rounds: int) -> None:
    if not (folder / "made.json").exists():
        make(folder, size)
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    if made["responses"] != size:
        raise SystemExit(f"{folder} holds {made['responses']:,} interviews, not {size:,}: give another --folder")
    data = sum(path.stat().st_size for path in (folder / DEPLOYMENT).iterdir())
    peer = [str(folder / DEPLOYMENT), str(folder / "roster.parquet"), str(folder / "peer.parquet")]
    commands = {
        "evaltool": [sys.executable, "-m", "benchmarks.cleaning", "--once", str(folder)],
        "pandas by hand": [sys.executable, str(PEER), *peer],
    }
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            found[name].append(measure(command))
            print(f"round {number + 1}, {name}: {found[name][-1]}", file=sys.stderr, flush=True)
    check_equal(folder / "dataset" / "dataset.parquet", folder / "peer.parquet")
    report(made, data, found)


def report(made: dict[str, int], data: int, found: dict[str, list[Run]]) -> None:
    told = f"{made['responses']:,} interviews, {made['lines']:,} records pulled, 40 questions"
    print(f"{told}, {data / 2**30:.2f} GiB of JSON; both give equal columns and values")
    print("\n| medians | seconds | of the processors | peak memory, GiB |\n|---|---|---|---|")
    medians = {
        name: Run(*(statistics.median(values) for values in zip(*map(astuple, runs), strict=True)))
        for name, runs in found.items()
    }
    for name, run_ in medians.items():
        print(f"| {name} | {run_.seconds:.1f} | {run_.cpu:.1f} | {run_.peak:.2f} |")
    ours, theirs = medians.values()
    print(
        f"| ratio | {ours.seconds / theirs.seconds:.2f} | {ours.cpu / theirs.cpu:.2f} | {ours.peak / theirs.peak:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the archive is made, or was made before")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.once:
        clean_archive(chosen.once)
    elif chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        run(chosen.folder, chosen.responses, chosen.rounds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), chosen.responses, chosen.rounds)


if __name__ == "__main__":
    main()
