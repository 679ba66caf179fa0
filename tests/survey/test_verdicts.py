"""Files of verdicts: every fault with its line, all at once; and proposals that leave a person's words alone."""

from datetime import date
from pathlib import Path

import pytest
from definitions import ROSTER, spoilt

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.compare import Item, compare
from evaltool.survey.crosswalks import crosswalk_faults
from evaltool.survey.load import load_roster, load_survey
from evaltool.survey.verdicts import (
    VerdictsFile,
    propose_verdicts,
    read_verdicts,
    verdict_faults,
    verdicts_path,
)

V1 = """\
survey: small
version: 1
language: da
title: Lille
pages:
  - name: one
    questions:
      - {name: often, type: select_one, label: Hvor tit?, scale: descending,
         choices: {often: Tit, some: Lidt, never: Aldrig}}
      - {name: ways, type: select_multiple, label: Hvordan?, choices: {bus: Bus, foot: Gang}}
      - {name: age, type: integer, label: Alder?}
      - {name: same, type: text, label: Ord?}
  - name: two
    questions:
      - {name: hours, type: integer, label: Timer?, relevant: "${site} = 'north'"}
      - {name: gone, type: text, label: Borte?}
"""
V2 = (
    V1.replace("version: 1", "version: 2")
    .replace("some: Lidt", "some: Lidt, rare: Sjældent")
    .replace("bus: Bus", "bus: Bus, train: Tog")
    .replace("name: age, type: integer", "name: age, type: text")
    .replace(", relevant: \"${site} = 'north'\"", "")
    .replace("name: gone", "name: fresh")
)
GOOD = """\
format: 1
survey: small
version: 2
against: 1
items:
  often:
    verdict: comparable
    reason: Rarely stands between two answers.
    by: Eva
    on: 2022-02-01
    of: OFTEN
    crosswalk:
      often: often
      seldom: {old: [some, never], new: [some, rare, never]}
  ways:
    verdict: comparable
    reason: A new way.
    by: Eva
    on: 2022-02-01
    of: WAYS
    crosswalk:
      bus: bus
      train: {new: train}
      foot: foot
  age:
    verdict: not_comparable
    reason: A number became a text.
    by: Eva
    on: 2022-02-01
    of: AGE
  hours:
    verdict: comparable
    reason: Asked of everybody now.
    by: Eva
    on: 2022-02-01
    of: HOURS
    within: "${site} = 'north'"
"""


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    (tmp_path / "small").mkdir()
    (tmp_path / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "small" / "v1.yaml").write_text(V1, encoding="utf-8")
    (tmp_path / "small" / "v2.yaml").write_text(V2, encoding="utf-8")
    roster = load_roster(tmp_path / "roster.yaml")
    old, new = (load_survey(tmp_path / "small" / f"v{version}.yaml", roster) for version in (1, 2))
    return compare(old, new)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return verdicts_path(tmp_path, "small", 2)


def filled(text: str, items: list[Item]) -> str:
    for item in items:
        text = text.replace(f"of: {item.name.upper()}", f"of: {item.of}")
    return text


def faults_of(text: str, items: list[Item], path: Path) -> list[Fault]:
    path.write_text(text, encoding="utf-8")
    found, file = read_verdicts(path)
    roster = load_roster(path.parents[1] / "roster.yaml")
    return verdict_faults(found, items, file, roster=roster, languages=["da", "en"])


def test_good_verdicts_have_no_faults(items: list[Item], path: Path) -> None:
    assert faults_of(filled(GOOD, items), items, path) == []


def test_a_reason_may_speak_a_language_of_reports_that_the_survey_does_not(items: list[Item], path: Path) -> None:
    text = GOOD.replace("reason: A number", "reason:\n      da: Nu tekst.\n      en: A number").replace("OFTEN", "x")
    path.write_text(filled(text, items), encoding="utf-8")
    found, file = read_verdicts(path)
    assert found.items["age"].reason == {"da": "Nu tekst.", "en": "A number became a text."}
    roster = load_roster(path.parents[1] / "roster.yaml")
    faults = verdict_faults(found, items, file, roster=roster, languages=["ar"])
    assert [fault.code for fault in faults] == ["outdated-verdict"]


# What is replaced by what, the code of the fault, the line's beginning, words of the message.
FAULTY = [
    ("[some, rare, never]", "[some, never]", "crosswalk", "crosswalk:", "misses «rare»"),
    ("new: [some, rare", "new: [some, rare, often", "crosswalk", "often: often", "2 times"),
    ("old: [some, never]", "old: [some, never, maybe]", "crosswalk", "seldom:", "«maybe» is not an answer in the old"),
    ("seldom: {old", "rare: {new: rare}\n      seldom: {old", "crosswalk", "rare:", "no code of the old version"),
    ("foot: foot", "foot: {old: foot}", "crosswalk", "crosswalk:", "misses «foot» of the new"),
    ("verdict: not_comparable", "verdict: undecided", "undecided", "age:", "undecided"),
    ("    reason: A number became a text.\n", "", "missing-key", "age:", "why"),
    ("by: Eva\n    on: 2022-02-01\n    of: AGE", "by: Eva\n    of: AGE", "missing-key", "age:", "when"),
    ("by: Eva\n    on: 2022-02-01\n    of: AGE", "on: 2022-02-01\n    of: AGE", "missing-key", "age:", "whom"),
    ("of: AGE", "of: older", "outdated-verdict", "of: older", "changed since"),
    ("verdict: not_comparable", "verdict: comparable", "bad-verdict", "age:", "integer in the old version and text"),
    ("\"${site} = 'north'\"", "\"${sitte} = 'north'\"", "unknown-name", "within:", "sitte"),
    ("\"${site} = 'north'\"", "\"${site} = 'west'\"", "unknown-code", "within:", "west"),
    ("\"${site} = 'north'\"", "\"${gone} = 'x'\"", "unknown-name", "within:", "gone"),
    ("\"${site} = 'north'\"", "\"${often} = 'rare'\"", "unknown-code", "within:", "rare"),
    ("\"${site} = 'north'\"", '"${site} =="', "expression", "within:", "cannot read"),
    ("within:", "languages: {ar: not_comparable}\n    within:", "unknown-language", "languages:", "«ar»"),
    ("reason: A number became a text.", "reason: {}", "missing-key", "age:", "why"),
    ("reason: A number became a text.", "reason: ' '", "missing-text", "reason:", "is empty"),
    ("reason: A number", "reason:\n      da: Nu.\n      en: ''\n    # A number", "missing-text", "en:", "in «en»"),
    ("reason: A number", "reason:\n      eng: A number", "unknown-language", "eng:", "«eng»"),
    ("reason: A number", "reason:\n      Dansk: A number", "unknown-language", "Dansk:", "«Dansk»"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "told"), FAULTY)
def test_a_fault_is_told_with_its_line(  # noqa: PLR0917  # a table's columns
    items: list[Item], path: Path, old: str, new: str, code: str, line: str, told: str
) -> None:
    text = filled(spoilt(GOOD, old, new), items)
    found = [fault for fault in faults_of(text, items, path) if fault.code == code and told in fault.message]
    assert found
    lines = text.splitlines()
    numbers = {int(fault.where.rpartition(":")[2]) for fault in found}
    assert any(lines[number - 1].strip().startswith(line) for number in numbers), (numbers, [f.where for f in found])
    assert all(fault.mend for fault in found)
    assert all(fault.where.startswith(path.as_posix()) for fault in found)


@pytest.mark.parametrize(
    "written", ["22-11-2026", "22.11.2026", "22/11/2026", "2026/11/22", "2026-11-22", "'2026-11-22'"]
)
def test_the_day_of_a_verdict_is_read_as_people_write_it(path: Path, written: str) -> None:
    path.parent.mkdir()
    path.write_text(GOOD.replace("on: 2022-02-01\n    of: AGE", f"on: {written}\n    of: AGE"), encoding="utf-8")
    assert read_verdicts(path)[0].items["age"].on == date(2026, 11, 22)


@pytest.mark.parametrize("written", ["22 November", "31-02-2026", "2026", "20261122", "''"])
def test_what_is_no_day_is_told_with_the_form(path: Path, written: str) -> None:
    text = GOOD.replace("on: 2022-02-01\n    of: AGE", f"on: {written}\n    of: AGE")
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_verdicts(path)
    (fault,) = caught.value.faults
    line = text.splitlines().index(f"    on: {written}") + 1
    expected = (f"«on»: «{written.strip(chr(39))}» is no day", f"{path.as_posix()}:{line}")
    assert (fault.message, fault.where) == expected
    assert "2026-11-22" in fault.mend


def test_verdicts_that_nothing_calls_for_are_told(items: list[Item], path: Path) -> None:
    entry = "    verdict: not_comparable\n    reason: x\n    by: x\n    on: 2022-01-01\n    of: x\n"
    text = filled(GOOD, items) + "".join(f"  {name}:\n{entry}" for name in ("same", "gone", "hour"))
    found = {(fault.code, fault.message, fault.mend.split("?")[0]) for fault in faults_of(text, items, path)}
    assert found == {
        ("needless-verdict", "«same» needs no verdict", "Remove it: nothing is to be decided."),
        ("needless-verdict", "«gone» needs no verdict", "Remove it: nothing is to be decided."),
        ("unknown-name", "no question is called «hour»", "Did you mean «hours»"),
    }


def test_all_faults_are_told_at_once(items: list[Item], path: Path) -> None:
    text = filled(GOOD, items)
    for old, new in (("[some, rare, never]", "[some]"), ("    by: Eva\n", ""), ("north", "west")):
        text = text.replace(old, new, 1)
    text = text.replace("  age:\n", "  ago:\n")
    codes = sorted(fault.code for fault in faults_of(text, items, path))
    assert codes == ["crosswalk", "missing-key", "missing-verdict", "unknown-code", "unknown-name"]


def test_a_missing_verdict_tells_what_changed_and_how_to_go_on(items: list[Item], path: Path) -> None:
    faults = faults_of("format: 1\nsurvey: small\nversion: 2\nagainst: 1\n", items, path)
    assert [fault.message.partition(" ")[0] for fault in faults] == ["«often»", "«ways»", "«age»", "«hours»"]
    assert "new choices: «rare»" in faults[0].message
    assert faults[0].mend == "Run: evaltool diff small 1 2 --propose"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("against: 1", "against: 1\nagainst: 1", 5, "not YAML"),
        ("    verdict: comparable", "\t  verdict: comparable", 7, "not YAML"),
        ("verdict: comparable", "verdict: perhaps", 7, "verdict"),
        ("against: 1", "againts: 1", 4, "againts"),
        ("of: OFTEN", "of_: OFTEN", 11, "of_"),
        ("reason: Rarely", "resaon: Rarely", 8, "Did you mean «reason»"),
        ("version: 2", "version: 1", 3, "version"),
        ("on: 2022-02-01", "on: yesterday", 10, "on"),
        ("old: [some, never]", "old: [Some one, never]", 14, ""),
        ("reason: Rarely", "reason: [Rarely]\n    # Rarely", 8, "Write «reason: text», or below it a line for each"),
        ("reason: Rarely", "reason:\n    # Rarely", 8, "neither a text nor one for each language"),
        ("reason: Rarely", "reason:\n      da:\n    # Rarely", 9, "«da»"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(path: Path, old: str, new: str, line: int, told: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(spoilt(GOOD, old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_verdicts(path)
    assert f"{path.as_posix()}:{line}: " in str(raised.value)
    assert told in str(raised.value)


# Proposals

HEAD = VerdictsFile(format=1, survey="small", version=2, against=1)


def test_a_new_file_holds_all_that_waits_and_can_be_read(items: list[Item], path: Path) -> None:
    assert propose_verdicts(path, HEAD, items) == ["often", "ways", "age", "hours"]
    found, _ = read_verdicts(path)
    assert {item.verdict for item in found.items.values()} == {"undecided"}
    assert found.items["hours"].within == "${site} = 'north'"
    by_name = {item.name: item for item in items}
    for name in ("often", "ways"):
        old, new = by_name[name].old, by_name[name].new
        assert old
        assert new
        assert list(crosswalk_faults(found.items[name].crosswalk, old, new)) == []
    assert {fault.code for fault in faults_of(path.read_text(encoding="utf-8"), items, path)} == {"undecided"}
    assert "# new choices: «rare». Proposed: comparable" in path.read_text(encoding="utf-8")


BY_HAND = """\
# Our own words, "quoted"   and 'spaced'.
format:   1
survey: "small"
version: 2
against: 1

items:   # decided in February
    # Eva thought about this for long.
    age: {verdict: not_comparable, reason: 'It is a text now', by: Eva, on: 2022-02-01, of: AGE}

    ways:
        verdict:   comparable      # yes
        reason: >
            A new way,
            nothing else.
        by: Eva
        on: 2022-02-01
        of: WAYS
        crosswalk: {bus: bus, train: {new: train}, foot: foot}
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", ["", "\n\n# a last word\n"])
def test_what_a_person_wrote_stays_byte_for_byte(items: list[Item], path: Path, end: str, tail: str) -> None:
    before = (filled(BY_HAND, items) + tail).replace("\n", end).encode()
    path.write_bytes(before)
    assert propose_verdicts(path, HEAD, items) == ["often", "hours"]
    after = path.read_bytes()
    assert after.startswith(before)
    assert after.replace(b"\r\n", b"").count(b"\n") == (0 if end == "\r\n" else after.count(b"\n"))
    assert list(read_verdicts(path)[0].items) == ["age", "ways", "often", "hours"]
    assert propose_verdicts(path, HEAD, items) == []
    assert path.read_bytes() == after


def test_items_may_stand_before_other_keys(items: list[Item], path: Path) -> None:
    top, _, rest = filled(BY_HAND, items).partition("items:")
    before = "items:" + rest + "\n# about the file\n" + top
    path.write_text(before, encoding="utf-8")
    propose_verdicts(path, HEAD, items)
    after = path.read_text(encoding="utf-8")
    assert after.startswith("items:" + rest)
    assert after.endswith("\n# about the file\n" + top)
    assert list(read_verdicts(path)[0].items) == ["age", "ways", "often", "hours"]


@pytest.mark.parametrize("empty", ["", "items:\n", "items: {}\n", "items: {}  # none yet", "items: null\n"])
def test_an_empty_file_is_filled(items: list[Item], path: Path, empty: str) -> None:
    head = "format: 1\nsurvey: small\nversion: 2\nagainst: 1\n"
    path.write_text(head + empty, encoding="utf-8")
    assert len(propose_verdicts(path, HEAD, items)) == 4
    assert len(read_verdicts(path)[0].items) == 4


def test_a_file_in_brackets_is_refused_and_left_alone(items: list[Item], path: Path) -> None:
    text = "format: 1\nsurvey: small\nversion: 2\nagainst: 1\nitems: {age: {verdict: undecided, of: x}}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match="line of its own"):
        propose_verdicts(path, HEAD, items)
    assert path.read_text(encoding="utf-8") == text
