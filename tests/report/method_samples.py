"""Made-up rows on weights, bounds, comparisons, who answered and the quality of answers, beside those of 51 of 87."""

from typing import Any

from evaltool.report.context import Breakdown, ComparisonFacts
from evaltool.results import Estimate

FEW_EVENTS = "too few events: 9 for 3 parameters (at least 5 each are needed)"
BOSCHLOO = "Boschloo's exact test, twice the smaller side"
PENALISED = "penalised likelihood (47 events for 6 parameters)"
RAKED_TO = "raked to site, match_kind; linearised, logit 95 %"

COMPARISONS = {
    "years": ComparisonFacts(
        by="cohort", indicators=("job_or_education",), levels=("2021", "2022"), covariates=("site",), across=True
    ),
    "years_satisfaction": ComparisonFacts(
        by="cohort", indicators=("satisfied_introduction", "satisfied_match"), levels=("2021", "2022"), across=True
    ),
    "kinds_of_match": ComparisonFacts(
        by="match_kind",
        indicators=("job_or_education",),
        levels=("job_education", "social"),
        reference="job_education",
        covariates=("site",),
    ),
    "sites": ComparisonFacts(
        by="site",
        indicators=("job_or_education",),
        levels=("aarhus", "odense", "svendborg", "slagelse", "tingbjerg", "amager"),
        reference="aarhus",
    ),
    "language_focus": ComparisonFacts(
        by="language_focus", indicators=("job_or_education", "satisfied_match"), levels=("yes", "no"), reference="yes"
    ),
    "lengths": ComparisonFacts(by="duration", indicators=("job_or_education",)),
    "meetings": ComparisonFacts(by="meetings", indicators=("job_or_education",)),
}
YES_NO = {"yes": {"da": "Ja", "en": "Yes"}, "no": {"da": "Nej", "en": "No"}}
MORE_BREAKDOWNS = {
    "cohort": Breakdown(label={"da": "Årgang", "en": "Cohort"}, levels={}),
    "language_focus": Breakdown(label={"da": "Sprogfokus", "en": "Language focus"}, levels=YES_NO),
    "duration": Breakdown(label={"da": "Længde", "en": "Length"}, levels={}),
    "meetings": Breakdown(label={"da": "Møder", "en": "Meetings"}, levels={}),
}
WORDINGS = {
    "mentee-end@1": {"job": {"da": "Har du et job nu?", "en": "Do you have a job now?"}, "work": {"en": "Work"}}
}


def row(indicator: str, statistic: str, **values: Any) -> Estimate:
    return Estimate(**{"indicator": indicator, "statistic": statistic, "population": "2021", **values})


def weighted(**values: Any) -> Estimate:
    known: dict[str, Any] = {"estimate": 0.5612, "conf_low": 0.4521, "conf_high": 0.6644, "count": 51, "n": 87}
    known |= {"weighting": "raked", "method": RAKED_TO}
    return row("job_or_education", "share", **{**known, **values})


def tipping(count: int | None, silent: int, verdict: str, warning: str = "") -> Estimate:
    estimate = None if count is None else float(count)
    known: dict[str, Any] = {"estimate": estimate, "count": count, "n": silent, "verdict": verdict, "warning": warning}
    return row("job_or_education", "tipping", **known, method="smallest number of the silent that reaches the target")


def days(median: float | None = 23, warning: str = "") -> list[Estimate]:
    values = {"median": median, "q1": None if median is None else 11.0, "q3": None if median is None else 40.0}
    return [row("days_to_answer", name, estimate=value, n=87, warning=warning) for name, value in values.items()]


def effective(value: float | None, warning: str = "") -> list[Estimate]:
    known: dict[str, Any] = {"weighting": "raked", "n": 87, "warning": warning, "method": "Kish"}
    deff = None if value is None else 87 / value
    return [row("response", "n_eff", estimate=value, **known), row("response", "deff", estimate=deff, **known)]


def headline_more() -> list[Estimate]:
    return [weighted(), *effective(79.4), tipping(0, 37, "met"), *days()]


def differences() -> list[Estimate]:
    """Two kinds of match; five sites, one with few answers and one that nobody was in."""
    pair: dict[str, Any] = {"by": "match_kind", "level": "social", "comparison": "kinds_of_match: job_education"}
    site: dict[str, Any] = {"by": "site", "comparison": "sites: aarhus"}
    plain = [
        row("job_or_education", "difference", estimate=-0.0575, conf_low=-0.2571, conf_high=0.1294, n=87, **pair),
        row("job_or_education", "p_value", estimate=0.5714, n=87, method="chi-square test (N-1)", **pair),
        row("job_or_education", "p_adjusted", estimate=1.0, method="Holm over 6 tests of «outcomes»", **pair),
        row("job_or_education", "detectable_difference", estimate=0.29, n=87, **pair),
    ]
    other = [
        row("job_or_education", "difference", weighting="raked", estimate=0.0004, **pair),
        row("job_or_education", "difference", weighting="standardised", warning=FEW_EVENTS, **pair),
        row(
            "job_or_education",
            "share",
            by="match_kind",
            level="social",
            comparison="kinds_of_match",
            weighting="standardised",
            estimate=0.5533,
            warning=PENALISED,
        ),
        row(
            "job_or_education",
            "share",
            by="match_kind",
            level="social",
            weighting="raked",
            estimate=0.5488,
            count=9,
            n=27,
        ),
    ]
    sites = [
        row("job_or_education", "difference", level="odense", estimate=0.025, conf_low=-0.24, conf_high=0.28, **site),
        row("job_or_education", "p_value", level="odense", estimate=0.0004, method=BOSCHLOO, **site),
        row("job_or_education", "difference", level="tingbjerg", estimate=-0.17, warning="few answers", **site),
        row("job_or_education", "p_value", level="tingbjerg", estimate=0.4, warning="few answers", **site),
        row("job_or_education", "difference", level="amager", warning="no answers in a group", **site),
        row(
            "job_or_education",
            "p_value",
            by="site",
            comparison="sites",
            estimate=0.81,
            method="chi-square test",
            warning="nobody answered in amager",
        ),
        row("job_or_education", "cramers_v", by="site", comparison="sites", estimate=0.137),
        row(
            "job_or_education",
            "share_shrunken",
            by="site",
            level="aarhus",
            estimate=0.591,
            conf_low=0.46,
            conf_high=0.72,
            n=30,
        ),
        row(
            "job_or_education",
            "share_shrunken",
            by="site",
            level="tingbjerg",
            estimate=0.55,
            n=7,
            warning="few answers",
        ),
        row("job_or_education", "share_shrunken", by="site", level="amager", n=0, warning="no answers"),
    ]
    return [*plain, *other, *sites]


def years() -> list[Estimate]:
    pair: dict[str, Any] = {"by": "cohort", "level": "2022", "population": "2021+2022", "comparison": "years: 2021"}
    return [
        row("job_or_education", "difference", estimate=0.033, conf_low=-0.11, conf_high=0.18, **pair),
        row("job_or_education", "p_value", estimate=0.041, method="chi-square test (N-1)", **pair),
    ]


def likeness() -> list[Estimate]:
    found: list[Estimate] = []
    for level, answered, listed, smd in (("job_education", 60, 80, 0.2149), ("social", 27, 44, -0.2149)):
        where = {"by": "match_kind", "level": level}
        found += [
            row("response", "smd", estimate=smd, count=answered, n=87, **where),
            row("response", "share_respondents", estimate=answered / 87, count=answered, n=87, **where),
            row("response", "share_roster", estimate=listed / 124, count=listed, n=124, **where),
        ]
    numbers: dict[str, Any] = {"count": 87, "n": 124}
    return [
        *found,
        row("response", "r_indicator", estimate=0.937, method="R-indicator, adjusted for bias (RISQ 2.1)", **numbers),
        row("response", "r_indicator_plain", estimate=0.861, **numbers),
    ]


def records() -> list[Estimate]:
    numbers = {"recorded": (50, 90), "recorded_answered": (38, 60), "recorded_silent": (12, 30)}
    limits: dict[str, Any] = {"conf_low": 0.3, "conf_high": 0.7}
    return [
        row("job_or_education", name, estimate=x / n, count=x, n=n, missing="not_recorded=34", **limits)
        for name, (x, n) in numbers.items()
    ]


def paired_tests() -> list[Estimate]:
    tests = {"sign_test": 0.0071, "signed_rank": 0.0004, "stuart_maxwell": None}
    return [
        row("danish_speak_change", name, estimate=p, n=52, warning="" if p else "nobody changed")
        for name, p in tests.items()
    ]


def quality() -> list[Estimate]:
    at: dict[str, Any] = {"by": "survey", "level": "mentee-end@1", "status": "exploratory"}
    shares = {"language[ar]": (30, 87), "helped": (20, 80), "break_off[work]": (6, 95), "break_off[end]": (0, 90)}
    shares |= {"item_nonresponse": (40, 2000), "item_nonresponse[job]": (9, 87), "item_nonresponse[met]": (3, 87)}
    coarse = "the median is under 10 seconds: the clock is too coarse to tell who was fast"
    return [
        row("quality", "interviews", estimate=87.0, count=87, n=87, **at),
        row("quality", "minutes", estimate=11.25, n=80, **at),
        row("quality", "speeding", n=80, warning=coarse, **at),
        *(row("quality", name, estimate=x / n, count=x, n=n, **at) for name, (x, n) in shares.items()),
    ]


def scales() -> list[Estimate]:
    limits: dict[str, Any] = {"conf_low": 0.702, "conf_high": 0.845}
    return [
        row("mentor_relation", "alpha", estimate=0.784, n=80, method="Cronbach's alpha, Feldt 95 %", **limits),
        row("mentor_relation", "omega", n=80, warning="omega: the factor model has no proper solution"),
    ]


def method_rows() -> list[Estimate]:
    about_answers = [*likeness(), *records(), *paired_tests(), *quality(), *scales()]
    return [*headline_more(), *differences(), *years(), *about_answers]
