"""Coding of open answers: make, read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import Survey, app, open_project, print_table, warn

if TYPE_CHECKING:
    from evaltool.workflows.coding import ReadBack

coding = typer.Typer(no_args_is_help=True, help="Coding of open answers: make, read.")
app.add_typer(coding, name="coding")


@coding.command(epilog="Example: evaltool coding make course-end best --coder anna --coder bo --both 0.3")
def make(
    survey: Survey,
    question: Annotated[str, typer.Argument(help="An open question of analysis/themes.yaml.", metavar="QUESTION")],
    coder: Annotated[
        list[str] | None, typer.Option(help="Name or initials, of one or two; the first one's word counts.")
    ] = None,
    both: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of answers that both get (default: as before, or all)."),
    ] = None,
) -> None:
    """Write a workbook for each coder: the answers, a column a theme. What she has filled in so far is kept."""
    from evaltool.workflows.coding import make_sheets

    done = make_sheets(open_project(), survey, question, coder or (), both=both)
    for path, count in done.files.items():
        typer.echo(f"{path}: {count} answers")
    typer.echo(
        f"{done.answers} answers in all, {done.both} of them with both coders; {done.kept} were filled in before"
    )
    warn("these files hold what people wrote in confidence: pass them on through a safe place only, then delete them")


@coding.command(epilog="Example: evaltool coding read build/coding/*.xlsx")
def read(files: Annotated[list[Path], typer.Argument(help="Workbooks that came back.", metavar="FILE…")]) -> None:
    """Take in what coders have marked, and tell how far they agree. Of all files, or none if there is a fault."""
    from evaltool.workflows.coding import read_sheets

    for found in read_sheets(open_project(), files):
        typer.echo(f"{found.question.question}:")
        for coder, (count, due) in found.coded.items():
            typer.echo(f"{coder} has coded {count} of {due} answers")
        _print_agreement(found)
        for note in found.notes:
            warn(note)


def _print_agreement(found: "ReadBack") -> None:
    from evaltool.stats.themes import agreement

    told = agreement(found.question)
    if told is None:
        typer.echo("one coder only: nobody's coding can be held against another's")
        return
    if not told.whole.n:
        typer.echo("no answer is coded by both yet")
        return
    rows = [
        [
            found.labels[code],
            str(kappa.n),
            f"{kappa.agreed / kappa.n:.0%}" if kappa.n else "",
            "" if kappa.kappa is None else f"{kappa.kappa:.2f}",
            f"{kappa.interval.low:.2f} to {kappa.interval.high:.2f}" if kappa.interval else "",
            kappa.warning,
        ]
        for code, kappa in told.themes.items()
    ]
    print_table(["theme", "by both", "alike", "kappa", "95 %", ""], rows)
    whole = "cannot be told" if told.whole.alpha is None else f"{told.whole.alpha:.2f}"
    typer.echo(f"the same set of themes (Krippendorff's alpha, {told.whole.n} answers): {whole}")
    if told.whole.n < found.few:
        warn(f"{told.whole.n} answers coded by both are too few to tell how far they agree")
