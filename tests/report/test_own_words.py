"""Themes of open answers, and quotations: what stands there, and what never does."""

import pytest
from markupsafe import Markup
from report_samples import rows
from table_reading import plain_text, prose, read

from evaltool.errors import ReportError
from evaltool.report.context import IndicatorFacts, QuoteFacts
from evaltool.report.themes import quotes
from evaltool.results import Estimate

THEMES = {
    "work": {"en": "Advice on work", "da": "Råd om job"},
    "talk": {"en": "Somebody to talk to", "da": "En at tale med"},
    "new": {"en": "New contacts", "da": "Nye kontakter"},
}
FACTS = {"best": IndicatorFacts(label={"en": "The best thing"}, themes=THEMES)}


def row(statistic: str, **values: object) -> Estimate:
    return Estimate(indicator="best", population="2021", statistic=statistic, **values)  # pyright: ignore[reportArgumentType]


def theme(code: str, count: int) -> Estimate:
    return row(f"theme[{code}]", estimate=count / 40, conf_low=0.1, conf_high=0.6, count=count, n=40)


CODED = [theme("work", 4), theme("talk", 18), theme("new", 7), row("coded", estimate=0.8, count=40, n=50)]
AGREED = [
    row("kappa[work]", estimate=-0.054, n=20, method="Cohen's kappa"),
    row("kappa[talk]", estimate=0.875, n=20, method="Cohen's kappa"),
    row("kappa[new]", n=20, warning="all codes are the same: agreement beyond chance cannot be told"),
    row("alpha", estimate=0.7, n=20, method="Krippendorff's alpha, nominal, of the whole set of themes"),
]


def quote(words: str, *themes: str, language: str = "", danish: str = "") -> QuoteFacts:
    told = {"en": words, **({"da": danish} if danish else {})}
    return QuoteFacts(indicator="best", themes=themes, words=told, language=language)


QUOTES = (
    quote("She listened.", "talk", language="en", danish="Hun lyttede."),
    quote("I [really] dared.", "work", language="ar"),
    quote("She listened.", "talk"),
    quote("We talked a lot.", "talk", "new"),
)


def told(language: str = "en", some: object = None, **changes: object):  # as in table_reading
    return prose(language, [*rows(), *(CODED if some is None else some)], **{"indicators": FACTS, **changes})  # type: ignore[misc]


def test_themes_stand_by_how_many_told_of_them_with_base_and_interval() -> None:
    header, lines, notes = read(told(), kind="themes", indicators=("best",))
    assert header == ["Theme", "Number/base", "Share", "95 per cent interval"]
    assert lines[0] == ["Somebody to talk to", "18 of 40", "45 per cent", "10–60"]
    assert [line[0] for line in lines] == ["Somebody to talk to", "New contacts", "Advice on work"]
    assert "40 of 50 answers are coded by theme; an answer may have several themes, or none." in notes
    assert "One person coded them, so nobody can tell how another would have." in notes


def test_agreement_is_told_from_the_lowest_to_the_highest() -> None:
    _, _, notes = read(told("da", [*CODED, *AGREED]), kind="themes", indicators=("best",))
    assert "To personer har hver for sig kodet 20 af dem." in notes
    assert "mindst enige om temaet «Råd om job» (Cohens kappa −0,05) og mest om «En at tale med» (0,88)" in notes
    assert "Krippendorffs alfa 0,70" in notes


def test_too_few_coded_twice_are_told_without_a_figure() -> None:
    few = [row("alpha", estimate=1.0, n=3, warning="few answers")]
    _, _, notes = read(told(some=[*CODED, *few]), kind="themes", indicators=("best",))
    assert "Two persons each coded 3 of them on their own: too few to tell how far they agree." in notes


def test_where_nothing_is_coded_the_table_says_so() -> None:
    _, lines, _ = read(told(some=[]), kind="themes", indicators=("best",))
    assert lines == [["No answers have been coded.", "–", "–", "–"]]


def shown(block: Markup) -> list[str]:
    return [line for line in plain_text(str(block)).splitlines() if line]


def test_quotes_are_of_the_most_frequent_themes_in_turn_each_once() -> None:
    found = shown(quotes(told(quotes=QUOTES), "best", at_most=4))
    assert found == [
        "> “She listened.”",
        "> — Somebody to talk to; written in English",
        "> “We talked a lot.”",
        "> — New contacts",
        "> “I [really] dared.”",
        "> — Advice on work; translated from Arabic",
    ]


def test_quotes_of_one_theme_in_a_language_that_has_them() -> None:
    assert shown(quotes(told("da", quotes=QUOTES), "best", "talk")) == [
        "> «Hun lyttede.»",
        "> — En at tale med; oversat fra engelsk",
    ]
    assert shown(quotes(told("da", quotes=QUOTES), "best", "work")) == ["Ingen citater er godkendt til tryk."]


def test_no_quote_stands_on_the_page_of_one_site() -> None:
    found = quotes(told(quotes=QUOTES, group=("site", "aarhus")), "best", "talk")
    assert shown(found) == ["No quotations have been cleared for print."]


def test_an_unknown_theme_is_told_with_the_nearest() -> None:
    with pytest.raises(ReportError, match="Did you mean «talk»"):
        quotes(told(quotes=QUOTES), "best", "tlak")
