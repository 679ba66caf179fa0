"""Hard cases of every kind of chart: nothing is cut, nothing lies over something else, letters can be read."""

import pytest
from chart_reading import faults, texts
from report_samples import DEGREE, SATISFACTION, SITES, context, flow_rows, rows, share
from test_charts import bounds_rows

from evaltool.report.charts import draw
from evaltool.report.context import Breakdown, IndicatorFacts
from evaltool.report.definition import ChartSpec
from evaltool.report.prose import Prose
from evaltool.report.rows import Rows

LONG = "Oplevede, at mentoren hjalp med at komme i arbejde, i uddannelse eller i praktik i nærheden af hjemmet"
WORD = "arbejdsmarkedsuddannelsescenterforberedelseskursus"
MANY = {f"site_{number}": {"da": name} for number, name in enumerate([*(["Aarhus", "Ry", LONG, WORD] * 2)])}
YEARS = [str(year) for year in range(2016, 2026)]


def scale(counts, options):
    return [
        share("x", count, sum(counts), statistic=f"share[{code}]") for code, count in zip(options, counts, strict=False)
    ]


def wordy(count):
    return {f"code_{number}": {"da": f"{number} {LONG}"} for number in range(count)}


def years(count, verdict="identical"):
    return [
        share("x", (index * 37) % 101, 100, statistic="trend", population=year, verdict=verdict if index else "")
        for index, year in enumerate(YEARS[:count])
    ]


def by_site(small=()):
    return [
        share("x", 3 * index, 21, by="site", level=level, warning="few answers" if index in small else "")
        for index, level in enumerate(MANY)
    ] + [share("x", 80, 168)]


WINDOW = [
    share("x", 0, 20, by="site", level=level, population="2019–2021", comparison="pooled")
    for level in ("site_0", "site_3")
]
WIDEST = [share("x", 5, 5), share("x", 0, 90, statistic="bound_low"), share("x", 90, 90, statistic="bound_high")]
STEPS = ("eligible", "invited", "opened", "begun", "answered")
SITES_IN_ORDER = {code: {"da": name} for code, name in SITES.items()}
CASES = {
    "bars": ("bars", rows(), "job_or_education danish_developed satisfied_match", {}),
    "one bar": ("bars", [share("x", 5, 12)], "x", {}),
    "none and all": ("bars", [share("x", 0, 12), share("y", 12, 12)], "x y", {"target": 0}),
    "no answers": ("bars", [share("x", 0, 0)], "x y", {"target": 1}),
    "large numbers": ("bars", [share("x", 1234567, 7654321)], "x", {"target": 0.995}),
    "eight sites": ("bars", by_site({2, 3}), "x", {"levels": MANY, "target": 0.3}),
    "dots": ("dots", rows(), "job_or_education", {"levels": SITES_IN_ORDER}),
    "eight dots": ("dots", [*by_site({0, 2, 3}), *WINDOW], "x", {"levels": MANY, "target": 1}),
    "all sites small": ("dots", by_site(range(8)), "x", {"levels": MANY, "target": 0.5}),
    "bounds": ("bounds", bounds_rows(), "job_or_education satisfied_match", {}),
    "widest bounds": ("bounds", WIDEST, "x y", {"target": 0.3}),
    "flow": ("flow", flow_rows(eligible=124, invited=118, opened=101, begun=92, answered=87), "flow", {}),
    "flow of all": ("flow", flow_rows(**dict.fromkeys(STEPS, 12000)), "flow", {}),
    "flow of none": ("flow", flow_rows(**dict.fromkeys(STEPS, 0)), "flow", {}),
    "scale": ("stacked", rows(), "satisfied_introduction satisfied_match", {}),
    "one answer": ("stacked", scale([20], wordy(1)), "x", {"options": wordy(1)}),
    "narrow answers": ("stacked", scale([3, 3, 91, 1, 1], DEGREE), "x y", {"options": DEGREE}),
    "narrow last": ("stacked", scale([96, 1, 1, 1, 1], SATISFACTION), "x", {"options": SATISFACTION}),
    "seven long answers": ("stacked", scale([2] * 7, wordy(7)), "x y", {"options": wordy(7)}),
    "one year": ("trend", [share("x", 5, 10, population="2016")], "x", {"years": 1}),
    "two years": ("trend", rows(), "job_or_education towards_job satisfied_courses", {}),
    "six years": ("trend", years(6), "x y x", {"years": 6}),
    "ten years, none comparable": ("trend", years(10, "not_comparable"), "x", {"years": 10}),
}


def drawn(case, language):
    """The chart of a case; `x` and `y` have labels much longer than their place."""
    kind, some, indicators, more = CASES[case]
    known, long = context(language), {name: more[name] for name in ("target", "options") if name in more}
    facts = IndicatorFacts(label={"da": LONG}, **long)
    changes = {"indicators": {**known.indicators, "x": facts, "y": facts}}
    if "years" in more:
        populations = tuple(YEARS[: more["years"]])
        changes |= {"populations": populations, "population": populations[-1]}
    if "levels" in more:
        changes["breakdowns"] = {"site": Breakdown(label={"da": "Sted"}, levels=more["levels"])}
    by = "site" if "levels" in more else ""
    spec = ChartSpec(kind=kind, indicators=indicators.split(), by=by, title={"da": LONG})
    return draw(Prose(Rows(some), context(language, **changes)), spec)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_cut_or_lies_over_something_else(case, language):
    assert faults(drawn(case, language)) == []


def test_checker_finds_what_it_is_for():
    chart = draw(Prose(Rows(rows()), context("en")), ChartSpec(kind="bars", indicators=("job",), title={"en": "A"}))
    first, *_ = chart.words
    moved = type(first)("moved", first.left + 2, first.top + 2, first.right + 2, first.bottom + 2, 7)
    chart.words.append(moved)
    assert {fault.partition(":")[0] for fault in faults(chart)} == {"over each other", "too small"}
    assert "moved" in texts(chart)
