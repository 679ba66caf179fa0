import pytest

from evaltool.errors import ExpressionError
from evaltool.survey.expressions import holds, names, parse

VALUES = {"job": "yes", "hours": 12, "ways": ("bus", "foot"), "blank": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("${job} = 'yes'", True),
        ("${job} != 'yes'", False),
        ("${hours} >= 12 and ${hours} < 12.5", True),
        ("${hours} > 12", False),
        ("${hours} <= 11 or ${job} = 'yes'", True),
        ("selected(${ways}, 'foot')", True),
        ("selected(${ways}, 'car')", False),
        ("selected(${job}, 'yes')", True),
        ("not(${job} = 'yes')", False),
        ("not(selected(${ways}, 'car')) and (${job} = 'no' or ${hours} = 12)", True),
        ("${job} = 'no' or ${job} = 'yes' and ${hours} = 1", False),
        ("${job} = 'yes' or ${job} = 'no' and ${hours} = 1", True),
    ],
)
def test_expressions_hold_as_xlsform_says(text: str, *, expected: bool) -> None:
    assert holds(text, VALUES) is expected


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("name", ["blank", "never_asked"])
def test_any_comparison_with_no_answer_is_false(sign: str, name: str) -> None:
    assert not holds(f"${{{name}}} {sign} 3", VALUES)
    assert holds(f"not(${{{name}}} {sign} 3)", VALUES)
    assert not holds(f"selected(${{{name}}}, 'x')", VALUES)


@pytest.mark.parametrize("text", ["${job} == 'yes'", "job = 'yes'", "${job} = 'yes", "${job} = 'a' and", "${job} is 1"])
def test_what_cannot_be_read_is_told_with_its_place(text: str) -> None:
    with pytest.raises(ExpressionError, match="at character"):
        parse(text)


def test_names_are_told_once_and_without_the_dot() -> None:
    assert names(parse("${a} = 1 or selected(${b}, 'x') or not(${a} = 2 and . > 0)")) == ["a", "b"]
