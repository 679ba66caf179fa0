"""What the archive tells of a wave in the field: answers by day, where interviews stop, how long they take."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evaltool.responses.segments import Lines
from evaltool.responses.steps import drop_duplicates, drop_other_versions, keep_latest
from evaltool.stats.quality import ASKED, HOUR, item_nonresponse
from evaltool.stats.quality_frame import Checked
from evaltool.text import Text

_SHOWN = ("answered", *ASKED)
_SETTLED = timedelta(days=1)
_KEPT = (
    *("deployment", "interview", "unit", "structure_hash", "mode", "status"),
    *("revision", "opened_at", "saved_at", "completed_at"),
)


@dataclass(frozen=True)
class Flow:
    """Invitations and answers of one group by day (UTC); `undated` are answers that came without a time."""

    level: str
    label: Text
    invited: Mapping[date, int]
    answered: Mapping[date, int]
    undated: int = 0

    @property
    def base(self) -> int:
        return sum(self.invited.values())

    @property
    def count(self) -> int:
        return sum(self.answered.values()) + self.undated

    def until(self, day: date) -> tuple[int, int]:
        """How many had answered, and how many were invited, at the end of this day."""
        answered, invited = (
            sum(count for at, count in counts.items() if at <= day) for counts in (self.answered, self.invited)
        )
        return answered, invited


@dataclass(frozen=True)
class Stop:
    """Interviews that ended after `question` ("": nothing was sent), and the pages that were shown then and not sent.

    `left` of the `shown`, who came as far as this question; `partial` of them count as partial interviews.
    """

    question: str
    pages: tuple[str, ...]
    shown: int
    left: int
    partial: int


@dataclass(frozen=True)
class Duration:
    """Minutes of whole interviews in one `language` ("": in all); `left_out` held a pause or were typed in by staff."""

    language: str
    n: int
    left_out: int
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True)
class Unanswered:
    """Of those who were `shown` a question, how many left it `empty`, and how many did not know or would not say."""

    question: str
    shown: int
    empty: int
    declined: int


def read_interviews(segments: Iterable[Lines]) -> pd.DataFrame:
    """Each interview as it was last archived, without its answers; `seconds` as `_seconds` tells them."""
    records = (json.loads(line) for lines in segments for line in lines.to_pylist())
    rows = [{**{name: record[name] for name in _KEPT}, "seconds": _seconds(record)} for record in records]
    latest, _ = keep_latest(pd.DataFrame(rows, columns=[*_KEPT, "seconds"]))
    return latest


def _seconds(record: Mapping[str, Any]) -> float:
    """From opening to sending, if no page took over an hour: then there was a pause, whose length says nothing."""
    if record["completed_at"] is None or record["mode"] != "self":
        return np.nan
    times = (record["opened_at"], *(visit["saved_at"] for visit in record["pages"]), record["completed_at"])
    gaps = [(later - former).total_seconds() for former, later in pairwise(sorted(map(datetime.fromisoformat, times)))]
    return np.nan if max(gaps) > HOUR else sum(gaps)


def gather(checked: Checked, interviews: pd.DataFrame, *, structure_hash: str, pulled_at: str) -> pd.DataFrame:
    """The facts about each interview that counts, with its times.

    Beside the columns of `Checked.facts`: `disposition`, `refused`, `saved` (last saved), `answered` (when an interview
    came in, whole or partial), `under_way` (not sent, but saved within a day before the pull: it may go on), `seconds`,
    and `last`, the last question that was sent.
    """
    own, _ = drop_other_versions(interviews, structure_hash=structure_hash)
    own, _ = drop_duplicates(own)
    times = own.set_index("unit").reindex(checked.facts["unit"])
    facts = checked.facts.assign(
        disposition=checked.frame["disposition"].astype("str"),
        refused=(checked.frame["missing"].astype("string") == "refused").fillna(value=False).astype(bool),
        saved=_moments(times["saved_at"]),
        seconds=times["seconds"].to_numpy(dtype=float),
        last=_last_shown(checked),
    )
    sent = pd.Series(_moments(times["completed_at"]))
    facts["answered"] = sent.fillna(facts["saved"]).where(facts["interview"])
    recent = facts["saved"] > pd.Timestamp(pulled_at) - _SETTLED
    facts["under_way"] = facts["begun"] & (facts["disposition"] != "I") & recent
    return facts


def _moments(texts: "pd.Series[Any]") -> Any:
    return pd.to_datetime(texts.astype("string"), utc=True, format="ISO8601").array


def _last_shown(checked: Checked) -> "pd.Series[str]":
    last = pd.Series("", index=checked.facts.index)
    for item in checked.items:
        last = last.mask(checked.states[item.name].isin(_SHOWN), item.name)
    return last


@dataclass(frozen=True)
class Invited:
    """Who is asked: the day of each unit's invitation, and by grouping her level."""

    days: Mapping[str, date]
    levels: Mapping[str, Mapping[str, str]]


def tally(facts: pd.DataFrame, invited: Invited, reasons: Mapping[str, str]) -> dict[str, int]:
    """How many interviews came how far; `reasons` are what coordinators found out of units, used if she never opened.

    `reported` are those with another reason than a refusal.
    """
    codes = facts["disposition"].value_counts()
    refused = int(facts["refused"].sum())
    told = [reason for unit, reason in reasons.items() if unit in invited.days.keys() - set(facts["unit"])]
    return {
        "complete": int(codes.get("I", 0)),
        "partial": int(codes.get("P", 0)),
        "refused": refused + told.count("refused"),
        "broken_off": int(codes.get("R", 0)) - refused,
        "reported": len(told) - told.count("refused"),
        "not_begun": max(len(invited.days) - len(facts) - len(told), 0),
        "under_way": int(facts["under_way"].sum()),
    }


def flow(facts: pd.DataFrame, invited: Invited, *, dated: bool = True) -> Flow:
    """The answers of everybody."""
    return _flow("", {}, facts[facts["interview"]], list(invited.days.values()), dated=dated)


def flows(facts: pd.DataFrame, invited: Invited, by: str, labels: Mapping[str, Text]) -> tuple[Flow, ...]:
    """The answers of each level of a grouping that somebody is in, in the order of `labels`; "" is not recorded."""
    of = invited.levels[by]
    there = {of.get(unit, "") for unit in (*invited.days, *facts["unit"])}
    ordered = [*(code for code in labels if code in there), *sorted(there - set(labels))]
    given = facts[facts["interview"]]
    return tuple(
        _flow(
            level,
            labels.get(level, {}),
            given[given["unit"].map(of).fillna("") == level],
            [day for unit, day in invited.days.items() if of.get(unit, "") == level],
        )
        for level in ordered
    )


def _flow(level: str, label: Text, given: pd.DataFrame, days: Sequence[date], *, dated: bool = True) -> Flow:
    if not dated:
        return Flow(level, label, _by_day(days), {}, len(given))
    return Flow(level, label, _by_day(days), _by_day([moment.date() for moment in given["answered"]]))


def _by_day(days: Sequence[date]) -> dict[date, int]:
    return dict(sorted(Counter(days).items()))


def stops(checked: Checked, facts: pd.DataFrame) -> list[Stop]:
    """The questions after which interviews were broken off, in order. Refusals and what is under way are none."""
    settled = facts["begun"] & ~facts["under_way"]
    stopped = facts[settled & (facts["disposition"] != "I")]
    found: list[Stop] = []
    for name in ("", *(item.name for item in checked.items)):
        here = stopped[stopped["last"] == name]
        if len(here):
            shown = settled if not name else settled & checked.states[name].isin(_SHOWN)
            pages = tuple(page for page in checked.pages if page in set(here["left"]))
            partial = int((here["disposition"] == "P").sum())
            found.append(Stop(name, pages, int(shown.sum()), len(here), partial))
    return found


def durations(facts: pd.DataFrame) -> list[Duration]:
    """Of everybody, then of each language in which somebody sent her answers."""
    whole = facts[facts["disposition"] == "I"]
    return [_duration("", whole), *(_duration(str(code), part) for code, part in whole.groupby("language"))]


def _duration(language: str, whole: pd.DataFrame) -> Duration:
    minutes = whole["seconds"].dropna().to_numpy() / 60
    quartiles = np.quantile(minutes, (0.25, 0.5, 0.75)).tolist() if len(minutes) else None
    return Duration(language, len(minutes), len(whole) - len(minutes), quartiles and tuple(quartiles))


def unanswered(checked: Checked) -> Iterator[Unanswered]:
    """Each question in order, of interviews that count as answers."""
    given = checked.states[checked.facts["interview"]]
    for item in checked.items:
        states = {str(name): int(count) for name, count in given[item.name].value_counts().items()}
        found = item_nonresponse(states)
        empty = found.reasons.get("not_answered", 0)
        yield Unanswered(item.name, found.asked, empty, found.missing - empty)
