"""One measure of one group, on its way to result rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from evaltool.plan import Indicator, Plan
from evaltool.results import Estimate
from evaltool.stats.counting import Group, Tally
from evaltool.stats.shares import wilson
from evaltool.stats.weighted import WeightedMean, nchs_reliability, weighted_interval
from evaltool.stats.weighting import RAKED
from evaltool.text import pick, say

NO_ANSWERS = "no answers"
FEW_ANSWERS = "few answers"
UNRELIABLE = "not reliable by the standard of NCHS"
WILSON = "Wilson 95 %"
LOGIT = "linearised, logit 95 %"
CLOPPER_PEARSON = "Clopper-Pearson 95 % of the effective answers"


@dataclass(frozen=True)
class Scope:
    """One measure of one group, on its way to rows; `within`: what must hold for versions to be counted together."""

    plan: Plan
    group: Group
    measure: str
    tally: Tally
    base: str
    within: tuple[str, ...] = ()

    def row(self, statistic: str, **values: Any) -> Estimate:
        known: dict[str, Any] = {"base": self.base, **values, **asdict(self.group)}
        return Estimate(indicator=self.measure, statistic=statistic, **known)

    def share(self, statistic: str, x: int) -> Estimate:
        n = self.tally.answered
        row = self.row(statistic, count=x, n=n, missing=told(self.tally.missing), method=WILSON, warning=self.warning)
        interval = wilson(x, n)
        if interval is None:
            return row
        return replace(row, estimate=x / n, conf_low=interval.low, conf_high=interval.high)

    def weighted_share(self, statistic: str, codes: Sequence[str], note: str) -> Estimate:
        """The same share with the weights of those who answered; `note` is what was done to weight their population."""
        assert self.plan.weights is not None
        known: dict[str, Any] = {"weighting": RAKED, "count": self.tally.of(*codes), "n": self.tally.answered}
        why = why_unweighted(self.plan, self.measure, self.tally, note)
        if why:
            return self.row(statistic, **known, warning=why)
        found = self.tally.weighted(*codes)
        interval = weighted_interval(found)
        interval_of = CLOPPER_PEARSON if interval.method == "clopper_pearson" else LOGIT
        said = found.warning if found.estimate is None else interval.warning or reliability_warning(found)
        warnings = (self.warning, said, "" if self.group.by else note)
        return self.row(
            statistic,
            **known,
            estimate=found.estimate,
            std_error=found.se,
            conf_low=interval.low,
            conf_high=interval.high,
            missing=told(self.tally.missing),
            method=f"raked to {', '.join(self.plan.weights.margins)}; {interval_of}",
            warning="; ".join(dict.fromkeys(filter(None, warnings))),
        )

    @property
    def warning(self) -> str:
        n = self.tally.answered
        return NO_ANSWERS if n == 0 else FEW_ANSWERS if n < self.plan.few else ""

    def counts(self, numbers: Mapping[str, int]) -> Iterator[Estimate]:
        total = sum(numbers.values())
        for code, number in numbers.items():
            yield self.row(f"count[{code}]", estimate=float(number), count=number, n=total)


def why_unweighted(plan: Plan, indicator: str, tally: Tally, note: str) -> str:
    """Why a share has no weights though the plan asks for them ("" if it has them).

    Those who answered another survey are others than those who were weighted.
    """
    weighted = plan.population.survey
    if (plan.indicators[indicator].survey or weighted) != weighted:
        return f"the weights are of those who answered «{weighted}»"
    return note if tally.answered and not tally.weights else ""


def reliability_warning(share: WeightedMean) -> str:
    """What to say beside a weighted share that NCHS would not publish, or would look at again ("" otherwise)."""
    found = nchs_reliability(share)
    return "" if found.status == "present" else f"{UNRELIABLE}: {found.reason.rstrip('.')}"


def told(reasons: Mapping[str, int]) -> str:
    return ";".join(f"{name}={count}" for name, count in reasons.items())


def respondents(plan: Plan, indicator: Indicator | None) -> str:
    """The base of a share in the plan's words."""
    people = pick(plan.population.respondents, plan.language)
    words = say("{respondents} who answered", plan.language, respondents=people)
    return with_base(plan, indicator, words)


def with_base(plan: Plan, indicator: Indicator | None, words: str) -> str:
    narrower = pick(indicator.base_label, plan.language) if indicator else ""
    return f"{words}; {narrower}" if narrower else words


def common_base(plan: Plan, name: str) -> str:
    """The base of an indicator that is counted only of whom all versions can compare."""
    return compared_where(plan, plan.footing(name).within, respondents(plan, plan.indicators[name]))


def compared_where(plan: Plan, within: Sequence[str], base: str) -> str:
    condition = " and ".join(within)
    return f"{base}; {say('compared where {condition}', plan.language, condition=condition)}" if condition else base
