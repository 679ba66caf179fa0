"""What of a survey's versions can be put together: each item in runs of versions that are comparable, with its codes.

A run ends where a verdict says «not comparable», where there is no verdict, or where a version did not ask the item.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from evaltool.survey.compare import Item, compare, items_of
from evaltool.survey.crosswalks import Group, fits
from evaltool.survey.model import Question, Survey
from evaltool.survey.verdicts import ItemVerdict
from evaltool.text import Text, pick, say


@dataclass(frozen=True)
class Run:
    """Versions of an item that can be put together, oldest first.

    `codes`: version → its code → harmonised code, with words in `labels`. `within`: only people for whom all of these
    hold are compared. `left_out`: version → languages in which it was asked otherwise than later. `broken_by` says
    why the run before cannot be joined ("" if there is none).
    """

    versions: tuple[int, ...]
    codes: Mapping[int, Mapping[str, str]]
    labels: Mapping[str, Text] = field(default_factory=dict[str, Text])
    within: tuple[str, ...] = ()
    left_out: Mapping[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    identical: bool = True
    broken_by: str = ""


@dataclass(frozen=True)
class Harmonised:
    """An item over all versions: its latest question, and its runs, oldest first."""

    name: str
    question: Question
    runs: tuple[Run, ...]

    def run_of(self, version: int) -> Run | None:
        """The run that holds the version; None if it did not ask the item."""
        return next((run for run in self.runs if version in run.versions), None)

    def breaks(self) -> Iterator[str]:
        """Why its runs cannot be joined."""
        return (run.broken_by for run in self.runs[1:])


@dataclass(frozen=True)
class Step:
    """A version with the verdicts on its items against the version before."""

    survey: Survey
    verdicts: Mapping[str, ItemVerdict] = field(default_factory=dict[str, ItemVerdict])


def harmonise(steps: Iterable[Step]) -> dict[str, Harmonised]:
    """Every item that any of the versions asked, in the order of the latest.

    `steps` are the released versions of one survey, oldest first.
    """
    first, *later = steps
    former = first.survey
    found = {
        name: Harmonised(name, question, (_alone(question, former.version),))
        for name, question in items_of(former).items()
    }
    for step in later:
        for item in compare(former, step.survey):
            if item.new is not None:
                found[item.name] = _extended(found.get(item.name), item, step, former)
        former = step.survey
    order = list(items_of(former))
    return {
        name: found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else len(order))
    }


def _alone(question: Question, version: int) -> Run:
    return Run((version,), {version: {code: code for code in question.substantive}}, _labels(question))


def _extended(known: Harmonised | None, item: Item, step: Step, former: Survey) -> Harmonised:
    assert item.new is not None
    fresh = _alone(item.new, step.survey.version)
    if known is None:
        return Harmonised(item.name, item.new, (fresh,))
    reason = _break(item, step, former)
    if reason:
        runs = (*known.runs, replace(fresh, broken_by=reason))
    else:
        runs = (*known.runs[:-1], _joined(known.runs[-1], item, step, former))
    return Harmonised(item.name, item.new, runs)


def _labels(question: Question) -> dict[str, Text]:
    return {code: question.choices[code].label for code in question.substantive}


def _break(item: Item, step: Step, former: Survey) -> str:
    """Why the item cannot be joined with the version before ("" if it can)."""
    version = step.survey.version
    if item.old is None:
        return say("version {version} did not ask it", "en", version=former.version)
    if not item.changes:
        return ""
    verdict = step.verdicts.get(item.name)
    told = "; ".join(change.tell("en") for change in item.changes)
    if verdict is None or verdict.of != item.of:
        return f"version {version} has no verdict on it ({told})"
    if verdict.verdict == "comparable":
        fitting = item.new is not None and fits(verdict.crosswalk, item.old, item.new)
        return "" if fitting else f"version {version}: the crosswalk does not place each code once"
    return f"version {version}: {pick(verdict.reason, step.survey.language) or told}"


def _joined(run: Run, item: Item, step: Step, former: Survey) -> Run:
    """The run with one more version, its codes meeting through the verdict's crosswalk."""
    assert item.new is not None
    version = step.survey.version
    verdict = step.verdicts.get(item.name) if item.changes else None  # one on another version is not about this pair
    codes, labels = _meet(run, item, verdict.crosswalk if verdict else {}, former=former.version, version=version)
    if verdict is None:
        return replace(run, versions=(*run.versions, version), codes=codes, labels=labels)
    within = tuple(dict.fromkeys(text for text in (*run.within, verdict.within) if text))
    otherwise = frozenset(code for code, found in verdict.languages.items() if found == "not_comparable")
    left_out = {before: run.left_out.get(before, frozenset[str]()) | otherwise for before in run.versions}
    return Run((*run.versions, version), codes, labels, within, left_out, identical=False, broken_by=run.broken_by)


def _meet(
    run: Run, item: Item, crosswalk: Mapping[str, Group], *, former: int, version: int
) -> tuple[dict[int, dict[str, str]], dict[str, Text]]:
    """Codes of all versions, and words for them, once those of the former and the new version are joined.

    A code that stands for several in one version may have been split again in another: then all of them are one.
    """
    assert item.new is not None
    groups = crosswalk or {code: Group(old=(code,), new=(code,)) for code in item.new.substantive}
    classes = {(before, code): (0, to) for before, codes in run.codes.items() for code, to in codes.items()}
    labels: dict[_Class, Text] = {(0, name): text for name, text in run.labels.items()}
    for name, group in groups.items():
        earlier = {classes[former, code] for code in group.old}
        target = next((found for found in earlier if _reaches_beyond(found, group, classes, former)), (1, name))
        labels.setdefault(target, group.label or _words(item, group))
        classes |= {node: target for node, found in classes.items() if found in earlier}
        classes |= {(version, code): target for code in group.new}
    codes = {at: {code: classes[at, code] for code in before} for at, before in run.codes.items()}
    return _named({**codes, version: {code: classes[version, code] for code in item.new.substantive}}, labels)


_Class: TypeAlias = tuple[int, str]  # of the runs before (0) or of this crosswalk (1), and its name


def _reaches_beyond(found: _Class, group: Group, classes: Mapping[tuple[int, str], _Class], former: int) -> bool:
    """Whether it joins codes of the former version that this crosswalk keeps apart: then they stay joined."""
    return any(at == former and code not in group.old for (at, code), known in classes.items() if known == found)


def _named(
    codes: Mapping[int, Mapping[str, _Class]], labels: Mapping[_Class, Text]
) -> tuple[dict[int, dict[str, str]], dict[str, Text]]:
    """Codes and words under the names of their classes, in the order of the latest version."""
    used = list(dict.fromkeys(item for version in sorted(codes, reverse=True) for item in codes[version].values()))
    names = {item: item[1] if (1 - item[0], item[1]) not in used else f"{item[1]}_{item[0] + 1}" for item in used}
    found = {version: {code: names[item] for code, item in classes.items()} for version, classes in codes.items()}
    return found, {names[item]: labels[item] for item in used}


def _words(item: Item, group: Group) -> Text:
    """The words of the codes that are one answer, joined."""
    assert item.old is not None
    assert item.new is not None
    choices = [(item.new, code) for code in group.new] or [(item.old, code) for code in group.old]
    texts = [question.choices[code].label for question, code in choices]
    languages = dict.fromkeys(language for text in texts for language in text)
    return {language: " / ".join(text[language] for text in texts if language in text) for language in languages}


Comparability = Literal["identical", "comparable", "not_comparable"]


def comparability(items: Sequence[Harmonised], versions: Sequence[int]) -> tuple[Comparability, str]:
    """Whether all of these items can be put together over these versions, and why not."""
    worst: Comparability = "identical"
    for item in items:
        runs = {id(run): run for version in versions if (run := item.run_of(version)) is not None}
        missed = [version for version in versions if item.run_of(version) is None]
        if missed:
            return "not_comparable", f"«{item.name}» was not asked in version {', '.join(map(str, missed))}"
        if len(runs) > 1:
            found = sorted(item.runs.index(run) for run in runs.values())
            between = item.runs[found[0] + 1 : found[-1] + 1]
            return "not_comparable", f"«{item.name}»: {'; '.join(run.broken_by for run in between)}"
        worst = worst if all(run.identical for run in runs.values()) else "comparable"
    return worst, ""
