from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from evaltool.errors import DefinitionError
from evaltool.yamlfile import YamlFile, model_faults, nearest, plain, read_yaml

MERGED = """base: &base
  size: 1
  inner: {width: wide}
first:
  <<: *base
  colour: red
rows:
  - <<: *base
  - [1, 2]
none: {}
"""


@pytest.fixture
def read(tmp_path):
    def read(text: str) -> YamlFile:
        path = tmp_path / "file.yaml"
        path.write_bytes(text.encode())
        return read_yaml(path)

    return read


def place(caught) -> str:
    return caught.value.where.rpartition("/")[2]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("sign", "name"), [("\x07", "U+0007"), ("\x00", "U+0000"), ("\x9f", "U+009F")])
def test_a_control_character_is_told_with_its_line(read, sign, name, end):
    with pytest.raises(DefinitionError, match="not YAML") as caught:
        read(end.join(["a: æ", "b:", f"  c: x{sign}y", "d: 1"]))
    assert (caught.value.message, place(caught)) == (f"not YAML: the sign {name} is not allowed", "file.yaml:3")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [\n", 3), ("a: 1\na: 2\n", 2), ("a: 1\nb: *c\n", 2), ("a: 1\n---\nb: 2\n", 2), ("- 1\n", 1)],
)
def test_what_is_no_yaml_is_told_with_its_line(read, text, line):
    with pytest.raises(DefinitionError) as caught:
        read(text)
    assert place(caught) == f"file.yaml:{line}"


@pytest.mark.parametrize(
    ("text", "line", "told", "mend"),
    [
        ("a: 1\nlabel: Mind: the gap\n", 2, "a colon", "put the text in quotes"),
        ("label: Mind\n  hint: x\n", 2, "a colon", "an indent is wrong"),
        ("a:\n\t- b\n", 2, "a tab", "Use spaces"),
        ("a: 1\nb: `x`\n", 2, "cannot begin with «`»", "in double quotes"),
        ("a: 1\nb: 'x\nc: 2\nd: 3\n", 2, "never ends", "Close the quotes"),
        ("a: *c\n", 1, "«*c» stands for nothing", "in double quotes"),
        ("a: 'Don't'\n", 1, "words after the end", "in double quotes"),
        ("a:\n  b: 1\n c: 2\n", 3, "an indent is wrong", "exactly below"),
        ("a: 1\nb\nc: 1\n", 3, "a line has no colon", "one line up"),
        ("a: - b\n", 1, "a list begins", "on a line of its own"),
        ("a: {b: 1\nc: 2\n", 2, "a bracket is not closed", "those above"),
        ("a: [\n", 2, "a bracket is not closed", "those above"),
        ("a: 1\na: 2\n", 2, "the key «a» stands twice", "Keep one"),
    ],
)
def test_what_is_no_yaml_is_told_in_plain_words(read, text, line, told, mend):
    with pytest.raises(DefinitionError) as caught:
        read(text)
    assert told in caught.value.message
    assert mend in caught.value.mend
    assert place(caught) == f"file.yaml:{line}"


@pytest.mark.parametrize("text", ["day: 2021-02-31\n", "count: !!int many\n"])
def test_a_value_that_cannot_be_is_told(read, text):
    with pytest.raises(DefinitionError, match="a value cannot be read"):
        read(text)


def test_a_file_that_is_not_there_or_not_utf_8_is_told(tmp_path):
    with pytest.raises(DefinitionError, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "file.yaml").write_bytes("a: æ".encode("cp1252"))
    with pytest.raises(DefinitionError, match="not UTF-8"):
        read_yaml(tmp_path / "file.yaml")


@pytest.mark.parametrize(
    ("location", "line"),
    [
        ((), 1),
        (("base", "size"), 2),
        (("first",), 4),
        (("first", "colour"), 6),
        (("first", "size"), 4),  # merged: it has no line of its own here
        (("first", "inner", "width"), 3),
        (("rows", 0), 8),
        (("rows", 0, "size"), 8),
        (("rows", 1, 1), 9),
        (("rows", 7), 7),
        (("none", "such"), 10),
        (("first", "colour", "deeper"), 6),
    ],
)
def test_the_line_of_the_deepest_part_that_is_in_the_file(read, location, line):
    assert read(MERGED).line(location) == line


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: int


class First(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: str
    inner: Inner
    colour: str


def test_a_fault_inside_what_a_merge_key_brings_in_is_told(read):
    file = read(MERGED)
    with pytest.raises(ValidationError) as caught:
        First.model_validate(plain(file.data)["first"])
    nested = YamlFile(file.path, file.data["first"])
    faults = model_faults(caught.value, nested, [First, Inner])
    assert [(fault.code, fault.where.rpartition(":")[2]) for fault in faults] == [
        ("bad-value", "1"),
        ("bad-value", "3"),
    ]


def _refuse(value: object) -> object:
    raise PydanticCustomError("dark", "«{value}» is too dark", {"value": str(value), "mend": "Write a lighter one."})


class Limited(BaseModel):
    type: Literal["select_one", "select_multiple", "text"] = "text"
    format: Literal[1] = 1
    colour: Annotated[str, BeforeValidator(_refuse)] = ""


@pytest.mark.parametrize(
    ("text", "told", "mend"),
    [
        (
            "type: selct_one",
            "«type»: «selct_one» is none of select_one, select_multiple, text",
            "Did you mean «select_one»",
        ),
        ("type: 42", "«type»: «42» is none of select_one, select_multiple, text", "Write one of them."),
        ("type: [text]", "«type»: this is none of select_one, select_multiple, text", "Write one of them."),
        ("format: 2", "«format»: «2» is none of 1", "Write one of them."),
        ("colour: black", "«colour»: «black» is too dark", "Write a lighter one."),
    ],
)
def test_a_word_that_is_none_of_a_few_is_told_with_its_mend(read, text, told, mend):
    file = read(f"# a comment\n{text}\n")
    with pytest.raises(ValidationError) as caught:
        Limited.model_validate(plain(file.data))
    (fault,) = model_faults(caught.value, file, [Limited])
    assert (fault.message, fault.where.rpartition(":")[2]) == (told, "2")
    assert fault.mend.startswith(mend)


KNOWN = ["job", "education", "job_or_education", "satisfied_match", "satisfied_courses", "site", "years"]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("job_or_educatoin", "job_or_education"),  # two letters the other way round
        ("jbo_or_education", "job_or_education"),
        ("job_or_eduction", "job_or_education"),  # one is missing
        ("job_or_educattion", "job_or_education"),  # one stands twice
        ("satisfied_mathc", "satisfied_match"),
        ("satisfied_course", "satisfied_courses"),
        ("siet", "site"),
        ("yaers", "years"),
        ("jbo", "job"),
    ],
)
def test_a_slip_in_a_name_finds_that_name_alone(slip, meant):
    assert nearest(slip, KNOWN) == f"Did you mean «{meant}»?"


def test_what_is_like_several_names_tells_the_likest_first():
    """By letters in common, 2M/T: satisfied_match 2·10/25, satisfied_courses 2·10/27."""
    assert nearest("satisfied_", KNOWN) == "Did you mean «satisfied_match» or «satisfied_courses»?"


def test_what_is_like_no_name_tells_the_few_there_are():
    assert nearest("zzz", ["a", "b"]) == "Known: a, b."
    assert nearest("zzz", [f"name_{number}" for number in range(13)]) == ""
