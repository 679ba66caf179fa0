"""What people wrote in their own words: themes with their shares, how far coders agree, and quotations."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.context import QuoteFacts
from evaltool.report.definition import TableSpec
from evaltool.report.grid import EMPTY, Cell, Grid, below, heads, share_cells
from evaltool.report.prose import Prose, plain, sentence
from evaltool.report.rows import FEW
from evaltool.results import Estimate
from evaltool.text import language_name, number, pick, say
from evaltool.yamlfile import nearest


def themes_table(prose: Prose, spec: TableSpec) -> Grid:
    """A theme a line, the most frequent first; below it how much is coded, and how far two coders agree."""
    indicator = spec.indicators[0]
    found = _themes(prose, indicator)
    labels = prose.facts(indicator).themes
    rows = [[plain(pick(labels[code], prose.language)), *share_cells(prose, row, spec.decimals)] for code, row in found]
    nothing = [plain(say("No answers have been coded.", prose.language)), EMPTY, EMPTY, EMPTY]
    header = heads(prose, "Theme", "Number/base", "Share", "95 per cent interval")
    notes = below([_coded(prose, indicator), _agreement(prose, indicator)]) if rows else []
    return Grid(header, rows or [nothing], (46, 18, 14, 22), notes=notes)


def _themes(prose: Prose, indicator: str) -> list[tuple[str, Estimate]]:
    """Themes with their rows, the most frequent first; none where nothing is coded."""
    codes = prose.facts(indicator).themes
    found = [(code, prose.rows.find(indicator, f"theme[{code}]", prose.where())) for code in codes]
    rows = [(code, row) for code, row in found if row is not None and row.n]
    return sorted(rows, key=lambda pair: -(pair[1].count or 0))


def _coded(prose: Prose, indicator: str) -> Markup:
    row = prose.rows.require(indicator, "coded", prose.where())
    message = "{of} answers are coded by theme; an answer may have several themes, or none."
    return sentence(message, prose.language, of=prose.span(row, "of", prose.of_text(row)))


def _agreement(prose: Prose, indicator: str) -> Markup:
    """How far two coders agree, in one or two sentences."""
    whole = prose.rows.find(indicator, "alpha", prose.where())
    if whole is None:
        return plain(say("One person coded them, so nobody can tell how another would have.", prose.language))
    count = prose.span(whole, "n", prose.whole(whole.n or 0))
    kappas = list(_kappas(prose, indicator))
    if FEW in whole.warning or whole.estimate is None or not kappas:
        message = "Two persons each coded {count} of them on their own: too few to tell how far they agree."
        return sentence(message, prose.language, count=count)
    message = (
        "Two persons each coded {count} of them on their own. Of the themes they agree least on “{least}” (Cohen's "
        "kappa {low}) and most on “{most}” ({high}); on all themes of an answer together Krippendorff's alpha is "
        "{alpha}. 1 is full agreement, 0 that of chance. Where they differ, the word of the first one counts."
    )
    (least, lowest), (most, highest) = kappas[0], kappas[-1]
    cells = {"least": plain(least), "most": plain(most), "count": count}
    figures = {"low": lowest, "high": highest, "alpha": whole}
    return sentence(message, prose.language, **cells, **{name: _two(prose, row) for name, row in figures.items()})


def _kappas(prose: Prose, indicator: str) -> Iterator[tuple[str, Estimate]]:
    """Labels of the themes with their kappa, the lowest first."""
    labels = prose.facts(indicator).themes
    found = [(code, prose.rows.find(indicator, f"kappa[{code}]", prose.where())) for code in labels]
    told = [(code, row) for code, row in found if row is not None and row.estimate is not None]
    for code, row in sorted(told, key=lambda pair: pair[1].estimate or 0):
        yield pick(labels[code], prose.language), row


def _two(prose: Prose, row: Estimate) -> Cell:
    value = row.estimate or 0
    text = number(abs(value), prose.language, decimals=2)
    return prose.span(row, "value", f"−{text}" if value < 0 else text)


def quotes(prose: Prose, question: str, theme: str = "", *, at_most: int = 2) -> Markup:
    """Quotations that people agreed to and somebody cleared, of one theme, or of the most frequent themes in turn.

    Beside the words stand the theme and the language that they were written in; never who or where. On the page of one
    place there are none: it would say where.
    """
    labels = prose.facts(question).themes
    if theme and theme not in labels:
        raise ReportError(f"«{question}» has no theme «{theme}»", mend=nearest(theme, labels))
    themes = [theme] if theme else [code for code, _ in _themes(prose, question)]
    chosen = [] if prose.context.group[0] else _choose(prose, question, themes, at_most)
    if not chosen:
        return plain(say("No quotations have been cleared for print.", prose.language))
    blocks = [_block(prose, pick(labels[code], prose.language), quote) for code, quote in chosen]
    return Markup("\n\n{}\n\n").format(Markup("\n\n").join(blocks))


def _choose(prose: Prose, question: str, themes: Sequence[str], at_most: int) -> list[tuple[str, QuoteFacts]]:
    """One of each theme, then a second one, until there are enough; the same words only once."""
    left = [item for item in prose.context.quotes if item.indicator == question and prose.language in item.words]
    chosen: list[tuple[str, QuoteFacts]] = []
    while len(chosen) < at_most:
        before = len(chosen)
        for theme in themes:
            found = next((item for item in left if theme in item.themes), None)
            if found is not None and len(chosen) < at_most:
                left = [item for item in left if item.words[prose.language] != found.words[prose.language]]
                chosen.append((theme, found))
        if len(chosen) == before:
            break
    return chosen


def _block(prose: Prose, theme: str, quote: QuoteFacts) -> Markup:
    words = plain(say("“{words}”", prose.language, words=quote.words[prose.language]))
    return Markup("> {}\\\n> — {}").format(words, plain("; ".join(filter(None, (theme, _language(prose, quote))))))


def _language(prose: Prose, quote: QuoteFacts) -> str:
    """In which language she wrote; nothing where so few wrote in it that it would say who she is."""
    if not quote.language:
        return ""
    message = "written in {name}" if quote.language == prose.language else "translated from {name}"
    return say(message, prose.language, name=language_name(quote.language, prose.language))
