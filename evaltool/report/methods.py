"""The methods of the figures that a report shows, each with its page in the handbook and its source."""

from dataclasses import dataclass

from evaltool.report.definition import TableSpec
from evaltool.report.grid import Grid, heads
from evaltool.report.prose import Prose, plain
from evaltool.report.words import parts
from evaltool.text import say


@dataclass(frozen=True)
class Method:
    """How rows name a method (their words begin so), what it is, the handbook's function, and who described it."""

    begins: str
    words: str
    function: str
    source: str


METHODS = (
    Method("Wilson", "Interval of a share (Wilson)", "wilson", "Brown, Cai & DasGupta 2001"),
    Method("exact binomial test", "Target: exact binomial test, 2.5 per cent each way", "exact_test", "Lancaster 1961"),
    Method("AAPOR", "Response rates (AAPOR)", "response_rates", "AAPOR 2023"),
    Method("worst case", "Outer bounds (worst case) with an interval", "imbens_manski", "Imbens & Manski 2004"),
    Method("smallest number of the silent", "Tipping point of a target", "tipping_point", "Liublinska & Rubin 2014"),
    Method("raked to", "Weights raked to the roster", "rake", "Deming & Stephan 1940"),
    Method(
        "linearised", "Interval of a weighted share (linearised, logit)", "weighted_interval", "Korn & Graubard 1998"
    ),
    Method("Kish", "What weights cost in answers (Kish)", "kish", "Kish 1992"),
    Method(
        "standardised difference", "Standardised difference: answered or not", "standardised_differences", "Austin 2009"
    ),
    Method("R-indicator", "R-indicator", "r_indicator", "Schouten, Cobben & Bethlehem 2009"),
    Method("Newcombe", "Difference of two shares (Newcombe)", "difference", "Newcombe 1998"),
    Method(
        "difference of independent weighted",
        "Difference of weighted shares (MOVER)",
        "weighted_interval",
        "Zou & Donner 2008",
    ),
    Method("logistic regression", "Same case mix: logistic regression", "logistic", "Heinze & Schemper 2002"),
    Method(
        "standardised over", "Same case mix: standardised shares", "standardised_difference", "Muller & MacLehose 2014"
    ),
    Method("Boschloo", "Two levels: Boschloo's exact test", "boschloo_test", "Lydersen et al. 2009"),
    Method("chi-square test (N-1)", "Two levels: chi-square test (N-1)", "chi_square_2x2", "Campbell 2007"),
    Method(
        "Fisher's exact test, mid-p",
        "Two levels: Fisher's exact test, mid-p",
        "fisher_test",
        "Lydersen, Fagerland & Laake 2009",
    ),
    Method("Fisher's exact test of", "Several levels: Fisher's exact test", "fisher_table_test", "Mehta & Patel 1983"),
    Method("chi-square test", "Several levels: chi-square test", "chi_square", "Bergsma 2013"),
    Method("Cramér's V", "Strength: Cramér's V, corrected for bias", "chi_square", "Bergsma 2013"),
    Method("Cochran-Armitage", "Trend over the populations", "trend_test", "Armitage 1955"),
    Method(
        "difference found with",
        "What difference could have been found",
        "detectable_share",
        "Fleiss, Levin & Paik 2003",
    ),
    Method("Holm", "Several tests: Holm", "adjust_p_values", "Holm 1979"),
    Method("Benjamini-Hochberg", "Several tests: Benjamini-Hochberg", "adjust_p_values", "Benjamini & Hochberg 1995"),
    Method("partial pooling", "Small groups drawn towards the common share", "partial_pooling", "Griffiths 1973"),
    Method("sign test", "Start and end: sign test", "level_change", "Dixon & Mood 1946"),
    Method("Wilcoxon", "Start and end: signed ranks with Pratt's zeros", "signed_rank", "Pratt 1959"),
    Method("Stuart-Maxwell", "Start and end: Stuart-Maxwell test", "stuart_maxwell", "Stuart 1955"),
    Method("Cronbach", "Scale: Cronbach's alpha (Feldt)", "scale_reliability", "Feldt 1965"),
    Method("McDonald", "Scale: McDonald's omega", "scale_reliability", "McDonald 1999"),
    Method("Cohen's kappa", "Two coders on one theme: Cohen's kappa", "cohen_kappa", "Cohen 1960"),
    Method(
        "Krippendorff's alpha",
        "Two coders on all themes: Krippendorff's alpha",
        "krippendorff_alpha",
        "Krippendorff 2019",
    ),
    Method("days of the calendar", "Days to the answer: median and quartiles", "days_between", "Hyndman & Fan 1996"),
    Method("less than half the median", "Very fast interviews", "speeding", "Greszki, Meyer & Schoen 2015"),
    Method("the same answer", "The same answer to every item", "straight_lining", "Kim et al. 2019"),
    Method(
        "same answers to all", "The same answers as another person", "duplicate_answers", "Kuriakose & Robbins 2016"
    ),
    Method("first page not sent", "Stopped on the way", "break_off", "Peytchev 2009"),
    Method(
        "no answer, don't know", "Questions without a usable answer", "item_nonresponse", "de Leeuw, Hox & Huisman 2003"
    ),
)


def methods_table(prose: Prose, _: TableSpec) -> Grid:
    """What the figures above this table were made with: it stands last."""
    used = {part for carrier in prose.carriers for part in parts(carrier.row.method)}
    # A part belongs to the longest beginning that fits it.
    found = {max(fits, key=lambda method: len(method.begins)) for fits in map(_fitting, used) if fits}
    rows = [
        [plain(say(method.words, prose.language)), plain(method.function), plain(method.source)]
        for method in METHODS
        if method in found
    ]
    return Grid(heads(prose, "Method", "In the handbook", "Source"), rows, (46, 26, 34), frozenset({0, 1, 2}))


def _fitting(part: str) -> list[Method]:
    return [method for method in METHODS if part.startswith(method.begins)]
