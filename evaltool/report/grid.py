"""What tables are made of: a grid of cells as Markdown. A cell shows one estimate and carries its id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evaltool.report.prose import EVERYBODY, Prose, join_words, plain
from evaltool.report.rows import FEW, NONE, Where
from evaltool.report.words import parts, told
from evaltool.results import Estimate
from evaltool.text import pick, say

Cell = Markup
EMPTY = Markup("–")
NOTE = "::: note"
"""The line that begins small text below a table."""


@dataclass(frozen=True)
class Grid:
    """A table before it is text. The first column stands left, the others right unless `words` names them.

    `notes` are sentences below it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    words: frozenset[int] = frozenset({0})
    notes: Sequence[Markup] = ()


def to_markdown(grid: Grid, caption: Markup) -> Markup:
    """A pipe table. Its dashes give pandoc the columns' widths."""
    rule = [":" + "-" * width if index in grid.words else "-" * width + ":" for index, width in enumerate(grid.widths)]
    lines = [_line(plain(cell) for cell in grid.header), _line(Markup(cell) for cell in rule)]  # noqa: S704  # only dashes
    lines += [_line(row) for row in grid.rows]
    ending = Markup("\n\n: {}\n").format(caption) if caption else Markup("\n")
    notes = Markup("").join(Markup("\n{}\n{}\n:::\n").format(NOTE, note) for note in grid.notes)
    return Markup("\n") + Markup("\n").join(lines) + ending + notes


def _line(cells: Iterable[Markup]) -> Markup:
    return Markup("| ") + Markup(" | ").join(cells) + Markup(" |")


def figure(prose: Prose, row: Estimate | None, form: str, decimals: int = 0) -> Cell:
    """A figure with its id; a group with too few answers shows why it is empty."""
    if row is None:
        return EMPTY
    silence = prose.silence(row)
    return prose.span(row, "silence", silence) if silence else prose.span(row, form, prose.text_of(row, form, decimals))


def indicator_label(prose: Prose, indicator: str) -> Cell:
    return plain(pick(prose.facts(indicator).label, prose.language))


def bold(cell: Cell) -> Cell:
    return Markup("**{}**").format(cell)


def group_places(prose: Prose, by: str, population: str = "") -> list[tuple[Cell, Where]]:
    """The levels of a breakdown, then everybody; without a breakdown everybody alone."""
    everybody = (bold(plain(say("All", prose.language))), prose.where(population, EVERYBODY))
    if not by:
        own = prose.context.group_name
        return [(bold(plain(own)), prose.where(population)) if own else everybody]
    levels = [(plain(label), prose.where(population, by, level)) for level, label in prose.levels(by, population)]
    return [*levels, everybody]


def by_title(prose: Prose, by: str) -> str:
    return pick(prose.breakdown(by).label, prose.language) if by else ""


def heads(prose: Prose, *messages: str) -> list[str]:
    return [say(message, prose.language) for message in messages]


def share_cells(prose: Prose, row: Estimate | None, decimals: int) -> list[Cell]:
    """Numerator and base, per cent, interval. A silent row says why once."""
    if row is not None and prose.silence(row):
        return [figure(prose, row, "of"), EMPTY, EMPTY]
    return [figure(prose, row, form, decimals) for form in ("of", "percent", "interval")]


def full_cell(prose: Prose, row: Estimate | None, decimals: int) -> Cell:
    """A share whole in one cell: `51 of 87 (58.6 per cent; 48.1–68.4)`."""
    if row is None:
        return EMPTY
    silence = prose.silence(row)
    shown = silence or (
        f"{prose.of_text(row)} ({prose.percent_text(row, decimals)}; {prose.interval_text(row, decimals)})"
    )
    return prose.span(row, "silence" if silence else "share", shown)


def names_of(prose: Prose, groupings: Iterable[str]) -> str:
    """Groupings in words: `site, kind of match and language focus`."""
    labels = [pick(prose.breakdown(name).label, prose.language) for name in groupings]
    return join_words([label[:1].lower() + label[1:] for label in labels], prose.language)


def below(notes: Iterable[Markup]) -> list[Markup]:
    """One paragraph of all notes that say something."""
    found = [note for note in dict.fromkeys(notes) if note]
    return [Markup(" ").join(found)] if found else []


def reasons_of(prose: Prose, rows: Iterable[Estimate]) -> list[Markup]:
    """The warnings of rows, each once; few answers are told where the figure is left out."""
    found = {part: None for row in rows for part in parts(row.warning) if part not in {FEW, NONE}}
    words = [told(part, prose.context) for part in found]
    return [plain(f"{each[:1].upper()}{each[1:]}.") for each in words]
