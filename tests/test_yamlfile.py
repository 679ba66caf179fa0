import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from evaltool.errors import DefinitionError
from evaltool.yamlfile import YamlFile, model_faults, plain, read_yaml

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
