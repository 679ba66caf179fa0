"""Two versions of a survey side by side, with the verdicts on their items; and a release beside its definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from evaltool.errors import DefinitionError
from evaltool.project import Project
from evaltool.survey.compare import Change, Item, Verdict, compare
from evaltool.survey.crosswalks import Crosswalk
from evaltool.survey.load import load_definition, load_roster
from evaltool.survey.model import Attribute, Survey
from evaltool.survey.release import changes_since, read_release
from evaltool.survey.surroundings import surroundings
from evaltool.survey.verdicts import ItemVerdict, read_verdicts, verdicts_path

State = Literal[
    "not_comparable", "comparable", "outdated", "undecided", "missing", "changed", "added", "removed", "identical"
]
Revision = Literal["nothing", "texts", "version"]


@dataclass(frozen=True)
class Judged:
    """An item with what was decided about it. `state` is the verdict, or why there is none.

    `languages`: what it is for who answers in each language; None for one that only one version speaks.
    """

    item: Item
    state: State
    verdict: ItemVerdict | None
    languages: Mapping[str, Verdict | None]

    @property
    def decided(self) -> ItemVerdict | None:
        """The verdict, if it holds."""
        return self.verdict if self.state in {"comparable", "not_comparable"} else None

    @property
    def crosswalk(self) -> Crosswalk:
        """What was decided, else what is proposed."""
        return self.decided.crosswalk if self.decided else self.item.crosswalk

    @property
    def within(self) -> str:
        """What was decided, else what is proposed."""
        return self.decided.within if self.decided else self.item.within


@dataclass(frozen=True)
class Comparison:
    """Two versions compared; or a release with its definition as it is now, then `revision` says what that would be."""

    old: Survey
    new: Survey
    items: tuple[Judged, ...]
    around: tuple[Change, ...]
    columns: Mapping[str, Attribute]
    revision: Revision | None = None

    @property
    def counts(self) -> dict[State, int]:
        """Number of items in each state that occurs."""
        found = [judged.state for judged in self.items]
        return {state: found.count(state) for state in get_args(State) if state in found}


def compare_versions(project: Project, survey: str, old: int, new: int) -> Comparison:
    """Both definitions with the verdicts that stand beside the newer one."""
    before, now = definitions(project, survey, old, new)
    verdicts = _verdicts(project, survey, old, new)
    items = tuple(_judged(item, verdicts.get(item.name), before, now) for item in compare(before, now))
    columns = load_roster(project.surveys / "roster.yaml").attributes
    return Comparison(before, now, items, tuple(surroundings(before, now)), columns)


def compare_with_release(project: Project, survey: str, version: int) -> Comparison:
    """A release and its definition as it is now."""
    now = load_definition(project.surveys, survey, version)
    release = read_release(project.surveys, survey, version)
    before = release.survey
    items = tuple(
        Judged(item, "changed" if item.changes else "identical", None, _by_language(item, None, before, now))
        for item in compare(before, now)
    )
    changed = changes_since(release, now)
    only_texts = all(what.startswith("texts in ") for what in changed)
    revision: Revision = "nothing" if not changed else "texts" if only_texts else "version"
    columns = load_roster(project.surveys / "roster.yaml").attributes
    return Comparison(before, now, items, tuple(surroundings(before, now)), columns, revision)


def definitions(project: Project, survey: str, old: int, new: int) -> tuple[Survey, Survey]:
    """Both definitions. Raises DefinitionError with their faults, or if they stand in the wrong order."""
    if old >= new:
        mend = f"Run: evaltool diff {survey} {new} {old}"
        mend = f"Name another version, or none: evaltool diff {survey} {old}" if old == new else mend
        raise DefinitionError(f"version {old} is not older than version {new}", mend=mend)
    return load_definition(project.surveys, survey, old), load_definition(project.surveys, survey, new)


def _verdicts(project: Project, survey: str, old: int, new: int) -> Mapping[str, ItemVerdict]:
    """Those on exactly these two versions."""
    path = verdicts_path(project.surveys, survey, new)
    found = read_verdicts(path)[0] if path.is_file() else None
    return found.items if found and found.against == old else {}


def _judged(item: Item, verdict: ItemVerdict | None, old: Survey, new: Survey) -> Judged:
    state = _state(item, verdict)
    held = verdict if state in {"comparable", "not_comparable"} else None
    return Judged(item, state, verdict, _by_language(item, held, old, new))


def _state(item: Item, verdict: ItemVerdict | None) -> State:
    if item.old is None:
        return "added"
    if item.new is None:
        return "removed"
    if not item.changes:
        return "identical"
    if verdict is None:
        return "missing"
    return "outdated" if verdict.of != item.of and verdict.verdict != "undecided" else verdict.verdict


def _by_language(item: Item, verdict: ItemVerdict | None, old: Survey, new: Survey) -> dict[str, Verdict | None]:
    """For each language of either version: identical where nothing changed in it, else what was decided or proposed."""
    found: dict[str, Verdict | None] = {}
    for language in dict.fromkeys([*new.languages, *old.languages]):
        if not item.asked_in_both or language not in new.languages or language not in old.languages:
            found[language] = None
            continue
        proposal = item.proposal_in(language)
        decided: Verdict | None = None
        if verdict is not None and verdict.verdict != "undecided":
            decided = verdict.languages.get(language, verdict.verdict)
        found[language] = proposal if proposal == "identical" or decided is None else decided
    return found
