"""Figures as answers: one in a sentence, and one under several bases or definitions."""

from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project

Indicator = Annotated[str, typer.Argument(help="Name of an indicator of the plan.", metavar="INDICATOR")]
Language = Annotated[str, typer.Option(help="Language of the answer (default: that of the plan).")]


@app.command(
    epilog="Example: evaltool ask job_or_education --site aarhus --year 2021",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def ask(
    context: typer.Context,
    indicator: Indicator,
    population: Annotated[str, typer.Option("--population", "--year", help="Of whom (default: the latest).")] = "",
    group: Annotated[str, typer.Option(help="A level of a breakdown, as site=aarhus; or name it: --site aarhus.")] = "",
    language: Language = "",
) -> None:
    """Say one figure in a sentence that can be mailed, with base and interval, or why it is withheld."""
    from evaltool.workflows.asking import About, ask

    about = About(population, _group(group, context.args), language)
    typer.echo(ask(open_project(), indicator, about))


def _group(group: str, words: list[str]) -> tuple[str, str]:
    """`site=aarhus`, or what is left of the command line: `--site aarhus` or `--site=aarhus`."""
    named = "=".join(words).removeprefix("--").replace("-", "_") if words and words[0].startswith("--") else ""
    by, sign, level = (group or named).partition("=")
    if (group or words) and (not (by and sign and level) or (group and words) or len(words) > 2):
        raise typer.BadParameter("name one breakdown and one of its levels: --site aarhus")
    return by, level
