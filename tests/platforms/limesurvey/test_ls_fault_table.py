"""Every call of every command meets every fault: then the same command again, without a fault, ends the work.

Each test prints its table, calls down and faults across (`pytest -rP`, or -s):

- `.`    the command went on, and all is done
- `r`    it was refused in plain words; the same command again has done the rest
- `u`    it told that it does not know of some people; the same command again has done the rest
- `X`    something else, which the test tells
"""

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evaltool.errors import EvaltoolError
from evaltool.platforms.base import Mailed
from tests.platforms.limesurvey.fake_faults import FAULTS, GONE, content, wire
from tests.platforms.limesurvey.fake_fieldwork import Fieldwork, answers_change, answers_come, kept

Prepare = Callable[[Fieldwork], None]


@dataclass(frozen=True)
class Stage:
    """A command, what has happened since the command before, and whether its result says that all is done."""

    command: str
    before: Prepare = lambda work: None
    done: Callable[[Any], bool] = lambda result: True


def _all_sent(mailed: list[Mailed]) -> bool:
    return {item.fate for item in mailed} == {"sent"}


STAGES = {
    "deploy": Stage("deploy"),
    "deploy again": Stage("deploy"),
    "invite": Stage("invite"),
    "invite by mail": Stage("mail", done=_all_sent),
    "remind by mail": Stage("remind", done=_all_sent),
    "pull": Stage("pull", answers_come),
    "status": Stage("status"),
    "pull what has changed": Stage("pull", answers_change),
    "erase": Stage("erase"),
    "close": Stage("close"),
}


def before(name: str, folder: Path) -> Fieldwork:
    """The field as it stands when the stage's command is given."""
    work = Fieldwork(folder)
    for other, stage in STAGES.items():
        stage.before(work)
        if other == name:
            return work
        work.run(stage.command)
    raise AssertionError(name)


_STATE = ("what stands on the server", "the record of the deployment", "the archive")


def state(work: Fieldwork) -> tuple[object, ...]:
    return content(work.fake), work.mapping, kept(work)


class Table:
    """Tries a stage with every fault at every call, each time from the same start."""

    def __init__(self, name: str, folder: Path):
        self.folder = folder
        self.stage = STAGES[name]
        self.start = before(name, folder / "start")
        whole = self.start.copied(folder / "whole")
        whole.run(self.stage.command)
        self.calls = whole.rpc.methods
        self.whole = state(whole)
        self.told: list[str] = []
        self.faults: list[str] = []

    def rows(self) -> Iterator[str]:
        yield f"{'':30} " + " ".join(f"{number:>2}" for number in range(1, len(_COLUMNS) + 1))
        for number, method in enumerate(self.calls, start=1):
            outcomes = [self._try(number, fault) for fault in _COLUMNS]
            yield f"{number:>3} {method:26} " + " ".join(f"{outcome:>2}" for outcome in outcomes)
        yield from (f"{number:>2} {fault}" for number, fault in enumerate(_COLUMNS, start=1))

    def _try(self, number: int, fault: str) -> str:
        work = self.start.copied(self.folder / f"{number}-{fault}")
        work.rpc = wire(work.fake, {number: fault})
        outcome = self._run(work)
        wrong = _untold(outcome) if isinstance(outcome, EvaltoolError) else []
        if outcome != ".":
            work.rpc = wire(work.fake)
            again = self._run(work)
            wrong += [f"again: {again}"] if again != "." else []
        wrong += ["an active survey was deleted"] if work.fake.lost else []
        there = zip(_STATE, state(work), self.whole, strict=True)
        wrong += [f"{what} is another" for what, one, other in there if one != other]
        self.faults += [f"{fault} at call {number}, {self.calls[number - 1]}: {what}" for what in wrong]
        return "X" if wrong else outcome if isinstance(outcome, str) else "r"

    def _run(self, work: Fieldwork) -> str | EvaltoolError:
        try:
            result = work.run(self.stage.command)
        except EvaltoolError as error:
            self.told += traceback.format_exception(error)
            return error
        return "." if self.stage.done(result) else "u"


_COLUMNS = (*FAULTS, GONE)


def _untold(refusal: EvaltoolError) -> list[str]:
    """What is missing of what, where and how to mend."""
    return [f"no {name} is told: {refusal}" for name in ("message", "where", "mend") if not getattr(refusal, name)]


@pytest.mark.parametrize("name", STAGES)
def test_after_any_fault_the_same_command_ends_the_work(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    table = Table(name, tmp_path)
    rows = list(table.rows())
    shown = "\n".join([*table.told, caplog.text, *capsys.readouterr()])
    print(f"\n{name}: what became of it", *rows, sep="\n")  # noqa: T201  # the table is shown
    assert not table.faults, "\n".join(table.faults)
    assert "canary" not in shown.lower()
