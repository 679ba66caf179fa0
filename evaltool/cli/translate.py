"""Translations: bring in step, hand out, take in, say how far."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import Survey, Version, app, open_project, print_table, warn

if TYPE_CHECKING:
    from evaltool.workflows.translating import Standing, Updated

translate = typer.Typer(no_args_is_help=True, help="Translations: update, export, import, status.")
app.add_typer(translate, name="translate")

AnySurvey = Annotated[str, typer.Argument(help="Name of the survey (default: all).", metavar="[SURVEY]")]


class Reached(StrEnum):
    """How far a person may say that a translation has come."""

    translated = "translated"
    reviewed = "reviewed"
    adjudicated = "adjudicated"
    pretested = "pretested"


def _today() -> str:
    from evaltool.workflows.working import now

    return now()[:10]


def _tell(files: "tuple[Updated, ...] | list[Updated]") -> None:
    for file in files:
        update = file.update
        counts = {"new": update.added, "changed since": update.outdated, "gone": update.gone}
        told = [f"{len(keys)} {what}" for what, keys in counts.items() if keys]
        told += [f"{len(update.prefilled)} filled from other texts as drafts"] if update.prefilled else []
        typer.echo(f"{file.path.as_posix()}: {', '.join(told) or 'brought in step'}")


@translate.command(epilog="Example: evaltool translate update participant-end")
def update(survey: AnySurvey = "") -> None:
    """Bring the translations in step with the definitions: new, changed and removed texts."""
    from evaltool.workflows.translating import update as run_update

    done = run_update(open_project(), survey, today=_today())
    _tell(done)
    if not done:
        typer.echo("All translations are in step.")


@translate.command(epilog="Example: evaltool translate export participant-end --version 1 --language ar")
def export(
    survey: Survey,
    version: Version,
    language: Annotated[str, typer.Option("--language", "-l", help="Language to translate into.")],
    to: Annotated[
        Path | None, typer.Option(help=".xlsx or .po file (default: build/translations/…).", show_default=False)
    ] = None,
    todo: Annotated[bool, typer.Option("--todo", help="Only what is empty, a draft, or changed.")] = False,
) -> None:
    """Write the texts for a translator: a workbook (XLSX), or a file for translation programs (PO)."""
    from evaltool.workflows.translating import export as run_export

    done = run_export(open_project(), survey, version, language, to=to, todo=todo, today=_today())
    _tell(done.updated)
    typer.echo(f"{done.count} texts in {done.path}" if done.count else "There is nothing to do, so there is no file.")


@translate.command(
    name="import", epilog="Example: evaltool translate import participant-end@1.ar.xlsx --by «A. Hassan»"
)
def take_in(
    file: Annotated[Path, typer.Argument(help="The filled-in file of an export.")],
    by: Annotated[str, typer.Option(help="Who translated or reviewed.")],
    state: Annotated[Reached, typer.Option(help="State of what was changed.")] = Reached.translated,
) -> None:
    """Take a translator's file in: every fault is told by row, and then nothing is imported."""
    from evaltool.survey.exchange import Reviewer
    from evaltool.workflows.translating import take_in as run_import

    done = run_import(open_project(), file, Reviewer(by.strip(), _today(), state.value))
    for key, (before, now) in done.changed.items():
        text = f"«{now.text}»" if before is None or before.text != now.text else "as it was"
        typer.echo(f"  {key}: {now.state}, {text}")
    typer.echo(f"{done.survey} «{done.language}»: {len(done.changed)} changed")
    if done.outdated:
        warn(f"the source has changed since the export: {', '.join(done.outdated)}. Export again for these.")


@translate.command(epilog="Example: evaltool translate status participant-end")
def status(survey: AnySurvey = "") -> None:
    """How far each language has come, who must still look, and how long it takes to answer."""
    from evaltool.workflows.translating import status as statuses

    found = statuses(open_project(), survey)
    header = ["survey", "language", "texts", "of them", "minutes"]
    print_table(
        header,
        [[item.survey, item.language, str(item.texts), _of_them(item), f"{item.minutes:.0f}"] for item in found],
    )
    for item in found:
        if item.blocking:
            shown = [
                *item.blocking[:_SHOWN],
                *([f"and {len(item.blocking) - _SHOWN} more"] * (len(item.blocking) > _SHOWN)),
            ]
            warn(f"{item.survey} «{item.language}» cannot go into production: {', '.join(shown)}")


_SHOWN = 8


def _of_them(item: "Standing") -> str:
    """The counts in words; what is none is left out."""
    counts = {name: count for name, count in item.counts.items() if count}
    words = {"draft": f"draft ({counts.get('machine', 0)} by machine)", "changed": "changed since"}
    return ", ".join(f"{count} {words.get(name, name)}" for name, count in counts.items() if name != "machine")
