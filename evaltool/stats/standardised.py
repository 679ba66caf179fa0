"""Levels compared with the same case mix: what the covariates explain is taken out by a logistic regression."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaltool.plan import Plan
from evaltool.results import Estimate
from evaltool.stats.binary_model import Effect, Logistic, logistic, standardised_difference, standardised_shares
from evaltool.stats.compared_levels import ONE_LEVEL, Levels, Pair
from evaltool.stats.counting import by_column
from evaltool.stats.model_frame import model_data
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS
from evaltool.stats.two_by_two import NO_BASE
from evaltool.stats.weights import collapse

STANDARDISED = "standardised"
NOT_RECORDED = "not recorded"
SMALLEST = 5
"""Answers that a category of a covariate needs to stand by itself."""
_OUTCOME, _LEVEL = "~outcome", "~level"  # not names that a covariate can have


@dataclass(frozen=True, eq=False)
class _Mix:
    """The answers with their covariates, those without a category left out; what was done to them in words."""

    frame: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def covariates(self) -> list[str]:
        return [str(name) for name in self.frame if name not in {_OUTCOME, _LEVEL}]


@dataclass(frozen=True)
class _Model:
    """The model of levels that can be compared. `gaps`: for which level the answers tell nothing, and of whom."""

    fit: Logistic | None = None
    refused: str = ""
    gaps: Mapping[str, str] = field(default_factory=dict[str, str])
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])
    note: str = ""
    method: str = ""

    def why_not(self, *levels: str) -> str:
        gaps = [self.gaps[level] for level in levels if level in self.gaps]
        nobody = any(level not in self.sizes for level in levels)
        return "; ".join(gaps) or self.refused or ((NO_ANSWERS if len(levels) == 1 else NO_BASE) if nobody else "")


def standardised_rows(
    levels: Levels, answers: pd.DataFrame, together: Sequence[Sequence[str]] | None = None
) -> Iterator[Estimate]:
    """Shares and differences of the levels as if each had the covariates of all of them.

    `answers` has a row an answer: `level`, `state` (its code) and `by:<covariate>`. `together` are the sets of levels
    that can be compared; all of them, if it is not given.
    """
    sets = [list(levels.tallies)] if together is None else together
    models = {level: model for part in sets for model in [_model(levels, answers, part)] for level in part}
    for level in levels.tallies:
        model = models.get(level, _Model())
        why = model.why_not(level)
        effect = Effect(level, warning=why) if why else _share(model, level)
        yield _row(levels, "share", level, model, effect)
    for pair in levels.pairs:
        model = _Model() if pair.apart else models.get(pair.level, _Model())
        why = pair.apart or model.why_not(pair.reference, pair.level)
        effect = Effect(pair.level, warning=why) if why else _difference(model, pair)
        yield _row(levels, "difference", pair, model, effect)


def _share(model: _Model, level: str) -> Effect:
    assert model.fit is not None
    return next(share for share in standardised_shares(model.fit, _LEVEL) if share.label == level)


def _difference(model: _Model, pair: Pair) -> Effect:
    assert model.fit is not None
    return standardised_difference(model.fit, _LEVEL, (pair.reference, pair.level)).adjusted


def _row(levels: Levels, statistic: str, of: Pair | str, model: _Model, effect: Effect) -> Estimate:
    """Wald limits end where shares and differences do."""
    said = [text for text in (effect.warning, model.note) if text]
    known: dict[str, Any] = {"weighting": STANDARDISED}
    if effect.estimate is None:
        return levels.row(statistic, of, **known, warning="; ".join(said))
    least = -1.0 if isinstance(of, Pair) else 0.0
    known |= {"estimate": effect.estimate, "std_error": effect.se, "method": model.method}
    if effect.interval:
        known |= {"conf_low": max(least, effect.interval.low), "conf_high": min(1.0, effect.interval.high)}
    sizes = [model.sizes[name] for name in ((of.reference, of.level) if isinstance(of, Pair) else (of,))]
    few = [FEW_ANSWERS] if min(sizes) < levels.plan.few else []
    return levels.row(statistic, of, n=sum(sizes), **known, warning="; ".join([*few, *said]))


def _model(levels: Levels, answers: pd.DataFrame, part: Sequence[str]) -> _Model:
    mix = _case_mix(levels, answers[answers["level"].isin(part)])
    note = "; ".join(mix.notes)
    counts = mix.frame[_LEVEL].value_counts()
    sizes = {level: int(counts[level]) for level in part if level in counts}
    if len(sizes) < 2:
        return _Model(refused=ONE_LEVEL, note=note)
    if not mix.covariates:
        return _Model(refused="no covariate differs between people: nothing to standardise", note=note)
    frame = mix.frame.assign(**{_LEVEL: pd.Categorical(mix.frame[_LEVEL], categories=list(sizes))})
    fit = logistic(model_data(frame, _OUTCOME, [_LEVEL, *mix.covariates]), profile=False)
    fitted = "penalised likelihood (Firth, FLIC)" if fit.method == "firth" else "maximum likelihood"
    over = f"logistic regression, {fitted}; standardised over {', '.join(mix.covariates)}; delta method 95 %"
    return _Model(fit, fit.warning if fit.method == "refused" else "", _gaps(mix), sizes, note, over)


def _case_mix(levels: Levels, answers: pd.DataFrame) -> _Mix:
    counted = {f"={code}" for code in levels.counted}
    frame = pd.DataFrame({_OUTCOME: answers["state"].isin(counted).astype(float), _LEVEL: answers["level"]})
    notes: list[str] = []
    for name in levels.declared.covariates:
        values = answers[by_column(name)].astype("str")
        if (values == "").all():
            notes.append(f"nobody has «{name}»: left out")
            continue
        frame[name], words = _covariate(levels.plan, name, values)
        notes += words
    complete = frame.dropna()
    constant = [name for name in complete if name not in {_OUTCOME, _LEVEL} and complete[name].nunique() < 2]
    notes += [f"«{name}» is the same for everybody: left out" for name in constant]
    return _Mix(complete.drop(columns=constant), tuple(notes))


def _covariate(plan: Plan, name: str, values: "pd.Series[str]") -> tuple["pd.Series[Any]", list[str]]:
    """A whole number as it is; categories, small ones joined. Few gaps are left out, many are a category."""
    blank = values == ""
    gaps = int(blank.sum())
    left_out = [f"left out: {gaps} answers without «{name}»"] if gaps else []
    if name in plan.attributes and plan.attributes[name].type == "integer":
        return pd.to_numeric(values.mask(blank)), left_out
    column, words = _joined(plan, name, values[~blank])
    if gaps < SMALLEST:
        return column.reindex(values.index), [*words, *left_out]
    told = f"«{name}»: not recorded is a category ({gaps} answers)"
    return column.reindex(values.index).fillna(NOT_RECORDED), [*words, told]


def _joined(plan: Plan, name: str, known: "pd.Series[str]") -> tuple["pd.Series[str]", list[str]]:
    """Categories with fewer than five answers joined to others; bands of days only to their neighbours."""
    counts = known.value_counts()
    order = dict.fromkeys([*plan.levels(name), *sorted(str(code) for code in counts.index)])
    margin = {code: float(counts[code]) for code in order if code in counts}
    bands = name in plan.groups and plan.groups[name].days is not None
    found = collapse(known.tolist(), margin, smallest=SMALLEST, ordered=bands)
    words = [f"«{name}»: {joined} are one category" for joined in found.margin if joined not in margin]
    return pd.Series(found.column, index=known.index, dtype="str"), words


def _gaps(mix: _Mix) -> dict[str, str]:
    """By level: of whom the model would speak although nobody like that answered there."""
    found: dict[str, str] = {}
    for name in mix.covariates:
        for level, members in mix.frame.groupby(_LEVEL, observed=True)[name]:
            others = mix.frame[mix.frame[_LEVEL] != level][name]
            if pd.api.types.is_numeric_dtype(members):
                meets = members.min() <= others.max() and others.min() <= members.max()
                lacking = [] if meets else ["like the others"]
            else:
                lacking = [f"= {code}" for code in sorted(set(others) - set(members))]
            if lacking:
                found.setdefault(str(level), f"no overlap: nobody in {level} with {name} {', '.join(lacking)}")
    return found
