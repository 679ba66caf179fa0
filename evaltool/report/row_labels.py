"""What a row is called in words: its indicator, its statistic and the group that it is about."""

from collections.abc import Mapping

from evaltool.report.checks import MODES, SURVEY
from evaltool.report.prose import Prose
from evaltool.report.rows import RAKED, STANDARDISED
from evaltool.report.tables import PAIRED, answer_labels
from evaltool.results import Estimate
from evaltool.text import language_name, pick, say

INDICATORS: Mapping[str, str] = {
    "response": "Response",
    "disposition": "What became of each course",
    "courses": "Courses by status",
    "flow": "From invitation to answer",
    "quality": "Quality of the answers",
    "days_to_answer": "Days from the end to the answer",
}
"""Indicators that no plan declares."""
STATISTICS: Mapping[str, str] = {
    "share": "share",
    "count": "count",
    "not_eligible": "courses that were not to answer",
    "theme": "share with the theme",
    "trend": "share, as the years are compared",
    "rr1": "response rate, whole interviews (RR1)",
    "rr2": "response rate (RR2)",
    "bound_low": "outer bound, lowest",
    "bound_high": "outer bound, highest",
    "tipping": "how many of the silent would have to count",
    "target_test": "test against the target (p)",
    "target_midp": "test against the target (mid-p)",
    "difference": "difference of two shares",
    "p_value": "test of a difference (p)",
    "p_adjusted": "test of a difference (p, adjusted)",
    "detectable_difference": "difference that could have been found",
    "cramers_v": "strength (Cramér's V)",
    "trend_test": "test of a trend (p)",
    "share_shrunken": "share, partly pooled",
    "kruskal_wallis": "test of the answers' order (Kruskal-Wallis, p)",
    "brunner_munzel": "test of the answers' order (Brunner-Munzel, p)",
    "cliffs_delta": "how far the answers lie apart (Cliff's delta)",
    "sign_test": "start and end: sign test (p)",
    "signed_rank": "start and end: signed ranks (p)",
    "stuart_maxwell": "start and end: Stuart-Maxwell test (p)",
    "share_respondents": "share of those who answered",
    "share_roster": "share of the roster",
    "smd": "standardised difference",
    "r_indicator": "R-indicator",
    "r_indicator_plain": "R-indicator, not adjusted",
    "propensity_cv": "spread of the chances to answer",
    "propensity_cv_plain": "spread of the chances to answer, not adjusted",
    "deff": "what weighting costs (deff)",
    "n_eff": "answers of equal weight",
    "recorded": "share by the record",
    "recorded_answered": "share by the record, of those who answered",
    "recorded_silent": "share by the record, of those who did not",
    "recorded_agreement": "record and answer agree",
    "alpha": "alpha",
    "kappa": "kappa",
    "omega": "omega",
    "coded": "coded answers",
    "median": "median",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "interviews": "interviews",
    "language": "answered in",
    "mode": "way of answering",
    "helped": "had help to answer",
    "minutes": "minutes to answer (median)",
    "speeding": "very fast",
    "straight_lining": "the same answer to every item",
    "duplicates": "the same answers as another person",
    "break_off": "stopped on the way",
    "item_nonresponse": "questions without a usable answer",
    "other": "texts under “other”",
    "share_of_interviews": "share of all interviews",
    "share_of_complete": "share of the complete interviews",
}
_SHARES = frozenset(
    {"share", "theme", "trend", "rr1", "rr2", "bound_low", "bound_high", "share_shrunken", "share_respondents"}
    | {"share_roster", "recorded", "recorded_answered", "recorded_silent", "recorded_agreement", "coded"}
    | {"language", "mode", "helped", "speeding", "straight_lining", "duplicates", "break_off", "item_nonresponse"}
    | {"other", "share_of_interviews", "share_of_complete"}
)
_FLOW = {
    "eligible": "were to answer",
    "invited": "were invited",
    "opened": "opened the survey",
    "begun": "began to answer",
    "answered": "gave an interview",
}
_WEIGHTED = {RAKED: "weighted to the roster", STANDARDISED: "same case mix"}


def is_share(row: Estimate) -> bool:
    """Whether the row's estimate lies between none and all of its base, and is told in per cent."""
    return _kind(row.statistic) in _SHARES


def indicator_words(prose: Prose, indicator: str) -> str:
    if indicator in prose.context.indicators:
        return pick(prose.facts(indicator).label, prose.language)
    return say(INDICATORS.get(indicator, indicator), prose.language)


def statistic_words(prose: Prose, row: Estimate) -> str:
    """`share: To a high degree`, `share, weighted to the roster`, `difference of two shares, compared with 2021`."""
    kind, code = _kind(row.statistic), row.statistic.partition("[")[2].rstrip("]")
    words = say(STATISTICS.get(kind, kind), prose.language)
    if code:
        words = f"{words}: {_code_words(prose, row, kind, code)}"
    if row.weighting:
        words = f"{words}, {say(_WEIGHTED.get(row.weighting, row.weighting), prose.language)}"
    name, _, reference = row.comparison.partition(": ")
    if not reference or name not in prose.context.comparisons:
        return words
    reference = _level_words(prose, row.by, reference)
    return say("{words}, compared with {reference}", prose.language, words=words, reference=reference)


def group_words(prose: Prose, by: str, level: str) -> str:
    """`Site: North`; everybody without a breakdown."""
    if not by:
        return say("All", prose.language)
    breakdown = prose.context.breakdowns.get(by)
    label = (
        pick(breakdown.label, prose.language) if breakdown else say("Survey", prose.language) if by == SURVEY else by
    )
    return f"{label}: {_level_words(prose, by, level)}" if level else label


def _level_words(prose: Prose, by: str, level: str) -> str:
    return prose.level_name(by, level) if by in prose.context.breakdowns else level


def about_group(prose: Prose) -> str:
    """The group that all is about, such as `Language focus: Yes`; empty for everybody."""
    by, level = prose.context.group
    return group_words(prose, by, level) if by else ""


def _kind(statistic: str) -> str:
    return statistic.partition("[")[0]


def _code_words(prose: Prose, row: Estimate, kind: str, code: str) -> str:
    if kind in {"language", "helped"}:
        return language_name(code, prose.language)
    if kind == "mode":
        return say(MODES.get(code, code), prose.language)
    if row.indicator == "flow":
        return say(_FLOW.get(code, code), prose.language)
    if row.indicator == "quality":
        asked = prose.context.wordings.get(row.level, {})
        return pick(asked[code], prose.language) if code in asked else code
    if row.indicator not in prose.context.indicators and row.indicator != "disposition":
        return code
    labels = {code: say(words, prose.language) for code, words in PAIRED.items()}
    labels |= answer_labels(prose, row.indicator)
    if row.indicator in prose.context.indicators:
        labels |= {theme: pick(words, prose.language) for theme, words in prose.facts(row.indicator).themes.items()}
    return labels.get(code, code)
