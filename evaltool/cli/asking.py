"""Figures as answers: one in a sentence, and one under several bases or definitions."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project, print_table

Indicator = Annotated[str, typer.Argument(help="Name of an indicator of the plan.", metavar="INDICATOR")]
Group = Annotated[str, typer.Option(help="A level of a breakdown, as site=north; or name it: --site north.")]
Language = Annotated[str, typer.Option(help="Language of the answer (default: that of the plan).")]


@app.command(
    epilog="Example: evaltool ask job_or_education --site north --year 2021",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def ask(
    context: typer.Context,
    indicator: Indicator,
    population: Annotated[
        list[str] | None, typer.Option("--population", "--year", help="Of whom (default: the latest).")
    ] = None,
    group: Group = "",
    language: Language = "",
) -> None:
    """Say one figure in a sentence that can be mailed, with base and interval, or why it is withheld."""
    from evaltool.workflows.asking import About, ask

    if population and len(population) > 1:
        raise typer.BadParameter(f"a sentence is about one population; for two: evaltool reconcile {indicator} …")
    about = About(population[0] if population else "", _group(group, context.args), language)
    typer.echo(ask(open_project(), indicator, about))


def _group(group: str, words: list[str]) -> tuple[str, str]:
    """`site=north`, or what is left of the command line: `--site north` or `--site=north`."""
    named = "=".join(words).removeprefix("--").replace("-", "_") if words and words[0].startswith("--") else ""
    by, sign, level = (group or named).partition("=")
    if (group or words) and (not (by and sign and level) or (group and words) or len(words) > 2):
        raise typer.BadParameter("name one breakdown and one of its levels: --site north")
    return by, level


@app.command(
    epilog="Example: evaltool reconcile job_or_education --population 2021 --population 2022",
    context_settings={"ignore_unknown_options": True},
)
def reconcile(
    indicators: Annotated[list[str], typer.Argument(help="An indicator of the plan, or two.", metavar="INDICATOR")],
    population: Annotated[
        list[str] | None, typer.Option("--population", "--year", help="Of whom, or two of them (default: the latest).")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Another plan, for instance last year's: computed anew, nothing is written.")
    ] = None,
    group: Group = "",
    language: Language = "",
) -> None:
    """Set a figure beside itself under other bases, or beside that of another year or plan, and say why they differ."""
    from evaltool.workflows.reconciling import Wanted, reconcile

    names, words = _parted(indicators)
    wanted = Wanted(names, population or (), plan, language, _group(group, words))
    for found in reconcile(open_project(), wanted):
        typer.echo(found.title)
        if found.rows:
            print_table(list(found.header), [list(row) for row in found.rows])
        typer.echo("".join(f"\n{line}" for line in found.said))


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """The indicators, and what names a breakdown by itself: an option is taken for one of them."""
    place = next((number for number, word in enumerate(words) if word.startswith("--")), len(words))
    end = place + (1 if "=" in "".join(words[place : place + 1]) else 2)
    names, named = words[:place] + words[end:], words[place:end]
    if not names:
        raise typer.BadParameter("name an indicator of the plan")
    return names, named
