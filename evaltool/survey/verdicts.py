"""Verdicts on the items of a version against the version before: a file that people write and read.

`<survey>/v<version>.verdicts.yaml` beside the definition. An item that is the same in both versions needs none, nor
does one that only one version asks. Everything else is `comparable` (perhaps by a crosswalk, or within a part of the
people) or `not_comparable`, by whom, when and why; `of` names the pair of questions that was decided on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from evaltool.errors import Fault
from evaltool.survey.check import selection_faults
from evaltool.survey.compare import Item
from evaltool.survey.crosswalks import Group, WrittenGroup, crosswalk_faults
from evaltool.survey.model import Language, Name, Part, Roster, SurveyName
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

Decision = Literal["undecided", "comparable", "not_comparable"]


class ItemVerdict(Part):
    """The verdict on one item.

    `within`: only people for whom it holds are compared. `languages`: languages whose verdict is another.
    """

    verdict: Decision
    reason: str = ""
    by: str = ""
    on: date | None = None
    of: str
    crosswalk: dict[Name, WrittenGroup] = Field(default_factory=dict)
    within: str = ""
    languages: dict[Language, Literal["comparable", "not_comparable"]] = Field(default_factory=dict)


class VerdictsFile(Part):
    """All verdicts of one version."""

    format: Literal[1]
    survey: SurveyName
    version: int = Field(ge=2)
    against: int = Field(ge=1)
    items: dict[Name, ItemVerdict] = Field(default_factory=dict)


def verdicts_path(folder: Path, survey: str, version: int) -> Path:
    return folder / survey / f"v{version}.verdicts.yaml"


def read_verdicts(path: Path) -> tuple[VerdictsFile, YamlFile]:
    """Read the file, and keep it for the lines of faults.

    Raises:
        DefinitionError: with every fault of its shape.
    """
    file = read_yaml(path)
    data = plain(file.data)
    try:
        return VerdictsFile.model_validate(data, context={"language": str(data.get("language", "en"))}), file
    except ValidationError as error:
        parts = (VerdictsFile, ItemVerdict, Group)
        raise faults_error("the verdicts have faults", model_faults(error, file, parts)) from None


def needs_verdict(item: Item) -> bool:
    """Whether a person must say something about the item."""
    return item.asked_in_both and bool(item.changes)


def verdict_faults(
    found: VerdictsFile, items: Sequence[Item], file: YamlFile, *, roster: Roster, languages: Sequence[str]
) -> list[Fault]:
    """Verdicts that are missing, undecided, about something else by now, or whose crosswalk does not fit."""
    known = {item.name: item for item in items}
    faults: list[Fault] = []
    for item in items:
        if needs_verdict(item) and item.name not in found.items:
            mend = f"Run: evaltool diff {found.survey} {found.against} {found.version} --propose"
            told = "; ".join(change.tell("en") for change in item.changes)
            faults.append(Fault("missing-verdict", f"«{item.name}» has no verdict ({told})", file.where(), mend))
    for name, verdict in found.items.items():
        place = ("items", name)
        if name not in known or not needs_verdict(known[name]):
            faults.append(_needless(name, known, file.where(place)))
        else:
            faults += _item_faults(known[name], verdict, file)
            faults += selection_faults(verdict.within, roster, where=file.where((*place, "within")))
            faults += _language_faults(verdict, languages, file, name)
    return faults


def _needless(name: str, known: Mapping[str, Item], where: str) -> Fault:
    if name in known:
        return Fault("needless-verdict", f"«{name}» needs no verdict", where, "Remove it: nothing is to be decided.")
    return Fault("unknown-name", f"no question is called «{name}»", where, nearest(name, known) or "Remove it.")


def _item_faults(item: Item, verdict: ItemVerdict, file: YamlFile) -> Iterator[Fault]:
    place = ("items", item.name)
    where = file.where(place)
    if verdict.verdict == "undecided":
        yield Fault("undecided", f"«{item.name}» is undecided", where, "Write comparable or not_comparable, and why.")
    elif not (verdict.reason and verdict.by and verdict.on):
        mend = "Add «reason», «by» (a person) and «on» (a day)."
        yield Fault("missing-key", f"the verdict on «{item.name}» does not say why, by whom and when", where, mend)
    if verdict.of != item.of:
        mend = f"Look at it again (evaltool diff), then write «of: {item.of}»."
        yield Fault(
            "outdated-verdict", f"«{item.name}» has changed since its verdict", file.where((*place, "of")), mend
        )
    if verdict.verdict == "comparable":
        yield from _comparable_faults(item, verdict, file)


def _comparable_faults(item: Item, verdict: ItemVerdict, file: YamlFile) -> Iterator[Fault]:
    place = ("items", item.name)
    old, new = item.old, item.new
    assert old is not None and new is not None  # noqa: PT018  # asked in both, or it had no verdict
    if old.type != new.type:
        message = f"«{item.name}» is {old.type} in the old version and {new.type} in the new"
        yield Fault("bad-verdict", message, file.where(place), "Answers of two types cannot be put together.")
    elif verdict.crosswalk or set(old.substantive) != set(new.substantive):
        where = file.where((*place, "crosswalk"))
        mend = "Place every code of both versions once; codes that are one answer stand together."
        for code, message in crosswalk_faults(verdict.crosswalk, old, new):
            at = file.where((*place, "crosswalk", code)) if code else where
            yield Fault("crosswalk", f"«{item.name}»: {message}", at, mend)


def _language_faults(verdict: ItemVerdict, languages: Sequence[str], file: YamlFile, name: str) -> Iterator[Fault]:
    for code in verdict.languages:
        if code not in languages:
            where = file.where(("items", name, "languages", code))
            yield Fault("unknown-language", f"the survey has no «{code}»", where, nearest(code, languages))


def propose_verdicts(path: Path, found: VerdictsFile, items: Sequence[Item]) -> list[str]:
    """Write the items that lack a verdict into the file, undecided and with what can be proposed; returns their names.

    What a person wrote stays as it is, comments included.
    """
    yaml: Any = YAML(typ="rt")
    yaml.width = 110
    data: Any = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else _head(found)
    lacking = [item for item in items if needs_verdict(item) and item.name not in (data.get("items") or {})]
    if not lacking:
        return []
    if not data.get("items"):
        data["items"] = CommentedMap()
    for item in lacking:
        data["items"][item.name] = _proposed(item)
        told = "; ".join(change.tell("en") for change in item.changes)
        data["items"].yaml_set_comment_before_after_key(
            item.name, before=f"{told}. Proposed: {item.proposal}", indent=2
        )
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump(data, stream)
    part.replace(path)
    return [item.name for item in lacking]


def _head(found: VerdictsFile) -> CommentedMap:
    head: Any = CommentedMap(found.model_dump(exclude={"items"}))
    head.yaml_set_start_comment(
        f"What became of each item from version {found.against} to {found.version}. A person decides: comparable or\n"
        "not_comparable, with reason, by and on. «evaltool diff» shows both versions side by side."
    )
    return head


def _proposed(item: Item) -> CommentedMap:
    entry = CommentedMap({"verdict": "undecided", "reason": "", "by": "", "of": item.of})
    if item.within:
        entry["within"] = item.within
    if item.crosswalk:
        entry["crosswalk"] = CommentedMap({name: _written(name, group) for name, group in item.crosswalk.items()})
    return entry


def _written(name: str, group: Group) -> object:
    if group.old == group.new == (name,):
        return name
    sides: Any = CommentedMap({side: _flow(codes) for side, codes in (("old", group.old), ("new", group.new)) if codes})
    sides.fa.set_flow_style()
    return sides


def _flow(codes: Sequence[str]) -> CommentedSeq:
    sequence: Any = CommentedSeq(codes)
    sequence.fa.set_flow_style()
    return sequence
