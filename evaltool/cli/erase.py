"""The right to be forgotten."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project


@app.command(epilog="Example: evaltool erase --yes")
def erase(
    from_: Annotated[
        Path | None, typer.Option("--from", help="A file with her id, and in a second line one course.", metavar="FILE")
    ] = None,
    respondent: Annotated[str, typer.Option(help="She answers for others' courses as this: mentor.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Finish, and after a restore repeat, all erasures.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without it nothing is changed.")] = False,
) -> None:
    """Erase a person, or one of her courses, everywhere: contact data, links, answers, and what was made of them.

    It asks for her id as the roster has it, so that no shell remembers it. Without --yes it only tells what would go.
    """
    from evaltool.workflows.erasing import Who
    from evaltool.workflows.erasing import erase as erase_everywhere

    project = open_project()
    ids = ("", "") if again else _read(from_) if from_ else _ask(with_course=not respondent)
    who = None if again else Who(person_id=ids[0], course_id=ids[1], respondent=respondent)
    done = erase_everywhere(project, who, sure=yes)
    typer.echo("Erased:" if yes else "Would be erased:")
    for line in done.gone:
        typer.echo(f"  {line}")
    typer.echo("Left to you:")
    for line in done.left:
        typer.echo(f"  {line}")
    if from_:
        typer.echo(f"  delete {from_}: it holds her id")
    if not yes:
        typer.echo("Nothing was changed. To erase for good, the same with --yes.")


def _ask(*, with_course: bool) -> tuple[str, str]:
    person = typer.prompt("Person id")
    course = typer.prompt("Course id (blank: all of hers)", default="", show_default=False) if with_course else ""
    return person.strip(), course.strip()


def _read(path: Path) -> tuple[str, str]:
    from evaltool.errors import RosterError

    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        lines = []
    if len(lines) not in {1, 2}:
        mend = "Write the person's id in the first line; for one course only, its id in the second. Save as UTF-8."
        raise RosterError("this file does not name one person", where=path.as_posix(), mend=mend)
    return lines[0], lines[1] if len(lines) == 2 else ""
