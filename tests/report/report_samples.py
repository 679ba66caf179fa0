"""Made-up rows: the figures of the sentence patterns (51 of 87 of 124, 38 + 13, 34 of 41, 24/20/8 of 52)."""

from datetime import date
from typing import Any

from method_samples import COMPARISONS, MORE_BREAKDOWNS, WORDINGS, method_rows

from evaltool.report.context import Breakdown, IndicatorFacts, QuestionFacts, ReleaseFacts, ReportContext
from evaltool.results import Estimate

SITES = {
    "aarhus": "Aarhus",
    "odense": "Odense",
    "svendborg": "Svendborg",
    "slagelse": "Slagelse",
    "tingbjerg": "København-Tingbjerg",
}
DEGREE = {
    "very_high": {"da": "I meget høj grad", "en": "To a very high degree"},
    "high": {"da": "I høj grad", "en": "To a high degree"},
    "some": {"da": "I nogen grad", "en": "To some degree"},
    "low": {"da": "I mindre grad", "en": "To a low degree"},
    "not_at_all": {"da": "Slet ikke", "en": "Not at all"},
}
SATISFACTION = {
    "very_satisfied": {"da": "Meget tilfreds", "en": "Very satisfied"},
    "satisfied": {"da": "Tilfreds", "en": "Satisfied"},
    "neither": {"da": "Hverken tilfreds eller utilfreds", "en": "Neither satisfied nor dissatisfied"},
    "dissatisfied": {"da": "Utilfreds", "en": "Dissatisfied"},
    "very_dissatisfied": {"da": "Meget utilfreds", "en": "Very dissatisfied"},
}


def share(indicator: str, count: int, n: int, **more: Any) -> Estimate:
    """A share with an interval of Wald's, cut at 0 and 1: any interval will do, for reports do not compute it."""
    value = count / n if n else None
    half = 1.96 * (value * (1 - value) / n) ** 0.5 if n else 0.0
    limits = {} if value is None else {"conf_low": max(0.0, value - half), "conf_high": min(1.0, value + half)}
    identity = {"population": "2021", "statistic": "share", **more}
    return Estimate(indicator=indicator, estimate=value, count=count, n=n, **{**limits, **identity})


def headline_rows() -> list[Estimate]:
    wilson = {"conf_low": 0.4812, "conf_high": 0.6838}
    test = {"statistic": "target_test", "comparison": "target", "estimate": 1e-8, "verdict": "met"}
    return [
        share("job_or_education", 51, 87, **wilson),
        share("job", 38, 87, conf_low=0.3373, conf_high=0.5413),
        share("education", 13, 87, conf_low=0.0895, conf_high=0.2392),
        Estimate(indicator="job_or_education", population="2021", count=51, n=87, **test),
        share("job_or_education", 51, 124, statistic="bound_low", verdict="met"),
        share("job_or_education", 88, 124, statistic="bound_high"),
        share("response", 87, 124, statistic="rr2"),
        share("response", 81, 124, statistic="rr1"),
    ]


def local_rows() -> list[Estimate]:
    rows: list[Estimate] = []
    table = {"aarhus": (40, 30, 18), "odense": (34, 24, 15), "svendborg": (18, 12, 7), "slagelse": (20, 14, 8)}
    for site, (eligible, answered, positive) in {**table, "tingbjerg": (12, 7, 3)}.items():
        where = {"by": "site", "level": site, "warning": "few answers" if answered < 10 else ""}
        rows += [
            share("job_or_education", positive, answered, **where),
            share("satisfied_introduction", answered - 3, answered, **where),
            share("satisfied_match", answered - 4, answered, **where),
            share("response", answered, eligible, statistic="rr2", **where),
            share("response", answered - 1, eligible, statistic="rr1", **where),
            *courses(eligible, by="site", level=site),
        ]
    rows += courses(124)
    for kind, (positive, answered) in {"job_education": (42, 60), "social": (9, 27)}.items():
        rows.append(share("job_or_education", positive, answered, by="match_kind", level=kind))
    return rows


def courses(ended: int, **where: str) -> list[Estimate]:
    counts = {"ended": ended, "broken_off": ended // 6}
    return [
        Estimate(
            indicator="courses", population="2021", statistic=f"count[{code}]", count=count, estimate=count, **where
        )
        for code, count in counts.items()
    ]


def scale_rows(indicator: str, options: dict[str, Any], counts: list[int]) -> list[Estimate]:
    pairs = zip(options, counts, strict=True)
    return [share(indicator, count, sum(counts), statistic=f"share[{code}]") for code, count in pairs]


def outcome_rows() -> list[Estimate]:
    pairs = zip(("higher", "same", "lower"), (24, 20, 8), strict=True)
    dispositions = {"I": 81, "P": 6, "R": 9, "NC": 28}
    return [
        share("danish_developed", 34, 41, missing="refused=1"),
        share("satisfied_introduction", 69, 84, missing="refused=1;not_answered=2"),
        share("satisfied_match", 66, 84),
        share("towards_job", 70, 85, missing="no_interview=30;other_version=9"),
        share("satisfied_courses", 55, 83),
        share("met_twice_a_month", 52, 85),
        share("job_at_start", 8, 96, conf_low=0.043, conf_high=0.1559),
        *scale_rows("danish_developed", DEGREE, [9, 14, 11, 5, 2]),
        *scale_rows("satisfied_introduction", DEGREE, [38, 31, 9, 4, 2]),
        *scale_rows("satisfied_match", SATISFACTION, [40, 26, 11, 5, 2]),
        *scale_rows("mentor_trust", DEGREE, [42, 27, 10, 4, 2]),
        *(share("danish_speak_change", count, 52, statistic=f"share[{name}]") for name, count in pairs),
        *(
            Estimate(
                indicator="disposition", population="2021", statistic=f"count[{code}]", count=count, estimate=count
            )
            for code, count in dispositions.items()
        ),
    ]


def flow_rows(**counts: int) -> list[Estimate]:
    """How many came to each step; the first are all there are."""
    n = next(iter(counts.values()))
    return [
        Estimate(indicator="flow", population="2021", statistic=f"count[{step}]", count=count, estimate=count, n=n)
        for step, count in counts.items()
    ]


def next_year_rows() -> list[Estimate]:
    counts = {
        "job_or_education": (60, 96),
        "danish_developed": (40, 47),
        "satisfied_introduction": (80, 95),
        "satisfied_match": (77, 95),
    }
    return [share(name, count, n, population="2022") for name, (count, n) in counts.items()]


REWORDED = "Version 2 asks about all activities"


def trend_rows() -> list[Estimate]:
    """2021 beside 2022: `satisfied_courses` was put in other words, `towards_job` is compared for a part."""
    verdicts = {"towards_job": "comparable", "satisfied_courses": "not_comparable", "met_twice_a_month": "comparable"}
    counts = {
        "job_or_education": ((51, 87), (60, 96)),
        "danish_developed": ((34, 41), (40, 47)),
        "satisfied_introduction": ((69, 84), (80, 95)),
        "satisfied_match": ((66, 84), (77, 95)),
        "towards_job": ((49, 60), (52, 64)),
        "satisfied_courses": ((55, 83), (50, 94)),
        "met_twice_a_month": ((52, 85), (61, 95)),
    }
    found: list[Estimate] = []
    for name, (first, second) in counts.items():
        verdict = verdicts.get(name, "identical")
        warning = REWORDED if verdict == "not_comparable" else ""
        found.append(share(name, *first, statistic="trend"))
        found.append(share(name, *second, statistic="trend", population="2022", verdict=verdict, warning=warning))
    return found


def pooled_rows() -> list[Estimate]:
    """With the year before; Tingbjerg has enough answers then."""
    both = {"population": "2020–2021", "comparison": "pooled"}
    return [
        share("job_or_education", 111, 183, **both),
        share("job_or_education", 9, 15, by="site", level="tingbjerg", **both),
    ]


def rows() -> list[Estimate]:
    return [
        *headline_rows(),
        *local_rows(),
        *outcome_rows(),
        *flow_rows(eligible=124, invited=118, opened=101, begun=92, answered=87),
        *next_year_rows(),
        *trend_rows(),
        *pooled_rows(),
        *method_rows(),
    ]


MATCHED = {"da": "matchtypen er «job»", "en": "the match is for a job"}


def indicators() -> dict[str, IndicatorFacts]:
    focus = {"da": "forløb med sprogfokus", "en": "courses with language focus"}
    status = {"ended": {"da": "Afsluttet", "en": "Ended"}, "broken_off": {"da": "Afbrudt", "en": "Broken off"}}
    developed = {
        "da": "Oplevede, at deres dansk var blevet bedre «i meget høj grad», «i høj grad» eller «i nogen grad»",
        "en": "Felt that their Danish had become better “to a very high degree”, “high degree” or “some degree”",
    }
    introduction = {
        "da": "Tilfredse med introduktionen «i meget høj grad» eller «i høj grad»",
        "en": "Satisfied with the introduction “to a very high degree” or “to a high degree”",
    }
    match = {
        "da": "«Meget tilfredse» eller «tilfredse» med matchet",
        "en": "“Very satisfied” or “satisfied” with the match",
    }
    job_or_education = {"da": "I job eller uddannelse", "en": "In a job or education"}
    return {
        "job_or_education": IndicatorFacts(label=job_or_education, target=0.3, definition_hash="d" * 64),
        "job": IndicatorFacts(label={"da": "I job", "en": "In a job"}),
        "education": IndicatorFacts(label={"da": "I uddannelse uden job", "en": "In education without a job"}),
        "danish_developed": IndicatorFacts(label=developed, base=focus, options=DEGREE),
        "satisfied_introduction": IndicatorFacts(label=introduction, options=DEGREE),
        "satisfied_match": IndicatorFacts(label=match, options=SATISFACTION),
        "towards_job": IndicatorFacts(
            label={"da": "Hjulpet på vej mod job", "en": "Helped towards a job"}, options=DEGREE, within=(MATCHED,)
        ),
        "satisfied_courses": IndicatorFacts(
            label={"da": "Tilfredse med aktiviteterne", "en": "Satisfied with the activities"}, options=SATISFACTION
        ),
        "met_twice_a_month": IndicatorFacts(
            label={"da": "Mødtes to gange om måneden", "en": "Met twice a month or more often"}
        ),
        "mentor_trust": IndicatorFacts(
            label={"da": "Havde du tillid til din mentor?", "en": "Did you trust your mentor?"}, options=DEGREE
        ),
        "job_at_start": IndicatorFacts(label={"da": "I job ved start", "en": "In a job at the start"}),
        "job_after_six_months": IndicatorFacts(label={"da": "I job efter et halvt år", "en": "In a job later"}),
        "best": IndicatorFacts(
            label={"da": "Det bedste", "en": "The best thing"},
            themes={"talk": {"da": "En at tale med", "en": "Somebody to talk to"}},
        ),
        "danish_speak_change": IndicatorFacts(
            label={"da": "Taler dansk, ved start og slut", "en": "Speaks Danish, start and end"}
        ),
        "mentor_relation": IndicatorFacts(label={"da": "Forholdet til mentoren", "en": "The relation to the mentor"}),
        "danish_level": IndicatorFacts(label={"da": "Niveau i dansk", "en": "Level of Danish"}),
        "courses": IndicatorFacts(label={"da": "Forløb", "en": "Courses"}, options=status),
    }


def questions() -> tuple[QuestionFacts, ...]:
    job = {"da": "Har du et job nu?", "en": "Do you have a job now?"}
    degree = tuple(DEGREE.values())
    own = [
        QuestionFacts(survey="mentee-end@1", name=f"question_{index}", label=job, choices=degree)
        for index in range(1, 29)
    ]
    return tuple(own)


def context(language: str = "da", **changes: Any) -> ReportContext:
    values: dict[str, Any] = {
        "language": language,
        "population": "2021",
        "populations": ("2021", "2022"),
        "made_on": date(2022, 4, 24),
        "units": {"da": "afsluttede forløb", "en": "completed courses"},
        "respondents": {"da": "mentees", "en": "mentees"},
        "headline": "job_or_education",
        "indicators": indicators(),
        "breakdowns": {
            "site": Breakdown(
                label={"da": "Sted", "en": "Site"}, levels={code: {"da": name} for code, name in SITES.items()}
            ),
            "match_kind": Breakdown(
                label={"da": "Matchtype", "en": "Kind of match"},
                levels={
                    "job_education": {"da": "Job eller uddannelse", "en": "Job or education"},
                    "social": {"da": "Sociale mål", "en": "Social goals"},
                },
            ),
            **MORE_BREAKDOWNS,
        },
        "comparisons": COMPARISONS,
        "weighted_by": ("site", "match_kind"),
        "roster": ("match_kind",),
        "wordings": WORDINGS,
        "plan_hash": "a" * 64,
        "package_version": "0.1.0",
        "releases": (
            ReleaseFacts(
                survey="mentee-start@1", structure_hash="1f" * 32, released_at="2020-12-01T10:00:00Z", answers=96
            ),
            ReleaseFacts(
                survey="mentee-end@1", structure_hash="b2" * 32, released_at="2021-01-10T10:00:00Z", answers=87
            ),
        ),
        "questions": questions(),
        "passport": (({"da": "Arkivsegmenter", "en": "Archive segments"}, {"da": "tre", "en": "three"}),),
        "synthetic": True,
    }
    return ReportContext(**{**values, **changes})
