"""On what footing a share stands over the versions of its survey: where it can be put together, and of whom."""

import itertools
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from evaltool.survey.expressions import Expression, Selected, walk
from evaltool.survey.harmony import Harmonised, Run
from evaltool.survey.model import Part
from evaltool.survey.universe import Thing, alike


class Footing(Part):
    """Versions with the same number in `joins` can be put together; `breaks` says why one begins a new number.

    Put together are only people for whom all of `within` hold, and not those who answered a version in one of the
    languages that `left_out` names for it. `identical`: versions that asked all of it just as the one before.
    """

    joins: dict[int, int] = Field(default_factory=dict)
    breaks: dict[int, str] = Field(default_factory=dict)
    within: tuple[str, ...] = ()
    left_out: dict[int, frozenset[str]] = Field(default_factory=dict)
    identical: frozenset[int] = frozenset()

    @property
    def narrowed(self) -> bool:
        """Whether only a part of the people can be put together."""
        return bool(self.within) or any(self.left_out.values())

    @property
    def nowhere_together(self) -> bool:
        """Whether there are several versions, and no two of them can be put together."""
        return len(self.breaks) > 0 and len(self.breaks) + 1 == len(self.joins)

    def join(self, version: int) -> int:
        """The number of the versions that this one can be put together with; one of its own if it is unknown."""
        return self.joins.get(version, -version)

    def why_apart(self, versions: Iterable[int]) -> str:
        """Why these versions cannot all be put together ("" if they can)."""
        known = sorted(versions)
        crossed = [self.breaks[version] for version in self.breaks if known and known[0] < version <= known[-1]]
        return "; ".join(crossed)


def footing(
    expressions: Sequence[Expression],
    asked: Sequence[str],
    items: Mapping[str, Harmonised],
    things: Mapping[str, Thing],
) -> Footing:
    """The footing of a share that reads the questions `asked` and decides by `expressions`.

    `items` are all items of the survey, `things` the roster's attributes. A crosswalk does no harm where all codes
    that it joins are counted alike.
    """
    used = [items[name] for name in asked if name in items]
    versions = sorted({version for item in items.values() for run in item.runs for version in run.versions})
    known: dict[str, Sequence[Thing]] = {name: [item.question] for name, item in items.items()}
    known |= {name: [thing] for name, thing in things.items()}
    joins = dict.fromkeys(versions[:1], 0)
    breaks: dict[int, str] = {}
    for former, version in itertools.pairwise(versions):
        reason = _why_apart(expressions, used, known, (former, version))
        breaks |= {version: reason} if reason else {}
        joins[version] = joins[former] + bool(reason)
    runs = [run for item in used for run in item.runs]
    return Footing(
        joins=joins,
        breaks=breaks,
        within=tuple(dict.fromkeys(text for run in runs for text in run.within)),
        left_out={version: _left_out(runs, version) for version in versions if _left_out(runs, version)},
        identical=frozenset(
            version for version in versions if all(run.identical for run in runs if version in run.versions)
        ),
    )


def _left_out(runs: Sequence[Run], version: int) -> frozenset[str]:
    return frozenset[str]().union(*(run.left_out.get(version, frozenset[str]()) for run in runs))


def _why_apart(
    expressions: Sequence[Expression],
    used: Sequence[Harmonised],
    things: Mapping[str, Sequence[Thing]],
    pair: tuple[int, int],
) -> str:
    reasons: list[str] = []
    for item in used:
        run, former = item.run_of(pair[1]), item.run_of(pair[0])
        if run is None or former is None:
            missing = pair[1] if run is None else pair[0]
            reasons.append(f"«{item.name}» was not asked in version {missing}")
        elif run is not former:
            reasons.append(f"«{item.name}»: {run.broken_by}")
        else:
            reasons += _codes_apart(expressions, item, run, things, pair)
    return "; ".join(reasons)


def _codes_apart(
    expressions: Sequence[Expression],
    item: Harmonised,
    run: Run,
    things: Mapping[str, Sequence[Thing]],
    pair: tuple[int, int],
) -> list[str]:
    """Codes that the crosswalk joins, but the share tells apart; or that only one of the versions offered."""
    old, new = (run.codes[version] for version in pair)
    joined: dict[str, list[str]] = {}
    for code, to in (*old.items(), *new.items()):
        if code not in (known := joined.setdefault(to, [])):
            known.append(code)
    if item.question.type == "select_multiple":
        parts = [part for text in expressions for part in walk(text) if isinstance(part, Selected)]
        read = {part.code for part in parts if part.name == item.name}
        lone = sorted(read & (set(old) ^ set(new)))
        told = [f"only one of the versions offered {_listed(lone, ', ')}"] if lone else []
        one = [codes for codes in joined.values() if len(codes) > 1 and read & set(codes) - set(lone)]
    else:
        told = []
        one = [codes for codes in joined.values() if not alike(expressions, item.name, codes, things)]
    told += [f"{_listed(codes, ' and ')} are one answer" for codes in one]
    return [f"«{item.name}»: {reason}" for reason in told]


def _listed(codes: Iterable[str], between: str) -> str:
    return between.join(f"«{code}»" for code in codes)
