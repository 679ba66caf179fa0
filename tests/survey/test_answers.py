from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltool.survey.answers import read, required_but_blank, reread, stored
from evaltool.survey.model import Question


def question(kind: str, **more: object) -> Question:
    return Question.model_validate({"name": "q", "type": kind, "label": "?", **more})


CHOICES = {"a": "A", "b": "B", "none": {"label": "None", "exclusive": True}, "no": {"label": "-", "missing": "refused"}}


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("select_one", ["a"], "a"),
        ("select_multiple", ["b", "a"], ("a", "b")),
        ("select_multiple", ["none"], ("none",)),
        ("integer", [" 12 "], 12),
        ("integer", ["٤٥"], 45),
        ("integer", ["۴۵"], 45),
        ("integer", ["1٢۳"], 123),
        ("integer", ["\u200f\u2212٤٥\u200e"], -45),
        ("integer", ["١٬٢٣٤٬٥٦٧"], 1234567),
        ("decimal", ["12,5"], 12.5),
        ("decimal", ["12.5"], 12.5),
        ("decimal", ["٤٫٥"], 4.5),
        ("decimal", ["۳۷،۵"], 37.5),  # U+060C, the comma of Arabic keyboards
        ("decimal", ["١٬٢٣٤٫٥"], 1234.5),
        ("decimal", ["\u202b۳۷٫۵\u202c"], 37.5),
        ("decimal", [".5"], 0.5),
        ("decimal", ["0.00001"], 0.00001),
        ("decimal", ["0,125"], 0.125),
        ("decimal", ["1234.567"], 1234.567),
        ("decimal", ["1.2340"], 1.234),
        ("date", ["2021-02-28"], date(2021, 2, 28)),
        ("date", ["28-02-2021"], date(2021, 2, 28)),
        ("date", ["28.2.2021"], date(2021, 2, 28)),
        ("date", ["٢٨/٠٢/٢٠٢١"], date(2021, 2, 28)),
        ("date", ["2021/2/28"], date(2021, 2, 28)),
        ("date", ["۲۰۲۱/۰۲/۲۸"], date(2021, 2, 28)),
        ("date", ["٢٨-٠٢-2021"], date(2021, 2, 28)),
        ("date", ["\u200f٢٨\u060d٠٢\u060d٢٠٢١\u200e"], date(2021, 2, 28)),  # U+060D Arabic date separator
        ("date", ["\u206728\u061c-\u206002-2021\u2069"], date(2021, 2, 28)),
        ("date", ["01-01-1900"], date(1900, 1, 1)),
        ("date", ["31-12-2100"], date(2100, 12, 31)),
        ("text", ["  Hej\r\ndu "], "Hej\ndu"),
    ],
)
def test_answers_are_read(kind: str, written: list[str], value: object) -> None:
    asked = question(kind, choices=CHOICES if kind.startswith("select") else {})
    reading = read(asked, written)
    assert (reading.value, reading.missing, reading.fault) == (value, None, "")
    assert reread(asked, stored(asked, written)).value == value


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("select_one", ["x"], "Choose one"),
        ("select_one", ["a", "b"], "Choose one"),
        ("select_multiple", ["a", "x"], "Choose among"),
        ("select_multiple", ["a", "none"], "cannot be chosen together"),
        ("select_multiple", ["a", "no"], "cannot be chosen together"),
        ("integer", ["12.5"], "whole number"),
        ("integer", ["tolv"], "whole number"),
        ("integer", ["1_000"], "whole number"),
        ("integer", ["+-1"], "whole number"),
        ("integer", ["9" * 5000], "whole number"),
        ("decimal", ["nan"], "Write a number"),
        ("decimal", ["1e3"], "Write a number"),
        ("decimal", ["1_0.5"], "Write a number"),
        ("decimal", ["1.234.567"], "Write a number"),
        ("decimal", ["."], "Write a number"),
        ("decimal", ["9" * 400], "Write a number"),
        ("decimal", ["1.234"], "without a thousands separator"),
        ("decimal", ["-1,234"], "without a thousands separator"),
        ("decimal", ["١٢٣٫٤٥٦"], "without a thousands separator"),
        ("decimal", ["01.234"], "without a thousands separator"),
        ("date", ["31-02-2021"], "does not exist"),
        ("date", ["2021"], "does not exist"),
        ("date", ["31-12-1899"], "year cannot be right"),
        ("date", ["01-01-2101"], "year cannot be right"),
        ("date", ["0202-04-24"], "year cannot be right"),
        ("date", ["۱۴۰۱/۰۲/۰۴"], "year cannot be right"),  # 24 April 2022 in Iran
        ("date", ["٢٣-٩-١٤٤٣"], "year cannot be right"),  # 24 April 2022 in the Hijri calendar
        ("date", ["05-13-2014"], "does not exist"),  # the thirteenth month in Ethiopia
        ("integer", ["١٢٫٥"], "whole number"),
        ("integer", ["١٢٬٥"], "whole number"),
        ("integer", ["١٢٣٤٬٥٦٧"], "whole number"),
        ("integer", ["፲፪"], "whole number"),
        ("integer", ["\u200f"], "whole number"),
        ("decimal", ["۱۲/۵"], "Write a number"),
        ("text", ["x" * 2001], "at most"),
        *[(kind, ["1", "2"], "Write one answer") for kind in ("integer", "decimal", "date", "text")],
        ("note", ["x"], "takes no answer"),
    ],
)
def test_impossible_answers_are_faults_and_count_as_not_answered(kind: str, given: list[str], words: str) -> None:
    asked = question(kind, choices=CHOICES if kind.startswith("select") else {})
    reading = read(asked, given)
    assert words in reading.fault
    assert (reading.value, reading.missing) == (None, "not_answered")


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("integer", " +007 ", "7"),
        ("integer", "٤٥", "45"),
        ("decimal", "20", "20"),
        ("decimal", "37,50", "37.50"),
        ("decimal", "+٠٫٥", "0.5"),
        ("decimal", "\u200f۱٬۲۳۴٫۵۰", "1234.50"),
        ("integer", "١٬٢٣٤", "1234"),
        ("date", "٢٤/٠٤/٢٠٢٢", "2022-04-24"),
        ("decimal", "0.00001", "0.00001"),
        ("decimal", "123456789012345678901234", "123456789012345678901234"),
    ],
)
def test_numbers_and_dates_are_stored_as_plain_digits(kind: str, written: str, kept: str) -> None:
    assert stored(question(kind), [written]) == kept


@given(written=st.text("0123456789٣۴.,٫٬،+-e_ \u200f", max_size=12), kind=st.sampled_from(["integer", "decimal"]))
def test_a_number_that_is_taken_is_stored_so_that_it_comes_back(written: str, kind: str) -> None:
    asked = question(kind)
    reading = read(asked, [written])
    if reading.value is not None:
        kept = stored(asked, [written])
        assert isinstance(kept, str)
        assert set(kept) <= set("0123456789.-")
        assert reread(asked, kept) == reading


# First code points of the blocks' digits: Unicode Character Database, DerivedNumericType.txt.
@pytest.mark.parametrize("zero", [0x0660, 0x06F0], ids=["Arabic-Indic", "Extended Arabic-Indic"])
def test_every_digit_of_a_script_is_read(zero: int) -> None:
    for digit in range(10):
        assert read(question("integer"), ["1" + chr(zero + digit)]).value == 10 + digit
        assert stored(question("decimal"), [f"1{chr(zero + digit)}"]) == f"1{digit}"


def test_a_choice_can_mean_that_there_is_no_answer() -> None:
    reading = read(question("select_one", choices=CHOICES), ["no"])
    assert (reading.value, reading.missing, reading.fault) == (None, "refused", "")


def test_a_constraint_is_read_with_the_answers_before() -> None:
    asked = question("integer", constraint=". >= 0 and . <= ${most}", constraint_message="!")
    assert read(asked, ["5"], {"most": 5}).value == 5
    assert read(asked, ["6"], {"most": 5}).fault == "constraint"


def test_a_stored_answer_has_met_its_constraint_and_is_read_without_what_that_names() -> None:
    asked = question("integer", constraint=". <= ${most}", constraint_message="!")
    assert reread(asked, "5").value == 5
    assert reread(asked, None).missing == "not_answered"
    assert "whole number" in reread(asked, "five").fault


def test_blank_is_not_answered_and_a_fault_only_where_required() -> None:
    for blank in ([], [""], ["  "]):
        reading = read(question("text"), blank)
        assert (reading.missing, reading.fault) == ("not_answered", "")
        assert not required_but_blank(question("text"), reading)
        assert required_but_blank(question("text", required=True), reading)
