"""What is followed, as tables in words: the same ones on the terminal and on the page."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from babel.numbers import format_percent

from evaltool.results import Estimate
from evaltool.stats.shares import wilson
from evaltool.text import language_name, long_date, number, percent, pick, round_half_up, say
from evaltool.workflows.monitor_counts import Duration, Flow, Stop
from evaltool.workflows.monitor_wave import Grouped, Monitor, Wave

_NONE = "–"
_LABEL = 70

COUNTS: Mapping[str, str] = {
    "complete": "answered whole",
    "partial": "answered in part",
    "refused": "refused",
    "broken_off": "broke off before the main question",
    "reported": "not begun; a coordinator knows why",
    "not_begun": "not begun",
    "under_way": "of these perhaps still under way",
}


@dataclass(frozen=True)
class Table:
    """The first column names the row. Rows that matter most come first where the terminal may cut the rest."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class _Say(Protocol):
    def __call__(self, message: str, **values: object) -> str: ...


def overview(monitor: Monitor, language: str) -> Table:
    """A line for each wave."""
    t: _Say = partial(say, language=language)
    header = ("survey", "answered", "refused", "broke off", "last pull")
    rows = tuple(
        (
            wave.deployment.id,
            share(wave.everybody.count, wave.everybody.base, language),
            number(wave.counts["refused"], language),
            number(wave.counts["broken_off"], language),
            long_date(wave.pulled_at.date(), language),
        )
        for wave in monitor.waves
    )
    return Table(t("All waves"), tuple(map(t, header)), rows)


def tables(wave: Wave, language: str, *, with_labels: bool = True) -> list[Table]:
    """Every table of a wave that has rows; questions by name, and `with_labels` in their own words, too."""
    words = _Words(wave, language, with_labels=with_labels)
    every = [
        words.standing(),
        words.schedule(),
        *(words.group(grouped) for grouped in wave.groups),
        words.stops(),
        words.durations(),
        words.alike(),
        words.unanswered(),
        words.others(),
        words.days(),
    ]
    return [table for table in every if table.rows]


def share(count: int, n: int, language: str) -> str:
    """`34% (86 of 253)`, broken before the bracket only; the count alone where there is no base."""
    if not n:
        return number(count, language)
    counts = {"count": number(count, language), "n": number(n, language)}
    told = say("{share} ({count} of {n})", language, share=_percent(count / n, language), **counts)
    return told.replace(" ", "\xa0").replace("\xa0(", " (")


def _percent(value: float, language: str) -> str:
    """Narrower than in a sentence: `34%`, in Danish `34 %`."""
    return format_percent(round_half_up(value, 2), locale=language)


def level_name(flow: Flow, language: str) -> str:
    return pick(flow.label, language) or flow.level or say("not recorded", language)


class _Words:
    """The tables of one wave in one language."""

    def __init__(self, wave: Wave, language: str, *, with_labels: bool):
        self.wave, self.language, self.with_labels = wave, language, with_labels
        self.t: _Say = partial(say, language=language)

    def table(self, title: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]], note: str = "") -> Table:
        return Table(self.t(title), tuple(map(self.t, header)), tuple(rows), note and self.t(note))

    def standing(self) -> Table:
        return self.table("Where it stands", ("", "interviews"), self._standing())

    def _standing(self) -> Iterator[tuple[str, ...]]:
        base = self.wave.everybody.base
        if base:
            yield self.t("invited"), number(base, self.language)
        for name, message in COUNTS.items():
            if base or name not in {"reported", "not_begun"}:
                yield self.t(message), share(self.wave.counts[name], base, self.language)

    def schedule(self) -> Table:
        note = "Planned in evaltool.toml, [fieldwork]. A target is judged when the last pull knows its day whole."
        return self.table("Against the plan", ("day", "planned", "how it went"), self._schedule(), note)

    def _schedule(self) -> Iterator[tuple[str, ...]]:
        plan = self.wave.schedule
        if plan is None:
            return
        dated = {"begin": [plan.begin], "end": [plan.end], "reminder": plan.reminders}
        planned: list[tuple[date, str, float | None]] = [
            (day, self.t(what), None) for what, days in dated.items() for day in days
        ]
        for day, rate in plan.targets.items():
            planned.append((day, self.t("{share} have answered", share=percent(rate, self.language)), rate))
        for day, what, rate in sorted(planned, key=lambda item: item[0]):
            yield long_date(day, self.language), what, self._went(day, rate)

    def _went(self, day: date, rate: float | None) -> str:
        pulled = self.wave.pulled_at.date()
        if day >= pulled:
            return self.t("{days} days after the last pull", days=(day - pulled).days)
        if rate is None:
            return self.t("{days} days before the last pull", days=(pulled - day).days)
        count, base = self.wave.everybody.until(day)
        told = self.t("target reached") if base and count / base >= rate else self.t("target not reached")
        return f"{told}: {share(count, base, self.language)}"

    def group(self, grouped: Grouped) -> Table:
        label = pick(grouped.label, self.language) or self.t("Language")
        rows = (self._level(flow) for flow in grouped.flows)
        withheld = any(self._is_small(flow) for flow in grouped.flows)
        note = self.t("Groups of fewer than {few} invited are not shown.", few=self.wave.few) if withheld else ""
        base = bool(self.wave.everybody.base)
        header = (label, *map(self.t, ("invited", "answered") if base else ("answered",)))
        title = self.t("{group}: answers", group=label)
        return Table(title, header, tuple(row if base else (row[0], row[2]) for row in rows), note)

    def _is_small(self, flow: Flow) -> bool:
        """Without a base, those who answered are all that are known."""
        return (flow.base or flow.count) < self.wave.few

    def _level(self, flow: Flow) -> tuple[str, ...]:
        few = self.t("too few")
        if self._is_small(flow):
            return level_name(flow, self.language), few, few
        counts = number(flow.base, self.language), share(flow.count, flow.base, self.language)
        return level_name(flow, self.language), *counts

    def stops(self) -> Table:
        header = ("last question sent", "page after it", "reached", "broke off", "95% interval", "partial")
        note = (
            "Of interviews that were begun, not refused, and stood still for a day before the last pull. The page "
            "after the question was shown and not sent. Partial interviews have an answer to the main question."
        )
        rows = map(self._stop, sorted(self.wave.stops, key=lambda stop: -stop.left))
        return self.table("Where interviews were broken off", header, rows, note)

    def _stop(self, stop: Stop) -> tuple[str, ...]:
        interval = wilson(stop.left, stop.shown)
        ends = interval and f"{number(100 * interval.low, self.language)}–{_percent(interval.high, self.language)}"
        question = self._question(stop.question) if stop.question else self.t("none: opened only")
        counts = number(stop.shown, self.language), share(stop.left, stop.shown, self.language)
        return question, ", ".join(stop.pages), *counts, ends or _NONE, number(stop.partial, self.language)

    def _question(self, name: str) -> str:
        if not self.with_labels:
            return name
        label = pick(self.wave.survey.by_name[name].label, self.language)
        return f"{name}: {textwrap.shorten(label, _LABEL, placeholder=' …')}"

    def durations(self) -> Table:
        header = ("answered in", "interviews", "lower quartile", "median", "upper quartile", "left out")
        note = (
            "Minutes from opening to sending, of whole interviews. Left out: a page took over an hour, or staff typed "
            "the answers in."
        )
        return self.table("How long it takes", header, map(self._duration, self.wave.durations), note)

    def _duration(self, item: Duration) -> tuple[str, ...]:
        name = language_name(item.language) if item.language else self.t("All")
        base = number(item.n, self.language)
        if item.quartiles is None or (item.language and item.n < self.wave.few):
            told = self.t("too few") if item.n else _NONE
            return name, base, told, told, told, number(item.left_out, self.language)
        minutes = (number(value, self.language, decimals=1) for value in item.quartiles)
        return name, base, *minutes, number(item.left_out, self.language)

    def alike(self) -> Table:
        note = "Of those who answered every question of the battery. Equal answers may be true ones."
        rows = ((name.replace("..", " – "), self._shared(row)) for name, row in self.wave.alike.items())
        return self.table("The same answer to all questions of a battery", ("battery", "all alike"), rows, note)

    def others(self) -> Table:
        note = "How many wrote something under “other”. The texts may name people: evaltool quality --others."
        rows = ((self._question(name), self._shared(row)) for name, row in _most_first(self.wave.others))
        return self.table("Answers in own words beside a list", ("question", "texts of those who answered"), rows, note)

    def _shared(self, row: Estimate) -> str:
        return share(row.count or 0, row.n, self.language) if row.n else _NONE

    def unanswered(self) -> Table:
        header = ("question", "shown", "left empty", "don’t know or refused")
        ordered = sorted(self.wave.unanswered, key=lambda item: -item.empty / max(item.shown, 1))
        rows = (
            (
                self._question(item.question),
                number(item.shown, self.language),
                share(item.empty, item.shown, self.language),
                number(item.declined, self.language),
            )
            for item in ordered
            if item.shown
        )
        return self.table("Questions without an answer", header, rows, "Of interviews answered whole or in part.")

    def days(self) -> Table:
        flow = self.wave.everybody
        days = sorted(flow.answered, reverse=True)
        rows = (
            (long_date(day, self.language), number(flow.answered[day], self.language), self._until(day)) for day in days
        )
        note = "Days of UTC. Shares are of those who were invited by then."
        return self.table("Answers by day", ("day", "new answers", "all until then"), rows, note)

    def _until(self, day: date) -> str:
        return share(*self.wave.everybody.until(day), self.language)


def _most_first(rows: Mapping[str, Estimate]) -> list[tuple[str, Estimate]]:
    return sorted(rows.items(), key=lambda item: -(item[1].count or 0))
