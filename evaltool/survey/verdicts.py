"""Verdicts on the items of a version against the version before: a file that people write and read.

`<survey>/v<version>.verdicts.yaml` beside the definition. An item that is the same in both versions needs none, nor
does one that only one version asks. Everything else is `comparable` (perhaps by a crosswalk, or within a part of the
people) or `not_comparable`, by whom, when and why; `of` names the pair of questions that was decided on.
"""

import io
import itertools
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from evaltool.errors import DefinitionError, ExpressionError, Fault
from evaltool.survey.check import code_faults
from evaltool.survey.compare import Item
from evaltool.survey.crosswalks import Group, WrittenGroup, crosswalk_faults
from evaltool.survey.expressions import names, parse
from evaltool.survey.model import Language, Name, Part, Roster, SurveyName
from evaltool.survey.types import read_date
from evaltool.text import Text, interface_languages
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

Decision = Literal["undecided", "comparable", "not_comparable"]


def _day(value: object) -> object:
    """A written day; whatever YAML took for no date must be one that people write."""
    if value is None or isinstance(value, date):
        return value
    try:
        return read_date(str(value))
    except ValueError:
        told, mend = "«{value}» is no day", "Write year, month and day, for instance 2026-11-22."
        raise PydanticCustomError("no_day", told, {"value": str(value), "mend": mend}) from None


def _reason(value: object) -> object:
    """A plain text names no language: it is kept under none."""
    if isinstance(value, str):
        return {"": value} if value else {}
    if isinstance(value, Mapping):
        return cast("object", value)
    mend = "Write «reason: text», or below it a line for each language, such as «da: text»."
    raise PydanticCustomError("no_reason", "neither a text nor one for each language", {"mend": mend})


def _as_written(reason: Text) -> Text | str:
    """A plain text stays one, and so does the seal of a release that has it."""
    return reason.get("", "") if reason.keys() <= {""} else reason


Reason = Annotated[dict[str, str], BeforeValidator(_reason), PlainSerializer(_as_written)]
"""Why, by language; a text under "" is in the survey's own, or whichever its writer took."""


class ItemVerdict(Part):
    """The verdict on one item.

    `within`: only people for whom it holds are compared. `languages`: languages whose verdict is another.
    """

    verdict: Decision
    reason: Reason = Field(default_factory=dict)
    by: str = ""
    on: Annotated[date | None, BeforeValidator(_day)] = None
    of: str
    crosswalk: dict[Name, WrittenGroup] = Field(default_factory=dict)
    within: str = ""
    languages: dict[Language, Literal["comparable", "not_comparable"]] = Field(default_factory=dict)


def _nothing_yet(value: object) -> object:
    """`items:` with nothing below it."""
    return {} if value is None else value


class VerdictsFile(Part):
    """All verdicts of one version."""

    format: Literal[1]
    survey: SurveyName
    version: int = Field(ge=2)
    against: int = Field(ge=1)
    items: Annotated[dict[Name, ItemVerdict], BeforeValidator(_nothing_yet)] = Field(default_factory=dict)


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
            faults += _within_faults(verdict.within, items, roster, where=file.where((*place, "within")))
            faults += _language_faults(verdict, languages, file, name)
            faults += _reason_faults(verdict.reason, {*languages, *interface_languages()}, file, name)
    return faults


def _within_faults(text: str, items: Sequence[Item], roster: Roster, *, where: str) -> Iterator[Fault]:
    """It may name columns of the roster, and questions that both versions ask."""
    if not text:
        return
    try:
        expression = parse(text)
    except ExpressionError as error:
        yield Fault(error.code, error.message, where, error.mend)
        return
    both = [(item.name, item.old, item.new) for item in items if item.old and item.new]
    asked = [{name: old for name, old, _ in both}, {name: new for name, _, new in both}]
    for name in names(expression):
        if name not in {**roster.attributes, **asked[0]}:
            mend = nearest(name, {**roster.attributes, **asked[0]})
            message = f"«{name}» is neither asked in both versions nor a usable column of the roster"
            yield Fault("unknown-name", message, where, mend)
    sides = [code_faults(expression, {**roster.attributes, **questions}, where) for questions in asked]
    yield from dict.fromkeys(itertools.chain(*sides))


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


def _reason_faults(reason: Text, languages: Collection[str], file: YamlFile, name: str) -> Iterator[Fault]:
    """It may speak a language of the survey, or of reports."""
    for code, text in reason.items():
        where = file.where(("items", name, "reason", code))
        if not text.strip():
            message = f"the reason for «{name}» is empty" + (f" in «{code}»" if code else "")
            yield Fault("missing-text", message, where, "Write it, or remove the line.")
        elif code and code not in languages:
            message = f"neither the survey nor a report speaks «{code}»"
            yield Fault("unknown-language", message, where, nearest(code, languages))


def propose_verdicts(path: Path, found: VerdictsFile, items: Sequence[Item]) -> list[str]:
    """Write the items that lack a verdict into the file, undecided and with what can be proposed; returns their names.

    Whatever stands in the file stays as it is, byte for byte.

    Raises:
        DefinitionError: if the file that is there has faults.
    """
    known, file = read_verdicts(path) if path.is_file() else (found, None)
    lacking = [item for item in items if needs_verdict(item) and item.name not in known.items]
    if lacking:
        text = path.read_bytes().decode() if file else _head(found)
        indent = _indent(file)
        end = "\r\n" if "\r\n" in text else "\n"
        entries = "".join(textwrap.indent(_entry(item), " " * indent) for item in lacking)
        part = path.with_name(path.name + ".part")
        part.write_bytes(_with_entries(text, file, entries.replace("\n", end), end=end).encode())
        part.replace(path)
    return [item.name for item in lacking]


def _head(found: VerdictsFile) -> str:
    return (
        f"# What became of each item from version {found.against} to {found.version}. A person decides: comparable or\n"
        "# not_comparable, with reason, by and on. «evaltool diff» shows both versions side by side.\n"
        f"format: 1\nsurvey: {found.survey}\nversion: {found.version}\nagainst: {found.against}\nitems:\n"
    )


def _indent(file: YamlFile | None) -> int:
    """How far the entries that are there stand from the margin."""
    items: Any = file.data.get("items") if file else None
    if not items:
        return 2
    if items.fa.flow_style():
        assert file is not None
        mend = "Write each item on a line of its own, below «items:», without the brackets."
        raise DefinitionError("no item can be added between { and }", where=file.where(("items",)), mend=mend)
    return items.lc.key(next(iter(items)))[1]


def _with_entries(text: str, file: YamlFile | None, entries: str, *, end: str) -> str:
    """The file with the entries as the last of its items."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    if file is not None and "items" not in file.data:
        return "".join([*lines, f"items:{end}", entries])
    start = file.line(("items",)) if file else len(lines)
    lines[start - 1] = re.sub(r"^items:\s*(?:\{\s*\}|null|~)", "items:", lines[start - 1])
    after = next((number for number in range(start, len(lines)) if re.match(r"[^\s#]", lines[number])), None)
    if after is None:
        return "".join([*lines, entries])
    while after > start and re.match(r"#|\s*$", lines[after - 1]):  # what stands above the next key is about that
        after -= 1
    return "".join([*lines[:after], entries, *lines[after:]])


def _entry(item: Item) -> str:
    told = "; ".join(change.tell("en") for change in item.changes)
    comment = textwrap.wrap(f"{told}. Proposed: {item.proposal}", 100, break_on_hyphens=False)
    yaml: Any = YAML(typ="rt")
    yaml.width = 10_000
    stream = io.StringIO()
    yaml.dump({item.name: _proposed(item)}, stream)
    return "".join(f"# {line}\n" for line in comment) + stream.getvalue()


def _proposed(item: Item) -> CommentedMap:
    entry = CommentedMap({"verdict": "undecided", "reason": "", "by": "", "on": None, "of": item.of})
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
