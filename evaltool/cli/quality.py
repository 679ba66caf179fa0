"""How good the data are."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import app, open_project, print_table, warn

if TYPE_CHECKING:
    from evaltool.results import Estimate
    from evaltool.workflows.quality import Quality

_MOST = 5
_NONE = "–"


@app.command(epilog="Example: evaltool quality --others other-to-code.xlsx")
def quality(
    others: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="Write the texts under “other” here, for coding.")
    ] = None,
) -> None:
    """Tell how good the data are: help, haste, alike answers, break-off, no answer, “other”. Nothing is deleted."""
    from evaltool.workflows.quality import quality as judge

    found = judge(open_project(), others=others)
    _print_versions(found)
    _print_each("Straight-lining by battery", ["version", "first..last", "alike"], found, _batteries)
    _print_each("Break-off by page", ["version", "page", "reached", "broke off here"], found, _pages)
    _print_each("Most often without an answer", ["version", "question", "without answer", "why"], found, _unanswered)
    _print_each("Texts under “other”, waiting to be coded", ["version", "question", "texts"], found, _texts)
    if others is not None:
        typer.echo(f"\nTexts written to {others}")
        warn("these texts may name people: keep the file where the answers are kept, and delete it once they are coded")


def _print_versions(found: "list[Quality]") -> None:
    shares = {"helped": "helped", "broken off": "break_off", "without answer": "item_nonresponse"}
    signs = {"fast": "speeding", "alike": "straight_lining", "as another person": "duplicates"}
    answers = [[item.survey, str(item.rows["interviews"].count), *_shares(item, shares)] for item in found]
    print_table(["version", "interviews", *shares], answers)
    typer.echo("\nSigns of haste or copying (fast: under half the median a question; alike: in all batteries)")
    flags = [[item.survey, _number(item.rows["minutes"].estimate), *_shares(item, signs)] for item in found]
    print_table(["version", "minutes", *signs], flags)
    typer.echo("\nLanguages and modes")
    print_table(["version", "languages", "modes"], [[item.survey, *_spoken(item)] for item in found])
    typer.echo()
    for item in found:
        for note in _notes(item):
            typer.echo(f"{item.survey}: {note}")


def _shares(item: "Quality", names: "dict[str, str]") -> list[str]:
    return [_of(item.rows[statistic]) for statistic in names.values()]


def _spoken(item: "Quality") -> list[str]:
    return [_levels(item, "language"), _levels(item, "mode")]


def _notes(item: "Quality") -> list[str]:
    """Why a cell is empty, or should be read with care."""
    if not item.rows["interviews"].count:
        return ["no answers yet"]
    told: dict[str, list[str]] = {}
    for name, row in item.rows.items():
        if row.warning and "[" not in name:
            told.setdefault(row.warning, []).append(name)
    return [f"{warning} ({', '.join(names)})" for warning, names in told.items()]


def _print_each(
    title: str, header: list[str], found: "list[Quality]", lines: "Callable[[Quality], Iterator[list[str]]]"
) -> None:
    rows = [[item.survey, *line] for item in found for line in lines(item)]
    typer.echo(f"\n{title}" if rows else f"\n{title}: none")
    if rows:
        print_table(header, rows)


def _named(item: "Quality", statistic: str) -> "dict[str, Estimate]":
    """The rows `statistic[name]` by name."""
    start = f"{statistic}["
    return {name.removeprefix(start)[:-1]: row for name, row in item.rows.items() if name.startswith(start)}


def _batteries(item: "Quality") -> Iterator[list[str]]:
    for name, row in _named(item, "straight_lining").items():
        if row.n:
            yield [name, _of(row)]


def _pages(item: "Quality") -> Iterator[list[str]]:
    for name, row in _named(item, "break_off").items():
        if row.count:
            yield [name, str(row.n), _of(row)]


def _unanswered(item: "Quality") -> Iterator[list[str]]:
    rows = {name: row for name, row in _named(item, "item_nonresponse").items() if row.count}
    for name in sorted(rows, key=lambda name: -(rows[name].estimate or 0))[:_MOST]:
        yield [name, _of(rows[name]), rows[name].missing.replace(";", ", ").replace("=", " ")]


def _texts(item: "Quality") -> Iterator[list[str]]:
    for name, row in _named(item, "other").items():
        if row.count:
            yield [name, str(row.count)]


def _levels(item: "Quality", statistic: str) -> str:
    return ", ".join(f"{name} {row.count}" for name, row in _named(item, statistic).items()) or _NONE


def _of(row: "Estimate") -> str:
    return _NONE if row.estimate is None else f"{row.count} of {row.n} ({row.estimate:.0%})"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.1f}"
