"""Crosswalks: how the codes of two versions meet in harmonised codes.

A harmonised code stands for a group of codes of the old and of the new version: all of them are one answer.
Source of the idea: retroharmonize (Antal 2021), harmonised values that keep their origin.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from evaltool.survey.model import LocalText, Name, Part, Question


def _codes(value: object) -> object:
    """`old: weekly` is short for `old: [weekly]`."""
    return [value] if isinstance(value, str) else value


def _group(value: object) -> object:
    """`weekly: weekly` is short for that code in both versions."""
    return {"old": value, "new": value} if isinstance(value, str) else value


Codes = Annotated[tuple[Name, ...], BeforeValidator(_codes)]


class Group(Part):
    """The codes of both versions that are one answer. `label`: its words, by default those of its codes."""

    old: Codes = ()
    new: Codes = ()
    label: LocalText = Field(default_factory=dict)


WrittenGroup = Annotated[Group, BeforeValidator(_group)]
Crosswalk: TypeAlias = Mapping[str, Group]
NAME_LENGTH = 40


def crosswalk_faults(crosswalk: Crosswalk, old: Question, new: Question) -> Iterator[tuple[str, str]]:
    """What is wrong, with the harmonised code where it is ("" for the whole): codes missed, doubled, unknown."""
    for side, question in (("old", old), ("new", new)):
        placed = Counter(code for group in crosswalk.values() for code in getattr(group, side))
        missed = [code for code in question.substantive if code not in placed]
        if missed:
            yield "", f"the crosswalk misses {_listed(missed)} of the {side} version"
        for name, group in crosswalk.items():
            codes: tuple[str, ...] = getattr(group, side)
            for code in codes:
                if code not in question.substantive:
                    yield name, f"«{code}» is not an answer in the {side} version"
                elif placed[code] > 1:
                    yield name, f"«{code}» of the {side} version stands {placed[code]} times"
            if not codes and (question.type == "select_one" or not (group.old or group.new)):
                yield name, f"no code of the {side} version leads here, so the two versions do not meet in it"
    if old.type == "select_one" and len(crosswalk) < 2:
        yield "", "everything falls into one code, so nothing can be counted"


def complete(crosswalk: Crosswalk, old: Question, new: Question) -> bool:
    """Whether the crosswalk places every code of both versions once, and they meet in more than one code."""
    return not any(crosswalk_faults(crosswalk, old, new))


def fits(crosswalk: Crosswalk, old: Question, new: Question) -> bool:
    """Whether answers of both versions can be put together by it; none is needed where the codes are the same."""
    needless = not crosswalk and set(old.substantive) == set(new.substantive)
    return old.type == new.type and (needless or complete(crosswalk, old, new))


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(f"«{code}»" for code in codes)


def propose(old: Question, new: Question) -> dict[str, Group]:
    """A crosswalk as far as codes and their places tell; empty where none is needed or the codes are all the same.

    A code that is in both versions stays. Of an ordered scale a code that is only in one is joined with its
    neighbours, for who chose it would have chosen one of those; else with the choice that opens a text. Several
    codes in the place of one are one answer. In a select_multiple each code stands for itself. What cannot be
    placed is left out, and a person must place it.
    """
    if old.type != new.type or set(old.substantive) == set(new.substantive):
        return {}
    if new.type == "select_multiple":
        codes = dict.fromkeys([*new.substantive, *old.substantive])
        return {code: Group(old=_own(code, old), new=_own(code, new)) for code in codes}
    joined = _joined(_links(old, new), [*_nodes("new", new.substantive), *_nodes("old", old.substantive)])
    groups = [Group(old=_side(nodes, "old"), new=_side(nodes, "new")) for nodes in joined]
    return {_name(group): group for group in groups if group.old and group.new}


def _own(code: str, question: Question) -> tuple[str, ...]:
    return (code,) if code in question.substantive else ()


_Node: TypeAlias = tuple[str, str]  # side and code


def _nodes(side: str, codes: Sequence[str]) -> list[_Node]:
    return [(side, code) for code in codes]


def _links(old: Question, new: Question) -> Iterator[Sequence[_Node]]:
    """Codes that are one answer."""
    before, now = old.substantive, new.substantive
    for code in now:
        if code in before:
            yield [("old", code), ("new", code)]
    other = [code for code in {old.other_choice, new.other_choice} if code and code in before and code in now]
    for _, i1, i2, j1, j2 in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        gone = [code for code in before[i1:i2] if code not in now]
        added = [code for code in now[j1:j2] if code not in before]
        found = [*_nodes("old", gone), *_nodes("new", added)]
        if gone and added:
            yield found if _one_answer(gone, added, old, new) else []
        elif found and new.scale:
            yield [*found, *_nodes("old", [*before[max(i1 - 1, 0) : i1], *before[i2 : i2 + 1]])]
        elif found and other:
            yield [*found, ("new", other[0])]


def _one_answer(gone: Sequence[str], added: Sequence[str], old: Question, new: Question) -> bool:
    """Several in the place of one were split or merged; one in the place of one is the same if its words are."""
    if len(gone) == len(added) == 1:
        return old.choices[gone[0]].label == new.choices[added[0]].label
    return 1 in {len(gone), len(added)}


def _joined(links: Iterator[Sequence[_Node]], nodes: Sequence[_Node]) -> list[list[_Node]]:
    """The nodes in groups, each in the order of `nodes`."""
    group = {node: {node} for node in nodes}
    for link in links:
        whole = set[_Node]().union(*(group[node] for node in link))
        group |= dict.fromkeys(whole, whole)
    parts = {id(members): members for members in (group[node] for node in nodes)}
    return [[node for node in nodes if node in members] for members in parts.values()]


def _side(nodes: Sequence[_Node], side: str) -> tuple[str, ...]:
    return tuple(code for at, code in nodes if at == side)


def _name(group: Group) -> str:
    """Its codes joined as far as a name may be long: those of both versions, for all know them; else all of them."""
    common = [code for code in group.new if code in group.old]
    joined = "_or_".join(common or dict.fromkeys([*group.new, *group.old]))
    return joined if len(joined) <= NAME_LENGTH else f"{joined[: NAME_LENGTH - 9]}_and_more"
