"""Partial pooling of many small groups: each share drawn towards the common one, the more the fewer answers it has."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import beta

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_probability, check_share_of
from evaltool.stats.shares import Interval, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PooledShares:
    """Shares of groups drawn towards `mu`, which weighs as much as `prior_strength` answers; `full`: all are `mu`."""

    mu: float | None
    prior_strength: float | None
    shrunken: tuple[float | None, ...]
    intervals: tuple[Interval | None, ...]
    log_likelihood: float | None
    full: bool = False
    warning: str = ""


def partial_pooling(successes: Sequence[int], n: Sequence[int], *, confidence: float = 0.95) -> PooledShares:
    """Shares of small groups by a beta-binomial model whose parameters are estimated from all of the groups.

    Formula: x_i ~ BetaBin(n_i, μφ, (1-μ)φ), μ and the prior's strength φ by maximum likelihood; shrunken share (x_i +
    μφ)/(n_i + φ), interval from the Beta(x_i + μφ, n_i - x_i + (1-μ)φ) quantiles (φ taken as known: too narrow with few
    groups).
    Assumes: that the groups are alike but for chance and one spread between them. Show the raw shares beside it.
    Missing: a group without answers tells nothing and gets μ. Where the groups differ no more than by chance φ is
    infinite: full pooling, every share is μ = Σx/Σn with its Wilson interval, and the warning says so; where every
    group is at 0 % or 100 %, φ is 0: no pooling, said, too. No answer at all: no number.
    Source: Griffiths 1973, Biometrics 29:637.
    Reference: R 4.2.2 optim, VGAM 1.1.7 vglm(betabinomial).

    >>> pooled = partial_pooling([2, 8, 5, 19], [9, 15, 20, 33])
    >>> [f"{share:.2f}" for share in pooled.shrunken]
    ['0.35', '0.47', '0.33', '0.52']
    """
    check_probability("confidence", confidence, open_ends=True)
    if len(successes) != len(n):
        raise StatisticsError("successes and n must be equally long")
    for each, size in zip(successes, n, strict=True):
        check_share_of(each, size)
    x, sizes = np.array(successes, dtype=float), np.array(n, dtype=float)
    if not sizes.sum():
        return PooledShares(None, None, (None,) * len(n), (None,) * len(n), None, warning="Nobody answered.")
    spread = _Likelihood(x, sizes)
    theta = spread.best_theta()
    if theta == 0:
        return _fully_pooled(successes, n, spread, confidence)
    if bool(np.all((x == 0) | (x == sizes))):
        return _not_pooled(x, sizes)
    mu = spread.best_mu(theta)
    strength = 1 / theta
    a, b = x + mu * strength, sizes - x + (1 - mu) * strength
    warning = "Two groups are too few to tell their spread from chance." if int((sizes > 0).sum()) < 3 else ""
    intervals = tuple(_interval(float(yes), float(no), confidence) for yes, no in zip(a, b, strict=True))
    shares = tuple(float(share) for share in a / (a + b))
    return PooledShares(mu, strength, shares, intervals, spread(mu, theta), warning=warning)


class _Likelihood:
    """The beta-binomial log likelihood by μ and θ = 1/φ, from how many groups have more than j; exact at θ = 0."""

    def __init__(self, x: Floats, n: Floats):
        self.j = np.arange(max(int(n.max()), 1), dtype=float)
        self.yes, self.no, self.all = (self._above(counts) for counts in (x, n - x, n))
        self.constant = float(np.sum(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)))
        self.pooled = float(x.sum() / n.sum())

    def _above(self, counts: Floats) -> Floats:
        return (counts[:, None] > self.j[None, :]).sum(axis=0).astype(float)

    def __call__(self, mu: float, theta: float) -> float:
        return self.constant + (
            _weighted_logs(self.yes, mu + self.j * theta)
            + _weighted_logs(self.no, 1 - mu + self.j * theta)
            - _weighted_logs(self.all, 1 + self.j * theta)
        )

    def best_mu(self, theta: float) -> float:
        def loss(mu: float) -> float:
            return -self(mu, theta)

        return float(minimize_scalar(loss, bounds=(0, 1), method="bounded", options={"xatol": 1e-12}).x)

    def best_theta(self) -> float:
        """0 where no spread between the groups is as likely as any."""
        if self.pooled in {0.0, 1.0}:
            return 0.0

        def loss(log_theta: float) -> float:
            theta = math.exp(log_theta)
            return -self(self.best_mu(theta), theta)

        # The likelihood is flat towards either end: look along a grid, then refine around its best point.
        grid = [-18.0 + step / 2 for step in range(60)]
        best = min(range(len(grid)), key=lambda place: loss(grid[place]))
        bounds = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
        found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10})
        return math.exp(float(found.x)) if -float(found.fun) > self(self.pooled, 0.0) + 1e-9 else 0.0


def _weighted_logs(times: Floats, values: Floats) -> float:
    some = times > 0
    return float(times[some] @ np.log(np.maximum(values[some], 1e-300)))


def _interval(yes: float, no: float, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    return Interval(float(beta.ppf(tail, yes, no)), float(beta.ppf(1 - tail, yes, no)))


def _fully_pooled(x: Sequence[int], n: Sequence[int], likelihood: _Likelihood, confidence: float) -> PooledShares:
    mu = likelihood.pooled
    common = wilson(sum(x), sum(n), confidence=confidence)
    warning = (
        "No difference between the groups can be told from chance: full pooling, every group has the common share."
    )
    found = likelihood(mu, 0.0)
    return PooledShares(mu, math.inf, (mu,) * len(n), (common,) * len(n), found, full=True, warning=warning)


def _not_pooled(x: Floats, n: Floats) -> PooledShares:
    """All groups are 0 or 100 %: the likelihood grows until the prior weighs nothing."""
    shares = tuple(float(yes / size) if size else None for yes, size in zip(x, n, strict=True))
    known = [share for share in shares if share is not None]
    mu = sum(known) / len(known)
    found = sum(math.log(mu if share else 1 - mu) for share in known)
    warning = "Every group is at 0 % or 100 %: nothing can be pooled, the shares are the raw ones."
    return PooledShares(mu, 0.0, shares, (None,) * len(shares), found, warning=warning)
