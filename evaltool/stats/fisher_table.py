"""Fisher's exact test of a table of any shape: columns one after another from both sides, meeting in the middle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import comb
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats: TypeAlias = NDArray[np.float64]
Node: TypeAlias = tuple[int, ...]
"""What columns leave of the row totals, in order: rows that have as much left are interchangeable."""
Ways: TypeAlias = tuple[Floats, Floats]
"""The distinct lengths (Σ log n!) of the ways to fill columns, rising, and how many ways have each length."""

_TIED = 1e-7
"""Tables whose log probability is this close to the observed one's count as tied with it, as in R."""
_DIGITS = 10
_LARGEST = 20_000_000
_MOST_STEPS = 5_000_000


class TooManyTablesError(Exception):
    """More tables have these margins than can be counted in reasonable time."""


def exact_p(table: NDArray[np.int64]) -> float:
    """Sum of the probabilities of all tables with these margins that are not above the observed one's.

    P(table) = Π row! Π column! / (N! Π n!), so a table is as extreme as the observed one if its length is not shorter.

    Raises:
        TooManyTablesError: if that takes too long.
    """
    table = table.T if table.shape[0] > table.shape[1] else table
    rows, columns = table.sum(axis=1), np.sort(table.sum(axis=0))[::-1]
    log_margins = _length(rows) + _length(columns) - _length(table.sum())
    start: Node = tuple(sorted(int(total) for total in rows))
    steps = _network(start, [int(total) for total in columns])
    observed = _length(table) - _TIED
    middle = len(steps) // 2
    here = _forward(start, steps[:middle])
    ahead = _backward(steps[middle:])
    found = (_mass(ways, ahead.get(node, _END), observed, log_margins) for node, ways in here.items())
    return min(1.0, sum(found))


def _length(counts: NDArray[np.int64] | np.int64) -> float:
    """Σ log n!"""
    return float(np.sum(np.asarray(gammaln(np.asarray(counts, dtype=np.float64) + 1))))


_Network: TypeAlias = list[dict[Node, dict[Node, Ways]]]
_END: Ways = (np.zeros(1), np.ones(1))


def _network(start: Node, columns: Sequence[int]) -> _Network:
    """For each column and each node that can be reached: the nodes that the column leads to, and the ways there."""
    reached, work = {start}, 0
    found: _Network = []
    for column in columns:
        work += len(reached) * comb(column + len(start) - 1, column)
        if work > _MOST_STEPS:
            raise TooManyTablesError
        fillings = np.array(list(_fillings(column, start)), dtype=np.int64)
        found.append({node: _steps(node, fillings) for node in reached})
        reached = {child for steps in found[-1].values() for child in steps}
    return found


def _fillings(total: int, caps: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All ways to spread a column total over rows that hold at most `caps`."""
    if len(caps) == 1:
        yield (total,)
        return
    for first in range(max(0, total - sum(caps[1:])), min(total, caps[0]) + 1):
        for rest in _fillings(total - first, caps[1:]):
            yield (first, *rest)


def _steps(node: Node, fillings: NDArray[np.int64]) -> dict[Node, Ways]:
    left = np.array(node) - fillings
    fits = (left >= 0).all(axis=1)
    left = np.sort(left[fits], axis=1)
    lengths = gammaln(fillings[fits] + 1).sum(axis=1)
    keys = left @ (max(node) + 1) ** np.arange(len(node), dtype=np.int64)
    order = np.lexsort((lengths, keys))
    keys, lengths = keys[order], lengths[order]
    new_child = np.diff(keys, prepend=-1) != 0
    firsts = np.flatnonzero(new_child | (np.diff(lengths, prepend=-1) > 0.5 * 10.0**-_DIGITS))
    counts = np.diff(firsts, append=len(keys)).astype(np.float64)
    starts = np.flatnonzero(new_child[firsts])
    children = left[order[firsts[starts]]].tolist()
    pieces = zip(np.split(lengths[firsts], starts[1:]), np.split(counts, starts[1:]), strict=True)
    return {tuple(child): ways for child, ways in zip(children, pieces, strict=True)}


def _forward(start: Node, columns: _Network) -> dict[Node, Ways]:
    """The ways from the start to every node behind these columns."""
    here: dict[Node, Ways] = {start: _END}
    for steps in columns:
        onward: dict[Node, list[Ways]] = {}
        for node, ways in here.items():
            for child, step in steps[node].items():
                onward.setdefault(child, []).append(_joined(ways, step))
        _check_size(onward)
        here = {node: _merged(pieces) for node, pieces in onward.items()}
    return here


def _backward(columns: _Network) -> Mapping[Node, Ways]:
    """The ways from every node before these columns to the end."""
    ahead: dict[Node, Ways] = {}
    for steps in reversed(columns):
        pieces = {
            node: [_joined(step, ahead.get(child, _END)) for child, step in children.items()]
            for node, children in steps.items()
        }
        _check_size(pieces)
        ahead = {node: _merged(ways) for node, ways in pieces.items()}
    return ahead


def _joined(first: Ways, second: Ways) -> Ways:
    return np.add.outer(first[0], second[0]).ravel(), np.multiply.outer(first[1], second[1]).ravel()


def _merged(pieces: Iterable[Ways]) -> Ways:
    lengths, counts = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    distinct, place = np.unique(lengths.round(_DIGITS), return_inverse=True)
    return distinct, np.bincount(place, weights=counts).astype(np.float64)


def _check_size(pieces: Mapping[Node, Sequence[Ways]]) -> None:
    if sum(len(ways[0]) for of_node in pieces.values() for ways in of_node) > _LARGEST:
        raise TooManyTablesError


def _mass(past: Ways, rest: Ways, observed: float, log_margins: float) -> float:
    """Probability of all joined ways that are at least as long as observed."""
    shortest = rest[0][0]
    from_here = np.append(np.cumsum((rest[1] * np.exp(shortest - rest[0]))[::-1])[::-1], 0.0)
    long_enough = from_here[np.searchsorted(rest[0], observed - past[0])]
    return float((past[1] * np.exp(log_margins - shortest - past[0])) @ long_enough)
