"""Clean the benchmark's archive as one would write it by hand with pandas, for this one survey.

    python benchmarks/cleaning_pandas_peer.py ARCHIVE ROSTER DATASET

It reads every segment, keeps the latest state of each interview, casts the answers, works out routing, constraints and
the reason of each missing value, joins the roster and writes the same columns as `evaltool clean`. It checks no hash
and no form of a record, reads only what this archive holds (no Arabic digits, no day-month-year), and keeps no log.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HASH = "5" * 64
REASONS = ["not_applicable", "not_reached", "not_answered", "dont_know", "refused"]
APPLICABLE_NOT, REACHED_NOT, ANSWERED_NOT, DONT_KNOW, REFUSED = range(5)
SCALE = ["very_good", "good", "neither", "bad", "very_bad"]
MINUTE = ["work", "school", "friends", "language"]
CATEGORIES = {
    "consent": ["yes", "no"],
    "helper": ["nobody", "mentor", "staff"],
    "job": ["yes", "no"],
    "contract": ["fixed", "open", "none"],
    **{f"scale{number}": SCALE for number in range(16)},
    "danish": SCALE,
    "again": ["yes", "no"],
}
TICKS = {"ticks0": ["work", "school", "else"], **{f"ticks{number}": MINUTE for number in range(1, 6)}}
INTEGERS = {"hours": (1, 80), **{f"visits{number}": (-np.inf, 30) for number in range(4)}}
DATES = {"since": "2010-01-01", "day0": None, "day1": None}
WORK = ["hours", "paid", "since", "contract"]
SCALES = [f"scale{number}" for number in range(16)]
QUESTIONS = [
    *["consent", "helper", "job", *WORK, *SCALES, *TICKS, "visits0", "visits1", "visits2", "visits3", "day0", "day1"],
    *["danish", "best", "why", "worst", "again"],
]
WHOLE = ["interview", "unit", "structure_hash", "deployment", "language", "mode", "status", "revision", "opened_at"]
WHOLE += ["saved_at", "completed_at"]
NAMES = [*QUESTIONS, "ticks0_other"]
RANK = {"complete": 3, "partial": 2, "refused": 1, "opened": 0}


def read_archive(folder: Path) -> pd.DataFrame:
    """A column of texts for each answer: missing = never shown, "" = left empty, codes parted by blanks."""
    frames, columns = [], {name: [] for name in [*WHOLE, "focus", *NAMES]}
    for path in sorted(folder.glob("0*.jsonl")):
        with path.open(encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        for name in WHOLE:
            columns[name] += [record[name] for record in records]
        columns["focus"] += [record["attributes"].get("focus") for record in records]
        answers = [record["answers"] for record in records]
        for name in NAMES:
            columns[name] += [row[name] or "" if name in row else None for row in answers]
        if len(columns["unit"]) >= 50_000:
            frames.append(make_frame(columns))
            columns = {name: [] for name in columns}
    return pd.concat([*frames, make_frame(columns)], ignore_index=True)


def make_frame(columns: dict[str, list]) -> pd.DataFrame:
    for name in TICKS:
        columns[name] = [" ".join(answer) if answer else answer for answer in columns[name]]
    return pd.DataFrame(
        {name: pd.array(column, dtype="int64" if name == "revision" else "str") for name, column in columns.items()}
    )


def choose(raw: pd.DataFrame, units: pd.Index) -> pd.DataFrame:
    keys = raw[["interview", "revision", "structure_hash", "unit", "status", "saved_at"]]
    keys = keys.sort_values(["interview", "revision"], kind="stable").drop_duplicates("interview", keep="last")
    keys = keys[(keys["structure_hash"] == HASH) & keys["unit"].isin(units)]
    keys = keys.assign(rank=keys["status"].map(RANK)).sort_values(["unit", "rank", "saved_at", "interview"])
    keys = keys.drop_duplicates("unit", keep="last")
    return raw.loc[keys.index].reset_index(drop=True)


def ticked(column: pd.Series, code: str) -> pd.Series:
    """No code is part of another in this survey."""
    return column.str.contains(code, regex=False)


class Dataset:
    """Values and reasons as they are found, question by question."""

    def __init__(self, raw: pd.DataFrame):
        self.raw = raw
        self.refused = (raw["status"] == "refused").to_numpy() | (raw["consent"] == "no").to_numpy(na_value=False)
        self.columns: dict[str, object] = {}
        self.reasons: dict[str, np.ndarray] = {}

    def missing(
        self, name: str, asked: np.ndarray, waits: np.ndarray, valid: np.ndarray, unknown: np.ndarray
    ) -> np.ndarray:
        shown = self.raw[name].notna().to_numpy()
        reasons = np.select(
            [self.refused, ~asked & waits, ~asked, ~shown, unknown, ~valid],
            [REFUSED, REACHED_NOT, APPLICABLE_NOT, REACHED_NOT, DONT_KNOW, ANSWERED_NOT],
            default=-1,
        ).astype(np.int8)
        self.reasons[name] = reasons
        return reasons >= 0

    def add(self, name: str, asked: np.ndarray, waits: np.ndarray) -> None:
        text = self.raw[name]
        nothing = np.zeros(len(text), dtype=bool)
        if name in CATEGORIES:
            codes = pd.Index([*CATEGORIES[name], "dont_know", "skip"]).get_indexer(text)
            last = len(CATEGORIES[name])
            gone = self.missing(name, asked, waits, (codes >= 0) & (codes <= last + 1), codes == last)
            if name == "job":
                self.reasons[name][asked & (codes == last + 1) & ~self.refused] = REFUSED
            scale = CATEGORIES[name] is SCALE
            codes = np.where(gone | (codes >= last), -1, codes)
            self.columns[name] = pd.Categorical.from_codes(codes, CATEGORIES[name], ordered=scale)
        elif name in TICKS:
            gone = self.missing(
                name,
                asked,
                waits,
                (text != "").to_numpy(na_value=False),
                (text == "dont_know").to_numpy(na_value=False),
            )
            for code in TICKS[name]:
                ticks = ticked(text, code).to_numpy(dtype=bool, na_value=False)
                self.columns[f"{name}__{code}"] = pd.arrays.BooleanArray(ticks, gone.copy())
        elif name in INTEGERS or name == "paid":
            low, high = INTEGERS.get(name, (-np.inf, np.inf))
            numbers = pd.to_numeric(text.astype(object), errors="coerce").to_numpy()
            gone = self.missing(name, asked, waits, (numbers >= low) & (numbers <= high), nothing)
            kind = ("float64", pd.arrays.FloatingArray) if name == "paid" else ("int64", pd.arrays.IntegerArray)
            self.columns[name] = kind[1](np.where(gone, 0, numbers).astype(kind[0]), gone)
        elif name in DATES:
            days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
            valid = (days >= DATES[name]) if DATES[name] else days.notna()
            self.columns[name] = days.mask(self.missing(name, asked, waits, valid.to_numpy(), nothing))
        else:
            self.columns[name] = text.mask(
                self.missing(name, asked, waits, (text != "").to_numpy(na_value=False), nothing)
            )
        self.columns[f"{name}__missing"] = pd.Categorical.from_codes(self.reasons[name], REASONS)
        if name == "ticks0":
            other = self.raw["ticks0_other"]
            chosen = self.columns["ticks0__else"].to_numpy(dtype=bool, na_value=False)
            self.columns["ticks0_other"] = other.where(chosen & (other != "").to_numpy(na_value=False))

    def reached(self, name: str) -> np.ndarray:
        return self.reasons[name] == REACHED_NOT


def clean(raw: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    data = Dataset(raw)
    always, never = np.ones(len(raw), dtype=bool), np.zeros(len(raw), dtype=bool)
    for name in QUESTIONS:
        match name:
            case "hours" | "paid" | "since" | "contract":
                asked, waits = np.asarray(data.columns["job"] == "yes"), data.reached("job")
            case "visits2" | "visits3":
                asked = (data.columns["visits0"] > 5).to_numpy(dtype=bool, na_value=False)
                waits = data.reached("visits0")
            case "danish":
                asked, waits = (raw["focus"] == "yes").to_numpy(na_value=False), never
            case "why":
                asked = data.columns["ticks0__work"].to_numpy(dtype=bool, na_value=False)
                waits = data.reached("ticks0")
            case _:
                asked, waits = always, never
        data.add(name, asked, waits)
    headline = data.columns["job"].codes >= 0
    complete = (raw["status"] == "complete").to_numpy()
    codes = np.select([data.refused, complete, headline], [2, 0, 1], default=2)
    helper = data.columns["helper"].codes
    current = roster.set_index("unit").loc[raw["unit"]]
    whole = {
        "unit": raw["unit"],
        "person": current["person"].array,
        "deployment": raw["deployment"],
        "survey_version": pd.array(np.ones(len(raw)), dtype="Int64"),
        "interview_language": raw["language"],
        "mode": raw["mode"],
        "helped": pd.arrays.BooleanArray(helper > 0, helper < 0),
        "disposition": pd.Categorical.from_codes(codes, ["I", "P", "R", "NC"]),
        "missing": pd.Categorical.from_codes(
            np.where(data.refused, REFUSED, np.where(codes == 2, REACHED_NOT, -1)), REASONS
        ),
        "opened_at": pd.to_datetime(raw["opened_at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]"),
        "completed_at": pd.to_datetime(raw["completed_at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]"),
    }
    own = {name: current[name].array for name in ("language", "site", "focus")}
    return pd.DataFrame({**whole, **data.columns, **own})


def main(archive: Path, roster_path: Path, dataset: Path) -> None:
    roster = pd.read_parquet(roster_path)
    raw = choose(read_archive(archive), pd.Index(roster["unit"]))
    clean(raw, roster).to_parquet(dataset, index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
